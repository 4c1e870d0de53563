"""The steps of a provisioning job: call, poll, ask. Each call runs outside any transaction.

    queued ---- call ----> calling --> succeeded | failed | in progress | unknown | queued again (not now)
    calling when found again: whoever called died before it wrote down the answer ------> unknown
    in progress - poll --> succeeded | failed | unknown (the vendor lost it)
    unknown ---- find ---> succeeded | failed | in progress | call again (the vendor has nothing of it)

"calling" is committed before the call, with the idempotency key; its outcome is written in a second transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from bss.core import clock
from bss.core.actor import SYSTEM
from bss.core.errors import StaleState
from bss.core.http import OutboundError
from bss.subscriptions.choices import SyncStatus
from servicemanager import registry, selectors
from servicemanager.base import POLL_LIMIT, ServiceManager
from servicemanager.choices import Capability, Operation
from servicemanager.choices import ProvisioningState as P
from servicemanager.contracts import (
    Absent,
    Call,
    Done,
    InProgress,
    Outcome,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from servicemanager.errors import Code
from servicemanager.models import AccountLink, ProvisioningJob
from servicemanager.services import exchanges, outcomes, targets
from servicemanager.services.accounts import account_claim, account_linked
from servicemanager.services.provisioning import key_for
from servicemanager.states import PROVISIONING
from servicemanager.transport import lost

log = structlog.get_logger(__name__)

# How soon a job looks again whether another one has made the account that both need.
ACCOUNT_SECONDS = 5.0


def provisioning_step(*, job_id: int) -> float | None:
    """Take the next step of a provisioning job. Seconds until the one after it; None when there is none.

    Runs outside transactions. Another worker that was faster makes this one step aside.
    """
    job = ProvisioningJob.everywhere.select_related(
        "instance", "subscription__product__type", "subscription__customer", "change"
    ).get(pk=job_id)
    if not job.is_open:
        return None
    try:
        if job.state == P.CALLING:
            _was_interrupted(job)
        return _step(job)
    except StaleState:
        log.warning("provisioning.overtaken", job=job.public_id)
        return None


def _step(job: ProvisioningJob) -> float | None:
    obstacle = _obstacle(job)
    if obstacle is not None:
        outcomes.fail(job, obstacle)
        return None
    manager = registry.get(job.instance.manager)
    call = _call_for(job)
    if job.state == P.QUEUED:
        return _call(job, manager, call)
    if job.state == P.IN_PROGRESS:
        return _poll(job, manager, call)
    return _find(job, manager, call)


def _call(job: ProvisioningJob, manager: ServiceManager, call: Call) -> float | None:
    link = account_claim(job=job) if manager.can(Capability.ACCOUNTS) else None
    if link is None and manager.can(Capability.ACCOUNTS):
        words = _("Another order is making this customer's account at the vendor.")
        return outcomes.record(job, TryLater(ACCOUNT_SECONDS, Code.ACCOUNT_BUSY, words))
    with transaction.atomic():
        PROVISIONING.fire(
            job,
            "call",
            actor=SYSTEM,
            changes={
                "calls": job.calls + 1,
                "first_called_at": job.first_called_at or clock.now(),
                "idempotency_key": call.idempotency_key,
                # What an earlier call was called by the vendor says nothing about this one.
                "reference": "",
            },
        )
        outcomes.tell_sync(job, SyncStatus.IN_PROGRESS)
    outcome = _provisioned(job, manager, replace(call, reference=""), link)
    return outcomes.record(job, outcome)


def _poll(job: ProvisioningJob, manager: ServiceManager, call: Call) -> float | None:
    if manager.can(Capability.MANUAL):
        return None
    outcome = _asked(lambda: manager.poll(call, job.reference), job)
    if isinstance(outcome, Absent):
        words = _("The vendor no longer knows the operation it was working on.")
        outcome = OutcomeUnknown(Code.OUTCOME_UNKNOWN, words)
    elif isinstance(outcome, TryLater | OutcomeUnknown):
        return outcomes.still_waiting(job)
    return outcomes.record(job, outcome)


def _find(job: ProvisioningJob, manager: ServiceManager, call: Call) -> float | None:
    """Nobody knows what came of an earlier call: the vendor is asked, and called only if it has nothing."""
    outcome = _asked(lambda: manager.find(call), job)
    if isinstance(outcome, Refused) and job.calls == 0:
        # A retry by staff, and the old attempt is known to have failed for good: a new one under a new key.
        return _call(job, manager, replace(call, idempotency_key=key_for(job)))
    if not isinstance(outcome, Absent):
        return outcomes.record(job, outcome)
    if outcomes.over_limit(job, manager.poll_limit or POLL_LIMIT):
        words = _(
            "Each call was lost on its way, until the limit passed. The vendor has nothing of it."
        )
        outcomes.fail(job, Refused(Code.OUTCOME_UNKNOWN, words))
        return None
    return _call(job, manager, call)


def _provisioned(
    job: ProvisioningJob, manager: ServiceManager, call: Call, link: AccountLink | None
) -> Outcome:
    """Provision, with the vendor's account found or made first where the vendor keeps accounts (`link`)."""
    if link is None:
        return _asked(lambda: manager.provision(call), job)
    if not link.is_known:
        outcome = _asked(lambda: manager.account_find(call), job)
        if isinstance(outcome, Absent):
            outcome = _asked(lambda: manager.account_sync(call), job)
        if isinstance(outcome, InProgress):
            # The account is being made; the subscription is called for once it is there.
            return TryLater(outcome.retry_after, Code.VENDOR_BUSY, outcome.message)
        if not isinstance(outcome, Done):
            return outcome
        link = account_linked(link=link, external_id=outcome.external_id)
    known = replace(call, target=targets.with_account(call.target, link.external_id))
    return _asked(lambda: manager.provision(known), job)


