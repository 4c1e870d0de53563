"""The three Celery tasks of the product's machinery."""

from __future__ import annotations

from celery import shared_task

from bss.core import doorbell, jobs


@shared_task(name=doorbell.TASK)
def jobs_run(job_ids: list[int]) -> int:
    """The bell rang for these jobs."""
    return jobs.run(job_ids)


@shared_task(name="core.jobs_sweep")
def jobs_sweep() -> int:
    """Ring for whatever is due: what the bell lost, what waited for its time, what a dead worker held."""
    due = jobs.due_ids()
    doorbell.ring(due)
    return len(due)


@shared_task(name="core.jobs_purge")
def jobs_purge() -> int:
    """Delete jobs done more than a week ago."""
    return jobs.purge_done()
