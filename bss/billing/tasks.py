"""When billing runs by itself: once a day for each organization, in its evening."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from celery import shared_task

from bss.accounts.models import Organization
from bss.billing import selectors, services
from bss.core import clock, jobs, runs
from bss.core.actor import SYSTEM

RUN_DAILY = "billing.run_daily"
# Late, so that what a day makes due (terms that renew at any hour) is on the documents of that day.
HOUR = timedelta(hours=21)


@shared_task(name="billing.runs_due")
def runs_due() -> int:
    """Write a job for each organization whose evening has come. Returns how many there are."""
    batch = []
    for organization in Organization.objects.all():
        evening = clock.now().astimezone(ZoneInfo(organization.time_zone)) - HOUR
        batch.append(
            jobs.build(
                RUN_DAILY,
                key=f"{organization.pk}:{evening.date().isoformat()}",
                scope=organization.scope,
                payload={"organization": organization.pk},
            )
        )
    jobs.enqueue_many(batch)
    return len(batch)


@jobs.handler(RUN_DAILY)
def run_daily(job: jobs.JobContext) -> None:
    """Start the billing run of the day, if anybody has something due."""
    organization = Organization.objects.get(pk=job.payload["organization"])
    day = clock.today(organization.time_zone)
    if selectors.due_by_payer(organization.pk, day):
        services.billing_run_start(organization=organization, actor=SYSTEM)


@runs.runner(services.BILLING_RUN, cancellable=True)
def run_billing(progress: runs.Progress) -> dict[str, int]:
    """A billing run, whoever started it."""
    return services.billing_run(progress, actor=SYSTEM)
