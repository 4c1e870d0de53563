"""Reads of service managers: instances, provisioning jobs, and what the portal shows of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import Count, Q, QuerySet, prefetch_related_objects

from bss.core import scope
from bss.core.history import subject_type
from bss.core.models import HistoryEntry
from bss.core.prepared import Prepared
from bss.core.secrets import SecretUnreadable
from bss.orders.models import Order
from bss.subscriptions.models import ScheduledChange, Subscription
from servicemanager import registry
from servicemanager.base import ServiceManager
from servicemanager.choices import OPEN, Capability, InstanceState, ProvisioningState
from servicemanager.contracts import InstanceContext, Recorder, forget
from servicemanager.models import Exchange, Instance, ProvisioningJob

_MOST_JOBS = 10


@dataclass(frozen=True, slots=True)
class Offered:
    """A service manager with this organization's instances of it."""

    manager: ServiceManager
    instances: Sequence[Instance]


def instances() -> QuerySet[Instance]:
    """The active scope's instances, with how many provisioning jobs are open and failed at each."""
    jobs = "provisioning_jobs"
    return Instance.objects.annotate(
        open_jobs=Count(jobs, filter=Q(provisioning_jobs__state__in=OPEN)),
        failed_jobs=Count(jobs, filter=Q(provisioning_jobs__state=ProvisioningState.FAILED)),
    ).order_by("name", "pk")


def offered() -> list[Offered]:
    """Every service manager there is, with the active scope's instances."""
    found = list(instances())
    return [
        Offered(manager, [i for i in found if i.manager == manager.code])
        for manager in registry.available()
    ]


def instance_context(
    instance: Instance,
    *,
    correlation_id: str = "",
    record: Recorder = forget,
    timeout: float = 30.0,
) -> InstanceContext:
    """What a service manager is given of an instance. Raises SecretUnreadable when no key of the ring fits."""
    return InstanceContext(
        public_id=instance.public_id,
        organization_id=instance.organization_id,
        settings={**instance.settings, **instance.secrets},
        correlation_id=correlation_id,
        timeout=timeout,
        record=record,
    )


def instance_unopened(instance: Instance) -> InstanceContext:
    """What a service manager is given that calls nobody: the settings without the secrets."""
    return InstanceContext(instance.public_id, instance.organization_id, instance.settings)


def instances_by_id(public_ids: Sequence[str], organization_id: int) -> dict[str, Instance]:
    """Instances of one organization by public id (one query, and none for no ids)."""
    if not public_ids:
        return {}
    found = _BY_ID.all(public_ids=list(public_ids), organization_id=organization_id)
    return {instance.public_id: instance for instance in found}


_BY_ID = Prepared(
    lambda public_ids, organization_id: Instance.everywhere.filter(
        organization_id=organization_id, public_id__any=public_ids
    ),
    public_ids=list[str], organization_id=int,
)  # fmt: skip


def is_readable(instance: Instance) -> bool:
    """Whether the instance's secrets open with the present key ring."""
    try:
        instance.secrets  # noqa: B018 -- opening is the question
    except SecretUnreadable:
        return False
    return True


def is_active(instance: Instance) -> bool:
    return bool(instance.state == InstanceState.ACTIVE)


def provisioning_jobs() -> QuerySet[ProvisioningJob]:
    """Provisioning jobs below the active scope, with everything a list shows."""
    return _below().select_related(
        "instance", "subscription__customer", "subscription__product", "change"
    )


def _below() -> QuerySet[ProvisioningJob]:
    # The scope alone would read every row of an organization; its id leads the index by state.
    return ProvisioningJob.objects.filter(organization_id=scope.active().organization_id)


def latest_job(
    subscription: Subscription, change: ScheduledChange | None
) -> ProvisioningJob | None:
    """The last job for a subscription's creation (`change` None), or for one change."""
    return (
        ProvisioningJob.everywhere.filter(subscription=subscription, change=change)
        .order_by("-id")
        .first()
    )


def jobs_of(subscription: Subscription, limit: int = _MOST_JOBS) -> list[ProvisioningJob]:
    """A subscription's provisioning jobs with their exchanges, newest first."""
    found = _JOBS.all(subscription_id=subscription.pk)[:limit]
    prefetch_related_objects(found, "exchanges")
    return found


_JOBS = Prepared(
    lambda subscription_id: (
        ProvisioningJob.everywhere.filter(subscription_id=subscription_id)
        .select_related("instance", "change", "subscription")
        .order_by("-id")[:_MOST_JOBS]
    ),
    subscription_id=int,
)


def exchanges_of(job: ProvisioningJob) -> QuerySet[Exchange]:
    """What was said to the vendor and answered, newest first."""
    return Exchange.everywhere.filter(job=job).order_by("-id")


def needing_staff(jobs: QuerySet[ProvisioningJob] | None = None) -> QuerySet[ProvisioningJob]:
    """What somebody must look at: failed ones, those of which nobody knows the outcome, and what is to be delivered by
    hand."""
    found = _below() if jobs is None else jobs
    states = ProvisioningState
    return found.filter(
        Q(state__in=[states.FAILED, states.UNKNOWN]) | Q(instance__manager__in=_manual_codes()),
        # Leads into the index by state, which an OR over two tables does not.
        state__in=[states.FAILED, states.UNKNOWN, states.IN_PROGRESS],
    )


def count_needing_staff(most: int) -> int:
    """How many `needing_staff` has, counted up to `most`. Every page of the portal shows it."""
    return len(_some_needing_staff(most, tuple(_manual_codes())).all())


@cache
def _some_needing_staff(most: int, _manual: tuple[str, ...]) -> Prepared[tuple[int]]:
    """Compiled anew where other service managers deliver by hand."""
    return Prepared(lambda: needing_staff().order_by().values_list("pk")[:most])


def deliveries() -> QuerySet[ProvisioningJob]:
    """What staff are to deliver by hand, oldest first."""
    return provisioning_jobs().filter(
        state=ProvisioningState.IN_PROGRESS, instance__manager__in=_manual_codes()
    )


def _manual_codes() -> list[str]:
    return [manager.code for manager in registry.available() if is_manual(manager)]


def deliveries_of(order: Order) -> QuerySet[ProvisioningJob]:
    """The same for an order's lines: what is new and what changes, each by its own index. As one condition it read
    every delivery that waits: 65 ms with 3,000 of them.
    """
    new = ProvisioningJob.objects.filter(change=None, subscription__order_line__order=order)
    changed = ProvisioningJob.objects.filter(change__order_line__order=order)
    return deliveries().filter(pk__in=new.values("pk").union(changed.values("pk")))


def is_manual(manager: ServiceManager | None) -> bool:
    return manager is not None and manager.can(Capability.MANUAL)


def awaits_delivery(job: ProvisioningJob) -> bool:
    """Whether staff are to deliver this by hand now."""
    in_progress = job.state == ProvisioningState.IN_PROGRESS
    return in_progress and is_manual(registry.find(job.instance.manager))


def history_of_jobs(jobs: Sequence[ProvisioningJob], limit: int = 50) -> QuerySet[HistoryEntry]:
    """What happened to provisioning jobs, newest first; their ends the subscription's own history tells."""
    steps = HistoryEntry.objects.filter(
        subject_type=subject_type(ProvisioningJob), subject_id__in=[job.pk for job in jobs]
    ).exclude(action__in=["provisioningjob.succeed", "provisioningjob.fail"])
    return steps.order_by("-at", "-id")[:limit]
