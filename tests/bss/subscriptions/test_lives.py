"""From a released line to a subscription, and what provisioning reports about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bss.core.actor import SYSTEM
from bss.core.errors import IllegalTransition
from bss.core.models import Event
from bss.orders.choices import LineState, OrderSource, OrderState
from bss.orders.models import OrderLine
from bss.orders.services import line_cancel, line_correct, order_execute, order_line_add
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.contracts import term_end
from bss.subscriptions.errors import NothingToRetry, StateForbids
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
    change_request,
    change_withdraw,
    subscription_activate,
    subscription_ask,
    subscription_create,
    subscription_fail,
    subscription_retry,
    sync_status_set,
)
from bss.subscriptions.tasks import changes_due
from tests.factories.orders import (
    make_add_on,
    make_draft,
    make_product,
    make_subscription,
    set_price,
)

pytestmark = pytest.mark.usefixtures("at_distributor")

REQUESTED = "subscription.provisioning_requested"


@pytest.fixture
def pending(reseller, distributor):
    return make_subscription(reseller.account, make_product(distributor), active=False)


def events(name):
    return Event.objects.filter(name=name).count()


def test_a_released_line_becomes_one_pending_subscription(
    staff, reseller, customer_account, distributor, run_jobs
):
    product = make_product(distributor, name="Mail Plus")
    order = make_draft(reseller.account, product, customer=customer_account, quantity=4)
    parent = order.lines.get()
    order_line_add(
        order=order, product=make_add_on(product), unit="P1M", quantity=2, actor=staff.actor,
        parent=parent,
    )  # fmt: skip
    order.refresh_from_db()
    order_execute(order=order, actor=staff.actor)
    run_jobs()
    subscription = Subscription.objects.get()
    assert subscription.state == SubscriptionState.PENDING
    assert (subscription.number, subscription.name, subscription.quantity) == (
        "SUB-000001", "Mail Plus", 4,
    )  # fmt: skip
    assert (subscription.customer_id, subscription.payer_id) == (
        customer_account.pk, reseller.account.pk,
    )  # fmt: skip
    assert subscription.scope == customer_account.scope
    assert SubscriptionAddOn.objects.get().quantity == 2
    parent.refresh_from_db()
    again = subscription_create(line=parent, actor=SYSTEM)
    assert again.pk == subscription.pk
    assert events("subscription.created") == 1


def test_activation_begins_the_first_term_and_delivers_the_line(pending):
    for _ in range(2):
        subscription = subscription_activate(subscription=pending, external_id="x-1", actor=SYSTEM)
    term = Term.objects.get()
    assert (subscription.state, subscription.sync_status) == (
        SubscriptionState.ACTIVE, SyncStatus.SYNCHRONIZED,
    )  # fmt: skip
    assert subscription.external_id == "x-1"
    assert (term.number, term.starts_at, term.ends_at) == (
        1, subscription.started_at, subscription.ends_at,
    )  # fmt: skip
    assert term.total == 50
    line = OrderLine.objects.get()
    assert (line.state, line.order.state) == (LineState.DELIVERED, OrderState.EXECUTED)
    assert events("subscription.activated") == 1


def test_failure_keeps_its_cause_and_retry_asks_again_once(pending, staff, run_jobs):
    for _ in range(2):
        subscription_fail(
            subscription=pending, code="VENDOR_REFUSED", text="Credit check failed.", actor=SYSTEM
        )
    failed = Subscription.objects.get()
    line = OrderLine.objects.get()
    assert (failed.state, failed.problem_code) == (SubscriptionState.FAILED, "VENDOR_REFUSED")
    assert (line.state, line.order.state) == (LineState.FAILED, OrderState.FAILED)
    assert line.problem_text == "Credit check failed."
    subscription = subscription_retry(subscription=failed, actor=staff.actor)
    run_jobs()
    line.refresh_from_db()
    assert (subscription.state, subscription.problem_code) == (SubscriptionState.PENDING, "")
    assert (line.state, line.order.state) == (LineState.PROVISIONING, OrderState.EXECUTING)
    assert events(REQUESTED) == 1
    with pytest.raises(NothingToRetry):
        subscription_retry(subscription=subscription, actor=staff.actor)


def test_an_answer_brings_the_new_value_to_provisioning_once(pending, reseller, run_jobs):
    for _ in range(2):
        subscription_ask(
            subscription=pending, code="ALIAS_TAKEN", text="Taken.", field="alias", actor=SYSTEM
        )
    line = OrderLine.objects.get()
    waiting = Subscription.objects.get()
    assert (line.state, line.problem_field) == (LineState.NEEDS_INPUT, "alias")
    assert (waiting.state, waiting.problem_code) == (SubscriptionState.PENDING, "ALIAS_TAKEN")
    line_correct(line=line, parameters={"alias": "other"}, actor=reseller.actor)
    run_jobs()
    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.problem_code) == (SubscriptionState.PENDING, "")
    assert subscription.parameters == {"alias": "other"}
    assert events(REQUESTED) == 1


def test_giving_the_line_up_withdraws_the_subscription(pending, staff, run_jobs):
    subscription_ask(
        subscription=pending, code="ALIAS_TAKEN", text="Taken.", field="alias", actor=SYSTEM
    )
    line = OrderLine.objects.get()
    line_cancel(line=line, actor=staff.actor)
    run_jobs()
    subscription = Subscription.objects.get()
    assert subscription.state == SubscriptionState.CANCELLED
    line.order.refresh_from_db()
    assert line.order.state == OrderState.CANCELLED
    # What the vendor reports afterwards changes nothing.
    with pytest.raises(IllegalTransition):
        subscription_activate(subscription=subscription, external_id="late", actor=SYSTEM)
    subscription.refresh_from_db()
    assert (subscription.external_id, Term.objects.count()) == ("", 0)


def test_a_failed_subscription_cannot_become_active_by_itself(pending):
    subscription_fail(subscription=pending, code="NO", text="No.", actor=SYSTEM)
    with pytest.raises(IllegalTransition):
        subscription_activate(subscription=pending, external_id="x", actor=SYSTEM)
    assert Subscription.objects.get().state == SubscriptionState.FAILED
    assert OrderLine.objects.get().state == LineState.FAILED


def test_the_vendors_side_is_mirrored(pending):
    assert sync_status_set(subscription=pending, status=SyncStatus.IN_PROGRESS, actor=SYSTEM)
    assert not sync_status_set(subscription=pending, status=SyncStatus.IN_PROGRESS, actor=SYSTEM)
    assert Subscription.objects.get().sync_status == SyncStatus.IN_PROGRESS


@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [
        ((2026, 1, 31), "P1M", (2026, 2, 28)),
        ((2027, 12, 31), "P2Y", (2029, 12, 31)),
        ((2028, 2, 29), "P1Y", (2029, 2, 28)),
        ((2026, 11, 30), "P3M", (2027, 2, 28)),
    ],
)
def test_a_term_ends_on_the_same_day_or_the_months_last(start, unit, end):
    assert term_end(datetime(*start, 9, 30, tzinfo=UTC), unit) == datetime(*end, 9, 30, tzinfo=UTC)


def test_the_next_term_begins_where_the_last_ended_at_todays_price(
    reseller, distributor, run_jobs, travel
):
    product = make_product(distributor, price="10")
    subscription = make_subscription(reseller.account, product, quantity=2)
    set_price(product, "12")
    travel(timedelta(days=40))
    assert changes_due() == 1
    assert changes_due() == 1
    run_jobs()
    first, second = Term.objects.all()
    assert (second.starts_at, second.number) == (first.ends_at, 2)
    assert (first.total, second.total) == (20, 24)
    subscription.refresh_from_db()
    assert (subscription.ends_at, subscription.unit_price) == (second.ends_at, 12)
    assert changes_due() == 0


def test_what_does_not_renew_expires_once_the_vendor_agreed(
    reseller, distributor, run_jobs, travel
):
    subscription = make_subscription(reseller.account, make_product(distributor))
    Subscription.objects.update(renews=False)
    travel(timedelta(days=40))
    assert changes_due() == 1
    run_jobs()
    subscription.refresh_from_db()
    assert (subscription.state, subscription.sync_status) == (
        SubscriptionState.ACTIVE, SyncStatus.IN_PROGRESS,
    )  # fmt: skip
    change = ScheduledChange.objects.get()
    assert (change.kind, change.order_line.order.total) == (ChangeKind.CANCEL, 0)
    assert changes_due() == 0

    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.EXPIRED
    assert subscription.cancelled_at == subscription.ends_at
    assert Term.objects.count() == 1
    assert SeatReduction.objects.count() == 0
    assert events("subscription.cancelled") == 1


def test_a_term_that_waited_for_a_failed_change_is_renewed_once_it_is_withdrawn(
    reseller, distributor, run_jobs, travel
):
    subscription = make_subscription(reseller.account, make_product(distributor, price="10"))
    change = change_request(
        subscription=subscription,
        kind=ChangeKind.QUANTITY,
        quantity=9,
        actor=reseller.actor,
        source=OrderSource.STOREFRONT,
    )
    change_fail(change=change, code="REFUSED", text="No", actor=SYSTEM)
    travel(timedelta(days=40))
    assert changes_due() == 0
    run_jobs()
    assert Term.objects.count() == 1
    change_withdraw(change=change, actor=reseller.actor)
    assert changes_due() == 1
    run_jobs()
    assert Term.objects.count() == 2


def test_a_term_whose_renewal_found_a_change_is_renewed_in_the_next_hour_without_it(
    reseller, distributor, run_jobs, travel
):
    subscription = make_subscription(reseller.account, make_product(distributor, price="10"))
    travel(timedelta(days=40))
    assert changes_due() == 1
    change = change_request(
        subscription=subscription,
        kind=ChangeKind.QUANTITY,
        quantity=9,
        actor=reseller.actor,
        source=OrderSource.STOREFRONT,
    )
    run_jobs()
    assert Term.objects.count() == 1
    change_fail(change=change, code="REFUSED", text="No", actor=SYSTEM)
    change_withdraw(change=change, actor=reseller.actor)
    travel(timedelta(hours=1))
    assert changes_due() == 1
    run_jobs()
    assert Term.objects.count() == 2


# Suspended ------------------------------------------------------------------------------------------------------


@pytest.fixture
def suspended(reseller, distributor, staff):
    """Five seats by the month that staff suspended."""
    subscription = make_subscription(reseller.account, make_product(distributor, price="10"))
    change = change_request(
        subscription=subscription,
        kind=ChangeKind.SUSPEND,
        actor=staff.actor,
        source=OrderSource.PORTAL,
    )
    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    return subscription


def test_what_is_suspended_goes_on_term_after_term(suspended, run_jobs, travel):
    for _month in range(3):
        travel(timedelta(days=31))
        assert changes_due() == 1
        run_jobs()
        assert changes_due() == 0

    terms = list(Term.objects.all())
    assert [term.number for term in terms] == [1, 2, 3, 4]
    assert [t.starts_at for t in terms[1:]] == [t.ends_at for t in terms[:-1]]
    assert [lot.term_id for lot in SeatLot.objects.order_by("pk")] == [t.pk for t in terms]
    suspended.refresh_from_db()
    assert (suspended.state, suspended.ends_at) == (
        SubscriptionState.SUSPENDED, terms[-1].ends_at,
    )  # fmt: skip
    # Nobody else was asked for anything: the vendor has it as it is.
    assert ScheduledChange.objects.count() == 1


def test_what_is_suspended_and_does_not_renew_expires_once_the_vendor_agreed(
    suspended, staff, run_jobs, travel
):
    change_request(
        subscription=suspended,
        kind=ChangeKind.RENEWAL,
        renews=False,
        actor=staff.actor,
        source=OrderSource.PORTAL,
    )
    travel(timedelta(days=40))
    assert changes_due() == 1
    run_jobs()
    change = ScheduledChange.objects.get(kind=ChangeKind.CANCEL)
    suspended.refresh_from_db()
    assert (suspended.state, change.state) == (
        SubscriptionState.SUSPENDED, ChangeState.IN_PROGRESS,
    )  # fmt: skip

    change_apply(change=change, actor=SYSTEM)
    suspended.refresh_from_db()
    assert suspended.state == SubscriptionState.EXPIRED
    assert suspended.cancelled_at == suspended.ends_at
    assert Term.objects.count() == 1


def test_seats_wished_for_the_next_term_are_asked_of_the_vendor_while_it_is_suspended(
    suspended, reseller, staff, run_jobs, travel
):
    change_request(
        subscription=suspended,
        kind=ChangeKind.QUANTITY,
        quantity=3,
        when="period_end",
        actor=reseller.actor,
        source=OrderSource.STOREFRONT,
    )
    travel(timedelta(days=31))
    changes_due()
    run_jobs()
    change = ScheduledChange.objects.get(kind=ChangeKind.QUANTITY)
    assert (change.state, change.quantity) == (ChangeState.IN_PROGRESS, 3)
    change_apply(change=change, actor=SYSTEM)
    travel(timedelta(hours=1))
    changes_due()
    run_jobs()

    suspended.refresh_from_db()
    assert (suspended.state, suspended.quantity) == (SubscriptionState.SUSPENDED, 3)
    assert [lot.bought for lot in SeatLot.objects.order_by("pk")] == [5, 3]
    # Nobody but the product itself changes the seats of what is suspended.
    with pytest.raises(StateForbids):
        change_request(
            subscription=suspended,
            kind=ChangeKind.QUANTITY,
            quantity=4,
            actor=staff.actor,
            source=OrderSource.PORTAL,
        )
