"""Seats as they are bought, added, given back and renewed: each batch with its price, its plan and its days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.catalog.models import AddOn, ProductType
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.core.models import Event, HistoryEntry
from bss.installments.models import PaymentPlanAccess
from bss.orders.choices import OrderSource
from bss.orders.errors import PriceChanged
from bss.orders.models import Order
from bss.orders.services import order_execute
from bss.pricing.stored import from_stored
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState
from bss.subscriptions.contracts import PaymentChoice
from bss.subscriptions.errors import (
    AddOnUnknown,
    ChangeOpen,
    NotCancellable,
    NothingChanges,
    PlanNotOffered,
)
from bss.subscriptions.models import (
    ScheduledChange,
    SeatLot,
    SeatReduction,
    Subscription,
    SubscriptionAddOn,
    Term,
)
from bss.subscriptions.services import (
    change_apply,
    change_fail,
    change_preview,
    change_request,
    change_withdraw,
    term_renew,
)
from bss.subscriptions.tasks import changes_due
from tests.factories.installments import allow, make_offered, terms_of
from tests.factories.orders import (
    make_add_on,
    make_product,
    make_subscription,
    make_type,
    set_price,
)
from tests.factories.ports import granted

# A term from 10 November 2026 to 10 November 2027 has 365 days: 73 of them are a fifth.
START = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
FIFTH = timedelta(days=73)

D = Decimal


@pytest.fixture
def at_start(at_distributor):
    with clock.travel(START - clock.now()):
        yield at_distributor


@pytest.fixture
def kind(at_start):
    return make_type(at_start)


@pytest.fixture
def product(at_start, kind):
    return make_product(at_start, name="Mailbox", price="100", cost="70", units=("P1Y",), type=kind)


@pytest.fixture
def payer(reseller):
    Account.everywhere.filter(pk=reseller.account.pk).update(billing_day=1)
    reseller.account.refresh_from_db()
    return reseller.account


@pytest.fixture
def subscription(payer, product):
    return make_subscription(payer, product, quantity=5, unit="P1Y")


def ask(subscription, kind, actor=SYSTEM, **wish):
    return change_request(
        subscription=subscription, kind=kind, actor=actor, source=OrderSource.PORTAL, **wish
    )


def do(subscription, kind, **wish):
    """Asked for and agreed to by the vendor."""
    change = ask(subscription, kind, **wish)
    if change.state != ChangeState.APPLIED:
        change = change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    return change


def lots():
    """Each lot as bought, there, charged; in the order in which they were bought."""
    return [(lot.bought, lot.quantity, lot.charged_quantity) for lot in SeatLot.objects.all()]


def events(name):
    return Event.objects.filter(name=name).count()


# Bought --------------------------------------------------------------------------------------------------------


def test_a_delivered_purchase_is_one_lot_for_the_product_and_one_for_each_add_on(
    payer, product, kind
):
    plan = terms_of(make_offered(product), "5")
    add_on = make_add_on(product, price="10", units=("P1Y",))
    subscription = make_subscription(
        payer, product, quantity=5, unit="P1Y", plan=plan, add_ons=[(add_on, 2)]
    )
    own, extra = SeatLot.objects.all()
    term = Term.objects.get()
    assert (own.product, own.add_on, own.quantity) == (product, None, 5)
    assert (extra.product, extra.add_on.product, extra.quantity) == (add_on, add_on, 2)
    assert own.order_line == subscription.order_line
    assert extra.order_line == subscription.add_ons.get().order_line
    assert (own.starts_at, own.term) == (subscription.started_at, term)
    assert (own.unit_price, own.unit_cost, extra.unit_price) == (105, 70, D("10.5"))
    assert own.plan == extra.plan == subscription.plan == term.plan == plan
    assert own.refundable_until == own.starts_at + timedelta(days=7)
    assert events("seat_lot.created") == 2


@pytest.mark.parametrize(("days", "until"), [(0, timedelta(0)), (None, None)])
def test_days_to_give_back_are_frozen_with_the_lot(payer, product, kind, days, until):
    ProductType.everywhere.update(refund_days=days)
    product.refresh_from_db()
    make_subscription(payer, product, unit="P1Y")
    lot = SeatLot.objects.get()
    assert lot.refundable_until == (None if until is None else lot.starts_at + until)


# Added ---------------------------------------------------------------------------------------------------------


def test_added_seats_are_a_lot_of_their_own_for_what_is_left_of_the_term(subscription, travel):
    travel(FIFTH)
    change = do(subscription, ChangeKind.QUANTITY, quantity=8)
    assert lots() == [(5, 5, 5), (3, 3, 3)]
    added = SeatLot.objects.last()
    order = change.order_line.order
    assert (added.starts_at, added.order_line) == (order.placed_at, change.order_line)
    # Three seats of 100 for four fifths of the term.
    assert (order.total, order.total_cost) == (D("240.00"), D("168.00"))
    assert subscription.quantity == 8


def test_the_moment_of_confirming_counts_however_late_the_vendor_agrees(subscription, travel):
    travel(FIFTH)
    change = ask(subscription, ChangeKind.QUANTITY, quantity=6)
    travel(FIFTH * 2)
    change_apply(change=change, actor=SYSTEM)
    lot = SeatLot.objects.last()
    assert lot.starts_at == Order.objects.get(pk=change.order_line.order_id).placed_at
    assert lot.starts_at < clock.now() - FIFTH


def test_added_seats_join_the_plan_of_the_term(payer, product):
    plan = terms_of(make_offered(product))
    subscription = make_subscription(payer, product, quantity=1, unit="P1Y", plan=plan)
    do(subscription, ChangeKind.QUANTITY, quantity=2)
    assert [lot.plan for lot in SeatLot.objects.all()] == [plan, plan]


# Given back ----------------------------------------------------------------------------------------------------


def test_the_newest_seats_go_first(subscription, travel):
    travel(timedelta(days=1))
    do(subscription, ChangeKind.QUANTITY, quantity=8)
    travel(timedelta(days=2))
    change = do(subscription, ChangeKind.QUANTITY, quantity=4)
    assert lots() == [(5, 4, 4), (3, 0, 0)]
    reductions = [(r.quantity, r.charged_quantity, r.refund) for r in SeatReduction.objects.all()]
    assert reductions == [(3, 0, "unused"), (1, 4, "unused")]
    assert {r.at for r in SeatReduction.objects.all()} == {change.order_line.order.placed_at}
    assert events("seat_lot.reduced") == 2
    assert (change.order_line.total, subscription.quantity) == (0, 4)


def test_seats_that_go_after_their_days_stay_paid(subscription, travel):
    travel(timedelta(days=8))
    do(subscription, ChangeKind.QUANTITY, quantity=8)
    do(subscription, ChangeKind.QUANTITY, quantity=4)
    # The three that are new go for money, one of the old stays paid.
    assert lots() == [(5, 4, 5), (3, 0, 0)]
    assert [r.refund for r in SeatReduction.objects.all()] == ["unused", ""]


def test_the_days_are_those_of_the_moment_of_confirming(subscription, travel):
    travel(timedelta(days=6, hours=23))
    change = ask(subscription, ChangeKind.QUANTITY, quantity=4)
    travel(timedelta(days=3))
    change_apply(change=change, actor=SYSTEM)
    assert lots() == [(5, 4, 4)]


def test_the_product_type_says_what_is_given_back(payer, product):
    ProductType.everywhere.update(refund="full", refund_days=30)
    product.refresh_from_db()
    subscription = make_subscription(payer, product, unit="P1Y")
    do(subscription, ChangeKind.QUANTITY, quantity=4)
    assert SeatReduction.objects.get().refund == "full"


def test_cancelling_takes_every_seat_by_the_same_rules(payer, product, travel):
    add_on = make_add_on(product, price="10", units=("P1Y",))
    subscription = make_subscription(payer, product, unit="P1Y", add_ons=[(add_on, 2)])
    travel(timedelta(days=8))
    do(subscription, ChangeKind.QUANTITY, quantity=6)
    do(subscription, ChangeKind.CANCEL, when="now")
    assert subscription.state == SubscriptionState.CANCELLED
    assert lots() == [(5, 0, 5), (2, 0, 2), (1, 0, 0)]


def test_a_cancellation_at_period_end_takes_nothing(subscription, run_jobs, travel):
    change = ask(subscription, ChangeKind.CANCEL, when="period_end")
    assert from_stored(change.order_line.order.preview, "price").documents == ()
    travel(timedelta(days=366))
    order_execute(order=change.order_line.order, actor=SYSTEM)
    run_jobs()
    change_apply(change=change, actor=SYSTEM)
    assert (lots(), SeatReduction.objects.count()) == ([(5, 5, 5)], 0)


# Another product -----------------------------------------------------------------------------------------------


def test_another_product_gives_unused_time_back_whatever_the_days(
    subscription, product, kind, at_start, travel
):
    plus = make_product(at_start, name="Plus", price="150", cost="110", units=("P1Y",), type=kind)
    travel(FIFTH)
    change = do(subscription, ChangeKind.PRODUCT, product=plus)
    assert lots() == [(5, 0, 0), (5, 5, 5)]
    assert SeatReduction.objects.get().refund == "unused"
    new = SeatLot.objects.last()
    assert (new.product, new.unit_price) == (plus, 150)
    # Five of 150 for four fifths of the term, less five of 100 for as long.
    line = change.order_line
    assert (line.total, line.total_cost) == (D("200.00"), D("160.00"))
    shown = from_stored(line.order.preview, "price")
    assert shown is not None
    assert shown.net.amount == line.total


def test_add_ons_that_the_new_product_does_not_take_end_with_the_old_one(
    payer, product, kind, at_start
):
    stays = make_add_on(product, name="Archive", price="10", units=("P1Y",))
    goes = make_add_on(product, name="Fax", price="10", units=("P1Y",))
    plus = make_product(at_start, name="Plus", price="150", units=("P1Y",), type=kind)
    AddOn.everywhere.create(organization=at_start, product=plus, add_on=stays)
    subscription = make_subscription(payer, product, unit="P1Y", add_ons=[(stays, 3), (goes, 2)])
    preview = change_preview(
        subscription=subscription, kind=ChangeKind.PRODUCT, actor=SYSTEM, product=plus
    )
    assert any("Fax" in str(each.text) for each in preview.consequences)
    do(subscription, ChangeKind.PRODUCT, product=plus)
    assert lots() == [(5, 0, 0), (3, 3, 3), (2, 0, 0), (5, 5, 5)]
    assert [a.product for a in subscription.add_ons.filter(cancelled_at=None)] == [stays]


# Add-ons -------------------------------------------------------------------------------------------------------


def test_a_new_add_on_comes_at_the_price_of_the_day(subscription, product, travel):
    add_on = make_add_on(product, name="Archive", price="10", units=("P1Y",))
    travel(FIFTH)
    change = do(subscription, ChangeKind.ADD_ON, product=add_on, quantity=4)
    mine = SubscriptionAddOn.objects.get()
    assert (mine.product, mine.quantity, mine.unit_price) == (add_on, 4, 10)
    lot = SeatLot.objects.last()
    assert (lot.add_on, lot.quantity, change.order_line.total) == (mine, 4, D("32.00"))


def test_more_fewer_and_none_of_an_add_on(payer, product, travel):
    add_on = make_add_on(product, price="10", units=("P1Y",))
    subscription = make_subscription(payer, product, unit="P1Y", add_ons=[(add_on, 2)])
    mine = subscription.add_ons.get()
    do(subscription, ChangeKind.ADD_ON, add_on=mine, quantity=5)
    mine.refresh_from_db()
    do(subscription, ChangeKind.ADD_ON, add_on=mine, quantity=1)
    assert lots() == [(5, 5, 5), (2, 1, 1), (3, 0, 0)]
    mine.refresh_from_db()
    do(subscription, ChangeKind.ADD_ON, add_on=mine, quantity=0)
    mine.refresh_from_db()
    assert (mine.cancelled_at is not None, lots()[1]) == (True, (2, 0, 0))
    with pytest.raises(AddOnUnknown):
        ask(subscription, ChangeKind.ADD_ON, add_on=mine, quantity=3)


def test_an_add_on_is_had_once_and_one_of_another_subscription_not_at_all(payer, product):
    add_on = make_add_on(product, price="10", units=("P1Y",))
    first = make_subscription(payer, product, unit="P1Y", add_ons=[(add_on, 2)])
    second = make_subscription(payer, product, unit="P1Y")
    with pytest.raises(NothingChanges):
        ask(first, ChangeKind.ADD_ON, product=add_on, quantity=1)
    with pytest.raises(AddOnUnknown):
        ask(second, ChangeKind.ADD_ON, add_on=first.add_ons.get(), quantity=1)
    assert ScheduledChange.objects.count() == 0


# Renewal -------------------------------------------------------------------------------------------------------


def test_a_term_renews_with_one_lot_each_at_todays_price(payer, product, travel):
    plan = make_offered(product)
    allow(payer, "5")
    add_on = make_add_on(product, price="10", units=("P1Y",))
    subscription = make_subscription(
        payer, product, quantity=5, unit="P1Y", plan=terms_of(plan, "3"), add_ons=[(add_on, 2)]
    )
    set_price(product, "120", "P1Y")
    travel(timedelta(days=366))
    term = term_renew(subscription=subscription, actor=SYSTEM)
    own, extra = SeatLot.objects.filter(term=term)
    # Today's price with today's extra charge; the add-on's plan is not offered for it.
    assert (own.unit_price, own.plan) == (126, terms_of(plan, "5"))
    assert (extra.unit_price, extra.plan, extra.order_line) == (10, None, None)
    assert own.starts_at == term.starts_at == Term.objects.get(number=1).ends_at
    assert term.plan == own.plan
    assert events("seat_lot.created") == 4


def test_a_plan_that_is_not_offered_any_more_renews_paid_at_once_and_says_so(
    payer, product, travel
):
    plan = make_offered(product)
    allow(payer)
    subscription = make_subscription(payer, product, unit="P1Y", plan=terms_of(plan, "5"))
    PaymentPlanAccess.everywhere.update(is_enabled=False)
    travel(timedelta(days=366))
    term = term_renew(subscription=subscription, actor=SYSTEM)
    lot = SeatLot.objects.get(term=term)
    assert (lot.plan, lot.unit_price) == (None, 100)
    told = HistoryEntry.objects.get(action="subscription.plan_lapsed")
    assert "Mailbox" in told.reason


def test_what_is_off_sale_renews_at_the_price_it_had_without_the_lapsed_plans_charge(
    payer, product, travel
):
    plan = make_offered(product)
    subscription = make_subscription(payer, product, unit="P1Y", plan=terms_of(plan, "5"))
    product.is_active = False
    product.save()
    travel(timedelta(days=366))
    term_renew(subscription=subscription, actor=SYSTEM)
    assert SeatLot.objects.last().unit_price == 100


def test_the_next_term_can_be_paid_in_another_way(payer, product, travel):
    plan = make_offered(product)
    allow(payer, "5")
    subscription = make_subscription(payer, product, unit="P1Y")
    choice = PaymentChoice(plan.pk)
    preview = change_preview(
        subscription=subscription, kind=ChangeKind.RENEWAL, actor=SYSTEM, payment=choice
    )
    assert len(preview.invoices.documents) == 12
    assert not any(each.is_at_once for each in preview.invoices.documents)
    change = do(subscription, ChangeKind.RENEWAL, payment=choice)
    # Five per cent more for 500 a year.
    assert (change.state, change.order_line.order.total) == (ChangeState.APPLIED, 25)
    assert lots() == [(5, 5, 5)]
    travel(timedelta(days=366))
    term_renew(subscription=subscription, actor=SYSTEM)
    subscription.refresh_from_db()
    assert SeatLot.objects.last().plan == terms_of(plan, "5") == subscription.plan
    assert (subscription.renewal_plan_chosen, subscription.renewal_plan) == (False, None)


def test_a_plan_that_the_payer_may_not_use_is_refused(payer, product, subscription):
    plan = make_offered(product)
    with pytest.raises(PlanNotOffered):
        ask(subscription, ChangeKind.RENEWAL, payment=PaymentChoice(plan.pk))
    with pytest.raises(NothingChanges):
        ask(subscription, ChangeKind.RENEWAL, payment=PaymentChoice(None))
    assert Order.objects.count() == 1


def test_fewer_seats_from_the_next_term_are_told_to_the_vendor_before_it_begins(
    subscription, run_jobs, travel
):
    do(subscription, ChangeKind.QUANTITY, quantity=3, when="period_end")
    assert (subscription.quantity, subscription.renewal_quantity) == (5, 3)
    travel(timedelta(days=366))
    assert term_renew(subscription=subscription, actor=SYSTEM) is None
    change = ScheduledChange.objects.get(state=ChangeState.IN_PROGRESS)
    assert (change.kind, change.quantity, change.order_line.total) == ("quantity", 3, 0)
    # The vendor is slow: the renewal waits, and so does everything else.
    assert term_renew(subscription=subscription, actor=SYSTEM) is None
    with pytest.raises(ChangeOpen):
        ask(subscription, ChangeKind.QUANTITY, quantity=9)
    travel(timedelta(days=2))
    change_apply(change=change, actor=SYSTEM)
    assert lots() == [(5, 5, 5)]
    term = term_renew(subscription=subscription, actor=SYSTEM)
    subscription.refresh_from_db()
    assert (subscription.quantity, subscription.renewal_quantity) == (3, None)
    assert lots() == [(5, 5, 5), (3, 3, 3)]
    assert term.starts_at == Term.objects.get(number=1).ends_at


def test_a_next_term_whose_seats_the_vendor_refuses_renews_as_it_is_once_that_is_withdrawn(
    subscription, travel
):
    do(subscription, ChangeKind.RENEWAL, quantity=9)
    travel(timedelta(days=366))
    term_renew(subscription=subscription, actor=SYSTEM)
    change = ScheduledChange.objects.get(state=ChangeState.IN_PROGRESS)
    change_fail(change=change, code="NO_SEATS", text="Sold out.", actor=SYSTEM)
    assert term_renew(subscription=subscription, actor=SYSTEM) is None
    change_withdraw(change=change, actor=SYSTEM)
    assert term_renew(subscription=subscription, actor=SYSTEM) is not None
    subscription.refresh_from_db()
    assert (subscription.quantity, subscription.renewal_quantity) == (5, None)


def test_seats_that_cannot_be_had_for_the_next_term_are_given_up_and_told(
    subscription, payer, travel
):
    do(subscription, ChangeKind.RENEWAL, quantity=9)
    Account.everywhere.filter(pk=payer.pk).update(ordering_enabled=False)
    travel(timedelta(days=366))
    assert term_renew(subscription=subscription, actor=SYSTEM) is not None
    assert HistoryEntry.objects.filter(action="subscription.renewal_quantity_refused").count() == 1
    assert SeatLot.objects.last().quantity == 5


def test_auto_renewal_is_switched_off_and_on(subscription, travel):
    do(subscription, ChangeKind.RENEWAL, renews=False)
    assert (subscription.renews, subscription.state) == (False, SubscriptionState.ACTIVE)
    with pytest.raises(NothingChanges):
        ask(subscription, ChangeKind.RENEWAL, renews=False)
    do(subscription, ChangeKind.RENEWAL, renews=True)
    assert subscription.renews
    do(subscription, ChangeKind.RENEWAL, renews=False)
    travel(timedelta(days=366))
    term_renew(subscription=subscription, actor=SYSTEM)
    change_apply(change=ScheduledChange.objects.latest("pk"), actor=SYSTEM)
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.EXPIRED


def test_what_only_the_seller_cancels_is_not_let_to_lapse_by_its_customer(reseller, subscription):
    ProductType.everywhere.update(cancellable=False)
    subscription = Subscription.objects.select_related("product__type").get()
    with pytest.raises(NotCancellable):
        ask(subscription, ChangeKind.RENEWAL, reseller.actor, renews=False)


def test_a_change_asked_between_a_terms_end_and_its_renewal_costs_nothing_of_the_old_term(
    subscription, travel
):
    travel(timedelta(days=366))
    change = do(subscription, ChangeKind.QUANTITY, quantity=7)
    # Two more for all of the next term.
    assert (change.order_line.total, lots()) == (200, [(5, 5, 5)])
    term_renew(subscription=subscription, actor=SYSTEM)
    assert lots() == [(5, 5, 5), (7, 7, 7)]


def test_a_vendor_slow_across_a_renewal(subscription, run_jobs, travel):
    travel(timedelta(days=364))
    change = ask(subscription, ChangeKind.QUANTITY, quantity=7)
    travel(timedelta(days=3))
    assert changes_due() == 0
    assert term_renew(subscription=subscription, actor=SYSTEM) is None
    change_apply(change=change, actor=SYSTEM)
    # Two seats for the last day and a bit of the old term, seven for all of the next.
    assert changes_due() == 1
    run_jobs()
    assert lots() == [(5, 5, 5), (2, 2, 2), (7, 7, 7)]
    old, new = SeatLot.objects.all()[1:]
    assert old.starts_at < old.term.ends_at == new.starts_at


# Previews ------------------------------------------------------------------------------------------------------


def test_a_preview_is_what_is_ordered_even_if_it_was_read_for_a_while(subscription, travel):
    travel(FIFTH)
    preview = change_preview(
        subscription=subscription, kind=ChangeKind.QUANTITY, actor=SYSTEM, quantity=600
    )
    travel(timedelta(minutes=20))
    change = ask(subscription, ChangeKind.QUANTITY, quantity=600, token=preview.token)
    order = change.order_line.order
    assert order.total == preview.charged.amount == preview.invoices.net.amount
    assert from_stored(order.preview, "price") == preview.invoices
    assert order.placed_at < clock.now() - timedelta(minutes=19)


@pytest.mark.parametrize("what", ["late", "tampered", "other quantity", "other price", "another's"])
def test_what_was_not_shown_is_not_ordered(subscription, payer, product, travel, what):
    travel(FIFTH)
    token = change_preview(
        subscription=subscription, kind=ChangeKind.QUANTITY, actor=SYSTEM, quantity=8
    ).token
    quantity = 8
    if what == "late":
        travel(timedelta(minutes=31))
    elif what == "tampered":
        token = f"x{token}"
    elif what == "other quantity":
        quantity = 9
    elif what == "other price":
        Subscription.objects.update(unit_price=101)
    else:
        other = make_subscription(payer, product, unit="P1Y")
        token = change_preview(
            subscription=other, kind=ChangeKind.QUANTITY, actor=SYSTEM, quantity=8
        ).token
    orders = Order.objects.count()
    with pytest.raises(PriceChanged):
        ask(subscription, ChangeKind.QUANTITY, quantity=quantity, token=token)
    assert (Order.objects.count(), ScheduledChange.objects.count()) == (orders, 0)


def test_a_reseller_sees_its_price_and_its_customer_the_resale_price_of_one_preview(
    reseller, customer_account, shop, product
):
    from tests.conftest import person_of_account

    buyer = person_of_account(customer_account, shop)
    subscription = make_subscription(
        reseller.account, product, customer=customer_account, unit="P1Y"
    )
    Subscription.objects.update(unit_resale=130)
    subscription.refresh_from_db()
    wish = {"subscription": subscription, "kind": ChangeKind.QUANTITY, "quantity": 6}
    ours = change_preview(actor=reseller.actor, **wish)
    with granted(reseller.account, "self_service_ordering"):
        theirs = change_preview(actor=buyer.actor, **wish)
    assert (ours.charged.amount, theirs.charged.amount) == (100, 130)
    assert theirs.invoices.first.tax is None
    with granted(reseller.account, "self_service_ordering"):
        change = ask(subscription, ChangeKind.QUANTITY, buyer.actor, quantity=6)
    stored = change.order_line.order.preview
    assert from_stored(stored, "price").net.amount == 100
    assert from_stored(stored, "resale").net.amount == 130
