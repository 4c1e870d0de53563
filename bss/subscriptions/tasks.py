"""What happens to subscriptions because time passed: one job each, so that each succeeds or fails alone."""

from __future__ import annotations

from celery import shared_task

from bss.core import clock, jobs
from bss.core.actor import SYSTEM
from bss.orders.choices import OrderState
from bss.orders.services import order_release
from bss.subscriptions import selectors
from bss.subscriptions.locks import subscription_locked
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_start, term_renew

RELEASE = "subscriptions.change_release"
RENEW = "subscriptions.term_renew"
BATCH = 1000


@shared_task(name="subscriptions.changes_due")
def changes_due() -> int:
    """Write a job for each planned change that is due and each term that has ended. Returns how many."""
    changes = selectors.changes_due()[:BATCH]
    terms = selectors.terms_due()[:BATCH]
    # A key is done once. What a change got in the way of between this sweep and its job has its turn in the next hour.
    hour = f"{clock.now():%Y%m%dT%H}"
    batch = [
        jobs.build(RELEASE, key=str(change.pk), subject=change, payload={"change": change.pk})
        for change in changes
    ]
    batch += [
        jobs.build(
            RENEW,
            key=f"{subscription.pk}:{subscription.ends_at:%Y%m%dT%H%M%S}:{hour}",
            subject=subscription,
            payload={"subscription": subscription.pk},
        )
        for subscription in terms
    ]
    jobs.enqueue_many(batch)
    return len(batch)


@jobs.handler(RELEASE)
def change_release(job: jobs.JobContext) -> None:
    """A planned change's time has come: its order runs, the vendor is told; unless it was given up meanwhile."""
    change = ScheduledChange.objects.select_related("order_line__order").get(
        pk=job.payload["change"]
    )
    # Held before its order, as everywhere: somebody may be withdrawing the change at this moment.
    subscription_locked(change.subscription_id)
    order = order_release(order=change.order_line.order, actor=SYSTEM)
    if order.state == OrderState.EXECUTING:
        change_start(change=change, actor=SYSTEM)


@jobs.handler(RENEW)
def term_renewal(job: jobs.JobContext) -> None:
    """A term has ended: the next one begins, or the vendor is told to end it."""
    term_renew(subscription=Subscription.objects.get(pk=job.payload["subscription"]), actor=SYSTEM)
