"""Kinds of jobs for real workers (`celery -A config worker -I tests.bss.core.slow_jobs`).

`slow` takes 50 ms and is counted once; every fortieth kills its process (SIGKILL) at its first attempt, after its work
and before its commit. `connected` is counted for the connection that it runs on.
"""

from __future__ import annotations

import os
import signal
import time

from django.db import connection

from bss.core import jobs
from bss.core.numbers import next_number

KIND = "crash.slow"
CONNECTED = "crash.connected"
SECONDS = 0.05
KILLER = 40


@jobs.handler(KIND, lease_seconds=5)
def slow(job: jobs.JobContext) -> None:
    time.sleep(SECONDS)
    next_number(f"J{job.payload['n']}", 1)
    if job.payload["n"] % KILLER == 0 and job.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)


@jobs.handler(CONNECTED)
def connected(_job: jobs.JobContext) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    next_number(f"C{backend}", 1)
