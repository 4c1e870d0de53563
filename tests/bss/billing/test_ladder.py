"""The overdue ladder: each step once, suspension of what the invoice bills, and payment resumes exactly that."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from bss.billing import tasks
from bss.billing.choices import InvoiceState, LadderStep
from bss.billing.models import (
    DunningPolicy,
    DunningStep,
    Installment,
    InvoiceLine,
    OverdueSuspension,
)
from bss.billing.services import (
    allocation_undo,
    dunning_policy_edit,
    payment_record,
    suspension_keep,
)
from bss.billing.services.ladder import suspend_for
from bss.core import clock, jobs
from bss.core.actor import SYSTEM
from bss.core.errors import Invalid
from bss.core.history import timeline_for
from bss.core.models import Event, Job
from bss.orders.choices import OrderSource
from bss.subscriptions.choices import ChangeKind, SubscriptionState
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import change_apply, change_fail, change_request
from notifications.models import Delivery
from tests.factories.accounts import ContactFactory
from tests.factories.orders import make_product, make_subscription
from tests.factories.settling import make_invoice


@pytest.fixture
def payer(reseller, at_distributor):
    return reseller.account


@pytest.fixture
def policy(at_distributor, staff):
    return dunning_policy_edit(
        organization=at_distributor, version=None, actor=staff.actor,
        remind_days=3, again_days=10, suspend_days=20,
    )  # fmt: skip


@pytest.fixture
def subscription(payer, customer_account):
    return make_subscription(
        payer, make_product(payer.organization), customer=customer_account, quantity=1
    )


@pytest.fixture
def invoice(payer, subscription):
    return billing(subscription)


def billing(subscription, total="124.00", *, invoice=None):
    """An invoice due today with one line for the subscription, or one more line on `invoice`."""
    invoice = invoice or make_invoice(subscription.payer, total)
    lot = subscription.lots.first()
    installment = Installment.objects.create(
        organization=subscription.organization,
        scope=subscription.scope,
        payer=subscription.payer,
        customer=subscription.customer,
        subscription=subscription,
        lot=lot,
        number=Installment.objects.filter(lot=lot).count() + 1,
        count=99,
        quantity=1,
        currency="EUR",
        price=100,
        state="invoiced",
        bills_on=clock.today(),
        due_at=clock.now(),
        ends_at=clock.now() + timedelta(days=30),
    )
    InvoiceLine.objects.create(
        organization=invoice.organization,
        scope=invoice.scope,
        invoice=invoice,
        installment=installment,
        customer=subscription.customer,
        subscription=subscription,
        text="Mailbox",
    )
    return invoice


@pytest.fixture
def day(travel, run_jobs):
    """Let `days` pass since the last call and do the day's work."""

    def pass_days(days):
        travel(timedelta(days=days))
        tasks.ladder_climb()
        run_jobs()

    return pass_days


def steps(invoice):
    return list(DunningStep.objects.filter(invoice=invoice).values_list("step", flat=True))


def told():
    return [e.payload["step"] for e in Event.objects.filter(name="invoice.overdue").order_by("pk")]


def provision(subscription):
    """The vendor agrees with what was asked last."""
    change = subscription.changes.filter(state__in=["scheduled", "in_progress"]).last()
    if change is not None:
        change_apply(change=change, actor=SYSTEM)


def state(subscription):
    return Subscription.objects.get(pk=subscription.pk).state


def pay(invoice, staff):
    return payment_record(
        payer=invoice.payer,
        amount=invoice.total,
        received_on=clock.today(),
        invoice=invoice,
        actor=staff.actor,
    )


def test_each_step_is_taken_on_its_day_and_once(policy, invoice, day):
    day(2)
    assert steps(invoice) == []

    day(1)
    day(0)
    assert (steps(invoice), told()) == ([LadderStep.REMIND], [LadderStep.REMIND])

    day(7)
    assert told() == [LadderStep.REMIND, LadderStep.REMIND_AGAIN]


