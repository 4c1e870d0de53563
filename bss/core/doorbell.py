"""The bell: tells a worker that jobs are ready. Losing a ring costs latency, never work."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog
from celery import current_app

log = structlog.get_logger(__name__)

TASK = "core.jobs_run"
# A ring that waited longer than this is stale: the sweep rings again.
EXPIRES_SECONDS = 60
# After a broker failure, stay silent for a moment instead of making each request wait for a dead Redis.
QUIET_SECONDS = 5.0

_quiet_until = 0.0


def ring(job_ids: Sequence[int]) -> None:
    """Send one message per job. A broker that is down is logged and left to the sweep."""
    global _quiet_until  # noqa: PLW0603
    if time.monotonic() < _quiet_until:
        return
    task = current_app.tasks[TASK]
    try:
        for pk in job_ids:
            task.apply_async(args=[[pk]], expires=EXPIRES_SECONDS, retry=False)
    except Exception as error:  # whatever the broker's library raises, the work is safe in its row
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("doorbell.silent", error=type(error).__name__, jobs=len(job_ids))
