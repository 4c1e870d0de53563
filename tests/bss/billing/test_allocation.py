"""What settles what: payments and credit notes into invoices, oldest first, never more than either has."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bss.billing.choices import CreditNoteState, InvoiceState
from bss.billing.errors import AnotherCurrency, NothingToSettle, PaymentInUse
from bss.billing.models import Allocation, CreditNote, Invoice, Payment
from bss.billing.services import (
    allocation_undo,
    credit_note_allocate,
    invoice_settle_from_credit,
    payment_allocate,
    payment_delete,
    payment_record,
)
from bss.core import clock
from bss.core.errors import Invalid
from bss.core.history import timeline_for
from bss.core.models import Event
from tests.factories.accounts import AccountFactory
from tests.factories.settling import make_credit_note, make_invoice

EARLIER = date(2026, 1, 31)
LATER = date(2026, 2, 28)


@pytest.fixture
def payer(at_distributor):
    return AccountFactory(organization=at_distributor, name="Rhein Maschinenbau")


def paid(payer, amount, staff, **values):
    return payment_record(
        payer=payer,
        amount=Decimal(amount),
        received_on=clock.today(),
        actor=staff.actor,
        **values,
    )


def now(row):
    return type(row).objects.get(pk=row.pk)


def test_a_payment_settles_the_invoice_that_is_due_first(payer, staff):
    second = make_invoice(payer, "50.00", due_on=LATER)
    first = make_invoice(payer, "100.00", due_on=EARLIER)

    payment = paid(payer, "120.00", staff)

    assert (now(first).state, now(first).settled) == (InvoiceState.SETTLED, 100)
    assert (now(second).state, now(second).settled) == (InvoiceState.ISSUED, 20)
    assert (payment.number[:4], now(payment).unallocated) == ("PAY-", 0)
    assert Event.objects.filter(name="invoice.settled").count() == 1


def test_the_invoice_that_was_named_comes_first(payer, staff):
    first = make_invoice(payer, "100.00", due_on=EARLIER)
    second = make_invoice(payer, "50.00", due_on=LATER)

    paid(payer, "60.00", staff, invoice=second)

    assert (now(second).state, now(first).settled) == (InvoiceState.SETTLED, 10)


def test_what_is_paid_too_much_settles_the_next_invoice_when_it_is_issued(payer, staff, run_jobs):
    first = make_invoice(payer, "100.00")
    payment = paid(payer, "130.00", staff)
    assert now(payment).unallocated == 30

    second = make_invoice(payer, "50.00")
    run_jobs()

    assert (now(first).open_amount, now(second).open_amount) == (0, 20)
    assert now(payment).unallocated == 0


def test_a_credit_note_is_used_before_payments_and_is_used_up_once(payer, staff, run_jobs):
    payment = paid(payer, "30.00", staff)
    note = make_credit_note(payer, "40.00")
    run_jobs()

    invoice = make_invoice(payer, "60.00")
    run_jobs()

    assert (now(note).state, now(note).open_amount) == (CreditNoteState.SETTLED, 0)
    assert (now(invoice).state, now(payment).unallocated) == (InvoiceState.SETTLED, 10)
    assert credit_note_allocate(credit_note=note, actor=staff.actor) == []
    assert invoice_settle_from_credit(invoice=invoice, actor=staff.actor) == []
    assert Allocation.objects.count() == 2


def test_a_credit_note_goes_into_what_is_open_already(payer, run_jobs):
    invoice = make_invoice(payer, "60.00")
    note = make_credit_note(payer, "40.00")
    run_jobs()

    assert (now(invoice).open_amount, now(note).state) == (20, CreditNoteState.SETTLED)


def test_an_invoice_of_nothing_is_settled(payer, run_jobs):
    invoice = make_invoice(payer, "0.00")
    run_jobs()

    assert now(invoice).state == InvoiceState.SETTLED
    assert Allocation.objects.count() == 0


def test_currencies_do_not_mix(payer, staff, run_jobs):
    euro = make_invoice(payer, "10.00")
    payment = paid(payer, "10.00", staff, currency="USD")
    run_jobs()

    assert (now(euro).open_amount, now(payment).unallocated) == (10, 10)
    with pytest.raises(AnotherCurrency):
        payment_allocate(payment=payment, invoice=euro, actor=staff.actor)
    with pytest.raises(AnotherCurrency):
        paid(payer, "10.00", staff, currency="USD", invoice=euro)
    assert Payment.objects.count() == 1


def test_anothers_invoice_is_not_settled(payer, staff, at_distributor):
    foreign = make_invoice(AccountFactory(organization=at_distributor), "10.00")
    payment = paid(payer, "10.00", staff)

    with pytest.raises(NothingToSettle):
        payment_allocate(payment=payment, invoice=foreign, actor=staff.actor)
    assert (now(foreign).settled, now(payment).allocated) == (0, 0)


def test_a_settled_invoice_takes_no_more(payer, staff):
    invoice = make_invoice(payer, "10.00")
    paid(payer, "10.00", staff)

    with pytest.raises(NothingToSettle):
        paid(payer, "5.00", staff, invoice=invoice)
    assert Payment.objects.count() == 1


def test_a_banks_payment_is_taken_once(payer, staff):
    one = paid(payer, "10.00", staff, external_id="bank-1")
    two = paid(payer, "10.00", staff, external_id="bank-1")

    assert one == two
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"received": 1}, "received_on"),
        ({"currency": "EUX"}, "currency"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XXX"}, "currency"),
    ],
)
def test_what_cannot_have_been_paid_is_refused(payer, staff, values, field):
    with pytest.raises(Invalid) as caught:
        payment_record(
            payer=payer,
            amount=Decimal(values.get("amount", "1")),
            currency=values.get("currency", ""),
            received_on=clock.today() + timedelta(days=values.get("received", 0)),
            actor=staff.actor,
        )

    assert list(caught.value.errors) == [field]
    assert Payment.objects.count() == 0


def test_an_end_customer_pays_nobody_here(staff, customer_account, at_distributor):
    with pytest.raises(Invalid):
        paid(customer_account, "1.00", staff)


def test_an_allocation_taken_back_opens_the_invoice_and_gives_the_credit_back(payer, staff):
    invoice = make_invoice(payer, "100.00")
    payment = paid(payer, "100.00", staff)

    allocation_undo(
        allocation=invoice.allocations.get(), actor=staff.actor, reason="Wrong customer"
    )

    assert (now(invoice).state, now(invoice).settled) == (InvoiceState.ISSUED, 0)
    assert now(payment).unallocated == 100
    told = [(e.action, e.reason) for e in timeline_for(invoice)[:2]]
    assert ("invoice.allocation_undone", "Wrong customer") in told
    with pytest.raises(NothingToSettle):
        allocation_undo(allocation=Allocation(pk=1, invoice=invoice), actor=staff.actor)


def test_a_credit_note_that_was_used_up_can_be_used_again(payer, staff, run_jobs):
    invoice = make_invoice(payer, "40.00")
    note = make_credit_note(payer, "40.00")
    run_jobs()

    allocation_undo(allocation=invoice.allocations.get(), actor=staff.actor)

    assert (now(note).state, now(note).settled) == (CreditNoteState.ISSUED, 0)
    assert len(credit_note_allocate(credit_note=note, actor=staff.actor)) == 1


def test_a_payment_is_deleted_only_while_nothing_uses_it(payer, staff):
    invoice = make_invoice(payer, "10.00")
    payment = paid(payer, "10.00", staff)
    with pytest.raises(PaymentInUse):
        payment_delete(payment=payment, actor=staff.actor, reason="Typing mistake")

    allocation_undo(allocation=invoice.allocations.get(), actor=staff.actor)
    payment_delete(payment=payment, actor=staff.actor, reason="Typing mistake")

    assert Payment.objects.count() == 0
    assert timeline_for(payer)[0].action == "payment.deleted"


amount = st.decimals(min_value="0.01", max_value="300", places=2)
step = st.tuples(st.sampled_from(["invoice", "note", "payment", "undo", "use"]), amount)


@given(st.lists(step, max_size=14))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_nothing_is_used_twice(payer, staff, steps):
    """Sums of allocations are what both sides say, and exceed neither."""
    for table in (Allocation, Payment, CreditNote, Invoice):
        table.objects.all().delete()
    for what, some in steps:
        if what == "invoice":
            made = make_invoice(payer, str(some))
            invoice_settle_from_credit(invoice=made, actor=staff.actor)
        elif what == "note":
            credit_note_allocate(credit_note=make_credit_note(payer, str(some)), actor=staff.actor)
        elif what == "payment":
            paid(payer, str(some), staff)
        elif what == "undo" and (one := Allocation.objects.order_by("?").first()):
            allocation_undo(allocation=one, actor=staff.actor)
        elif what == "use" and (one := Payment.objects.order_by("?").first()):
            payment_allocate(payment=one, actor=staff.actor)
        _holds()


def _holds():
    for rows, column, total in (
        (Invoice.objects.all(), "settled", "total"),
        (CreditNote.objects.all(), "settled", "total"),
        (Payment.objects.all(), "allocated", "amount"),
    ):
        for row in rows:
            used = row.allocations.aggregate(sum=Sum("amount"))["sum"] or 0
            assert used == getattr(row, column) <= getattr(row, total)
    for invoice in Invoice.objects.all():
        assert (invoice.state == InvoiceState.SETTLED) == (invoice.open_amount == 0)