def _asked(ask: Callable[[], Outcome], job: ProvisioningJob) -> Outcome:
    """The service manager's answer; whatever it raises means that nobody knows what happened."""
    try:
        return ask()
    except OutboundError as error:
        return lost(error)
    except Exception:
        log.exception("provisioning.fault", job=job.public_id, manager=job.instance.manager)
        words = _("A fault in the service manager stopped the operation.")
        return OutcomeUnknown(Code.INTERNAL_FAULT, words)


def _was_interrupted(job: ProvisioningJob) -> None:
    """The job was left in the middle of a call: whoever made it died before writing down the answer."""
    words = _("The call was interrupted on our side; whether it had its effect is not known.")
    PROVISIONING.fire(
        job,
        "lose",
        actor=SYSTEM,
        reason=words,
        changes={"code": Code.OUTCOME_UNKNOWN, "text": words, "polls": 0},
    )


def _obstacle(job: ProvisioningJob) -> Refused | None:
    """Why the service manager cannot even be called; None when it can."""
    manager = registry.find(job.instance.manager)
    if manager is None:
        code = Code.MANAGER_MISSING
    elif not selectors.is_active(job.instance):
        code = Code.INSTANCE_INACTIVE
    elif not _supports(manager, job):
        code = Code.OPERATION_UNSUPPORTED
    elif not selectors.is_readable(job.instance):
        code = Code.SECRET_UNREADABLE
    else:
        return None
    explanation = registry.explain(code)
    return Refused(code, str(explanation.cause) if explanation else code)


def _supports(manager: ServiceManager, job: ProvisioningJob) -> bool:
    if not manager.can(Capability.SUBSCRIPTIONS):
        return False
    if job.operation in {Operation.SUSPEND, Operation.RESUME}:
        return manager.can(Capability.SUSPEND)
    is_exchange = job.target["previous_sku"] not in {"", job.target["sku"]}
    return not is_exchange or manager.can(Capability.UPGRADE)


def _call_for(job: ProvisioningJob) -> Call:
    target = targets.from_json(job.target, job.subscription)
    secrets = targets.secret_values(target, job.subscription)
    context = selectors.instance_context(
        job.instance,
        correlation_id=job.public_id,
        record=exchanges.recorder_for(job, secrets),
    )
    return Call(context, job.operation, target, job.idempotency_key, job.reference)
