"""Jobs and runs of Adobe Services, and the sweeps that write them."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from adobe3yc import selectors, services
from adobe3yc.models import AdobeCustomer
from adobe3yc.services import commitment_remind, customer_sync, renewal_tell
from adobe3yc.services.renewals import RENEWAL
from adobe3yc.services.sync import SYNC
from bss.core import clock, jobs, runs
from bss.core.actor import Actor
from bss.core.models import Run
from bss.subscriptions.models import Subscription

BATCH = 1000
LEASE_SECONDS = 120


@shared_task(name="adobe3yc.customers_due")
def customers_due() -> int:
    """Write a job for each customer that is to be asked about again. Returns how many."""
    batch = [
        jobs.build(
            SYNC,
            key=f"{customer.pk}:{customer.synced_at:%Y%m%dT%H%M%S}",
            subject=customer,
            payload={"customer": customer.pk},
            lane=f"instance:{customer.instance_id}",
        )
        for customer in selectors.customers_to_sync(clock.now())[:BATCH]
    ]
    jobs.enqueue_many(batch)
    return len(batch)


@shared_task(name="adobe3yc.commitments_remind")
def commitments_remind() -> int:
    """Tell what runs out soon. Returns how many requests were looked at."""
    found = list(selectors.commitments_to_remind(clock.now())[:BATCH])
    for commitment in found:
        commitment_remind(commitment=commitment)
    return len(found)


@jobs.handler(SYNC, atomic=False, lease_seconds=LEASE_SECONDS)
def sync(job: jobs.JobContext) -> None:
    """Ask Adobe about one customer."""
    customer = AdobeCustomer.everywhere.select_related("instance").get(pk=job.payload["customer"])
    _again(customer_sync(customer=customer))


@jobs.handler(RENEWAL, atomic=False, lease_seconds=LEASE_SECONDS)
def renewal(job: jobs.JobContext) -> None:
    """Tell Adobe what renews of one subscription."""
    subscription = Subscription.everywhere.get(pk=job.payload["subscription"])
    _again(renewal_tell(subscription=subscription))


@runs.runner(services.UPLOAD, cancellable=True, stopped=services.price_upload_drop)
def price_upload(progress: runs.Progress) -> dict[str, Any]:
    """A price file, read for whoever uploaded it."""
    return services.price_upload_take(progress, actor=_actor_of(progress.run))


@runs.runner(services.FETCH, cancellable=True, stopped=services.price_upload_drop)
def price_fetch(progress: runs.Progress) -> dict[str, Any]:
    """Adobe's price list, fetched for whoever asked."""
    return services.price_fetch_take(progress, actor=_actor_of(progress.run))


def _actor_of(run: Run) -> Actor:
    return Actor(
        kind="staff",
        label=run.actor_label,
        user_id=run.actor_id,
        organization_id=run.organization_id,
    )


def _again(seconds: float | None) -> None:
    if seconds is not None:
        raise jobs.Later(seconds)
