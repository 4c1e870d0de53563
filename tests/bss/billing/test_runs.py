"""Billing: of an order at once, of what is due by runs; once, without gaps, whoever is at fault."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from bss.accounts.models import Account, PaymentMethod
from bss.billing import services
from bss.billing.errors import DraftOutdated, DraftTaxChanged
from bss.billing.models import (
    Credit,
    CreditNote,
    CreditNoteLine,
    Installment,
    Invoice,
    InvoiceLine,
    NumberRange,
)
from bss.billing.selectors import BILLING_RUN
from bss.billing.services import (
    allocation_undo,
    billing_run_start,
    invoice_issue,
    invoice_void,
    order_bill,
)
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.core.errors import IllegalTransition
from bss.core.history import HistoryEntry
from bss.core.models import Run, RunLine
from bss.pricing.errors import RateMissing
from bss.pricing.models import TaxRate
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.services import change_apply, change_request
from bss.subscriptions.tasks import changes_due
from tests.factories.accounts import AccountFactory, ResellerFactory
from tests.factories.billing import (
    MONTHLY,
    add_seats,
    make_bought,
    make_line,
    make_lot,
    make_order,
    make_rate,
    make_term,
    take_seats,
)
from tests.factories.orders import make_product, make_subscription
from tests.factories.settling import make_invoice

pytestmark = pytest.mark.usefixtures("rate")
D = Decimal


def invoices(**values):
    return list(Invoice.everywhere.filter(**values).order_by("pk"))


def billed(lot):
    """Bill the order that bought the lot, as its execution would."""
    return order_bill(order_id=lot.order_line.order_id, actor=SYSTEM)


def numbers():
    return sorted(Invoice.everywhere.exclude(number="").values_list("number", flat=True))


# An order, at once -----------------------------------------------------------------------------------------------


def test_an_executed_order_has_one_invoice_with_the_first_installment_only(
    payer, customer, product
):
    lot = make_bought(payer, product, customer=customer, price="20", resale="26", plan=MONTHLY)

    billed(lot)

    [invoice] = invoices()
    [line] = invoice.lines.all()
    assert (invoice.number, invoice.state, invoice.order_id) == (
        "INV-2026-000001", "issued", lot.order_line.order_id,
    )  # fmt: skip
    assert (invoice.payer_id, invoice.scope) == (payer.pk, payer.scope)
    assert (invoice.net, invoice.tax, invoice.total) == (D("8.33"), D("2.00"), D("10.33"))
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 10), date(2026, 12, 10))
    assert (line.net, line.resale, line.quantity, line.unit_price) == (
        D("8.33"), D("10.83"), 5, D(20),
    )  # fmt: skip
    assert (line.text, line.tax_class, line.tax_percent) == ("Mailbox", "standard", D(24))
    assert line.detail == f"{lot.subscription.number}, Aegean Foods, installment 1 of 12"
    assert list(Installment.everywhere.values_list("state", flat=True).order_by("number")) == [
        "invoiced", *["scheduled"] * 11,
    ]  # fmt: skip


def test_billed_again_nothing_happens(payer, product):
    lot = make_bought(payer, product)
    billed(lot)
    billed(lot)

    assert (len(invoices()), InvoiceLine.everywhere.count()) == (1, 1)


def test_while_a_line_is_in_flight_the_order_waits_and_the_run_leaves_it_alone(
    payer, product, bill
):
    order = make_order(payer, state="executing")
    make_bought(payer, product, order=order)
    waiting = make_line(order, product, state="needs_input")

    order_bill(order_id=order.pk, actor=SYSTEM)
    bill()
    assert invoices() == []

    type(waiting).everywhere.filter(pk=waiting.pk).update(state="failed")
    bill()
    assert [invoice.order_id for invoice in invoices()] == [order.pk]


def test_both_parties_are_frozen(payer, product):
    Account.everywhere.filter(pk=payer.pk).update(
        vat_id="EL123456789", city="Πάτρα", address_1="Ρήγα Φεραίου 12", postcode="26221"
    )
    billed(make_bought(payer, product))
    Account.everywhere.filter(pk=payer.pk).update(name="Renamed", city="Athens")

    [invoice] = invoices()
    assert (invoice.buyer["name"], invoice.buyer["city"], invoice.buyer["vat_id"]) == (
        "Techsolutions", "Πάτρα", "EL123456789",
    )  # fmt: skip
    assert invoice.seller["name"] == "Meridian Cloud Distribution"
    assert invoice.taxes == [
        {"treatment": "standard", "tax_class": "standard", "percent": "24.0000", "net": "100.0000",
         "tax": "24.00", "text": ""}
    ]  # fmt: skip


def test_days_to_pay_are_those_of_the_payment_method(payer, product):
    payer.payment_method = PaymentMethod.everywhere.create(
        organization=payer.organization, name="Debit", payment_days=7
    )
    payer.save()
    billed(make_bought(payer, product))

    assert invoices()[0].due_on == date(2026, 11, 17)


def test_an_action_that_gives_back_has_a_credit_note_of_its_invoices_tax(
    payer, product, run_jobs, travel
):
    """The rate goes up in between: what is given back takes the rate it was charged with."""
    lot = make_bought(payer, product, quantity=5, price="20")
    billed(lot)
    TaxRate.everywhere.update(valid_until=date(2026, 11, 30))
    make_rate(payer.organization, "25", valid_from=date(2026, 12, 1))
    travel(timedelta(days=30))
    reduction = take_seats(lot, 2)

    order_bill(order_id=reduction.order_line.order_id, actor=SYSTEM)

    [note] = CreditNote.everywhere.all()
    [line] = note.lines.all()
    assert (note.number, note.state, note.net, note.tax, note.total) == (
        "CN-2026-000001", "issued", D(40), D("9.60"), D("49.60"),
    )  # fmt: skip
    assert (line.quantity, line.net, line.credit.state) == (2, D(40), "issued")
    assert "for invoice INV-2026-000001" in line.detail
    assert (len(invoices()), Credit.everywhere.count()) == (1, 1)


@pytest.mark.parametrize("change", ["vat id", "exempt", "class"])
def test_what_is_given_back_is_taxed_as_it_was_whatever_is_true_of_payer_and_product_since(
    payer, product, change
):
    """Sold to Germany from Greece with the seller's 24 %: neither a VAT id nor a lower class takes tax back from it."""
    Account.everywhere.filter(pk=payer.pk).update(tax_country="DE")
    lot = make_bought(payer, product, quantity=5, price="20")
    billed(lot)
    make_rate(payer.organization, "13", tax_class="reduced")
    match change:
        case "vat id":
            Account.everywhere.filter(pk=payer.pk).update(vat_id="DE123456789")
        case "exempt":
            Account.everywhere.filter(pk=payer.pk).update(taxable=False)
        case "class":
            type(product).everywhere.filter(pk=product.pk).update(tax_class="reduced")

    order_bill(order_id=take_seats(lot, 5).order_line.order_id, actor=SYSTEM)

    [invoice] = invoices()
    [note] = CreditNote.everywhere.all()
    assert (note.net, note.tax, note.total) == (invoice.net, invoice.tax, invoice.total)
    assert (note.taxes, invoice.tax) == (invoice.taxes, D(24))
    assert note.lines.get().tax_class == "standard"