def test_the_invoices_history_names_each_step(policy, invoice, day, staff):
    day(3)
    day(7)
    day(30)

    shown = staff.client.get(f"/portal/invoices/{invoice.public_id}/?tab=timeline")
    titles = re.findall(r'class="timeline-title">(Overdue[^<]*)<', shown.content.decode())
    assert titles == ["Overdue: Suspension", "Overdue: Second reminder", "Overdue: First reminder"]


def test_after_a_stand_still_only_the_last_reminder_is_sent(policy, invoice, day):
    day(12)

    assert steps(invoice) == [LadderStep.REMIND, LadderStep.REMIND_AGAIN]
    assert told() == [LadderStep.REMIND_AGAIN]


def test_what_is_paid_or_has_no_ladder_is_left_alone(invoice, day, staff, payer):
    day(30)
    assert told() == []

    DunningPolicy.objects.create(organization=payer.organization, remind_days=1)
    pay(invoice, staff)
    day(1)
    assert (steps(invoice), told()) == ([], [])


def test_what_an_overdue_invoice_bills_is_suspended_and_resumed_when_it_is_paid(
    policy, invoice, subscription, payer, customer_account, day, staff, run_jobs
):
    other = make_subscription(payer, make_product(payer.organization), customer=customer_account)
    day(20)
    provision(subscription)
    assert (state(subscription), state(other)) == (
        SubscriptionState.SUSPENDED, SubscriptionState.ACTIVE,
    )  # fmt: skip
    reason = Subscription.objects.get(pk=subscription.pk).suspended_reason
    # Its reseller did not pay; the customer is not told which invoice.
    assert reason == "Payment overdue"
    day(1)
    assert OverdueSuspension.objects.count() == 1

    pay(invoice, staff)
    run_jobs()
    provision(subscription)

    assert state(subscription) == SubscriptionState.ACTIVE
    assert OverdueSuspension.objects.get().lifted_at is not None


def test_what_was_paid_after_the_step_was_taken_suspends_nothing(
    policy, invoice, subscription, staff, travel, run_jobs
):
    """The worker died between the step and the suspension, and was late to come back to it."""
    travel(timedelta(days=20))
    DunningStep.objects.create(
        organization=invoice.organization,
        scope=invoice.scope,
        invoice=invoice,
        step=LadderStep.SUSPEND,
        on=clock.today(),
    )
    pay(invoice, staff)
    run_jobs()

    suspend_for(invoice=invoice)

    assert state(subscription) == SubscriptionState.ACTIVE
    assert (OverdueSuspension.objects.count(), subscription.changes.count()) == (0, 0)


def test_another_overdue_invoice_keeps_it_suspended(
    policy, invoice, subscription, day, staff, run_jobs
):
    second = billing(subscription, "10.00")
    day(20)
    provision(subscription)

    pay(invoice, staff)
    run_jobs()
    provision(subscription)
    assert state(subscription) == SubscriptionState.SUSPENDED

    pay(second, staff)
    run_jobs()
    provision(subscription)
    assert state(subscription) == SubscriptionState.ACTIVE


def test_what_staff_suspended_stays_suspended(policy, invoice, subscription, day, staff, run_jobs):
    asked(subscription, ChangeKind.SUSPEND, staff)
    provision(subscription)
    day(20)
    assert OverdueSuspension.objects.count() == 0

    pay(invoice, staff)
    run_jobs()
    provision(subscription)

    assert state(subscription) == SubscriptionState.SUSPENDED


def test_what_staff_resumed_and_suspended_again_is_theirs(
    policy, invoice, subscription, day, staff, run_jobs
):
    day(20)
    provision(subscription)
    asked(subscription, ChangeKind.RESUME, staff)
    provision(subscription)
    # A grace that staff gave is not taken away the next day.
    day(1)
    provision(subscription)
    assert state(subscription) == SubscriptionState.ACTIVE

    asked(subscription, ChangeKind.SUSPEND, staff)
    provision(subscription)
    pay(invoice, staff)
    run_jobs()
    provision(subscription)

    assert state(subscription) == SubscriptionState.SUSPENDED


