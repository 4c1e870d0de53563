"""Provisioning jobs: started by what happens to subscriptions, and what staff do with them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from bss.core import clock, jobs
from bss.core.actor import Actor
from bss.core.db import new_public_id
from bss.core.errors import Conflict, Invalid
from bss.orders.services import line_retry
from bss.subscriptions.choices import LIVE, ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import subscription_retry
from servicemanager import registry, selectors
from servicemanager.choices import Operation, ProvisioningState
from servicemanager.contracts import Done, Refused
from servicemanager.errors import UNCERTAIN, Code
from servicemanager.locks import job_locked, subscription_locked
from servicemanager.models import Instance, ProvisioningJob
from servicemanager.services import outcomes, targets
from servicemanager.services.instances import instance_for
from servicemanager.states import PROVISIONING

STEP = "provisioning.step"
_GIVEN_UP = frozenset({ProvisioningState.FAILED, ProvisioningState.ABANDONED})
# What undoes an operation; to undo any other is to change to what the subscription is.
_BACK: dict[str, Operation] = {
    Operation.SUSPEND: Operation.RESUME,
    Operation.RESUME: Operation.SUSPEND,
}


def provisioning_request(
    *, subscription: Subscription, actor: Actor, change: ScheduledChange | None = None
) -> ProvisioningJob | None:
    """Have a subscription created, or one change of it made, at whoever provisions it.

    Asked again it goes on with the job there is: an open or finished one stays as it is, a failed one is tried
    again with today's target. None when nobody provisions it: the subscription is told why. One transaction.
    """
    operation = targets.OPERATION_OF[change.kind] if change else Operation.CREATE
    with transaction.atomic():
        subscription_locked(subscription.pk)
        latest = selectors.latest_job(subscription, change)
        if latest is not None and latest.state == ProvisioningState.FAILED:
            return _begin_again(latest, actor)
        if latest is not None and latest.state != ProvisioningState.ABANDONED:
            return latest
        return provisioning_start(
            subscription=subscription,
            operation=operation,
            change=change,
            actor=actor,
            doubt=latest is not None and latest.was_called,
        )


def provisioning_start(
    *,
    subscription: Subscription,
    operation: Operation,
    actor: Actor,
    change: ScheduledChange | None = None,
    doubt: bool = False,
) -> ProvisioningJob | None:
    """Write the provisioning job of one operation and the job that drives it. One transaction.

    With `doubt` the vendor is asked for what it has before anything is sent. None when no instance provisions
    the subscription: it is told so.
    """
    with transaction.atomic():
        instance = instance_for(subscription)
        if instance is None:
            outcomes.tell_failed(
                subscription, change, operation, *_said(Code.INSTANCE_MISSING), actor=actor
            )
            return None
        job = _written(subscription, instance, operation, change)
        if doubt:
            PROVISIONING.fire(job, "doubt", actor=actor)
        outcomes.tell_sync(job, SyncStatus.PENDING, actor=actor)
        _ring(job)
    return job


def provisioning_withdraw(*, subscription: Subscription, actor: Actor) -> None:
    """A subscription ended here. Failed jobs of it are closed, so that nobody retries them.

    When the vendor may have created it all the same, it is asked, and what is there is cancelled.
    """
    with transaction.atomic():
        failed = list(
            subscription.provisioning_jobs.filter(state=ProvisioningState.FAILED).order_by("id")
        )
        maybe_there = subscription.started_at is None and any(
            job.operation == Operation.CREATE and job.code in UNCERTAIN and job.was_called
            for job in failed
        )
        for job in failed:
            PROVISIONING.fire(job, "abandon", actor=actor, reason=_("The subscription ended."))
        if maybe_there:
            provisioning_start(
                subscription=subscription, operation=Operation.CANCEL, actor=actor, doubt=True
            )


def provisioning_withdraw_change(*, change: ScheduledChange, actor: Actor) -> None:
    """A change was withdrawn: failed jobs of it are closed, so that nobody retries them.

    When the vendor may have made it all the same, it is asked to bring the subscription back to what it is here.
    """
    with transaction.atomic():
        subscription = subscription_locked(change.subscription_id)
        latest = selectors.latest_job(subscription, change)
        if latest is None or latest.state not in _GIVEN_UP:
            return
        if latest.state == ProvisioningState.FAILED:
            PROVISIONING.fire(latest, "abandon", actor=actor, reason=_("The change was withdrawn."))
        elif _was_brought_back(latest):
            return
        if latest.code in UNCERTAIN and latest.was_called and subscription.state in LIVE:
            provisioning_start(
                subscription=subscription,
                operation=_BACK.get(latest.operation, Operation.CHANGE),
                actor=actor,
                doubt=True,
            )


def _was_brought_back(job: ProvisioningJob) -> bool:
    """Whether a change's last job was followed already by one of our own."""
    later = ProvisioningJob.everywhere.filter(subscription_id=job.subscription_id, pk__gt=job.pk)
    return later.filter(change=None).exists()