def test_what_was_not_taxed_is_given_back_without_tax(payer, product):
    """Reverse charge when it was sold, none any more: the words for it stand on the credit note too."""
    Account.everywhere.filter(pk=payer.pk).update(tax_country="DE", vat_id="DE123456789")
    lot = make_bought(payer, product, quantity=5, price="20")
    billed(lot)
    Account.everywhere.filter(pk=payer.pk).update(tax_country="GR", vat_id="")

    order_bill(order_id=take_seats(lot, 5).order_line.order_id, actor=SYSTEM)

    [note] = CreditNote.everywhere.all()
    assert (note.net, note.tax, note.taxes) == (D(100), D(0), invoices()[0].taxes)
    assert note.taxes[0]["text"].startswith("Reverse charge")


@pytest.mark.parametrize(
    ("refund", "back", "kept"),
    [
        # Two of five seats for all the time they were had: two fifths of either invoice.
        ("full", {"INV-2026-000001": "3.33", "INV-2026-000002": "3.33"}, D(0)),
        # 40 for 332 of 365 days is 36.38; 33.34 of it is not due yet. The rest is of the month that was paid ahead.
        ("unused", {"INV-2026-000002": "3.04"}, D("3.62")),
    ],
)
def test_a_credit_is_split_over_the_invoices_that_it_corrects(
    payer, product, bill, travel, refund, back, kept
):
    """The rate goes up from the first installment to the second."""
    lot = make_bought(payer, product, quantity=5, price="20", plan=MONTHLY)
    billed(lot)
    TaxRate.everywhere.update(valid_until=date(2026, 11, 30))
    make_rate(payer.organization, "25", valid_from=date(2026, 12, 1))
    travel(timedelta(days=33))
    bill(payer)
    reduction = take_seats(lot, 2, refund=refund)

    order_bill(order_id=reduction.order_line.order_id, actor=SYSTEM)

    found = CreditNoteLine.everywhere.select_related("credit_note").order_by("pk")
    named = {line.detail.rpartition("for invoice ")[2]: str(line.net.normalize()) for line in found}
    assert named == back
    rates = {"INV-2026-000001": D(24), "INV-2026-000002": D(25)}
    assert {line.tax_percent for line in found} == {rates[number] for number in back}
    assert [note.tax for note in CreditNote.everywhere.order_by("pk")] == [
        (note.net * rates[number] / 100).quantize(D("0.01"))
        for number, note in zip(back, CreditNote.everywhere.order_by("pk"), strict=True)
    ]
    # The others go too, with everything. An invoice gives back no more than it charged.
    order_bill(order_id=take_seats(lot, 3, refund="full").order_line.order_id, actor=SYSTEM)
    left = [
        line.net - sum((credit.price for credit in line.credits.all()), D(0))
        for line in InvoiceLine.everywhere.all()
    ]
    assert min(left) >= 0
    assert sum(left) == kept
    assert bill(payer).result["items"] == 0


