"""Two who settle at the same moment: real threads, one euro used once."""

from __future__ import annotations

from decimal import Decimal
from threading import Barrier
from time import monotonic

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from bss.billing.choices import CardState, InvoiceState, LadderStep
from bss.billing.locks import payer_locked
from bss.billing.models import (
    Allocation,
    CardPayment,
    CreditNote,
    DunningStep,
    Invoice,
    Payment,
)
from bss.billing.services import (
    allocation_undo,
    credit_note_allocate,
    invoice_charge,
    invoice_settle_from_credit,
    order_bill,
    payment_record,
)
from bss.billing.services.ladder import suspend_for
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.orders.choices import OrderSource
from bss.orders.models import Basket, Order
from bss.orders.services import basket_place, order_number
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.models import ScheduledChange
from bss.subscriptions.services import change_request
from tests.bss.orders.test_races import at_once, refusals, somebody_waits
from tests.factories.accounts import AccountFactory
from tests.factories.billing import make_rate
from tests.factories.orders import make_basket, make_product, make_subscription
from tests.factories.settling import make_credit_note, make_invoice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payer(at_distributor):
    return AccountFactory(organization=at_distributor)


def pay(payer, amount, **values):
    return payment_record(
        payer=payer,
        amount=Decimal(amount),
        received_on=clock.today(),
        actor=SYSTEM,
        **values,
    )


def test_payments_and_credit_at_once_settle_an_invoice_once(payer, at_distributor):
    invoice = make_invoice(payer, "100.00")
    note = make_credit_note(payer, "60.00")

    done = at_once(
        at_distributor.scope,
        lambda: pay(payer, "70.00"),
        lambda: pay(payer, "70.00"),
        lambda: credit_note_allocate(credit_note=note, actor=SYSTEM),
        lambda: invoice_settle_from_credit(invoice=invoice, actor=SYSTEM),
    )

    assert refusals(done) == []
    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.settled) == (InvoiceState.SETTLED, 100)
    assert Allocation.objects.aggregate(sum=Sum("amount"))["sum"] == 100
    left = sum(p.unallocated for p in Payment.objects.all()) + CreditNote.objects.get().open_amount
    assert left == 100


def test_two_tabs_of_a_card_payer_hold_its_money_once(
    card_payer, leave_card, reseller, shop, provider
):
    leave_card(card_payer)
    make_basket(reseller, shop, make_product(card_payer.organization, price="20"))

    def place():
        basket = Basket.objects.select_related("account__payment_method", "customer").get()
        return basket_place(basket=basket, actor=reseller.actor, terms=None)

    done = at_once(card_payer.organization.scope, place, place, place)

    assert refusals(done) == []
    assert len({order.pk for order in done}) == 1
    [held] = CardPayment.objects.all()
    assert (held.state, held.order_id) == (CardState.AUTHORISED, done[0].pk)
    assert [(p["status"], p["amount"]) for p in provider.payments()] == [("authorised", "20.00")]


def test_charging_an_invoice_waits_for_its_payer_before_it_holds_the_invoice(
    card_payer, leave_card, provider
):
    """Whoever records a payment holds the payer and wants the invoice: the other way round they would wait for ever."""
    leave_card(card_payer)
    invoice = make_invoice(card_payer, "20.00")
    held = Barrier(2)

    def record():
        with transaction.atomic():
            payer_locked(card_payer.pk)
            held.wait(timeout=10)
            until = monotonic() + 10
            while not somebody_waits():
                assert monotonic() < until, "nobody waits for the payer"
            return Invoice.objects.select_for_update(nowait=True).get(pk=invoice.pk)

    def charge():
        held.wait(timeout=10)
        return invoice_charge(invoice=Invoice.objects.get(pk=invoice.pk), actor=SYSTEM)

    done = at_once(card_payer.organization.scope, record, charge)

    assert refusals(done) == []
    assert Invoice.objects.get().state == InvoiceState.SETTLED


def test_the_ladder_waits_for_a_payment_under_way_and_then_suspends_nothing(
    reseller, at_distributor
):
    make_rate(at_distributor)
    subscription = make_subscription(reseller.account, make_product(at_distributor))
    order_bill(order_id=subscription.order_line.order_id, actor=SYSTEM)
    invoice = Invoice.objects.get()
    DunningStep.objects.create(
        organization=at_distributor, scope=invoice.scope, invoice=invoice,
        step=LadderStep.SUSPEND, on=clock.today(),
    )  # fmt: skip
    held = Barrier(2)

    def record():
        with transaction.atomic():
            payer_locked(reseller.account.pk)
            held.wait(timeout=10)
            until = monotonic() + 10
            while not somebody_waits():
                assert monotonic() < until, "nobody waits for the payer"
            return pay(reseller.account, invoice.total)

    def climb():
        held.wait(timeout=10)
        return suspend_for(invoice=Invoice.objects.get(pk=invoice.pk))

    done = at_once(at_distributor.scope, record, climb)

    assert refusals(done) == []
    assert Invoice.objects.get().state == InvoiceState.SETTLED
    assert ScheduledChange.objects.count() == 0


def test_seats_that_wait_for_their_payer_keep_no_number_from_others(reseller, at_distributor):
    """A number is kept from everybody until its transaction ends: it is taken once nothing else is waited for."""
    subscription = make_subscription(reseller.account, make_product(at_distributor))
    bought = Order.objects.get()
    held = Barrier(2)

    def order():
        with transaction.atomic(), connection.cursor() as cursor:
            payer_locked(reseller.account.pk)
            held.wait(timeout=10)
            until = monotonic() + 10
            while not somebody_waits():
                assert monotonic() < until, "nobody waits for the payer"
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            return order_number(at_distributor.pk)

    def ask():
        held.wait(timeout=10)
        return change_request(
            subscription=subscription, kind=ChangeKind.QUANTITY, quantity=8, actor=reseller.actor,
            source=OrderSource.STOREFRONT,
        )  # fmt: skip

    number, change = at_once(at_distributor.scope, order, ask)

    asked = change.order_line.order
    assert bought.number < number < asked.number
    assert list(Order.objects.order_by("pk")) == [bought, asked]


def test_one_allocation_is_taken_back_once(payer, at_distributor):
    invoice = make_invoice(payer, "100.00")
    pay(payer, "100.00")
    allocation = invoice.allocations.select_related("invoice").get()

    def undo():
        return allocation_undo(allocation=allocation, actor=SYSTEM)

    done = at_once(at_distributor.scope, undo, undo)

    assert refusals(done) == ["NOTHING_TO_SETTLE"]
    assert (Invoice.objects.get().settled, Payment.objects.get().allocated) == (0, 0)


def test_a_banks_payment_read_by_two_runs_is_recorded_once(payer, at_distributor):
    done = at_once(
        at_distributor.scope,
        lambda: pay(payer, "5.00", external_id="bank:1"),
        lambda: pay(payer, "5.00", external_id="bank:1"),
    )

    assert refusals(done) == []
    assert Payment.objects.count() == 1
