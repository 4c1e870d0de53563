"""Changes of subscriptions: asked for, applied, refused, failed, withdrawn, planned for later."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bss.accounts.models import Account, PaymentMethod
from bss.core import jobs, scope
from bss.core.actor import SYSTEM
from bss.core.errors import DomainError
from bss.core.models import Event, HistoryEntry, Job
from bss.orders.choices import LineState, OrderSource, OrderState
from bss.orders.errors import (
    CreditExceeded,
    NotDue,
    NotForSale,
    OrderingDisabled,
    QuantityNotPossible,
)
from bss.orders.models import Order
from bss.orders.ports import CREDIT_EXPOSURE
from bss.orders.services import order_cancel, order_execute
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.contracts import PaymentChoice
from bss.subscriptions.errors import (
    ChangeOpen,
    ChangeUnderWay,
    NotCancellable,
    NothingChanges,
    NotSwitchable,
    StateForbids,
    WithdrawalDenied,
)
from bss.subscriptions.models import ScheduledChange, Subscription, Term
from bss.subscriptions.services import (
    change_apply,
    change_ask,
    change_fail,
    change_preview,
    change_request,
    change_withdraw,
    subscription_retry,
)
from bss.subscriptions.tasks import RELEASE, changes_due
from tests.factories.orders import make_product, make_subscription, make_type, offer_plan
from tests.factories.ports import granted

pytestmark = pytest.mark.usefixtures("at_distributor")


@pytest.fixture
def kind_of_mail(distributor):
    return make_type(distributor, max_quantity=50)


@pytest.fixture
def subscription(reseller, distributor, kind_of_mail):
    product = make_product(distributor, name="Basic mail", price="10", type=kind_of_mail)
    return make_subscription(reseller.account, product, quantity=5)


def ask(subscription, actor, kind=ChangeKind.QUANTITY, **wish):
    if kind == ChangeKind.QUANTITY and "quantity" not in wish:
        wish["quantity"] = 6
    return change_request(
        subscription=subscription, kind=kind, actor=actor, source=OrderSource.STOREFRONT, **wish
    )


def refused(error, subscription, actor, *args, **wish):
    """The request is refused and leaves no order, no change and the subscription as it was."""
    before = Subscription.objects.filter(pk=subscription.pk).values().get()
    counts = Order.objects.count(), ScheduledChange.objects.count()
    with pytest.raises(error) as refusal:
        ask(subscription, actor, *args, **wish)
    assert (Order.objects.count(), ScheduledChange.objects.count()) == counts
    assert Subscription.objects.filter(pk=subscription.pk).values().get() == before
    return refusal.value


def test_more_seats_are_an_order_that_runs_at_once(subscription, reseller, run_jobs):
    change = ask(subscription, reseller.actor, quantity=8)
    line = change.order_line
    assert (line.kind, line.quantity, line.previous_quantity) == ("quantity", 8, 5)
    # Three more seats are charged; proration comes with billing.
    assert (line.total, line.order.state) == (Decimal(30), OrderState.EXECUTING)
    assert change.state == ChangeState.IN_PROGRESS
    subscription.refresh_from_db()
    assert (subscription.quantity, subscription.sync_status) == (5, SyncStatus.IN_PROGRESS)
    run_jobs()
    assert Event.objects.filter(name="scheduled_change.started").count() == 1
    for _ in range(2):
        change = change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    line.refresh_from_db()
    assert (subscription.quantity, subscription.sync_status) == (8, SyncStatus.SYNCHRONIZED)
    assert (change.state, line.state) == (ChangeState.APPLIED, LineState.DELIVERED)
    assert Order.objects.get(pk=line.order_id).state == OrderState.EXECUTED


def test_another_product_takes_its_name_and_price_of_the_day(
    subscription, reseller, distributor, kind_of_mail
):
    plus = make_product(distributor, name="Plus mail", price="15", type=kind_of_mail)
    change = ask(subscription, reseller.actor, ChangeKind.PRODUCT, product=plus)
    assert change.previous_product == subscription.product
    change_apply(change=change, actor=SYSTEM, external_id="new-id")
    subscription.refresh_from_db()
    assert (subscription.product, subscription.name) == (plus, "Plus mail")
    assert (subscription.unit_price, subscription.external_id) == (Decimal(15), "new-id")
    assert subscription.quantity == 5


def test_a_name_somebody_gave_survives_an_exchange(
    subscription, reseller, distributor, kind_of_mail
):
    Subscription.objects.update(name="Mail of the Athens office")
    subscription.refresh_from_db()
    plus = make_product(distributor, price="15", type=kind_of_mail)
    change = ask(subscription, reseller.actor, ChangeKind.PRODUCT, product=plus)
    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    assert subscription.name == "Mail of the Athens office"


def test_suspension_and_resumption(subscription, staff):
    change = ask(subscription, staff.actor, ChangeKind.SUSPEND, reason="Unpaid")
    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.suspended_reason) == (
        SubscriptionState.SUSPENDED, "Unpaid",
    )  # fmt: skip
    refused(StateForbids, subscription, staff.actor)
    change = ask(subscription, staff.actor, ChangeKind.RESUME)
    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.suspended_reason) == (SubscriptionState.ACTIVE, "")


def test_an_immediate_cancellation_stays_active_until_the_vendor_agreed(subscription, reseller):
    change = ask(subscription, reseller.actor, ChangeKind.CANCEL)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.sync_status) == (
        SubscriptionState.ACTIVE, SyncStatus.IN_PROGRESS,
    )  # fmt: skip
    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.CANCELLED
    assert subscription.cancelled_at is not None
    refused(StateForbids, subscription, reseller.actor, ChangeKind.CANCEL)


def test_a_cancellation_at_period_end_waits_and_nobody_executes_it_before(
    subscription, reseller, staff, run_jobs, travel
):
    change = ask(subscription, reseller.actor, ChangeKind.CANCEL, when="period_end")
    subscription.refresh_from_db()
    order = change.order_line.order
    assert (subscription.state, change.state) == (
        SubscriptionState.PENDING_CANCEL, ChangeState.SCHEDULED,
    )  # fmt: skip
    assert change.due_at == subscription.ends_at == order.due_at
    run_jobs()
    with pytest.raises(NotDue):
        order_execute(order=Order.objects.get(pk=order.pk), actor=staff.actor)
    assert changes_due() == 0
    travel(timedelta(days=40))
    assert changes_due() == 1
    run_jobs()
    change.refresh_from_db()
    assert change.state == ChangeState.IN_PROGRESS
    assert changes_due() == 0
    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.CANCELLED


def test_withdrawing_keeps_the_subscription_and_cancels_the_order(
    subscription, reseller, run_jobs, travel
):
    change = ask(subscription, reseller.actor, ChangeKind.CANCEL, when="period_end")
    for _ in range(2):
        change = change_withdraw(change=change, actor=reseller.actor)
    run_jobs()
    subscription.refresh_from_db()
    assert (subscription.state, change.state) == (
        SubscriptionState.ACTIVE, ChangeState.CANCELLED,
    )  # fmt: skip
    assert Order.objects.get(pk=change.order_line.order_id).state == OrderState.CANCELLED
    travel(timedelta(days=40))
    changes_due()
    run_jobs()
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE


def test_what_was_cancelled_between_the_sweep_and_its_job_is_not_started(
    subscription, reseller, staff, run_jobs, travel
):
    change = ask(subscription, reseller.actor, ChangeKind.CANCEL, when="period_end")
    run_jobs()
    travel(timedelta(days=40))
    assert changes_due() == 1
    (due,) = Job.objects.filter(kind=RELEASE)
    order_cancel(order=change.order_line.order, actor=staff.actor)

    with scope.activate(None):
        jobs.run([due.pk])
    run_jobs()
    change.refresh_from_db()
    subscription.refresh_from_db()
    assert (subscription.state, change.state) == (
        SubscriptionState.ACTIVE, ChangeState.CANCELLED,
    )  # fmt: skip
    assert Event.objects.filter(name="scheduled_change.started").count() == 0


@pytest.mark.parametrize("when", ["at once", "after the order's own job"])
def test_cancelling_the_order_withdraws_its_change(subscription, reseller, staff, run_jobs, when):
    change = ask(subscription, reseller.actor, ChangeKind.CANCEL, when="period_end")
    order_cancel(order=change.order_line.order, actor=staff.actor, reason="They stay.")
    if when != "at once":
        run_jobs()
    subscription.refresh_from_db()
    change.refresh_from_db()
    assert (subscription.state, change.state) == (
        SubscriptionState.ACTIVE, ChangeState.CANCELLED,
    )  # fmt: skip
    assert Order.objects.get(pk=change.order_line.order_id).state == OrderState.CANCELLED
    told = HistoryEntry.objects.get(
        subject_type="subscriptions.scheduledchange", subject_id=change.pk, to_state="cancelled"
    )
    assert (told.actor_label, told.reason) == (staff.actor.label, "They stay.")


def test_whoever_did_not_ask_and_does_not_pay_withdraws_nothing(
    reseller, customer_account, shop, staff, distributor, run_jobs
):
    from tests.conftest import person_of_account

    buyer = person_of_account(customer_account, shop)
    held = make_subscription(
        reseller.account, make_product(distributor, price="10"), customer=customer_account
    )
    for planner in (reseller, staff):
        change = ask(held, planner.actor, ChangeKind.CANCEL, when="period_end")
        with pytest.raises(WithdrawalDenied):
            change_withdraw(change=change, actor=buyer.actor)
        change.refresh_from_db()
        held.refresh_from_db()
        assert (held.state, change.state) == (
            SubscriptionState.PENDING_CANCEL, ChangeState.SCHEDULED,
        )  # fmt: skip
        assert Order.objects.get(pk=change.order_line.order_id).state == OrderState.PLACED
        # Who pays for it decides.
        change = change_withdraw(change=change, actor=reseller.actor)
        assert change.state == ChangeState.CANCELLED
        held.refresh_from_db()
    own = ask(held, buyer.actor, ChangeKind.CANCEL, when="period_end")
    assert change_withdraw(change=own, actor=buyer.actor).state == ChangeState.CANCELLED


def test_what_only_the_seller_ends_only_the_seller_lets_go_on(reseller, staff, distributor):
    product = make_product(distributor, type=make_type(distributor, cancellable=False))
    subscription = make_subscription(reseller.account, product)
    change = ask(subscription, staff.actor, ChangeKind.CANCEL, when="period_end")
    with pytest.raises(WithdrawalDenied):
        change_withdraw(change=change, actor=reseller.actor)
    assert change_withdraw(change=change, actor=staff.actor).state == ChangeState.CANCELLED


def test_what_is_under_way_is_not_withdrawn(subscription, reseller):
    change = ask(subscription, reseller.actor)
    with pytest.raises(ChangeUnderWay):
        change_withdraw(change=change, actor=reseller.actor)
    change.refresh_from_db()
    assert change.state == ChangeState.IN_PROGRESS


def test_one_change_at_a_time(subscription, reseller, staff):
    change = ask(subscription, reseller.actor, quantity=6)
    refusal = refused(ChangeOpen, subscription, staff.actor, quantity=7)
    assert refusal.extra == {"change": change.public_id}
    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    ask(subscription, staff.actor, quantity=7)


def test_a_failed_change_leaves_everything_and_can_be_tried_again(
    subscription, reseller, staff, run_jobs
):
    change = ask(subscription, reseller.actor, quantity=6)
    for _ in range(2):
        change_fail(change=change, code="NO_SEATS", text="Sold out.", actor=SYSTEM)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.quantity) == (SubscriptionState.ACTIVE, 5)
    assert (subscription.sync_status, subscription.problem_text) == (
        SyncStatus.FAILED, "Sold out.",
    )  # fmt: skip
    assert Order.objects.get(pk=change.order_line.order_id).state == OrderState.FAILED
    refused(ChangeOpen, subscription, reseller.actor)
    subscription = subscription_retry(subscription=subscription, actor=staff.actor)
    run_jobs()
    assert (subscription.sync_status, subscription.problem_text) == (SyncStatus.IN_PROGRESS, "")
    change.refresh_from_db()
    change_apply(change=change, actor=SYSTEM)
    subscription.refresh_from_db()
    assert subscription.quantity == 6
    assert Event.objects.filter(name="scheduled_change.started").count() == 2


def test_a_failed_change_can_be_withdrawn(subscription, reseller, run_jobs):
    change = ask(subscription, reseller.actor)
    run_jobs()
    change_fail(change=change, code="NO_SEATS", text="Sold out.", actor=SYSTEM)
    change_withdraw(change=change, actor=reseller.actor)
    run_jobs()
    subscription.refresh_from_db()
    assert (subscription.sync_status, subscription.problem_code) == (SyncStatus.SYNCHRONIZED, "")
    assert Order.objects.get(pk=change.order_line.order_id).state == OrderState.CANCELLED


def test_a_change_that_needs_input_can_be_given_up(subscription, reseller, run_jobs):
    change = ask(subscription, reseller.actor)
    run_jobs()
    for _ in range(2):
        change_ask(change=change, code="TAKEN", text="Taken.", field="alias", actor=SYSTEM)
    order_cancel(order=Order.objects.get(pk=change.order_line.order_id), actor=reseller.actor)
    run_jobs()
    change.refresh_from_db()
    subscription.refresh_from_db()
    assert (change.state, subscription.sync_status) == (
        ChangeState.CANCELLED, SyncStatus.SYNCHRONIZED,
    )  # fmt: skip


def test_impossible_wishes_are_refused(subscription, reseller, distributor, kind_of_mail):
    other_type = make_product(distributor)
    refused(NothingChanges, subscription, reseller.actor, quantity=5)
    refused(QuantityNotPossible, subscription, reseller.actor, quantity=0)
    refused(QuantityNotPossible, subscription, reseller.actor, quantity=51)
    refused(NotSwitchable, subscription, reseller.actor, ChangeKind.PRODUCT, product=other_type)
    same = subscription.product
    refused(NothingChanges, subscription, reseller.actor, ChangeKind.PRODUCT, product=same)
    retired = make_product(distributor, type=kind_of_mail, is_active=False)
    refused(NotForSale, subscription, reseller.actor, ChangeKind.PRODUCT, product=retired)
    yearly = make_product(distributor, type=kind_of_mail, units=("P1Y",))
    refused(NotForSale, subscription, reseller.actor, ChangeKind.PRODUCT, product=yearly)
    refused(DomainError, subscription, reseller.actor, ChangeKind.PRODUCT)
    refused(
        DomainError, subscription, reseller.actor, ChangeKind.PRODUCT, product=yearly,
        when="period_end",
    )  # fmt: skip


def test_the_credit_limit_holds_for_more_seats(subscription, reseller):
    reseller.account.credit_limit = Decimal("9.99")
    reseller.account.save()
    refused(CreditExceeded, subscription, reseller.actor, quantity=6)
    # Fewer cost nothing.
    ask(subscription, reseller.actor, quantity=4)


def limit_credit(person, available):
    """The person's account may owe so much more than it does."""
    owed = CREDIT_EXPOSURE.get().exposure(person.account.pk, "EUR")
    Account.objects.filter(pk=person.account.pk).update(credit_limit=owed + Decimal(available))