def test_one_credit_note_takes_what_was_taxed_alike(at_start, payer, product):
    """Two invoices of one day with a class each: nothing contradicts, so the payer gets one document."""
    other = make_product(at_start, units=("P1Y",), tax_class="reduced")
    make_rate(at_start, "13", tax_class="reduced")
    lots = [make_bought(payer, each, quantity=5, price="20") for each in (product, other)]
    for lot in lots:
        billed(lot)
    back = make_order(payer)
    for lot in lots:
        take_seats(lot, 5, order=back)

    order_bill(order_id=back.pk, actor=SYSTEM)

    [note] = CreditNote.everywhere.all()
    assert (note.net, note.tax) == (D(200), D(37))
    assert {line["percent"] for line in note.taxes} == {"24.0000", "13.0000"}


def test_an_order_cannot_be_deleted_once_its_installments_exist(payer, product, run_jobs):
    from django.db.models import ProtectedError

    lot = make_bought(payer, product, plan=MONTHLY)
    run_jobs()

    with pytest.raises(ProtectedError):
        lot.order_line.order.delete()


# Runs -----------------------------------------------------------------------------------------------------------


def test_a_run_bills_what_is_due_once_and_to_the_cent(payer, customer, product, bill, travel):
    lot = make_bought(payer, product, customer=customer, quantity=5, price="20", plan=MONTHLY)
    other = make_bought(payer, product, quantity=1, price="7", plan=MONTHLY)
    billed(lot)
    billed(other)
    assert bill().result["items"] == 0

    travel(timedelta(days=52))
    run = bill()

    assert (run.state, run.failures) == ("succeeded", 0)
    assert run.result == {
        "invoices": 1, "credit_notes": 0, "items": 2, "held": 0, "refused": 0,
    }  # fmt: skip
    last = invoices()[-1]
    assert (last.number, last.issued_on) == ("INV-2027-000001", date(2027, 1, 1))
    assert sorted(line.net for line in last.lines.all()) == [D("0.58"), D("8.33")]
    assert (last.net, last.tax, last.total) == (D("8.91"), D("2.14"), D("11.05"))
    assert bill().result["items"] == 0
    assert len(invoices()) == 3


