"""Jobs and runs of service managers, and the task that clears old exchanges."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from bss.core import jobs, runs
from servicemanager.services import provisioning_step
from servicemanager.services.definition import DEFINITION, definition_run
from servicemanager.services.exchanges import exchanges_purge
from servicemanager.services.provisioning import STEP
from servicemanager.services.requests import REQUEST, request_make


@jobs.handler(STEP, atomic=False)
def step(job: jobs.JobContext) -> None:
    """One step of a provisioning job; comes back by itself until there is none left."""
    _again(provisioning_step(job_id=job.payload["provisioning_job"]))


@jobs.handler(REQUEST, atomic=False)
def request(job: jobs.JobContext) -> None:
    """One request that a basket waits for."""
    _again(request_make(basket_id=job.payload["basket"], number=job.payload["number"]))


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
