"""Invoices, credit notes, runs and schedules on the portal, in the shop and over the API; nobody sees a level above."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bss.accounts.models import Contact
from bss.accounts.services import organization_edit
from bss.billing.models import CreditNote, Invoice, InvoiceLine, PrintedDocument
from bss.billing.services import lot_settle, order_bill
from bss.billing.services.printing import paper_of
from bss.core.actor import SYSTEM
from bss.core.models import Run
from bss.pricing.ports import CHARGES_DUE
from bss.subscriptions.ports import LOT_CHARGES
from notifications.models import Delivery
from notifications.selectors import words_shown
from tests.conftest import person_of_account
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.billing import MONTHLY, make_bought, make_order, take_seats
from tests.factories.orders import make_product

pytestmark = pytest.mark.usefixtures("rate")
D = Decimal


@pytest.fixture
def payer(reseller, at_start):
    return reseller.account


@pytest.fixture
def lot(payer, customer, product):
    """Five seats for a year in twelve parts: cost 60.00, price 100.00, resale 130.00."""
    found = make_bought(payer, product, customer=customer, resale="26", plan=MONTHLY)
    order_bill(order_id=found.order_line.order_id, actor=SYSTEM)
    return found


@pytest.fixture
def invoice(lot):
    return Invoice.everywhere.get()


@pytest.fixture
def credit_note(lot):
    reduction = take_seats(lot, 2)
    order_bill(order_id=reduction.order_line.order_id, actor=SYSTEM)
    return CreditNote.everywhere.get()


def page(person, path, status=200):
    answer = person.client.get(path)
    assert answer.status_code == status, path
    if status != 200:
        return ""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body if answer["Content-Type"] == "application/pdf" else body.decode()


def test_staff_see_an_invoice_with_its_profit(staff, invoice, lot):
    assert "INV-2026-000001" in page(staff, "/portal/invoices/")
    shown = page(staff, f"/portal/invoices/{invoice.public_id}/")
    for words in ("Techsolutions", "€8.33", "€10.33", "€3.33", "Mailbox", "Tax 24 %"):
        assert words in shown
    assert lot.subscription.number in shown


def test_the_payer_sees_it_in_the_shop_without_the_cost(reseller, invoice):
    assert "INV-2026-000001" in page(reseller, "/my-account/invoices/")
    shown = page(reseller, f"/my-account/invoices/{invoice.public_id}/")
    assert "€8.33" in shown
    assert "€10.83" in shown
    for secret in ("€5.00", "€3.33", "Profit"):
        assert secret not in shown


@pytest.mark.parametrize("file", ["", "pdf/", "csv/"])
def test_nobody_else_sees_it(rival, tenant, invoice, file):
    page(rival, f"/my-account/invoices/{invoice.public_id}/{file}", 404)
    page(tenant, f"/portal/invoices/{invoice.public_id}/{file}", 404)


def test_a_resellers_customer_has_no_invoices(customer, shop, invoice):
    person = person_of_account(customer, shop)

    page(person, "/my-account/invoices/", 404)
    page(person, f"/my-account/invoices/{invoice.public_id}/", 404)
    assert "/my-account/invoices/" not in page(person, "/my-account/")


def test_a_draft_is_for_staff_alone(staff, reseller, invoice):
    draft = Invoice.everywhere.create(
        organization=invoice.organization, scope=invoice.scope, payer=invoice.payer, currency="EUR",
        seller=invoice.seller, buyer=invoice.buyer,
    )  # fmt: skip

    page(staff, f"/portal/invoices/{draft.public_id}/")
    page(staff, f"/portal/invoices/{draft.public_id}/pdf/", 409)
    page(reseller, f"/my-account/invoices/{draft.public_id}/", 404)
    assert draft.public_id not in page(reseller, "/my-account/invoices/")


def test_the_pdf_is_made_once_and_is_the_same_ever_after(staff, reseller, invoice):
    first = page(reseller, f"/my-account/invoices/{invoice.public_id}/pdf/")
    again = page(staff, f"/portal/invoices/{invoice.public_id}/pdf/")

    assert first.startswith(b"%PDF-")
    assert first == again
    assert PrintedDocument.everywhere.count() == 1


def test_an_invoice_says_where_to_pay_with_which_reference_and_a_credit_note_does_not(
    payer, credit_note, lot, distributor, product
):
    organization_edit(
        organization=distributor, version=None, actor=SYSTEM, bank_details="IBAN GR16 0110 1250"
    )
    before = Invoice.everywhere.get()
    order_bill(order_id=make_bought(payer, product).order_line.order_id, actor=SYSTEM)
    after = Invoice.everywhere.latest("pk")

    printed = paper_of(after)
    assert printed.notes[0] == (
        f"IBAN GR16 0110 1250\nPlease give the number {after.number} when you pay by transfer."
    )
    assert printed.lines[0].period == "Nov 10, 2026\u2009\u2013\u2009Nov 10, 2027"
    for document in (before, credit_note):
        assert not any("IBAN" in note for note in paper_of(document).notes)


def test_an_installment_stands_beside_what_its_unit_price_is_for(reseller, invoice, credit_note):
    [line] = paper_of(invoice).lines
    assert (line.quantity, line.unit_price, line.per, line.net) == (
        "5", "€20.00", "per year", "€8.33",
    )  # fmt: skip
    assert "installment 1 of 12" in line.detail
    assert paper_of(credit_note).lines[0].per == "per year"
    assert "per year" in page(reseller, f"/my-account/invoices/{invoice.public_id}/")
    text = page(reseller, f"/my-account/invoices/{invoice.public_id}/csv/")
    assert ",20.0000000000,P1Y,8.3300," in text

    # As on documents that were issued before this was kept.
    InvoiceLine.everywhere.update(unit="")
    [line] = paper_of(invoice).lines
    assert (line.unit_price, line.per) == ("€20.00", "")
    assert "per year" not in page(reseller, f"/my-account/invoices/{invoice.public_id}/")


def test_the_payers_own_number_stands_on_the_page_the_paper_and_the_mail_of_its_invoice(
    staff, reseller, payer, product, run_jobs
):
    reference = "PO-" + "1234567" * 11
    for number in (reference, ""):
        order = make_order(payer, purchase_order=number)
        make_bought(payer, product, order=order)
        order_bill(order_id=order.pk, actor=SYSTEM)
    run_jobs()
    invoice, without = Invoice.everywhere.order_by("pk")

    shown = page(reseller, f"/my-account/invoices/{invoice.public_id}/")
    assert f"<dt>Your number</dt><dd>{reference}</dd>" in shown
    shown = page(staff, f"/portal/invoices/{invoice.public_id}/")
    assert f"<dt>Purchase order</dt><dd>{reference}</dd>" in shown
    assert ("Your number", reference) in paper_of(invoice).facts
    assert "Your number" not in page(reseller, f"/my-account/invoices/{without.public_id}/")
    assert "Purchase order" not in page(staff, f"/portal/invoices/{without.public_id}/")

    told, other = Delivery.everywhere.filter(kind="invoice_issued").order_by("pk")
    for words in (words_shown(told).text, words_shown(told).html):
        assert "Purchase-order number:" in words
        assert reference in words
    assert "Purchase-order number:" not in words_shown(other).text


def test_the_lines_as_csv_are_canonical_and_without_the_cost(reseller, invoice):
    text = page(reseller, f"/my-account/invoices/{invoice.public_id}/csv/")

    head, line = text.strip().splitlines()
    assert "Net" in head
    assert ",8.3300,10.8300,24.0000" in line
    assert "5.00" not in line


def test_a_credit_note_has_pages_and_files_too(staff, reseller, rival, credit_note):
    for person, path in ((staff, "/portal/credit-notes/"), (reseller, "/my-account/credit-notes/")):
        assert "CN-2026-000001" in page(person, path)
        assert "€4.13" in page(person, f"{path}{credit_note.public_id}/")
        assert page(person, f"{path}{credit_note.public_id}/pdf/").startswith(b"%PDF-")
        assert "3.3300" in page(person, f"{path}{credit_note.public_id}/csv/")
    page(rival, f"/my-account/credit-notes/{credit_note.public_id}/", 404)


def test_the_schedule_of_a_subscription_at_each_readers_level(staff, reseller, customer, shop, lot):
    path = f"/subscriptions/{lot.subscription.public_id}/"
    own = person_of_account(customer, shop)

    for shown in (page(staff, f"/portal{path}?tab=payments"), page(reseller, path)):
        assert "€8.33" in shown
        assert "INV-2026-000001" in shown
        assert "€5.00" not in shown
        # Its first invoice is not paid yet: what is left to bill is not all that is owed.
        assert "still to be billed" in shown.lower()
    seen = page(own, path)
    assert "€10.83" in seen
    for secret in ("€8.33", "€5.00", "INV-2026-000001"):
        assert secret not in seen


def test_what_an_account_is_to_be_billed(staff, payer, lot):
    shown = page(staff, f"/portal/accounts/{payer.public_id}/?tab=billing")

    assert "€8.33" in shown
    assert "INV-2026-000001" in shown


def test_staff_start_a_run_and_bill_an_account_now(staff, payer, lot, run_jobs, travel):
    travel(timedelta(days=31))
    started = staff.client.post(f"/portal/accounts/{payer.public_id}/bill/")
    run_jobs()

    run = Run.objects.latest("pk")
    assert started["Location"] == f"/portal/runs/{run.public_id}/"
    assert "Techsolutions" in page(staff, started["Location"])
    assert Invoice.everywhere.count() == 2

    staff.client.post("/portal/billing-runs/start/")
    run_jobs()
    assert Invoice.everywhere.count() == 2
    assert page(staff, "/portal/billing-runs/").count("Billing run of") >= 2


def test_a_run_tells_what_came_of_it_and_stands_among_the_runs(staff, payer, lot, run_jobs, travel):
    travel(timedelta(days=52))
    for _time in range(2):
        staff.client.post("/portal/billing-runs/start/")
        run_jobs()
    empty, billed = Run.objects.order_by("-pk")[:2]

    shown = page(staff, f"/portal/runs/{billed.public_id}/")
    assert "Invoices: 1. Credit notes: 0. Items: 1." in shown
    assert "See the invoices" in shown
    shown = page(staff, f"/portal/runs/{empty.public_id}/")
    assert "Nothing was due." in shown
    assert '<li><a href="/portal/billing-runs/">Billing runs</a></li>' in shown
    marked = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', shown)
    assert marked == ["/portal/billing-runs/"]
    for absent in ("See the invoices", "so far", "Nothing has been logged yet."):
        assert absent not in shown


def test_a_customers_statement_is_what_its_reseller_charges_it(
    reseller, customer, shop, lot, credit_note, rival
):
    own = person_of_account(customer, shop)
    listed = page(own, "/my-account/statements/")
    # 130.00 in 12 is 10.83; for three seats it is 6.50: 4.33 are given back.
    assert "€6.50" in listed
    path = f"/my-account/statements/{customer.public_id}/2026-11/"
    shown = page(own, path)
    for words in ("€10.83", "-€4.33", "not a tax document", "Techsolutions"):
        assert words in shown
    # Below the amounts that it sums.
    total = '<td role="cell" colspan="4">Total without tax</td><td role="cell" class="end"><bdi class="amount">€6.50<'
    assert total in shown.partition("<tfoot")[2]
    for secret in ("€8.33", "€3.33", "€5.00"):
        assert secret not in shown + listed
    page(rival, path, 404)
    page(own, f"/my-account/statements/{customer.public_id}/2026-12/", 404)
    page(own, f"/my-account/statements/{customer.public_id}/nonsense/", 404)

    assert "Aegean Foods" in page(reseller, "/my-account/statements/")
    exported = page(reseller, "/my-account/statements/?export=csv").strip().splitlines()
    assert exported[1:] == ["2026-11,Aegean Foods,EUR,6.5000"]
    lines = page(reseller, f"{path}?export=csv").strip().splitlines()
    assert len(lines) == 3


def test_a_statement_names_what_was_billed_whatever_the_subscription_became(
    reseller, customer, shop, lot, credit_note
):
    own = person_of_account(customer, shop)
    path = f"/my-account/statements/{customer.public_id}/2026-11/"
    complete = make_product(lot.product.organization, name="Complete")
    subscriptions = type(lot.subscription).everywhere
    subscriptions.update(product=complete, name="Complete")
    type(complete).everywhere.filter(pk=lot.product_id).update(name="Mailbox as renamed")

    for person in (own, reseller):
        shown = page(person, path)
        assert shown.count("<div>Mailbox<div") == 2
        assert "given back" in shown
        assert "Complete" not in shown
        assert "as renamed" not in shown
        exported = page(person, f"{path}?export=csv")
        assert exported.count(f"{lot.subscription.number},Mailbox,Mailbox,") == 2
        assert "Complete" not in exported

    # What somebody called it is its name, whatever it is.
    subscriptions.update(name="Kitchen")
    assert page(own, path).count(f"{lot.subscription.number}, Kitchen") == 2
    assert f"{lot.subscription.number},Kitchen,Mailbox," in page(own, f"{path}?export=csv")


@pytest.mark.parametrize(
    ("refund", "first"), [("full", "Nov 10, 2026"), ("unused", "Nov 20, 2026")]
)
def test_a_credit_says_everywhere_for_which_time_it_is(
    staff, reseller, customer, shop, payer, product, travel, refund, first
):
    lot = make_bought(payer, product, customer=customer, price="365", resale="365")
    order_bill(order_id=lot.order_line.order_id, actor=SYSTEM)
    travel(timedelta(days=10))
    reduction = take_seats(lot, 2, refund=refund)
    order_bill(order_id=reduction.order_line.order_id, actor=SYSTEM)
    note = CreditNote.everywhere.get()

    line = note.lines.get()
    assert (line.starts_at, line.ends_at) == (
        lot.starts_at if refund == "full" else reduction.at, lot.term.ends_at,
    )  # fmt: skip
    # Whoever recomputes it: two seats, for this share of the year.
    share = (line.ends_at - line.starts_at) / (lot.term.ends_at - lot.term.starts_at)
    assert line.net == round(2 * 365 * D(share), 2)

    [printed] = paper_of(note).lines
    assert printed.period == f"{first}\u2009\u2013\u2009Nov 10, 2027"
    own = person_of_account(customer, shop)
    statement = f"/my-account/statements/{customer.public_id}/2026-11/"
    for person, path in (
        (staff, f"/portal/credit-notes/{note.public_id}/"),
        (reseller, f"/my-account/credit-notes/{note.public_id}/"),
        (own, statement),
    ):
        period = r'<span><time datetime="(\S+)"[^>]*>[^<]+</time> \u2013 <time datetime="(\S+)"'
        *_others, last = re.findall(period, page(person, path))
        assert last == (line.starts_at.isoformat(), line.ends_at.isoformat())
    for path in (f"/my-account/credit-notes/{note.public_id}/csv/", f"{statement}?export=csv"):
        *_others, last = page(reseller, path).strip().splitlines()
        assert f",{line.starts_at.isoformat()},{line.ends_at.isoformat()}," in last


def test_a_payers_own_subscriptions_are_on_no_statement(reseller, payer, product):
    own = make_bought(payer, product)
    order_bill(order_id=own.order_line.order_id, actor=SYSTEM)

    assert "No statements yet" in page(reseller, "/my-account/statements/")


def test_whoever_receives_invoices_is_written_to_once(payer, product, run_jobs):
    chief = ContactFactory(account=payer, email="chief@example.org", is_primary=False)
    books = ContactFactory(account=payer, email="books@example.org", receives_invoices=True)
    lot = make_bought(payer, product, plan=MONTHLY)
    order_bill(order_id=lot.order_line.order_id, actor=SYSTEM)
    run_jobs()
    lot_settle(lot_id=lot.pk, actor=SYSTEM)
    run_jobs()

    told = Delivery.everywhere.filter(kind="invoice_issued")
    invoice = Invoice.everywhere.get()
    assert [each.recipient for each in told] == [books.email]
    assert told[0].context["total"] == "€10.33"
    assert told[0].context["link"].endswith(f"/my-account/invoices/{invoice.public_id}/")
    assert chief.email not in {each.recipient for each in told}


def test_the_page_of_an_invoice_says_to_whom_it_was_sent(reseller, payer, product):
    ContactFactory(account=payer, email="books@example.org", receives_invoices=True)
    lot = make_bought(payer, product)
    order_bill(order_id=lot.order_line.order_id, actor=SYSTEM)
    invoice = Invoice.everywhere.get()

    assert "books@example.org" in page(reseller, f"/my-account/invoices/{invoice.public_id}/")


def test_without_one_the_company_itself_is(payer, product, run_jobs):
    Contact.everywhere.filter(account=payer).update(receives_invoices=False)
    type(payer).everywhere.filter(pk=payer.pk).update(corporate_email="office@example.org")
    lot = make_bought(payer, product)
    order_bill(order_id=lot.order_line.order_id, actor=SYSTEM)
    reduction = take_seats(lot, 1)
    order_bill(order_id=reduction.order_line.order_id, actor=SYSTEM)
    run_jobs()

    told = Delivery.everywhere.filter(kind__in=["invoice_issued", "credit_note_issued"])
    assert {each.recipient for each in told} == {"office@example.org"}
    assert told.count() == 2


def test_what_goes_out_of_the_ports(payer, customer, lot, product):

    other = AccountFactory(parent=payer)
    make_more = make_bought(payer, product, customer=other, plan=MONTHLY, price="2")
    lot_settle(lot_id=make_more.pk, actor=SYSTEM)
    day = date(2027, 1, 1)
    due = CHARGES_DUE.get().due
    asked = {"payer_id": payer.pk, "currency": "EUR", "days": [day, date(2027, 1, 2)]}

    assert sorted(each.net for each in due(customer_id=None, **asked)[day]) == [
        D("0.83"),
        D("8.33"),
    ]
    assert [each.net for each in due(customer_id=other.pk, **asked)[day]] == [D("0.83")]
    assert due(customer_id=None, **asked).keys() == {day}

    charged = LOT_CHARGES.get().charged([lot.pk, make_more.pk, 0])
    assert charged.keys() == {lot.pk, make_more.pk}
    assert [each.is_invoiced for each in charged[lot.pk]] == [True] + [False] * 11
    assert sum(each.part.amounts.price for each in charged[lot.pk]) == D(100)