def test_one_invoice_for_each_customer_where_the_payer_wants_that(payer, product, bill, travel):
    Account.everywhere.filter(pk=payer.pk).update(separate_invoices=True)
    people = [AccountFactory(parent=payer, name=name) for name in ("Aegean", "Pelagos")]
    for who in people:
        billed(make_bought(payer, product, customer=who, plan=MONTHLY, resale="26"))
    travel(timedelta(days=52))
    bill()

    found = invoices(order=None)
    assert sorted(invoice.customer_id for invoice in found) == sorted(who.pk for who in people)
    assert {invoice.payer_id for invoice in found} == {payer.pk}


def test_numbers_have_no_gap_over_orders_runs_and_years(at_start, product, bill, travel):
    for _n in range(3):
        billed(make_bought(ResellerFactory(organization=at_start), product, plan=MONTHLY))
    travel(timedelta(days=52))
    bill()
    bill()

    assert numbers() == [
        "INV-2026-000001", "INV-2026-000002", "INV-2026-000003",
        "INV-2027-000001", "INV-2027-000002", "INV-2027-000003",
    ]  # fmt: skip
    assert dict(NumberRange.everywhere.values_list("year", "value")) == {2026: 3, 2027: 3}


def test_a_payer_without_a_rate_is_named_and_the_others_are_billed(
    at_start, payer, product, bill, travel
):
    odd = make_product(at_start, units=("P1Y",), tax_class="reduced")
    good = ResellerFactory(organization=at_start, name="Northbridge IT")
    billed(make_bought(good, product, plan=MONTHLY))
    lot = make_bought(payer, odd, plan=MONTHLY)
    assert billed(lot).refused.keys() == {payer.pk}
    travel(timedelta(days=52))

    run = bill()

    assert {invoice.payer_id for invoice in invoices()} == {good.pk}
    assert (run.state, run.failures, run.result["refused"]) == ("succeeded", 1, 1)
    line, told = RunLine.objects.filter(run=run).order_by("pk")
    assert line.level == "error"
    assert told.text == "Invoices: 1. Credit notes: 0. Items: 1."
    assert line.text.startswith(
        "Techsolutions was not billed, or not in full. No tax rate of Greece"
    )
    assert Installment.everywhere.filter(payer=payer, state="scheduled").count() == 12

    make_rate(at_start, "13", tax_class="reduced")
    bill()
    # Of the order at once, and of the billing day: skipped by nobody.
    assert sorted(i.order_id is None for i in invoices(payer=payer)) == [False, True]


def test_what_lacks_a_rate_waits_and_the_rest_of_its_order_is_billed(
    at_start, payer, product, run_jobs
):
    odd = make_product(at_start, name="Reduced", units=("P1Y",), tax_class="reduced")
    order = make_order(payer)
    for each in (odd, product):
        make_bought(payer, each, quantity=5, price="20", order=order)

    outcome = order_bill(order_id=order.pk, actor=SYSTEM)

    assert (outcome.invoices, outcome.items, list(outcome.refused)) == (1, 1, [payer.pk])
    [invoice] = invoices()
    assert [line.text for line in invoice.lines.all()] == ["Mailbox"]
    assert (invoice.net, invoice.total) == (D(100), D(124))
    told = HistoryEntry.objects.get(action="order.unbilled", subject_id=order.pk)
    assert told.reason.startswith("No tax rate of Greece")

    make_rate(at_start, "13", tax_class="reduced")
    order_bill(order_id=order.pk, actor=SYSTEM)
    assert [(i.order_id, i.total) for i in invoices()] == [(order.pk, D(124)), (order.pk, D(113))]
    assert not Installment.everywhere.filter(state="scheduled").exists()


