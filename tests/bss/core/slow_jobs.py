"""A kind of job for real workers (`celery -A config worker -I tests.bss.core.slow_jobs`): 50 ms, counted once.

Every fortieth kills its process (SIGKILL) at its first attempt, after its work and before its commit.
"""

from __future__ import annotations

import os
import signal
import time

from bss.core import jobs
from bss.core.numbers import next_number

KIND = "crash.slow"
SECONDS = 0.05
KILLER = 40


@jobs.handler(KIND, lease_seconds=5)
def slow(job: jobs.JobContext) -> None:
    time.sleep(SECONDS)
    next_number(f"J{job.payload['n']}", 1)
    if job.payload["n"] % KILLER == 0 and job.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
