"""Changes of subscriptions at their vendor: vendor first, then here."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.orders.choices import LineState
from bss.orders.services import line_correct
from bss.subscriptions.choices import ChangeState, SubscriptionState
from bss.subscriptions.events import ScheduledChangeCancelled
from bss.subscriptions.models import ScheduledChange
from bss.subscriptions.selectors import subscriptions_needing_staff
from bss.subscriptions.services import change_request, change_withdraw
from bss.subscriptions.tasks import changes_due
from servicemanager.choices import ProvisioningState as P
from servicemanager.contracts import Done, NeedsInput, Refused
from servicemanager.handlers import change_cancelled
from servicemanager.models import ProvisioningJob
from servicemanager.services import provisioning_abandon, provisioning_retry
from tests.factories.orders import make_add_on
from tests.servicemanager.conftest import job_of


def ask(subscription, staff, kind, **values) -> ScheduledChange:
    return change_request(
        subscription=subscription, kind=kind, actor=staff.actor, source="portal", **values
    )


@pytest.mark.parametrize(
    ("kind", "values", "operation", "status"),
    [
        ("quantity", {"quantity": 9}, "change", "active"),
        ("suspend", {"reason": "Unpaid"}, "suspend", "suspended"),
        ("cancel", {"reason": "Leaving"}, "cancel", "cancelled"),
    ],
)
def test_each_change_sends_its_whole_target(
    active, scripted, run_jobs, staff, kind, values, operation, status
):
    change = ask(active, staff, kind, **values)
    run_jobs()

    (call,) = scripted.asked("provision")
    assert (call.operation, call.target.status) == (operation, status)
    assert call.target.external_id == "vendor-1"
    assert call.target.quantity == values.get("quantity", 5)
    change.refresh_from_db()
    assert change.state == ChangeState.APPLIED


def test_an_immediate_cancellation_stays_active_until_the_vendor_agreed(
    active, scripted, run_jobs, staff
):
    seen = []

    def look(method):
        if method == "bound":
            return
        active.refresh_from_db()
        seen.append((active.state, active.sync_status))

    scripted.meanwhile = look
    ask(active, staff, "cancel", reason="Leaving")
    run_jobs()

    assert seen == [(SubscriptionState.ACTIVE, "in_progress")]
    active.refresh_from_db()
    assert active.state == SubscriptionState.CANCELLED


def test_what_does_not_renew_is_ended_at_the_vendor(active, scripted, run_jobs, travel):
    type(active).objects.update(renews=False)
    travel(timedelta(days=40))
    changes_due()
    run_jobs()

    (call,) = scripted.asked("provision")
    assert (call.operation, call.target.status) == ("cancel", "cancelled")
    assert call.target.external_id == "vendor-1"
    active.refresh_from_db()
    assert active.state == SubscriptionState.EXPIRED


def test_what_the_vendor_does_not_end_stays_and_is_told_to_staff(
    active, scripted, run_jobs, travel
):
    scripted.script = {"provision": [Refused("VENDOR_REFUSED", "Locked.")]}
    type(active).objects.update(renews=False)
    travel(timedelta(days=40))
    changes_due()
    run_jobs()

    active.refresh_from_db()
    assert (active.state, active.sync_status) == (SubscriptionState.ACTIVE, "failed")
    assert subscriptions_needing_staff().get() == active
    assert active.terms.count() == 1


def test_a_refused_change_leaves_the_subscription_as_it_was(active, scripted, run_jobs, staff):
    scripted.script = {"provision": [Refused("QUANTITY_OUT_OF_RANGE", "Too many.")]}
    change = ask(active, staff, "quantity", quantity=900)
    run_jobs()

    active.refresh_from_db()
    change.refresh_from_db()
    assert (active.state, active.quantity) == (SubscriptionState.ACTIVE, 5)
    assert (change.state, change.order_line.state) == (ChangeState.FAILED, LineState.FAILED)


def test_a_failed_change_is_retried_on_the_same_job(active, scripted, run_jobs, staff):
    scripted.script = {"provision": [Refused("VENDOR_REFUSED", "Locked."), Done()]}
    change = ask(active, staff, "quantity", quantity=6)
    run_jobs()
    provisioning_retry(job=job_of(active), actor=staff.actor)
    run_jobs()

    active.refresh_from_db()
    assert (active.quantity, active.external_id) == (6, "vendor-1")
    assert ProvisioningJob.everywhere.filter(change=change).count() == 1
    assert job_of(active).attempts == 2


def test_a_withdrawn_change_is_not_retried(active, scripted, run_jobs, staff):
    scripted.script = {"provision": [Refused("VENDOR_REFUSED", "Locked.")]}
    change = ask(active, staff, "quantity", quantity=6)
    run_jobs()
    change.refresh_from_db()
    change_withdraw(change=change, actor=staff.actor)
    run_jobs()

    active.refresh_from_db()
    assert job_of(active).state == P.ABANDONED
    assert active.quantity == 5


@pytest.mark.parametrize(
    ("kind", "values", "back"),
    [
        ("quantity", {"quantity": 50}, "change"),
        ("suspend", {"reason": "Unpaid"}, "resume"),
    ],
)
def test_a_withdrawn_change_of_unknown_outcome_is_taken_back_at_the_vendor(
    active, scripted, run_jobs, staff, kind, values, back
):
    scripted.script = {"provision": [Refused("OUTCOME_UNKNOWN", "Nobody knows."), Done()]}
    change = ask(active, staff, kind, **values)
    run_jobs()
    change.refresh_from_db()
    change_withdraw(change=change, actor=staff.actor)
    cancelled = ScheduledChangeCancelled(change.pk)
    run_jobs()
    # The event may be told twice.
    change_cancelled(cancelled)
    run_jobs()

    asked = scripted.asked("provision")
    assert [(call.operation, call.target.quantity) for call in asked] == [
        (kind if kind == "suspend" else "change", values.get("quantity", 5)), (back, 5),
    ]  # fmt: skip
    assert asked[-1].target.status == "active"
    # Asked first what it has.
    assert scripted.asked("find")[-1].operation == back
    assert job_of(active).state == P.SUCCEEDED
    active.refresh_from_db()
    assert (active.quantity, active.sync_status) == (5, "synchronized")


def test_what_cannot_be_taken_back_at_the_vendor_stays_in_sight(active, scripted, run_jobs, staff):
    scripted.script = {
        "provision": [Refused("OUTCOME_UNKNOWN", "Nobody knows."), Refused("GONE", "It is gone.")]
    }
    change = ask(active, staff, "cancel", reason="Leaving")
    run_jobs()
    change.refresh_from_db()
    change_withdraw(change=change, actor=staff.actor)
    run_jobs()

    active.refresh_from_db()
    assert (job_of(active).state, active.sync_status) == (P.FAILED, "failed")
    assert active.state == SubscriptionState.ACTIVE


def test_a_change_that_needs_input_parks_its_line(active, scripted, run_jobs, staff):
    scripted.script = {"provision": [NeedsInput("ATTRIBUTE_INVALID", "Too short.", "alias")]}
    change = ask(active, staff, "quantity", quantity=6)
    run_jobs()

    change.refresh_from_db()
    assert change.order_line.state == LineState.NEEDS_INPUT
    assert change.order_line.problem_field == "alias"


def test_what_a_service_manager_cannot_do_is_not_sent(
    active, scripted, run_jobs, staff, monkeypatch
):
    monkeypatch.setattr(scripted, "capabilities", scripted.capabilities - {"suspend"})
    ask(active, staff, "suspend", reason="Unpaid")
    run_jobs()

    assert job_of(active).code == "OPERATION_UNSUPPORTED"
    assert scripted.heard == []


def test_giving_up_closes_the_job_and_changes_nothing_else(active, scripted, run_jobs, staff):
    scripted.script = {"provision": [Refused("VENDOR_REFUSED", "Locked.")]}
    change = ask(active, staff, "quantity", quantity=6)
    run_jobs()

    provisioning_abandon(job=job_of(active), reason="Settled by telephone.", actor=staff.actor)

    change.refresh_from_db()
    assert job_of(active).state == P.ABANDONED
    assert change.state == ChangeState.FAILED


def test_what_was_given_up_and_is_tried_after_all_asks_the_vendor_first(
    active, scripted, run_jobs, staff
):
    scripted.script = {"provision": [Refused("VENDOR_REFUSED", "Locked.")], "find": [Done()]}
    change = ask(active, staff, "quantity", quantity=6)
    run_jobs()
    provisioning_abandon(job=job_of(active), reason="Settled by telephone.", actor=staff.actor)
    change.refresh_from_db()
    line_correct(line=change.order_line, parameters={}, actor=staff.actor)
    run_jobs()

    active.refresh_from_db()
    assert active.quantity == 6
    assert [name for name, _what in scripted.heard] == ["provision", "find"]


def test_add_ons_are_sent_whole_with_every_change(active, scripted, run_jobs, staff):
    archive = make_add_on(active.product, code="archive")
    fax = make_add_on(active.product, code="fax")
    ask(active, staff, "add_on", product=archive, quantity=3)
    run_jobs()
    ask(active, staff, "add_on", product=fax, quantity=1)
    run_jobs()
    ask(active, staff, "add_on", add_on=active.add_ons.get(product=archive), quantity=2)
    run_jobs()
    ask(active, staff, "add_on", add_on=active.add_ons.get(product=fax), quantity=0)
    run_jobs()
    ask(active, staff, "quantity", quantity=9)
    run_jobs()

    sent = [
        {add_on.sku: add_on.quantity for add_on in call.target.add_ons}
        for call in scripted.asked("provision")
    ]
    assert sent == [
        {"archive": 3}, {"archive": 3, "fax": 1}, {"archive": 2, "fax": 1}, {"archive": 2}, {"archive": 2},
    ]  # fmt: skip
    # A quantity that belongs to an add-on is none of the product's.
    assert [call.target.quantity for call in scripted.asked("provision")] == [5, 5, 5, 5, 9]


def test_what_concerns_the_next_term_only_asks_no_vendor(active, scripted, run_jobs, staff):
    change = ask(active, staff, "renewal", quantity=9)
    run_jobs()

    assert not scripted.asked("provision")
    assert ProvisioningJob.objects.filter(change=change).count() == 0
    assert change.state == ChangeState.APPLIED