def test_what_lacks_a_rate_withholds_no_credit_note(at_start, payer, product, bill):
    """What is given back takes the tax of the invoice that it corrects: no rate of today is needed."""
    lot = make_bought(payer, product)
    billed(lot)
    make_bought(payer, make_product(at_start, units=("P1Y",), tax_class="reduced"))
    take_seats(lot, 1)

    run = bill()

    assert (run.result["credit_notes"], run.result["refused"], run.failures) == (1, 1, 1)
    assert CreditNote.everywhere.get().tax == D("4.80")
    assert len(invoices()) == 1


def test_a_fault_of_one_payer_does_not_stop_the_rest(at_start, payer, product, bill, travel):
    """The database refuses one payer's row; whoever shared its transaction is billed all the same."""
    good = ResellerFactory(organization=at_start, name="Northbridge IT")
    for who in (payer, good):
        billed(make_bought(who, product, plan=MONTHLY))
    travel(timedelta(days=52))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE billing_invoice ADD CONSTRAINT fault CHECK (payer_id <> %s) NOT VALID",
            [payer.pk],
        )

    run = bill()

    assert [invoice.payer_id for invoice in invoices(order=None)] == [good.pk]
    assert (run.result["invoices"], run.result["refused"], run.failures) == (1, 1, 1)
    assert (
        "Techsolutions was not billed, or not in full. IntegrityError"
        in RunLine.objects.get(run=run, level="error").text
    )
    assert numbers()[-1] == "INV-2027-000001"


@pytest.mark.parametrize(("ended", "refused"), [(2, 0), (100, 1)])
def test_what_the_database_ended_for_anothers_sake_is_done_again(
    at_start, payer, product, bill, travel, ended, refused
):
    """Twice it is a deadlock and then it goes through; where it never does its payer alone is named."""
    good = ResellerFactory(organization=at_start, name="Northbridge IT")
    for who in (payer, good):
        billed(make_bought(who, product, plan=MONTHLY))
    travel(timedelta(days=52))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # What a sequence counts no rollback takes back.
        cursor.execute("CREATE SEQUENCE tries")
        cursor.execute(
            "CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN IF NEW.payer_id = %s AND nextval('tries') <= %s"
            " THEN RAISE 'deadlock detected' USING ERRCODE = '40P01'; END IF; RETURN NEW; END$$",
            [payer.pk, ended],
        )
        cursor.execute(
            "CREATE TRIGGER deadlock BEFORE INSERT ON billing_invoice"
            " FOR EACH ROW EXECUTE FUNCTION deadlock()"
        )

    run = bill()

    assert (run.result["invoices"], run.result["refused"], run.failures) == (
        2 - refused, refused, refused,
    )  # fmt: skip
    assert len(invoices(order=None, payer=payer)) == 1 - refused
    assert len(invoices(order=None, payer=good)) == 1


def test_what_is_given_back_before_its_billing_day_is_credited_and_not_billed(
    payer, product, bill, travel
):
    lot = make_bought(payer, product, plan=MONTHLY)
    billed(lot)
    travel(timedelta(days=52))
    reduction = take_seats(lot, 5)
    bill()

    assert [invoice.order_id for invoice in invoices()] == [lot.order_line.order_id]
    assert [note.net for note in CreditNote.everywhere.all()] == [D("8.33")]
    assert Credit.everywhere.get(reduction=reduction).state == "issued"