def test_credit_is_asked_for_what_another_product_costs_more_than_it_gives_back(
    subscription, reseller, distributor, kind_of_mail
):
    plus = make_product(distributor, price="15", type=kind_of_mail)
    limit_credit(reseller, "24.99")
    refused(CreditExceeded, subscription, reseller.actor, ChangeKind.PRODUCT, product=plus)
    limit_credit(reseller, "25")
    owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")

    change = ask(subscription, reseller.actor, ChangeKind.PRODUCT, product=plus)

    assert change.order_line.total == Decimal(25)
    assert CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR") == owed + 25


def test_who_may_owe_nothing_more_moves_to_something_cheaper(
    subscription, reseller, distributor, kind_of_mail
):
    light = make_product(distributor, price="4", type=kind_of_mail)
    limit_credit(reseller, "0")
    owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")
    refused(CreditExceeded, subscription, reseller.actor, quantity=6)

    change = ask(subscription, reseller.actor, ChangeKind.PRODUCT, product=light)

    assert (change.state, change.order_line.total) == (ChangeState.IN_PROGRESS, 0)
    assert CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR") == owed


def test_a_term_that_is_over_is_asked_what_another_product_costs_more_in_the_next_one(
    subscription, reseller, distributor, kind_of_mail, travel
):
    plus, light = (make_product(distributor, price=p, type=kind_of_mail) for p in ("15", "4"))
    travel(timedelta(days=40))
    limit_credit(reseller, "24.99")
    refused(CreditExceeded, subscription, reseller.actor, ChangeKind.PRODUCT, product=plus)

    change = ask(subscription, reseller.actor, ChangeKind.PRODUCT, product=light)

    assert change.order_line.total == 0


