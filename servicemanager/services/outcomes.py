"""What an outcome changes: the provisioning job, and what subscriptions is told, in one short transaction."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.core import clock
from bss.core.actor import SYSTEM, Actor
from bss.core.errors import StaleState
from bss.core.jobs import backoff
from bss.subscriptions.choices import SyncStatus
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import (
    change_apply,
    change_ask,
    change_fail,
    subscription_activate,
    subscription_ask,
    subscription_fail,
    sync_status_set,
)
from servicemanager import registry
from servicemanager.base import POLL_LIMIT
from servicemanager.choices import Capability, Operation, ProvisioningState
from servicemanager.contracts import (
    Absent,
    Done,
    InProgress,
    NeedsInput,
    Outcome,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from servicemanager.errors import Code
from servicemanager.models import ProvisioningJob
from servicemanager.services.accounts import account_forget
from servicemanager.states import PROVISIONING

POLL_FIRST = 5.0
POLL_LONGEST = 60.0
ASK_LONGEST = 900.0


def record(
    job: ProvisioningJob, outcome: Outcome, *, actor: Actor = SYSTEM, reason: str = ""
) -> float | None:
    """Write down what came of a call, a poll or a question. Seconds until the next step; None when there is none.

    Raises StaleState when somebody else moved the job meanwhile; nothing is written then.
    """
    match outcome:
        case Done():
            _succeed(job, outcome, actor, reason)
        case InProgress():
            return _progress(job, outcome)
        case TryLater():
            return _later(job, outcome)
        case OutcomeUnknown():
            return _lose(job, outcome)
        case Refused() | NeedsInput():
            fail(job, outcome, actor=actor, reason=reason)
        case Absent():
            words = _("The service manager does not say what came of the call.")
            return _lose(job, OutcomeUnknown(Code.INTERNAL_FAULT, words))
    return None


def fail(
    job: ProvisioningJob, outcome: Refused | NeedsInput, *, actor: Actor = SYSTEM, reason: str = ""
) -> None:
    """End the job without success and tell subscriptions: the line fails, or asks for another value."""
    field = outcome.field if isinstance(outcome, NeedsInput) else ""
    with transaction.atomic():
        PROVISIONING.fire(
            job,
            "fail",
            actor=actor,
            reason=reason or outcome.message,
            changes={
                "code": outcome.code,
                "text": outcome.message,
                "vendor_code": outcome.vendor_code[:100],
                "vendor_text": outcome.vendor_text,
                "field": field,
                "finished_at": clock.now(),
            },
        )
        if outcome.code == Code.ACCOUNT_UNKNOWN:
            account_forget(job=job)
        if field:
            _tell_input_needed(job, outcome.code, outcome.message, field, actor)
        else:
            _tell_failed_job(job, outcome.code, outcome.message, actor)


def _tell_input_needed(
    job: ProvisioningJob, code: str, text: str, field: str, actor: Actor
) -> None:
    if job.change is not None:
        change_ask(change=job.change, code=code, text=text, field=field, actor=actor)
    elif job.operation == Operation.CREATE:
        subscription_ask(
            subscription=job.subscription, code=code, text=text, field=field, actor=actor
        )


def _tell_failed_job(job: ProvisioningJob, code: str, text: str, actor: Actor) -> None:
    tell_failed(job.subscription, job.change, job.operation, code, text, actor=actor)


def tell_failed(
    subscription: Subscription,
    change: ScheduledChange | None,
    operation: str,
    code: str,
    text: str,
    *,
    actor: Actor,
) -> None:
    """Tell subscriptions that an operation ended without success. The end of what never was tells nobody."""
    if change is not None:
        change_fail(change=change, code=code, text=text, actor=actor)
    elif operation == Operation.CREATE:
        subscription_fail(subscription=subscription, code=code, text=text, actor=actor)
    elif operation != Operation.CANCEL:
        sync_status_set(
            subscription=subscription, status=SyncStatus.FAILED, actor=actor, reason=text
        )


def tell_sync(job: ProvisioningJob, status: str, *, actor: Actor = SYSTEM) -> None:
    """Tell subscriptions how far the vendor's side is. The end of what never was tells nobody."""
    if job.change_id is not None or job.operation != Operation.CANCEL:
        sync_status_set(subscription=job.subscription, status=status, actor=actor)


def over_limit(job: ProvisioningJob, limit: timedelta | None) -> bool:
    return limit is not None and clock.now() >= job.began_at + limit