def test_paid_while_the_vendor_suspends_it_is_resumed_as_soon_as_the_vendor_agreed(
    policy, invoice, subscription, day, staff, run_jobs
):
    day(20)
    suspension = subscription.changes.get()
    pay(invoice, staff)
    run_jobs()
    suspension.refresh_from_db()
    assert (suspension.state, OverdueSuspension.objects.get().lifted_at) == ("in_progress", None)

    provision(subscription)
    run_jobs()
    provision(subscription)

    assert state(subscription) == SubscriptionState.ACTIVE
    assert [(c.kind, c.state) for c in subscription.changes.order_by("pk")] == [
        (ChangeKind.SUSPEND, "applied"), (ChangeKind.RESUME, "applied"),
    ]  # fmt: skip
    assert OverdueSuspension.objects.get().lifted_at is not None


@pytest.mark.parametrize("paid_first", [True, False])
def test_paid_after_the_vendor_refused_to_suspend_nobody_can_try_it_again(
    policy, invoice, subscription, day, staff, run_jobs, paid_first
):
    day(20)
    if paid_first:
        pay(invoice, staff)
        run_jobs()
    change = subscription.changes.get()
    change_fail(change=change, code="NO_ANSWER", text="No answer", actor=SYSTEM)
    if not paid_first:
        pay(invoice, staff)
    run_jobs()

    change.refresh_from_db()
    assert (change.state, change.order_line.state) == ("cancelled", "cancelled")
    assert state(subscription) == SubscriptionState.ACTIVE
    assert OverdueSuspension.objects.get().lifted_at is not None


def test_staff_may_keep_it_suspended_whatever_is_paid(
    policy, invoice, subscription, day, staff, run_jobs
):
    day(20)
    provision(subscription)
    suspension_keep(suspension=OverdueSuspension.objects.get(), actor=staff.actor, reason="Misused")

    pay(invoice, staff)
    run_jobs()
    provision(subscription)

    assert state(subscription) == SubscriptionState.SUSPENDED
    assert "subscription.kept_suspended" in [e.action for e in timeline_for(subscription)]


def test_the_next_overdue_invoice_suspends_what_staff_resumed_after_the_last(
    policy, invoice, subscription, payer, customer_account, day, staff, run_jobs
):
    """The grace was for the first invoice. What else the second one bills is suspended with it."""
    day(20)
    provision(subscription)
    asked(subscription, ChangeKind.RESUME, staff)
    provision(subscription)
    run_jobs()
    other = make_subscription(payer, make_product(payer.organization), customer=customer_account)
    second = billing(subscription)
    billing(other, invoice=second)

    day(20)
    provision(subscription)
    provision(other)
    assert (state(subscription), state(other)) == (SubscriptionState.SUSPENDED,) * 2
    assert not Job.objects.filter(kind="billing.invoice_climb").exclude(state="done").exists()
    assert OverdueSuspension.objects.filter(subscription=subscription).count() == 2

    # The row of the first suspension is closed: only the second one's is lifted by payment.
    pay(invoice, staff)
    pay(second, staff)
    run_jobs()
    provision(subscription)
    assert state(subscription) == SubscriptionState.ACTIVE
    assert not OverdueSuspension.objects.filter(lifted_at=None).exists()


def test_a_payment_that_was_taken_back_lets_the_ladder_suspend_again(
    policy, invoice, subscription, day, staff, run_jobs
):
    day(20)
    provision(subscription)
    pay(invoice, staff)
    run_jobs()
    provision(subscription)

    allocation_undo(allocation=invoice.allocations.get(), actor=staff.actor)
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.ISSUED
    day(1)
    provision(subscription)

    assert state(subscription) == SubscriptionState.SUSPENDED