def test_bill_now_takes_what_is_due_whatever_the_billing_day(
    at_start, payer, product, bill, travel
):
    other = ResellerFactory(organization=at_start)
    for who in (payer, other):
        billed(make_bought(who, product, plan=MONTHLY))
    travel(timedelta(days=31))

    assert bill().result["items"] == 0
    run = bill(payer)

    assert run.result["items"] == 1
    assert [invoice.payer_id for invoice in invoices(order=None)] == [payer.pk]


def test_what_is_suspended_is_billed_term_by_term_until_it_is_cancelled(
    at_start, payer, bill, run_jobs, travel
):
    product = make_product(at_start, price="20", units=("P1M",))
    subscription = make_subscription(payer, product, quantity=5)

    def change(kind):
        asked = change_request(subscription=subscription, kind=kind, actor=SYSTEM, source="portal")
        change_apply(change=asked, actor=SYSTEM)
        run_jobs()

    change(ChangeKind.SUSPEND)
    for _month in range(3):
        travel(timedelta(days=31))
        changes_due()
        bill(payer)
    change(ChangeKind.CANCEL)
    bill(payer)

    assert [line.net for line in InvoiceLine.everywhere.order_by("pk")] == [D(100)] * 4
    assert Installment.everywhere.filter(state="scheduled").count() == 0


def test_it_runs_by_itself_once_a_day_where_something_is_due(payer, product, run_jobs, travel):
    from bss.billing.tasks import runs_due

    billed(make_bought(payer, product, plan=MONTHLY))
    travel(timedelta(days=53))
    runs_due()
    run_jobs()
    runs_due()
    run_jobs()

    assert Run.objects.filter(kind=BILLING_RUN).count() == 1
    assert len(invoices(order=None)) == 1


# Guards ---------------------------------------------------------------------------------------------------------


def many(payer, product, count):
    """A subscription with `count` items on one day."""
    lot = make_bought(payer, product, quantity=1)
    for _n in range(count - 1):
        make_lot(
            lot.subscription, lot.term, quantity=1, order_line=make_line(make_order(payer), product)
        )
    return lot


def test_sixteen_items_of_one_subscription_wait_for_staff_and_the_rest_is_billed(
    payer, product, bill
):
    lot = many(payer, product, 16)
    make_bought(payer, product)
    run = bill()

    assert run.result["items"] == 1
    drafts = invoices(state="draft")
    assert sum(draft.lines.count() for draft in drafts) == 16
    assert {draft.number for draft in drafts} == {""}
    warnings = RunLine.objects.filter(run=run, level="warning")
    assert lot.subscription.number in warnings[0].text
    assert "16 items" in warnings[0].text
    # Tomorrow's run leaves the drafts alone.
    assert bill().result["items"] == 0
    assert len(invoices(state="draft")) == len(drafts)


def test_fifteen_are_billed(payer, product, bill):
    many(payer, product, 15)

    assert bill().result["items"] == 15


def test_items_of_an_earlier_invoice_of_the_day_count(payer, product, bill):
    lot = many(payer, product, 15)
    bill()
    add_seats(lot, 1)
    run = bill()

    assert (run.result["items"], run.result["held"]) == (0, 1)


def test_a_period_is_not_billed_twice(payer, product, bill, travel):
    lot = make_bought(payer, product, unit="P1M")
    billed(lot)
    # A second term over the same time, as a fault would make it.
    term = make_term(lot.subscription, lot.term.starts_at + timedelta(days=3))
    make_lot(lot.subscription, term, quantity=5, order_line=make_line(make_order(payer), product))
    travel(timedelta(days=3))
    bill()

    assert len(invoices(state="issued")) == 1
    [draft] = invoices(state="draft")
    told = HistoryEntry.objects.get(action="invoice.hold", subject_id=draft.pk)
    assert "twice for a period" in told.reason


def test_seats_added_within_a_term_are_not_taken_for_the_same_period(payer, product, bill, travel):
    lot = make_bought(payer, product)
    billed(lot)
    travel(timedelta(days=40))
    add_seats(lot, 2)

    assert bill().result["items"] == 1