def test_seats_wished_for_the_next_term_are_not_what_another_product_costs_more(
    subscription, reseller, distributor, kind_of_mail, travel
):
    """Term over and not renewed yet: five seats go over, however many begin the next one."""
    plus = make_product(distributor, price="15", type=kind_of_mail)
    travel(timedelta(days=40))
    Subscription.objects.update(renewal_quantity=20)
    limit_credit(reseller, "24.99")
    refused(CreditExceeded, subscription, reseller.actor, ChangeKind.PRODUCT, product=plus)
    limit_credit(reseller, "25")

    change = ask(subscription, reseller.actor, ChangeKind.PRODUCT, product=plus)

    assert change.order_line.total == Decimal(25)


def test_fewer_seats_wished_for_the_next_term_make_no_cheaper_product_cost(
    subscription, reseller, distributor, kind_of_mail, travel
):
    light = make_product(distributor, price="4", type=kind_of_mail)
    travel(timedelta(days=40))
    Subscription.objects.update(renewal_quantity=1)
    limit_credit(reseller, "0")

    change = ask(subscription, reseller.actor, ChangeKind.PRODUCT, product=light)

    assert (change.order_line.total, change.order_line.total_cost) == (0, 0)


@pytest.mark.parametrize("passed", [0, 40])
def test_a_cheaper_product_that_costs_the_seller_more_is_no_loss(
    subscription, reseller, distributor, kind_of_mail, travel, passed
):
    """10 that cost 7 each for 9 that cost 8: within the term and after it, what is given back is more."""
    light = make_product(distributor, price="9", cost="8", type=kind_of_mail)
    travel(timedelta(days=passed))

    change = ask(subscription, reseller.actor, ChangeKind.PRODUCT, product=light)

    line = change.order_line
    assert (line.total, line.total_cost) == (0, 0)
    assert (line.order.total, line.order.total_cost) == (0, 0)


