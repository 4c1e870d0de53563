"""Jobs and runs of service managers, and the task that clears old exchanges."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from bss.core import jobs, runs
from servicemanager.services import provisioning_step
from servicemanager.services.definition import DEFINITION, definition_run
from servicemanager.services.exchanges import exchanges_purge
from servicemanager.services.provisioning import STEP
from servicemanager.services.requests import (
    ORDER_REQUEST,
    REQUEST,
    order_request_make,
    request_make,
)

# A step may ask four times (what became of an earlier call, the account twice, the service), each for up to 35
# seconds. With a shorter lease a second worker would call beside the first, and make the account a second time.
STEP_LEASE_SECONDS = 180


@jobs.handler(STEP, atomic=False, lease_seconds=STEP_LEASE_SECONDS)
def step(job: jobs.JobContext) -> None:
    """One step of a provisioning job; comes back by itself until there is none left."""
    _again(provisioning_step(job_id=job.payload["provisioning_job"]))


@jobs.handler(REQUEST, atomic=False, lease_seconds=STEP_LEASE_SECONDS)
def request(job: jobs.JobContext) -> None:
    """One request that a basket waits for."""
    _again(request_make(basket_id=job.payload["basket"], number=job.payload["number"]))


@jobs.handler(ORDER_REQUEST, atomic=False, lease_seconds=STEP_LEASE_SECONDS)
def order_request(job: jobs.JobContext) -> None:
    """One request that a draft waits for."""
    _again(order_request_make(order_id=job.payload["order"], number=job.payload["number"]))


@runs.runner(DEFINITION)
def definition(run: runs.Progress) -> dict[str, Any]:
    """Get Services Definition."""
    return definition_run(run)


@shared_task(name="servicemanager.exchanges_purge")
def purge() -> int:
    """Delete exchanges older than 90 days."""
    return exchanges_purge()


def _again(seconds: float | None) -> None:
    if seconds is not None:
        raise jobs.Later(seconds)