def test_a_change_under_way_is_suspended_when_it_is_done(policy, invoice, subscription, day, staff):
    change = change_request(
        subscription=subscription, kind=ChangeKind.QUANTITY, quantity=2, actor=staff.actor,
        source=OrderSource.PORTAL,
    )  # fmt: skip
    day(20)
    assert OverdueSuspension.objects.count() == 0

    change_apply(change=change, actor=staff.actor)
    day(1)
    provision(subscription)

    assert state(subscription) == SubscriptionState.SUSPENDED


def test_steps_come_one_after_the_other(at_distributor, staff):
    with pytest.raises(Invalid) as caught:
        dunning_policy_edit(
            organization=at_distributor, version=None, actor=staff.actor,
            remind_days=10, again_days=10, suspend_days=None,
        )  # fmt: skip

    assert caught.value.field == "again_days"
    assert DunningPolicy.objects.count() == 0


def test_staff_set_the_days_in_setup(staff, at_distributor):
    page = staff.client.post(
        "/portal/setup/overdue/", {"remind_days": "3", "again_days": "", "suspend_days": "20"}
    )

    assert page.status_code == 302
    policy = DunningPolicy.objects.get()
    assert (policy.remind_days, policy.again_days, policy.suspend_days) == (3, None, 20)
    assert Decimal(policy.version) == 2
    assert 'value="20"' in staff.client.get("/portal/setup/overdue/").content.decode()


def asked(subscription, kind, staff):
    return change_request(
        subscription=Subscription.objects.get(pk=subscription.pk),
        kind=kind,
        actor=staff.actor,
        source=OrderSource.PORTAL,
    )


# E-mails ---------------------------------------------------------------------------------------------------------


def mails(*kinds):
    return list(Delivery.everywhere.filter(kind__in=kinds).order_by("pk"))


def test_each_step_writes_to_whoever_reads_invoices_once(
    policy, invoice, subscription, payer, day, staff, run_jobs
):
    books = ContactFactory(account=payer, email="books@example.org", receives_invoices=True)
    day(3)
    day(7)
    day(10)
    provision(subscription)
    run_jobs()

    first, second, stopped = mails("invoice_reminded", "services_suspended")
    assert {each.recipient for each in (first, second, stopped)} == {books.email}
    assert invoice.number in first.subject
    assert first.subject.startswith("Reminder")
    assert second.subject.startswith("Second reminder")
    assert "€124.00" in second.text
    assert "Aegean Foods" in stopped.text
    for mail in (first, second, stopped):
        assert mail.context["link"].endswith(f"/my-account/invoices/{invoice.public_id}/")

    pay(invoice, staff)
    run_jobs()
    provision(subscription)
    run_jobs()
    [resumed] = mails("services_resumed")
    assert (resumed.recipient, subscription.name in resumed.text) == (books.email, True)


def test_what_was_paid_before_the_e_mail_is_not_reminded_of(
    policy, invoice, travel, staff, run_jobs
):
    travel(timedelta(days=4))
    tasks.ladder_climb()
    step = jobs.due_ids()
    jobs.run(step)
    pay(invoice, staff)
    run_jobs()

    assert told() == ["remind"]
    assert mails("invoice_reminded") == []


def test_what_stays_suspended_is_not_told_to_go_on(
    policy, invoice, subscription, day, staff, run_jobs
):
    second = billing(subscription)
    day(20)
    provision(subscription)
    pay(invoice, staff)
    run_jobs()
    assert mails("services_resumed") == []

    suspension_keep(suspension=OverdueSuspension.objects.get(), actor=staff.actor, reason="Misused")
    pay(second, staff)
    run_jobs()

    assert mails("services_resumed") == []


def test_an_invoice_that_was_never_suspended_for_says_nothing_when_it_is_paid(
    policy, invoice, subscription, day, staff, run_jobs
):
    day(3)
    pay(invoice, staff)
    run_jobs()

    assert mails("services_resumed") == []