def test_more_than_three_years_ahead_is_refused_and_five_years_at_once_are_not(
    payer, product, bill
):
    five = make_bought(payer, product, unit="P5Y")
    far = make_bought(payer, product)
    bill_now = Installment.everywhere.filter(lot=far)
    services.lot_settle(lot_id=far.pk, actor=SYSTEM)
    bill_now.update(due_at=clock.now() + timedelta(days=3 * 366 + 5))
    run = bill()

    assert (run.result["items"], run.result["held"]) == (1, 1)
    assert InvoiceLine.everywhere.get(invoice__state="issued").subscription == five.subscription


def test_staff_issue_a_draft_all_the_same(payer, product, bill):
    many(payer, product, 16)
    bill()
    draft = invoices(state="draft")[0]

    invoice_issue(invoice=draft, actor=SYSTEM)

    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.issued_on) == (
        "issued", "INV-2026-000001", date(2026, 11, 10),
    )  # fmt: skip
    assert {line.installment.state for line in draft.lines.all()} == {"invoiced"}


def test_a_draft_is_issued_with_the_tax_of_the_day_of_its_issue(payer, product, bill, travel):
    """Held at 24 %: once the rate is 25 % it is not issued as staff saw it, but looked at again."""
    many(payer, product, 16)
    bill()
    draft = invoices(state="draft")[0]
    TaxRate.everywhere.update(valid_until=date(2026, 11, 30))
    make_rate(payer.organization, "25", valid_from=date(2026, 12, 1))
    travel(timedelta(days=30))

    with pytest.raises(DraftTaxChanged) as caught:
        invoice_issue(invoice=draft, actor=SYSTEM)
    assert "€5.00 today, no longer €4.80" in str(caught.value.message)
    draft.refresh_from_db()
    assert (draft.state, draft.tax, numbers()) == ("draft", D("4.80"), [])
    assert {line.installment.state for line in draft.lines.all()} == {"scheduled"}

    for each in invoices(state="draft"):
        invoice_void(invoice=each, actor=SYSTEM)
    bill()
    issued = invoice_issue(invoice=invoices(state="draft")[0], actor=SYSTEM)
    assert (issued.net, issued.tax, issued.total, issued.issued_on) == (
        D(20), D(5), D(25), date(2026, 12, 10),
    )  # fmt: skip


def test_a_draft_that_comes_to_the_same_names_todays_rate_and_both_parties_as_they_are(
    payer, product, bill, travel
):
    """A cent is taxed by nothing at either rate: what was shown holds, and the document says how it came to it."""
    lot = make_bought(payer, product, quantity=1, price="0.01")
    for _n in range(15):
        line = make_line(make_order(payer), product)
        make_lot(lot.subscription, lot.term, quantity=1, order_line=line)
    bill()
    draft = invoices(state="draft")[0]
    TaxRate.everywhere.update(valid_until=date(2026, 11, 30))
    make_rate(payer.organization, "25", valid_from=date(2026, 12, 1))
    Account.everywhere.filter(pk=payer.pk).update(name="Techsolutions Hellas", city="Patras")
    travel(timedelta(days=30))

    invoice_issue(invoice=draft, actor=SYSTEM)

    draft.refresh_from_db()
    assert (draft.state, draft.tax, draft.total) == ("issued", D(0), D("0.01"))
    assert (draft.buyer["name"], draft.buyer["city"]) == ("Techsolutions Hellas", "Patras")
    assert [tax["percent"] for tax in draft.taxes] == ["25.0000"]
    assert draft.lines.get().tax_percent == D(25)


def test_a_draft_without_a_rate_today_is_not_issued(payer, product, bill, travel):
    many(payer, product, 16)
    bill()
    TaxRate.everywhere.update(valid_until=date(2026, 11, 30))
    travel(timedelta(days=30))

    with pytest.raises(RateMissing):
        invoice_issue(invoice=invoices(state="draft")[0], actor=SYSTEM)

    assert (numbers(), len(invoices(state="draft"))) == ([], 16)