def test_the_credit_limit_holds_for_more_seats_of_the_next_term(
    subscription, reseller, run_jobs, travel
):
    limit_credit(reseller, "9.99")
    refused(CreditExceeded, subscription, reseller.actor, ChangeKind.RENEWAL, quantity=6)
    ask(subscription, reseller.actor, ChangeKind.RENEWAL, quantity=4)

    # Allowed when it was asked for, and too much when the term begins: it renews with the seats there are.
    Subscription.objects.update(renewal_quantity=6)
    travel(timedelta(days=40))
    changes_due()
    limit_credit(reseller, "9.99")
    run_jobs()
    subscription.refresh_from_db()
    assert (subscription.quantity, subscription.renewal_quantity) == (5, None)
    assert [term.quantity for term in Term.objects.all()] == [5, 5]
    assert not ScheduledChange.objects.filter(kind=ChangeKind.QUANTITY).exists()
    assert HistoryEntry.objects.filter(action="subscription.renewal_quantity_refused").count() == 1


def test_a_dearer_plan_of_the_next_term_is_asked_credit_for(reseller, distributor):
    product = make_product(distributor, price="100", units=("P1Y",))
    plan = offer_plan(product, reseller.account, charge="10")
    subscription = make_subscription(reseller.account, product, quantity=1, unit="P1Y")
    by_plan = {"payment": PaymentChoice(plan.pk)}

    limit_credit(reseller, "9.99")
    refused(CreditExceeded, subscription, reseller.actor, ChangeKind.RENEWAL, **by_plan)
    limit_credit(reseller, "10")
    asked = ask(subscription, reseller.actor, ChangeKind.RENEWAL, **by_plan)
    assert (asked.state, asked.order_line.total) == (ChangeState.APPLIED, Decimal(10))