def provisioning_retry(*, job: ProvisioningJob, actor: Actor) -> None:
    """Try a failed operation again: the order goes back to work, and the vendor is asked about the old attempt.

    Raises Conflict when the operation did not fail, or what it was for was withdrawn meanwhile.
    """
    if job.state != ProvisioningState.FAILED:
        raise Conflict(_("Only a failed operation can be tried again."), code="NOT_FAILED")
    if job.change is not None:
        if job.change.state != ChangeState.FAILED:
            raise _withdrawn()
        line_retry(line=job.change.order_line, parameters={}, actor=actor)
    elif job.operation == Operation.CREATE:
        if job.subscription.state != SubscriptionState.FAILED:
            raise _withdrawn()
        subscription_retry(subscription=job.subscription, actor=actor)
    else:
        with transaction.atomic():
            _begin_again(job_locked(job.pk), actor)


def provisioning_deliver(
    *, job: ProvisioningJob, note: str, actor: Actor, external_id: str = ""
) -> ProvisioningJob:
    """Staff did by hand what the job asks for. `note` says what was done, `external_id` names the result.

    Raises Conflict when the job is not one that staff deliver, or was decided meanwhile.
    """
    _require_delivery(job)
    if not note.strip():
        raise Invalid(_("Say what was done."), code="REQUIRED", field="note")
    with transaction.atomic():
        held = job_locked(job.pk)
        outcomes.record(held, Done(external_id, note), actor=actor, reason=note)
    return held


def provisioning_decline(*, job: ProvisioningJob, reason: str, actor: Actor) -> ProvisioningJob:
    """Staff will not do what the job asks for. The order line fails with `reason`.

    Raises Conflict when the job is not one that staff deliver, or was decided meanwhile.
    """
    _require_delivery(job)
    if not reason.strip():
        raise Invalid(_("Say why, so that the buyer can be told."), code="REQUIRED", field="reason")
    with transaction.atomic():
        held = job_locked(job.pk)
        outcomes.record(held, Refused(Code.DECLINED, reason), actor=actor, reason=reason)
    return held


def provisioning_abandon(*, job: ProvisioningJob, reason: str, actor: Actor) -> ProvisioningJob:
    """Give a failed operation up: it no longer asks for attention. What failed stays failed.

    Raises IllegalTransition from any other state.
    """
    if not reason.strip():
        raise Invalid(_("Say why."), code="REQUIRED", field="reason")
    if job.state != ProvisioningState.FAILED:
        raise Conflict(_("Only a failed operation can be given up."), code="NOT_FAILED")
    return PROVISIONING.fire(
        job, "abandon", actor=actor, reason=reason, changes={"finished_at": clock.now()}
    )


def key_for(job: ProvisioningJob) -> str:
    """The idempotency key of the present attempt: new only where the old one may not be used again."""
    return f"{job.public_id}-{job.attempts}"


def _written(
    subscription: Subscription,
    instance: Instance,
    operation: Operation,
    change: ScheduledChange | None,
) -> ProvisioningJob:
    target = targets.target_for(subscription, operation, change)
    public_id = new_public_id()
    return ProvisioningJob.everywhere.create(
        public_id=public_id,
        organization_id=subscription.organization_id,
        scope=subscription.scope,
        instance=instance,
        subscription=subscription,
        change=change,
        operation=operation,
        idempotency_key=f"{public_id}-1",
        target=targets.to_json(target, subscription),
    )


def _begin_again(job: ProvisioningJob, actor: Actor) -> ProvisioningJob:
    """Another attempt on the same row, beginning with a question to the vendor.

    The key stays while the old attempt may have had its effect and asks for the same; otherwise it changes.
    """
    subscription = job.subscription
    target = targets.to_json(
        targets.target_for(subscription, job.operation, job.change), subscription
    )
    job.attempts += 1
    keeps = job.code in UNCERTAIN and _same(target, job.target)
    PROVISIONING.fire(
        job,
        "retry",
        actor=actor,
        changes={
            "instance_id": (instance_for(subscription) or job.instance).pk,
            "attempts": job.attempts,
            "attempted_at": clock.now(),
            "first_called_at": None,
            "finished_at": None,
            "calls": 0,
            "polls": 0,
            "target": target,
            "idempotency_key": job.idempotency_key if keeps else key_for(job),
        },
    )
    outcomes.tell_sync(job, SyncStatus.PENDING, actor=actor)
    _ring(job)
    return job


def _same(one: dict[str, object], other: dict[str, object]) -> bool:
    """Whether two targets ask the vendor for the same. What it was before does not count."""
    ignored = {"previous_sku", "previous_quantity", "external_id"}
    return {k: v for k, v in one.items() if k not in ignored} == {
        k: v for k, v in other.items() if k not in ignored
    }


def _ring(job: ProvisioningJob) -> None:
    jobs.enqueue(
        STEP,
        key=f"{job.pk}:{job.attempts}",
        subject=job,
        payload={"provisioning_job": job.pk},
        lane=f"instance:{job.instance_id}",
        serial_key=f"subscription:{job.subscription_id}",
    )


def _require_delivery(job: ProvisioningJob) -> None:
    if not selectors.is_manual(registry.find(job.instance.manager)):
        raise Conflict(_("This is delivered by its vendor, not by staff."), code="NOT_MANUAL")
    if job.state != ProvisioningState.IN_PROGRESS:
        raise Conflict(_("This was decided meanwhile."), code="ALREADY_DECIDED")


def _withdrawn() -> Conflict:
    return Conflict(
        _("What this was for has been withdrawn or decided meanwhile."), code="WITHDRAWN"
    )


def _said(code: Code) -> tuple[str, str]:
    explanation = registry.explain(code)
    return code, str(explanation.cause) if explanation else ""
