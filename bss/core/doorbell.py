"""The bell: tells a worker that jobs are ready. Losing a ring costs latency, never work."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import structlog
from celery import current_app
from kombu.pools import producers

log = structlog.get_logger(__name__)

TASK = "core.jobs_run"
# A ring that waited longer than this is stale: the sweep rings again.
EXPIRES_SECONDS = 60
# After a broker failure, stay silent for a moment instead of making each request wait for a dead Redis.
QUIET_SECONDS = 15.0
# How long whoever rings waits for an answer; workers wait longer, on connections of their own.
ANSWER_SECONDS = 2
# More at once would keep whoever rings waiting; the sweep rings for the rest, lane by lane.
MOST_AT_ONCE = 500

_quiet_until = 0.0


def ring(job_ids: Sequence[int]) -> None:
    """Send one message per job. A broker that is down is logged and left to the sweep.

    It waits for a broker once (`max_retries` 0 and a connect time-out of a second in
    CELERY_BROKER_TRANSPORT_OPTIONS, ANSWER_SECONDS here), then keeps quiet for QUIET_SECONDS.
    """
    global _quiet_until  # noqa: PLW0603
    if not job_ids or time.monotonic() < _quiet_until:
        return
    task = current_app.tasks[TASK]
    try:
        with _producers(os.getpid()).acquire(block=True, timeout=ANSWER_SECONDS) as producer:
            for pk in job_ids[:MOST_AT_ONCE]:
                task.apply_async(
                    args=([pk],), expires=EXPIRES_SECONDS, retry=False, producer=producer
                )
    except Exception as error:  # whatever the broker's library raises, the work is safe in its row
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("doorbell.silent", error=type(error).__name__, jobs=len(job_ids))


@contextmanager
def silence() -> Iterator[None]:
    """Ring for nobody inside the block: whoever runs the jobs itself (the seed) needs no worker for them."""
    global _quiet_until  # noqa: PLW0603
    before, _quiet_until = _quiet_until, float("inf")
    try:
        yield
    finally:
        _quiet_until = before


@lru_cache(maxsize=1)
def _producers(_process: int) -> Any:
    # A pool per process: a socket that crossed a fork would be read by two.
    options = {"socket_timeout": ANSWER_SECONDS}
    return producers[current_app.connection_for_write(transport_options=options)]


def listen_again() -> None:
    """Forget an earlier silence (tests)."""
    global _quiet_until  # noqa: PLW0603
    _quiet_until = 0.0