def test_who_pays_by_card_is_asked_no_credit_for_a_next_term(
    subscription, reseller, distributor, run_jobs, travel
):
    card = PaymentMethod.everywhere.create(organization=distributor, name="Card", kind="card")
    Account.objects.filter(pk=reseller.account.pk).update(
        payment_method=card, credit_limit=Decimal(0)
    )
    asked = ask(subscription, reseller.actor, ChangeKind.RENEWAL, quantity=6)
    assert asked.state == ChangeState.APPLIED
    travel(timedelta(days=40))
    changes_due()
    run_jobs()
    begun = ScheduledChange.objects.get(kind=ChangeKind.QUANTITY)
    assert (begun.state, begun.quantity) == (ChangeState.IN_PROGRESS, 6)


def test_seats_confirmed_after_the_term_ended_are_asked_credit_for(subscription, reseller, travel):
    travel(timedelta(days=40))
    limit_credit(reseller, "9.99")
    refused(CreditExceeded, subscription, reseller.actor, quantity=6)
    limit_credit(reseller, "10")
    assert ask(subscription, reseller.actor, quantity=6).order_line.total == Decimal(10)


def test_a_renewal_is_nobodys_work_also_for_a_manual_service(reseller, distributor):
    product = make_product(distributor, type=make_type(distributor, automatic=False))
    subscription = make_subscription(reseller.account, product)
    asked = ask(subscription, reseller.actor, ChangeKind.RENEWAL, quantity=6)
    assert asked.state == ChangeState.APPLIED
    assert asked.order_line.order.state == OrderState.EXECUTED


