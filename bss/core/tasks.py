"""The three Celery tasks of the product's machinery."""

from __future__ import annotations

from celery import shared_task

from bss.core import api, doorbell, jobs


# Longer than the settings' limits: a run may take its time. Shorter than the broker's visibility time-out of 900 s,
# after which the message would be delivered again.
@shared_task(name=doorbell.TASK, soft_time_limit=840, time_limit=870)
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
    """Delete jobs done, and answers given to API writes, more than a week ago."""
    return jobs.purge_done() + api.purge_answers()
