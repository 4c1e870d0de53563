"""Payments in the portal and out of a bank's file, as staff meet them."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bss.billing.choices import ImportedPayment, InvoiceState
from bss.billing.models import Allocation, Payment, PaymentImport, PaymentImportRow
from bss.billing.services import payment_record
from bss.core import clock
from bss.core.models import Run
from tests.conftest import person_of_staff
from tests.factories.accounts import AccountFactory, make_staff
from tests.factories.settling import make_invoice

CSV = """bank id;date;amount;customer number;invoice;purpose
B1;{day};100,00;{payer};;Thank you
B2;{day};24.00;;;Payment of {invoice}
B2;{day};24.00;;;Payment of {invoice}
B3;{day};5;;;Nobody knows me
B4;{day};1.234;{payer};;
B5;yesterday;5;{payer};;
B6;{day};5;{payer};{foreign};
;{day};5;{payer};;
"""


@pytest.fixture
def payer(at_distributor):
    return AccountFactory(organization=at_distributor, name="Rhein Maschinenbau")


def upload(staff, text):
    return staff.client.post(
        "/portal/payments/imports/new/",
        {"file": SimpleUploadedFile("bank.csv", text.encode(), "text/csv")},
    )


def report():
    run_id = PaymentImportRow.objects.order_by("-run_id").first().run_id
    rows = PaymentImportRow.objects.filter(run_id=run_id).order_by("number")
    return [(row.number, row.outcome, row.field) for row in rows]


def test_a_banks_file_is_checked_then_recorded_once(payer, staff, run_jobs, at_distributor):
    invoice = make_invoice(payer, "124.00")
    foreign = make_invoice(AccountFactory(organization=at_distributor), "10.00")
    text = CSV.format(
        day=clock.today().isoformat(), payer=payer.number, invoice=invoice.number,
        foreign=foreign.number,
    )  # fmt: skip

    page = upload(staff, text)
    assert page.status_code == 302
    run_jobs()

    refused, known, new = (
        ImportedPayment.REFUSED, ImportedPayment.KNOWN, ImportedPayment.NEW,
    )  # fmt: skip
    rows = [
        (2, new, ""), (3, new, ""), (4, known, ""), (5, refused, "payer"), (6, refused, "amount"),
        (7, refused, "date"), (8, refused, "invoice"), (9, refused, "bank_id"),
    ]  # fmt: skip
    assert report() == rows
    assert Payment.objects.count() == 0

    source = PaymentImport.objects.get()
    url = f"/portal/payments/imports/{source.public_id}/"
    shown = staff.client.get(url).content.decode()
    assert "Record 2 payments" in shown
    assert "Neither a customer&#x27;s number nor an invoice&#x27;s tells who paid." in shown

    staff.client.post(f"{url}run/")
    run_jobs()

    recorded = ImportedPayment.RECORDED
    assert report() == [(2, recorded, ""), (3, recorded, ""), *rows[2:]]
    invoice.refresh_from_db()
    assert (invoice.state, Payment.objects.count()) == (InvoiceState.SETTLED, 2)
    assert "Record 2 payments" not in staff.client.get(url).content.decode()

    # The same file again finds everything there.
    staff.client.post(f"{url}run/")
    run_jobs()
    assert [row[1] for row in report()[:3]] == [known, known, known]
    assert Payment.objects.count() == 2


def test_an_invoice_of_somebody_else_in_the_text_does_not_refuse_who_names_itself(
    payer, staff, run_jobs, at_distributor
):
    """People write what they like; who paid is in its own column, and its own invoice may stand in the text too."""
    invoice = make_invoice(payer, "24.00")
    foreign = make_invoice(AccountFactory(organization=at_distributor), "10.00")
    row = f"B1;{clock.today()};24.00;{payer.number};;Not {foreign.number}, but {invoice.number}"
    upload(staff, f"{CSV.splitlines()[0]}\n{row}\n")
    run_jobs()
    assert report() == [(2, ImportedPayment.NEW, "")]

    staff.client.post(f"/portal/payments/imports/{PaymentImport.objects.get().public_id}/run/")
    run_jobs()

    assert (Payment.objects.get().payer, foreign.allocations.count()) == (payer, 0)
    assert invoice.allocations.get().amount == Decimal("24.00")


def test_a_refused_row_names_its_column_in_words(payer, staff, run_jobs):
    later = clock.today() + timedelta(days=9)
    rows = (f"B1;{later};lots;{payer.number}", f"B2;{later};5;{payer.number}")
    upload(staff, "\n".join(("bank id;date;amount;payer", *rows)))
    run_jobs()

    source = PaymentImport.objects.get()
    html = staff.client.get(f"/portal/payments/imports/{source.public_id}/").content.decode()

    wrong = ("Amount: Write an amount such as 1234.50, without separators of thousands.",)
    late = "Date: This day is still to come."
    assert said(source) == [[*wrong, late], [late]]
    assert "<br>".join((*wrong, late)) in html
    assert "received_on" not in html
    told = Run.objects.get().lines.filter(level="error").order_by("row")
    assert [line.text for line in told] == [" ".join((*wrong, late)), late]


def test_a_refused_row_says_everything_that_is_wrong_with_it(payer, staff, run_jobs):
    invoice = make_invoice(payer, "10.00")
    today = clock.today()
    rows = (
        f"B1;{today};10.00;USD;{invoice.number}",
        f"B2;{today};lots;USD;{invoice.number}",
        "B3;some day;lots;EUR;INV-9999-1",
        f"B4;{today};10.00;EUR;{invoice.number}",
    )
    upload(staff, "\n".join(("bank id;date;amount;currency;invoice", *rows)))
    run_jobs()

    refused = ImportedPayment.REFUSED
    assert report() == [
        (2, refused, "currency"), (3, refused, "amount"), (4, refused, "invoice"),
        (5, ImportedPayment.NEW, ""),
    ]  # fmt: skip
    columns = [
        [line.partition(":")[0] for line in each] for each in said(PaymentImport.objects.get())
    ]
    assert columns == [["Currency"], ["Amount", "Currency"], ["Invoice", "Amount", "Date"], [""]]
    assert Payment.objects.count() == 0


def test_the_help_of_an_import_says_each_name_once(payer, staff):
    html = staff.client.get("/portal/payments/imports/new/").content.decode()

    told = re.findall(r"In the file: ([^<]+)<", html)
    assert told[:3] == [
        "bank_id, transaction id, id, bank reference", "date, received on, booking date, value date",
        "amount, credit",
    ]  # fmt: skip


def test_an_import_begins_at_a_button_of_the_list(payer, staff):
    actions = staff.client.get("/portal/payments/").content.decode().partition("page-actions")[2]

    assert "Import from a file" in actions.partition("</header>")[0]
    assert "popover" not in actions.partition("</header>")[0]


def said(source):
    """What the report says of each row, line by line."""
    return [row.message.split("\n") for row in source.report.order_by("number")]


def imported(staff, payer, run_jobs, *rows):
    """Check a file of these rows, then record it. Returns both reports, as (outcome, column at fault) of each row."""
    today = clock.today().isoformat()
    text = "\n".join(
        ("bank id;date;amount;payer;currency", *(f"{row[0]};{today};{row[1]};{payer.number};{row[2]}" for row in rows))
    )  # fmt: skip
    upload(staff, text)
    run_jobs()
    checked = report()
    source = PaymentImport.objects.get()
    staff.client.post(f"/portal/payments/imports/{source.public_id}/run/")
    run_jobs()
    return [[row[1:] for row in each] for each in (checked, report())]


def test_a_currency_that_does_not_exist_refuses_its_row_alone(payer, staff, run_jobs):
    checked, done = imported(
        staff, payer, run_jobs, ("B1", "5.00", "EURO"), ("B2", "5.00", "XXX"), ("B3", "5.00", "usd")
    )

    refused = (ImportedPayment.REFUSED, "currency")
    assert checked == [refused, refused, (ImportedPayment.NEW, "")]
    assert done == [refused, refused, (ImportedPayment.RECORDED, "")]
    assert Payment.objects.get().currency == "USD"
    assert Run.objects.filter(state="succeeded").count() == 2


def test_a_row_that_was_refused_and_is_corrected_further_down_is_recorded(payer, staff, run_jobs):
    checked, done = imported(
        staff, payer, run_jobs, ("B1", "lots", ""), ("B1", "5.00", ""), ("B1", "5.00", "")
    )

    refused, known = (ImportedPayment.REFUSED, "amount"), (ImportedPayment.KNOWN, "")
    assert checked == [refused, (ImportedPayment.NEW, ""), known]
    assert done == [refused, (ImportedPayment.RECORDED, ""), known]
    assert Payment.objects.get().amount == 5


def test_ids_that_differ_only_at_their_end_are_not_taken_for_one(payer, staff, run_jobs):
    long = "B" * 95
    _checked, done = imported(
        staff, payer, run_jobs, (f"{long}1", "5.00", ""), (f"{long}2", "6.00", ""),
        (long[:90], "7.00", ""),
    )  # fmt: skip

    refused = (ImportedPayment.REFUSED, "bank_id")
    assert done == [refused, refused, (ImportedPayment.RECORDED, "")]
    assert Payment.objects.get().external_id == f"bank:{long[:90]}"


def test_a_file_without_its_columns_is_refused(staff, at_distributor):
    page = upload(staff, "when;how much\n1;2\n")

    assert page.status_code == 400
    assert "bank_id, date, amount" in page.content.decode()
    assert PaymentImport.objects.count() == 0


def test_staff_record_a_payment_for_an_invoice_and_take_it_out_again(payer, staff):
    invoice = make_invoice(payer, "124.00")
    url = f"/portal/accounts/{payer.public_id}/payments/new/"
    form = staff.client.get(f"{url}?invoice={invoice.public_id}").content.decode()
    assert f"{invoice.number}: €124.00" in form
    assert 'name="amount" value="124.00"' in form

    page = staff.client.post(
        url,
        {
            "amount": "130", "currency": "EUR", "received_on": clock.today().isoformat(),
            "invoice": invoice.public_id, "reference": "Cheque",
        },
    )  # fmt: skip
    payment = Payment.objects.get()
    assert page.headers["location"] == f"/portal/payments/{payment.public_id}/"
    shown = staff.client.get(page.headers["location"]).content.decode()
    assert invoice.number in shown
    assert "Payment recorded" in shown

    allocation = Allocation.objects.get()
    staff.client.post(f"/portal/allocations/{allocation.pk}/undo/", {"reason": "Wrong one"})
    invoice.refresh_from_db()
    assert (invoice.state, Allocation.objects.count()) == (InvoiceState.ISSUED, 0)

    staff.client.post(f"/portal/payments/{payment.public_id}/allocate/", {"invoice": ""})
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    tab = staff.client.get(f"/portal/invoices/{invoice.public_id}/?tab=payments").content.decode()
    assert payment.number in tab


def test_a_payments_history_names_what_it_was_used_for_and_an_invoices_what_paid_it(payer, staff):
    invoices = [make_invoice(payer, "10.00") for _n in range(2)]
    payment = payment_record(
        payer=payer,
        amount=Decimal(15),
        currency="EUR",
        received_on=clock.today(),
        actor=staff.actor,
    )
    url = f"/portal/payments/{payment.public_id}/"
    shown = body_of(staff, url)
    for each in invoices:
        # With a look of its own: as the name of a row it would pass for plain text.
        assert f'<a href="/portal/invoices/{each.public_id}/">{each.number}</a>' in shown
    undone = Allocation.objects.get(invoice=invoices[0])
    staff.client.post(f"/portal/allocations/{undone.pk}/undo/", {"reason": "A mistake"})

    first, second = (each.number for each in invoices)
    told = re.findall(r'class="timeline-title">([^<]*)<', body_of(staff, f"{url}?tab=timeline"))
    assert sorted(told) == sorted(
        [f"Used for {first}", f"Used for {second}", f"Taken out of {first}", "Payment recorded"]
    )
    page = f"/portal/invoices/{invoices[0].public_id}/"
    told = re.findall(r'class="timeline-title">([^<]*)<', body_of(staff, f"{page}?tab=timeline"))
    assert f"Paid by {payment.number}" in told
    assert f"{payment.number} taken out" in told


def body_of(person, url):
    answer = person.client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_a_mistake_is_told_on_its_field_and_nothing_is_recorded(payer, staff):
    page = staff.client.post(
        f"/portal/accounts/{payer.public_id}/payments/new/",
        {"amount": "-5", "currency": "EUR", "received_on": clock.today().isoformat()},
    )

    assert page.status_code == 400
    assert Payment.objects.count() == 0


def test_the_account_shows_limit_exposure_and_what_is_available(payer, staff):
    make_invoice(payer, "124.00")
    payer.credit_limit = Decimal(200)
    payer.save()

    page = staff.client.get(f"/portal/accounts/{payer.public_id}/").content.decode()

    assert "Exposure" in page
    assert "€124.00" in page
    assert "€76.00" in page


def test_who_may_only_look_changes_nothing_and_strangers_see_nothing(
    payer, staff, tenant, reseller
):
    make_invoice(payer, "10.00")
    payment = payment_record(
        payer=payer, amount=Decimal(10), received_on=clock.today(), actor=staff.actor
    )
    looker = person_of_staff(make_staff(payer.organization, "read_only"))
    url = f"/portal/payments/{payment.public_id}/"
    undo = f"/portal/allocations/{Allocation.objects.get().pk}/undo/"

    assert looker.client.get(url).status_code == 200
    assert looker.client.post(undo, {"reason": "x"}).status_code == 403
    assert tenant.client.get(url).status_code == 404
    assert tenant.client.post(undo, {"reason": "x"}).status_code == 404
    assert payment.number not in tenant.client.get("/portal/payments/").content.decode()
    assert Allocation.objects.count() == 1