def _succeed(job: ProvisioningJob, done: Done, actor: Actor, reason: str) -> None:
    with transaction.atomic():
        PROVISIONING.fire(
            job,
            "succeed",
            actor=actor,
            reason=reason,
            changes={
                "percent": 100,
                "code": "",
                "text": done.message,
                "vendor_code": "",
                "vendor_text": "",
                "field": "",
                "finished_at": clock.now(),
            },
        )
        if job.change is not None:
            change_apply(
                change=job.change, external_id=done.external_id, actor=actor, reason=reason
            )
        elif job.operation == Operation.CREATE:
            subscription_activate(
                subscription=job.subscription,
                external_id=done.external_id,
                actor=actor,
                reason=reason,
            )
        else:
            tell_sync(job, SyncStatus.SYNCHRONIZED, actor=actor)


def _progress(job: ProvisioningJob, progress: InProgress) -> float | None:
    manager = registry.get(job.instance.manager)
    if over_limit(job, manager.poll_limit):
        words = _("The vendor was still working on it when the limit passed.")
        fail(job, Refused(Code.NOT_FINISHED_IN_TIME, words))
        return None
    values: dict[str, Any] = {
        "reference": progress.reference[:200],
        "percent": min(100, max(0, progress.percent)),
        "text": progress.message,
        "code": "",
    }
    if job.state == ProvisioningState.IN_PROGRESS:
        _keep(job, polls=job.polls + 1, **values)
    else:
        PROVISIONING.fire(job, "progress", actor=SYSTEM, changes={"polls": 0, **values})
    if manager.can(Capability.MANUAL):
        return None
    wait = max(progress.retry_after, min(POLL_LONGEST, POLL_FIRST * 1.5**job.polls))
    return _until_limit(job, wait, manager.poll_limit)


def _later(job: ProvisioningJob, later: TryLater) -> float | None:
    limit = registry.get(job.instance.manager).poll_limit or POLL_LIMIT
    values: dict[str, Any] = {"code": later.code, "text": later.message}
    if later.awaits_answer:
        # People's time is not the vendor's.
        values["first_called_at"] = clock.now()
    elif over_limit(job, limit):
        fail(job, Refused(later.code, later.message))
        return None
    if job.state == ProvisioningState.CALLING:
        PROVISIONING.fire(job, "requeue", actor=SYSTEM, reason=later.message, changes=values)
    else:
        _keep(job, polls=job.polls + 1, **values)
    # Never earlier than the vendor asks; spread, so that a crowd does not come back at once.
    tries = max(job.calls, job.polls)
    wait = max(later.seconds, backoff(tries)) * random.uniform(1.0, 1.25)  # noqa: S311 -- jitter
    return _until_limit(job, wait, limit, earliest=later.seconds)


def _lose(job: ProvisioningJob, unknown: OutcomeUnknown) -> float | None:
    limit = registry.get(job.instance.manager).poll_limit or POLL_LIMIT
    if over_limit(job, limit):
        words = (unknown.message, unknown.vendor_code, unknown.vendor_text)
        fail(job, Refused(Code.OUTCOME_UNKNOWN, *words))
        return None
    values = {
        "code": unknown.code,
        "text": unknown.message,
        "vendor_code": unknown.vendor_code[:100],
        "vendor_text": unknown.vendor_text,
    }
    if job.state == ProvisioningState.UNKNOWN:
        _keep(job, polls=job.polls + 1, **values)
    else:
        PROVISIONING.fire(
            job, "lose", actor=SYSTEM, reason=unknown.message, changes={"polls": 0, **values}
        )
    wait = min(ASK_LONGEST, POLL_FIRST * 3.0**job.polls) * random.uniform(1.0, 1.25)  # noqa: S311
    return _until_limit(job, wait, limit)


def still_waiting(job: ProvisioningJob) -> float | None:
    """A poll brought no news: the vendor could not be asked. What it said last stands."""
    return _progress(job, InProgress(job.reference, POLL_FIRST, job.percent, job.text))


def _until_limit(
    job: ProvisioningJob, wait: float, limit: timedelta | None, *, earliest: float = 1.0
) -> float:
    """`wait`, but no longer than until the limit, when it is looked at for the last time."""
    if limit is None:
        return wait
    left = (job.began_at + limit - clock.now()).total_seconds()
    return max(earliest, min(wait, left))


def _keep(job: ProvisioningJob, **values: Any) -> None:
    """Write columns of a job that stays in its state. Raises StaleState when it did not."""
    moved = ProvisioningJob.everywhere.filter(pk=job.pk, state=job.state).update(**values)
    if moved != 1:
        raise StaleState
    for name, value in values.items():
        setattr(job, name, value)