def test_what_only_the_seller_cancels(reseller, staff, distributor):
    product = make_product(distributor, type=make_type(distributor, cancellable=False))
    subscription = make_subscription(reseller.account, product)
    refused(NotCancellable, subscription, reseller.actor, ChangeKind.CANCEL)
    assert ask(subscription, staff.actor, ChangeKind.CANCEL).state == ChangeState.IN_PROGRESS


def test_a_customers_change_of_a_manual_service_waits_for_staff(
    reseller, staff, distributor, run_jobs
):
    product = make_product(distributor, type=make_type(distributor, automatic=False))
    subscription = make_subscription(reseller.account, product)
    change = ask(subscription, reseller.actor)
    run_jobs()
    changes_due()
    run_jobs()
    change.refresh_from_db()
    order = Order.objects.get(pk=change.order_line.order_id)
    assert (change.state, order.state) == (ChangeState.SCHEDULED, OrderState.PLACED)
    order_execute(order=order, actor=staff.actor)
    run_jobs()
    change.refresh_from_db()
    assert change.state == ChangeState.IN_PROGRESS


def test_a_preview_says_what_the_request_will_do(subscription, reseller):
    preview = change_preview(
        subscription=subscription, kind=ChangeKind.QUANTITY, actor=reseller.actor, quantity=8
    )
    assert (preview.before.amount, preview.after.amount) == (50, 80)
    assert (preview.difference.amount, preview.charged.amount) == (30, 30)
    assert (preview.due_at, preview.needs_staff) == (None, False)
    assert ScheduledChange.objects.count() == 0
    change = ask(subscription, reseller.actor, quantity=8)
    assert change.order_line.total == preview.charged.amount
    with pytest.raises(ChangeOpen):
        change_preview(
            subscription=subscription, kind=ChangeKind.QUANTITY, actor=reseller.actor, quantity=9
        )


def test_a_preview_shows_a_customer_its_resellers_price_only(
    reseller, customer_account, shop, distributor
):
    from tests.conftest import person_of_account

    buyer = person_of_account(customer_account, shop)
    product = make_product(distributor, price="10", cost="4")
    subscription = make_subscription(
        reseller.account, product, customer=customer_account, quantity=2
    )
    Subscription.objects.update(unit_price=8, unit_resale=11)
    subscription.refresh_from_db()
    with granted(reseller.account, "self_service_ordering"):
        theirs = change_preview(
            subscription=subscription, kind=ChangeKind.QUANTITY, actor=buyer.actor, quantity=3
        )
    ours = change_preview(
        subscription=subscription, kind=ChangeKind.QUANTITY, actor=reseller.actor, quantity=3
    )
    assert (theirs.before.amount, theirs.after.amount) == (22, 33)
    assert (ours.before.amount, ours.after.amount) == (16, 24)


@pytest.mark.parametrize("kind", [ChangeKind.QUANTITY, ChangeKind.PRODUCT])
def test_who_may_not_order_buys_no_more_through_a_subscription(
    subscription, reseller, distributor, kind_of_mail, kind
):
    bigger = make_product(distributor, name="Better mail", price="12", type=kind_of_mail)
    wish = {"quantity": 6} if kind == ChangeKind.QUANTITY else {"product": bigger}
    Account.objects.filter(pk=reseller.account.pk).update(ordering_enabled=False)
    subscription.refresh_from_db()
    refused(OrderingDisabled, subscription, reseller.actor, kind, **wish)
    # What it has it may still make smaller.
    assert ask(subscription, reseller.actor, quantity=4).state == ChangeState.IN_PROGRESS
