"""A provisioning job's life, outcome by outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.core import http, jobs
from bss.core.http import CalledInTransaction, OutboundError, require_no_transaction
from bss.core.models import Job
from bss.orders.choices import LineState, OrderState
from bss.subscriptions.choices import SubscriptionState, SyncStatus
from servicemanager.choices import ProvisioningState as P
from servicemanager.contracts import (
    Absent,
    Done,
    InProgress,
    NeedsInput,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from servicemanager.models import ProvisioningJob
from servicemanager.services import provisioning_request, provisioning_retry, provisioning_step
from servicemanager.tasks import REQUEST, STEP
from tests.servicemanager.conftest import job_of
from tests.servicemanager.managers import Crash

UNKNOWN = OutcomeUnknown("OUTCOME_UNKNOWN", "No answer in time.")


def test_a_new_subscription_is_created_at_its_vendor_and_active(pending, scripted, run_jobs):
    run_jobs()

    pending.refresh_from_db()
    job = job_of(pending)
    assert (pending.state, pending.sync_status) == (
        SubscriptionState.ACTIVE,
        SyncStatus.SYNCHRONIZED,
    )
    assert pending.external_id == "vendor-1"
    assert pending.order_line.state == LineState.DELIVERED
    assert (job.state, job.calls, job.attempts) == (P.SUCCEEDED, 1, 1)
    assert job.first_called_at is not None
    assert job.finished_at is not None


def test_the_vendor_gets_the_whole_target_and_the_key_of_the_job(pending, scripted, run_jobs):
    run_jobs()

    (call,) = scripted.asked("provision")
    assert call.idempotency_key == f"{job_of(pending).public_id}-1"
    assert call.instance.settings == {"address": "https://vendor.example", "key": "sesame-opens"}
    assert (call.target.sku, call.target.quantity, call.target.unit) == ("desk-1", 5, "P1M")
    assert (call.target.status, call.target.product_type) == ("active", "desk")
    assert call.target.account.name == "Aegean Foods"


def test_calling_is_committed_before_the_call(pending, scripted, run_jobs):
    seen = []
    scripted.meanwhile = lambda method: seen.append(job_of(pending).state)

    run_jobs()

    assert seen == [P.CALLING]


def test_no_vendor_is_called_inside_a_transaction(pending, scripted, run_jobs, travel):
    inside = []

    def look(method):
        try:
            require_no_transaction()
        except CalledInTransaction:
            inside.append(method)

    scripted.meanwhile = look
    scripted.script = {
        "provision": [UNKNOWN, InProgress("op")], "find": [Absent()], "poll": [Done("vendor-1")]
    }  # fmt: skip
    for _ in range(3):
        run_jobs()
        travel(timedelta(seconds=30))

    assert [name for name, _what in scripted.heard] == ["provision", "find", "provision", "poll"]
    assert inside == []


def test_the_same_event_handled_twice_makes_one_job(pending, run_jobs, staff):
    run_jobs()
    provisioning_request(subscription=pending, actor=staff.actor)

    assert ProvisioningJob.everywhere.filter(subscription=pending).count() == 1
    assert run_jobs() == 0


def test_in_progress_is_polled_until_done(pending, scripted, run_jobs, travel):
    scripted.script = {
        "provision": [InProgress("op-7")],
        "poll": [InProgress("op-7", percent=40), Done("vendor-9")],
    }
    run_jobs()
    job = job_of(pending)
    assert (job.state, job.reference) == (P.IN_PROGRESS, "op-7")

    travel(timedelta(seconds=6))
    run_jobs()
    assert job_of(pending).percent == 40
    travel(timedelta(seconds=10))
    run_jobs()

    pending.refresh_from_db()
    assert (pending.state, pending.external_id) == (SubscriptionState.ACTIVE, "vendor-9")
    assert len(scripted.asked("provision")) == 1
    assert len(scripted.asked("poll")) == 2


def test_polls_begin_after_five_seconds_and_grow_to_sixty(pending, scripted, run_jobs, travel):
    scripted.script = {"provision": [InProgress("op")], "poll": [InProgress("op")]}
    run_jobs()
    waits = [provisioning_step(job_id=job_of(pending).pk) for _ in range(12)]

    assert waits == sorted(waits)
    assert waits[0] == pytest.approx(7.5)
    assert waits[-1] == 60.0


def test_a_poll_is_never_earlier_than_the_vendor_asks(pending, scripted, run_jobs, travel):
    scripted.script = {"provision": [InProgress("op", retry_after=240)]}
    run_jobs()
    travel(timedelta(seconds=239))
    run_jobs()
    assert scripted.asked("poll") == []

    travel(timedelta(seconds=1))
    run_jobs()
    assert len(scripted.asked("poll")) == 1


def test_after_120_minutes_in_progress_it_failed(pending, scripted, run_jobs, travel):
    scripted.script = {"provision": [InProgress("op")], "poll": [InProgress("op", percent=90)]}
    run_jobs()
    travel(timedelta(minutes=119))
    run_jobs()
    assert job_of(pending).state == P.IN_PROGRESS

    travel(timedelta(minutes=2))
    run_jobs()

    pending.refresh_from_db()
    job = job_of(pending)
    assert (job.state, job.code) == (P.FAILED, "NOT_FINISHED_IN_TIME")
    assert (pending.state, pending.problem_code) == (
        SubscriptionState.FAILED,
        "NOT_FINISHED_IN_TIME",
    )
    assert pending.order_line.order.state == OrderState.FAILED


def test_a_poll_without_an_answer_waits_on(pending, scripted, run_jobs, travel):
    scripted.script = {
        "provision": [InProgress("op", percent=30)],
        "poll": [OutboundError("timeout", "no answer", sent=True), Done("vendor-1")],
    }
    run_jobs()
    travel(timedelta(seconds=10))
    run_jobs()
    job = job_of(pending)
    assert (job.state, job.percent) == (P.IN_PROGRESS, 30)

    travel(timedelta(seconds=20))
    run_jobs()
    assert job_of(pending).state == P.SUCCEEDED


def test_an_operation_the_vendor_lost_is_asked_for(pending, scripted, run_jobs, travel):
    scripted.script = {
        "provision": [InProgress("op")], "poll": [Absent()], "find": [Done("vendor-3")]
    }  # fmt: skip
    run_jobs()
    travel(timedelta(seconds=10))
    run_jobs()
    assert job_of(pending).state == P.UNKNOWN

    travel(timedelta(seconds=20))
    run_jobs()

    pending.refresh_from_db()
    assert pending.external_id == "vendor-3"
    assert len(scripted.asked("provision")) == 1


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(UNKNOWN, id="the gateway says so"),
        pytest.param(OutboundError("timeout", "no answer in time", sent=True), id="time-out"),
        pytest.param(ValueError("a bug"), id="a fault of the plug-in"),
    ],
)
def test_an_unknown_outcome_is_asked_for_never_repeated(pending, scripted, run_jobs, travel, lost):
    scripted.script = {"provision": [lost], "find": [Done("vendor-2")]}
    run_jobs()
    assert job_of(pending).state == P.UNKNOWN
    assert scripted.asked("find") == []

    travel(timedelta(seconds=10))
    run_jobs()

    pending.refresh_from_db()
    assert (pending.state, pending.external_id) == (SubscriptionState.ACTIVE, "vendor-2")
    assert len(scripted.asked("provision")) == 1
    assert len(scripted.asked("find")) == 1


def test_what_the_vendor_has_nothing_of_is_called_for_again_with_the_same_key(
    pending, scripted, run_jobs, travel
):
    scripted.script = {"provision": [UNKNOWN, Done("vendor-5")], "find": [Absent()]}
    run_jobs()
    travel(timedelta(seconds=10))
    run_jobs()

    first, second = scripted.asked("provision")
    assert first.idempotency_key == second.idempotency_key
    job = job_of(pending)
    assert (job.state, job.calls) == (P.SUCCEEDED, 2)


def test_a_vendor_that_never_answers_is_given_up_after_120_minutes(
    pending, scripted, run_jobs, travel
):
    scripted.script = {"provision": [UNKNOWN], "find": [UNKNOWN]}
    run_jobs()
    for _ in range(5):
        travel(timedelta(minutes=30))
        run_jobs()

    job = job_of(pending)
    assert (job.state, job.code) == (P.FAILED, "OUTCOME_UNKNOWN")
    assert len(scripted.asked("provision")) == 1


def test_a_worker_that_dies_after_the_call_leaves_the_outcome_unknown(
    pending, scripted, run_jobs, travel
):
    scripted.script = {"provision": [Crash()], "find": [Done("vendor-4")]}
    with pytest.raises(Crash):
        run_jobs()
    assert job_of(pending).state == P.CALLING
    Job.objects.filter(kind="provisioning.step").update(lease_until="2020-01-01T00:00:00Z")

    run_jobs()

    pending.refresh_from_db()
    assert (pending.state, pending.external_id) == (SubscriptionState.ACTIVE, "vendor-4")
    assert len(scripted.asked("provision")) == 1
    assert len(scripted.asked("find")) == 1


def test_a_worker_that_dies_before_the_call_reached_anybody_calls_again(
    pending, scripted, run_jobs
):
    scripted.script = {"provision": [Crash(), Done("vendor-4")], "find": [Absent()]}
    with pytest.raises(Crash):
        run_jobs()
    Job.objects.filter(kind="provisioning.step").update(lease_until="2020-01-01T00:00:00Z")

    run_jobs()

    assert job_of(pending).state == P.SUCCEEDED
    assert len({call.idempotency_key for call in scripted.asked("provision")}) == 1


def test_two_workers_on_one_step_record_one_outcome(pending, scripted, run_jobs):
    def overtaken(call):
        # Meanwhile another worker found the job in "calling" and asked the vendor.
        scripted.script["provision"] = [Done("vendor-1")]
        provisioning_step(job_id=job_of(pending).pk)
        return Done("vendor-1")

    scripted.script = {"provision": [overtaken], "find": [Done("vendor-1")]}
    run_jobs()

    pending.refresh_from_db()
    assert pending.state == SubscriptionState.ACTIVE
    assert pending.terms.count() == 1
    assert len(scripted.asked("provision")) == 1


def test_not_now_is_called_for_again_no_earlier_than_asked(pending, scripted, run_jobs, travel):
    scripted.script = {"provision": [TryLater(120, "VENDOR_BUSY", "Too many requests."), Done("v")]}
    run_jobs()
    job = job_of(pending)
    assert (job.state, job.code) == (P.QUEUED, "VENDOR_BUSY")

    travel(timedelta(seconds=119))
    assert run_jobs() == 0
    travel(timedelta(seconds=60))
    run_jobs()

    first, second = scripted.asked("provision")
    assert first.idempotency_key == second.idempotency_key
    assert job_of(pending).state == P.SUCCEEDED
    assert scripted.asked("find") == []


def test_a_vendor_that_stays_busy_is_given_up_after_120_minutes(
    pending, scripted, run_jobs, travel
):
    scripted.script = {"provision": [TryLater(600, "VENDOR_BUSY", "Maintenance.")]}
    for _ in range(16):
        run_jobs()
        travel(timedelta(minutes=10))

    job = job_of(pending)
    assert (job.state, job.code) == (P.FAILED, "VENDOR_BUSY")


def test_the_limit_counts_from_when_people_have_answered(pending, scripted, run_jobs, travel):
    waits = TryLater(600, "VENDOR_BUSY", "Somebody has to answer first.", awaits_answer=True)
    scripted.script = {"provision": [waits] * 20 + [TryLater(600, "VENDOR_BUSY", "Maintenance.")]}
    for _ in range(100):
        run_jobs()
        if len(scripted.asked("provision")) >= 21:
            break
        travel(timedelta(minutes=10))
    assert job_of(pending).state == P.QUEUED

    for _ in range(16):
        travel(timedelta(minutes=10))
        run_jobs()

    assert (job_of(pending).state, job_of(pending).code) == (P.FAILED, "VENDOR_BUSY")


def test_a_refusal_fails_the_subscription_and_keeps_the_vendors_words(pending, scripted, run_jobs):
    scripted.script = {
        "provision": [Refused("QUANTITY_OUT_OF_RANGE", "Too few seats.", "E-17", "min. 25")]
    }
    run_jobs()

    pending.refresh_from_db()
    job = job_of(pending)
    assert (job.state, job.code, job.vendor_code, job.vendor_text) == (
        P.FAILED, "QUANTITY_OUT_OF_RANGE", "E-17", "min. 25"
    )  # fmt: skip
    assert (pending.state, pending.problem_code) == (
        SubscriptionState.FAILED,
        "QUANTITY_OUT_OF_RANGE",
    )
    assert pending.sync_status == SyncStatus.FAILED
    assert len(scripted.asked("provision")) == 1


def test_needed_input_parks_the_line_and_goes_on_when_it_is_given(
    pending, scripted, run_jobs, staff
):
    from bss.orders.services import line_correct

    scripted.script = {
        "provision": [NeedsInput("ATTRIBUTE_INVALID", "Taken.", "workspace"), Done("vendor-1")]
    }
    run_jobs()
    pending.refresh_from_db()
    line = pending.order_line
    assert (pending.state, line.state) == (SubscriptionState.PENDING, LineState.NEEDS_INPUT)
    assert (line.problem_code, line.problem_field) == ("ATTRIBUTE_INVALID", "workspace")

    line_correct(line=line, parameters={"workspace": "aegean-2"}, actor=staff.actor)
    run_jobs()

    pending.refresh_from_db()
    first, second = scripted.asked("provision")
    assert pending.state == SubscriptionState.ACTIVE
    assert second.target.attributes == {"workspace": "aegean-2"}
    assert first.idempotency_key != second.idempotency_key
    assert ProvisioningJob.everywhere.filter(subscription=pending).count() == 1


def test_retry_asks_the_vendor_about_the_old_attempt_first(
    pending, scripted, run_jobs, travel, staff
):
    scripted.script = {"provision": [InProgress("op")], "poll": [InProgress("op")]}
    run_jobs()
    travel(timedelta(minutes=121))
    run_jobs()
    pending.refresh_from_db()
    assert pending.state == SubscriptionState.FAILED
    scripted.script = {"find": [Done("vendor-8")]}

    provisioning_retry(job=job_of(pending), actor=staff.actor)
    run_jobs()

    pending.refresh_from_db()
    job = job_of(pending)
    assert (pending.state, pending.external_id) == (SubscriptionState.ACTIVE, "vendor-8")
    assert (job.state, job.attempts, job.calls) == (P.SUCCEEDED, 2, 0)
    assert len(scripted.asked("provision")) == 1
    assert pending.order_line.order.state == OrderState.EXECUTED


def test_retry_of_an_operation_still_going_on_waits_another_120_minutes(
    pending, scripted, run_jobs, travel, staff
):
    scripted.script = {
        "provision": [InProgress("op")], "poll": [InProgress("op")], "find": [InProgress("op")]
    }  # fmt: skip
    run_jobs()
    travel(timedelta(minutes=121))
    run_jobs()

    provisioning_retry(job=job_of(pending), actor=staff.actor)
    run_jobs()
    travel(timedelta(minutes=100))
    run_jobs()

    assert job_of(pending).state == P.IN_PROGRESS
    assert len(scripted.asked("provision")) == 1


def test_retry_after_a_refusal_calls_under_a_new_key(pending, scripted, run_jobs, staff):
    scripted.script = {"provision": [Refused("VENDOR_REFUSED", "No credit."), Done("vendor-1")]}
    run_jobs()

    provisioning_retry(job=job_of(pending), actor=staff.actor)
    run_jobs()

    first, second = scripted.asked("provision")
    assert first.idempotency_key != second.idempotency_key
    assert [name for name, _what in scripted.heard] == ["provision", "find", "provision"]
    assert job_of(pending).state == P.SUCCEEDED


def test_retry_after_an_operation_failed_late_calls_under_a_new_key(
    pending, scripted, run_jobs, travel, staff
):
    scripted.script = {"provision": [InProgress("op")], "poll": [InProgress("op")]}
    run_jobs()
    travel(timedelta(minutes=121))
    run_jobs()
    scripted.script = {"find": [Refused("VENDOR_FAILED", "It broke.")], "provision": [Done("v-2")]}

    provisioning_retry(job=job_of(pending), actor=staff.actor)
    run_jobs()

    first, second = scripted.asked("provision")
    assert first.idempotency_key != second.idempotency_key
    assert job_of(pending).state == P.SUCCEEDED


def test_a_service_manager_may_declare_another_limit(
    pending, scripted, run_jobs, travel, monkeypatch
):
    monkeypatch.setattr(scripted, "poll_limit", timedelta(hours=24))
    scripted.script = {"provision": [InProgress("op")], "poll": [InProgress("op")]}
    run_jobs()
    travel(timedelta(hours=23))
    run_jobs()
    assert job_of(pending).state == P.IN_PROGRESS

    travel(timedelta(hours=2))
    run_jobs()
    assert job_of(pending).state == P.FAILED


def test_an_inactive_instance_is_not_called(pending, instance, scripted, run_jobs, staff):
    from servicemanager.services import instance_deactivate

    instance_deactivate(instance=instance, actor=staff.actor, reason="Contract ended.")
    run_jobs()

    job = job_of(pending)
    assert (job.state, job.code) == (P.FAILED, "INSTANCE_INACTIVE")
    assert scripted.heard == []


def test_a_service_manager_that_is_not_installed_fails_with_its_cause(
    pending, scripted, run_jobs, monkeypatch
):
    from servicemanager import registry

    monkeypatch.setattr(registry, "_managers", {})
    run_jobs()

    assert job_of(pending).code == "MANAGER_MISSING"


def test_a_withdrawn_subscription_is_not_retried(pending, scripted, run_jobs, staff):
    from bss.core.errors import Conflict
    from bss.orders.services import line_cancel

    scripted.script = {"provision": [Refused("VENDOR_REFUSED", "No.")]}
    run_jobs()
    pending.refresh_from_db()
    line_cancel(line=pending.order_line, actor=staff.actor)
    run_jobs()

    job = job_of(pending)
    assert job.state == P.ABANDONED
    with pytest.raises(Conflict):
        provisioning_retry(job=job, actor=staff.actor)
    assert len(scripted.heard) == 1


def test_what_a_withdrawn_subscription_may_have_left_is_cancelled_at_the_vendor(
    pending, scripted, run_jobs, travel, staff
):
    from bss.orders.services import line_cancel

    scripted.script = {"provision": [InProgress("op")], "poll": [InProgress("op")]}
    run_jobs()
    travel(timedelta(minutes=121))
    run_jobs()
    scripted.script, scripted.heard = {"find": [Absent()], "provision": [Done("v")]}, []
    pending.refresh_from_db()
    line_cancel(line=pending.order_line, actor=staff.actor)
    run_jobs()

    assert [name for name, _what in scripted.heard] == ["find", "provision"]
    (call,) = scripted.asked("provision")
    assert (call.operation, call.target.status) == ("cancel", "cancelled")
    pending.refresh_from_db()
    assert (pending.state, job_of(pending).state) == (SubscriptionState.CANCELLED, P.SUCCEEDED)


def test_a_dead_core_job_is_never_the_end_of_a_provisioning_job(pending, scripted, run_jobs):
    """Whatever a plug-in raises is an outcome, so the job that drives the steps does not count failures."""
    scripted.script = {"provision": [RuntimeError("bug")], "find": [RuntimeError("bug")]}
    run_jobs()

    step = Job.objects.get(kind="provisioning.step")
    assert (step.state, step.attempts) == ("ready", 0)


def test_exchanges_are_kept_ninety_days(pending, instance, run_jobs, travel):
    from servicemanager.models import Exchange
    from servicemanager.services.exchanges import exchanges_purge

    row = {"organization": instance.organization, "scope": pending.scope, "instance": instance}
    Exchange.everywhere.create(**row, method="GET", path="/v1", outcome="answered")
    travel(timedelta(days=89))
    assert exchanges_purge() == 0
    travel(timedelta(days=2))
    assert exchanges_purge() == 1


def test_a_step_is_not_given_to_a_second_worker_while_its_calls_may_last():
    longest = 4 * (http.CONNECT_SECONDS + http.READ_SECONDS)
    assert all(jobs._handlers[kind].lease_seconds > longest for kind in (STEP, REQUEST))