def test_staff_void_a_draft_and_what_it_would_charge_stays_due(payer, product, bill):
    many(payer, product, 16)
    bill()
    before = len(invoices(state="draft"))
    for draft in invoices(state="draft"):
        invoice_void(invoice=draft, actor=SYSTEM)

    assert Installment.everywhere.filter(state="scheduled").count() == 16
    assert (InvoiceLine.everywhere.count(), numbers()) == (0, [])
    bill()
    assert len(invoices(state="draft")) == before


def test_a_draft_that_is_no_longer_true_is_not_issued(payer, product, bill):
    lot = many(payer, product, 16)
    bill()
    draft = Invoice.everywhere.get(lines__installment__lot=lot)
    take_seats(lot, 1)
    services.lot_settle(lot_id=lot.pk, actor=SYSTEM)

    with pytest.raises(DraftOutdated):
        invoice_issue(invoice=draft, actor=SYSTEM)
    assert numbers() == []


def test_an_issued_invoice_is_never_void(payer, product):
    billed(make_bought(payer, product))
    [invoice] = invoices()

    with pytest.raises(IllegalTransition):
        invoice_void(invoice=invoice, actor=SYSTEM)
    assert invoice.lines.count() == 1


def test_a_credit_note_settles_what_it_corrects_before_what_is_due_earlier(
    payer, product, bill, run_jobs
):
    lot = make_bought(payer, product)
    billed(lot)
    [corrected] = invoices()
    earlier = make_invoice(payer, "500.00", due_on=corrected.due_on - timedelta(days=40))
    take_seats(lot, 1)

    bill()
    run_jobs()

    note = CreditNote.everywhere.get()
    used = {each.invoice_id: each.amount for each in note.allocations.all()}
    assert used == {corrected.pk: note.total}
    earlier.refresh_from_db()
    assert earlier.settled == 0


def test_a_credit_note_settles_what_it_corrects_before_the_invoice_it_came_with(
    payer, product, run_jobs
):
    """One order gives seats back and buys others: the new invoice is heard of first."""
    lot = make_bought(payer, product, quantity=5, price="20")
    billed(lot)
    [corrected] = invoices()
    run_jobs()
    switch = make_order(payer)
    make_bought(payer, product, quantity=5, price="30", order=switch)
    take_seats(lot, 4, order=switch)

    order_bill(order_id=switch.pk, actor=SYSTEM)
    run_jobs()

    note = CreditNote.everywhere.get()
    used = {each.invoice_id: each.amount for each in note.allocations.all()}
    assert used == {corrected.pk: D("99.20")}
    assert (note.total, note.state) == (D("99.20"), "settled")
    assert [invoice.settled for invoice in invoices()] == [D("99.20"), 0]


def test_what_staff_took_out_of_the_invoice_it_corrects_is_not_put_back(
    payer, product, bill, run_jobs
):
    lot = make_bought(payer, product)
    billed(lot)
    run_jobs()
    take_seats(lot, 1)
    bill()
    note = CreditNote.everywhere.get()
    allocation_undo(allocation=note.allocations.get(), actor=SYSTEM)

    later = make_invoice(payer, "500.00")
    run_jobs()

    assert [each.invoice_id for each in note.allocations.all()] == [later.pk]


def test_every_credit_is_on_one_note(payer, product, bill):
    lot = make_bought(payer, product)
    billed(lot)
    take_seats(lot, 1)
    take_seats(lot, 1)
    bill()
    bill()

    assert CreditNoteLine.everywhere.count() == Credit.everywhere.count() == 2


def test_a_run_of_nobody_is_a_run_too(at_start, run_jobs):
    run = billing_run_start(organization=at_start, actor=SYSTEM)
    run_jobs()
    run.refresh_from_db()

    assert (run.state, run.result["items"]) == ("succeeded", 0)
