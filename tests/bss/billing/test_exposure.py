"""What a payer owes: each part counted once, and the credit check at checkout to the cent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.billing.choices import CardPurpose, CardState
from bss.billing.models import CardPayment, CardToken, Credit, Installment, InvoiceLine
from bss.billing.selectors import owed_by
from bss.billing.services import payment_record
from bss.core import clock, scope
from bss.core.actor import SYSTEM
from bss.orders.choices import LineState, OrderState
from bss.orders.errors import CreditExceeded
from bss.orders.models import Order, OrderLine
from bss.orders.ports import CREDIT_EXPOSURE
from bss.orders.services import basket_place
from bss.subscriptions.models import SeatLot, SeatReduction, Subscription
from tests.factories.billing import make_line, make_order
from tests.factories.orders import make_basket, make_product, make_subscription
from tests.factories.settling import make_credit_note, make_invoice


@pytest.fixture
def payer(reseller, at_distributor):
    return reseller.account


def limit(account, amount):
    Account.everywhere.filter(pk=account.pk).update(credit_limit=amount)
    account.refresh_from_db()


def lot_of(subscription):
    """The seats of a subscription as its order line bought them, nothing scheduled yet."""
    found = SeatLot.objects.filter(subscription=subscription).first()
    return found or SeatLot.objects.create(
        organization=subscription.organization,
        scope=subscription.scope,
        subscription=subscription,
        term=subscription.terms.get(),
        order_line=subscription.order_line,
        product=subscription.product,
        bought=5,
        quantity=5,
        charged_quantity=5,
        starts_at=subscription.terms.get().starts_at,
        currency="EUR",
        unit_price=10,
    )


def charge(model, lot, amount, **values):
    subscription = lot.subscription
    return model.objects.create(
        organization=subscription.organization,
        scope=subscription.scope,
        payer=subscription.payer,
        customer=subscription.customer,
        subscription=subscription,
        lot=lot,
        currency="EUR",
        price=Decimal(amount),
        bills_on=clock.today(),
        **values,
    )


def scheduled(lot, amount, number=1, **values):
    return charge(
        Installment,
        lot,
        amount,
        number=number,
        count=2,
        quantity=5,
        due_at=clock.now(),
        ends_at=clock.now() + timedelta(days=30),
        **values,
    )


def card_hold(payer, amount, order=None):
    card = CardToken.objects.create(
        organization=payer.organization,
        scope=payer.scope,
        account=payer,
        token="tok",
        brand="Visa",
        last_digits="4242",
        expires_on=clock.today() + timedelta(days=300),
    )
    return CardPayment.objects.create(
        organization=payer.organization,
        scope=payer.scope,
        account=payer,
        card=card,
        purpose=CardPurpose.ORDER,
        reference="basket",
        currency="EUR",
        amount=Decimal(amount),
        key="key",
        order=order,
        state=CardState.AUTHORISED,
    )


def ordered(payer, amount, state="executing", line="provisioning"):
    """An order with a line of `amount`, net."""
    order = make_order(payer, state=state)
    make_line(order, make_product(payer.organization), state=line, total=Decimal(amount))
    return order


def test_invoices_count_with_tax_until_they_are_settled(payer, django_assert_num_queries):
    make_invoice(payer, "124.00")
    make_invoice(payer, "10.00")
    make_invoice(payer, "7.00", currency="USD")
    payment_record(payer=payer, amount=Decimal(30), received_on=clock.today(), actor=SYSTEM)

    with django_assert_num_queries(1):
        owed = owed_by(payer.pk, "EUR")

    assert (owed.invoices, owed.payments, owed.exposure) == (104, 0, 104)
    assert owed_by(payer.pk, "USD").exposure == 7


def test_credit_counts_until_it_is_used(payer):
    make_credit_note(payer, "20.00")
    payment_record(payer=payer, amount=Decimal(5), received_on=clock.today(), actor=SYSTEM)
    card_hold(payer, "12.50", order=ordered(payer, "12.50"))

    owed = owed_by(payer.pk, "EUR")

    assert (owed.credit_notes, owed.payments, owed.held) == (20, 5, Decimal("12.5"))
    assert (owed.ordered, owed.exposure) == (Decimal("12.5"), -25)


def test_an_order_counts_from_placing_until_its_installments_do(payer, staff):
    product = make_product(payer.organization, price="10")
    subscription = make_subscription(payer, product, active=False)
    assert owed_by(payer.pk, "EUR").ordered == 50

    line = subscription.order_line
    OrderLine.objects.filter(pk=line.pk).update(state=LineState.DELIVERED, delivered_at=clock.now())
    # What was delivered before seats were kept in lots has been paid for elsewhere.
    assert owed_by(payer.pk, "EUR").exposure == 0


def test_a_delivered_line_is_neither_lost_nor_counted_twice(payer):
    product = make_product(payer.organization, price="10")
    subscription = make_subscription(payer, product)
    Installment.objects.all().delete()
    lot = lot_of(subscription)
    assert owed_by(payer.pk, "EUR").exposure == 50

    scheduled(lot, "25")
    second = scheduled(lot, "25", number=2)
    owed = owed_by(payer.pk, "EUR")
    assert (owed.ordered, owed.scheduled, owed.exposure) == (0, 50, 50)

    # On an invoice it is the invoice that counts.
    Installment.objects.filter(pk=second.pk).update(state="invoiced")
    invoice = make_invoice(payer, "31.00")
    owed = owed_by(payer.pk, "EUR")
    assert (owed.ordered, owed.scheduled, owed.invoices) == (0, 25, 31)

    reduction = SeatReduction.objects.create(
        organization=lot.organization,
        scope=lot.scope,
        lot=lot,
        order_line=subscription.order_line,
        quantity=1,
        charged_quantity=4,
        at=clock.now(),
        refund="full",
    )
    line = InvoiceLine.objects.create(
        organization=invoice.organization, scope=invoice.scope, invoice=invoice, text="Mailbox",
        installment=second, customer=second.customer, subscription=subscription, net=25,
    )  # fmt: skip
    charge(Credit, lot, "5", reduction=reduction, quantity=1, corrects=line)
    assert owed_by(payer.pk, "EUR").exposure == 25 + 31 - 5


@pytest.mark.parametrize(
    ("order_state", "line_state", "counted"),
    [
        (OrderState.PLACED, LineState.PENDING, 50),
        (OrderState.EXECUTING, LineState.NEEDS_INPUT, 50),
        (OrderState.PARTLY_EXECUTED, LineState.FAILED, 0),
        (OrderState.DRAFT, LineState.PENDING, 0),
        (OrderState.PENDING_APPROVAL, LineState.PENDING, 0),
        (OrderState.CANCELLED, LineState.CANCELLED, 0),
        (OrderState.FAILED, LineState.FAILED, 0),
    ],
)
def test_what_is_under_way_counts(payer, order_state, line_state, counted):
    product = make_product(payer.organization, price="10")
    make_subscription(payer, product, active=False)
    Order.objects.update(state=order_state)
    OrderLine.objects.update(state=line_state)

    assert owed_by(payer.pk, "EUR").exposure == counted


def test_a_rivals_debts_are_its_own(payer, rival):
    make_invoice(rival.account, "10.00")

    assert owed_by(payer.pk, "EUR").exposure == 0
    assert CREDIT_EXPOSURE.get().exposure(rival.account.pk, "EUR") == 10


def test_an_end_customers_order_sees_what_its_reseller_owes(payer, customer_account):
    make_invoice(payer, "10.00")

    with scope.activate(customer_account.scope):
        assert owed_by(payer.pk, "EUR").exposure == 10


def test_one_cent_too_much_is_refused_at_checkout_and_exactly_the_limit_is_not(
    payer, reseller, shop
):
    product = make_product(payer.organization, price="12.34", cost="1")
    make_invoice(payer, "100.00")
    limit(payer, "112.33")
    basket = make_basket(reseller, shop, product)

    with pytest.raises(CreditExceeded) as caught:
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert Decimal(caught.value.extra["available"]) == Decimal("12.33")
    assert Order.objects.count() == 0

    # A cent comes in.
    payment_record(payer=payer, amount=Decimal("0.01"), received_on=clock.today(), actor=SYSTEM)
    order = basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert order.total == Decimal("12.34")
    assert owed_by(payer.pk, "EUR").exposure == Decimal("112.33")


def test_only_what_is_held_for_an_order_under_way_counts(payer, reseller, shop):
    product = make_product(payer.organization, price="12.34", cost="1")
    limit(payer, "0")
    basket = make_basket(reseller, shop, product)
    with pytest.raises(CreditExceeded):
        basket_place(basket=basket, actor=reseller.actor, terms=None)

    # Held for another basket it pays for nothing that is ordered here.
    card_hold(payer, "12.34")
    with pytest.raises(CreditExceeded):
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert (Order.objects.count(), owed_by(payer.pk, "EUR").exposure) == (0, 0)

    # Nor held for an order that was given up, until somebody lets go of it.
    for state, counted in (
        ("cancelled", "0"),
        ("failed", "0"),
        ("rejected", "0"),
        ("executing", "12.34"),
    ):
        CardPayment.objects.update(order=ordered(payer, "12.34", state=state))
        assert owed_by(payer.pk, "EUR").held == Decimal(counted)
    assert owed_by(payer.pk, "EUR").exposure == 0
    assert Subscription.objects.count() == 0


def test_the_tax_that_a_card_holds_secures_no_other_order(payer, reseller, shop):
    """Of 1000 net the card holds 1240: nothing else may be had by the 240."""
    limit(payer, "0")
    card_hold(payer, "1240.00", order=ordered(payer, "1000.00"))
    basket = make_basket(reseller, shop, make_product(payer.organization, price="120", cost="1"))

    with pytest.raises(CreditExceeded):
        basket_place(basket=basket, actor=reseller.actor, terms=None)

    owed = owed_by(payer.pk, "EUR")
    assert (owed.ordered, owed.held, owed.exposure) == (1000, 1000, 0)
    assert Order.objects.filter(account=payer).count() == 1


def test_what_is_held_is_worth_what_is_left_of_its_order(payer):
    """A line that failed is not invoiced; on the invoice what is left counts with its tax, as it is captured."""
    order = ordered(payer, "600.00")
    failed = make_line(
        order, make_product(payer.organization), state="failed", total=Decimal("400.00")
    )
    card_hold(payer, "1240.00", order=order)
    assert (owed_by(payer.pk, "EUR").held, owed_by(payer.pk, "EUR").exposure) == (600, 0)

    order.lines.exclude(pk=failed.pk).update(state=LineState.DELIVERED, delivered_at=clock.now())
    make_invoice(payer, "744.00", order=order)
    owed = owed_by(payer.pk, "EUR")
    assert (owed.invoices, owed.held, owed.exposure) == (744, 744, 0)

    payment_record(payer=payer, amount=Decimal(244), received_on=clock.today(), actor=SYSTEM)
    owed = owed_by(payer.pk, "EUR")
    assert (owed.invoices, owed.held, owed.exposure) == (500, 500, 0)


def test_installments_to_come_are_not_what_a_card_holds_for(payer):
    """Of two installments the card holds the first, which is due with the order; the second needs a limit."""
    product = make_product(payer.organization, price="10")
    subscription = make_subscription(payer, product)
    Installment.objects.all().delete()
    lot, order = lot_of(subscription), subscription.order_line.order
    card_hold(payer, "31.00", order=order)
    scheduled(lot, "25", order=order)
    scheduled(lot, "25", number=2)

    owed = owed_by(payer.pk, "EUR")

    assert (owed.scheduled, owed.held, owed.exposure) == (50, 25, 25)


@pytest.mark.parametrize(("back", "left"), [("20", 10), ("30", 0), ("40", 0)])
def test_what_its_order_gives_back_is_not_what_a_card_holds_for(payer, back, left):
    """Of seats at 30 for others of which `back` is given back a card holds the difference, with tax."""
    subscription = make_subscription(payer, make_product(payer.organization, price="30"))
    Installment.objects.all().delete()
    lot, line = lot_of(subscription), subscription.order_line
    before = scheduled(lot, back, number=2, state="invoiced")
    scheduled(lot, "30", order=line.order)
    reduction = SeatReduction.objects.create(
        organization=lot.organization, scope=lot.scope, lot=lot, order_line=line, quantity=5,
        charged_quantity=0, at=clock.now(), refund="unused",
    )  # fmt: skip
    invoice = make_invoice(payer, back)
    payment_record(payer=payer, amount=Decimal(back), received_on=clock.today(), actor=SYSTEM)
    paid = InvoiceLine.objects.create(
        organization=invoice.organization, scope=invoice.scope, invoice=invoice, text="Mailbox",
        installment=before, customer=before.customer, subscription=subscription, net=before.price,
    )  # fmt: skip
    charge(Credit, lot, back, quantity=5, reduction=reduction, corrects=paid)
    card_hold(payer, "12.40", order=line.order)

    owed = owed_by(payer.pk, "EUR")

    assert (owed.held, owed.exposure) == (left, 30 - Decimal(back) - left)
