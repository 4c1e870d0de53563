"""A worker that is killed (SIGKILL, as the kernel or an operator does) at a chosen point of one job.

    DATABASE_URL=... python -m tests.bss.core.crashing POINT JOB_ID

The parent registers the same kinds with POINT "" and does the work again.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

POINTS = (
    "atomic:begun",
    "atomic:worked",
    "atomic:committed",
    "steps:begun",
    "steps:half",
    "steps:worked",
    "cause:uncommitted",
    "cause:committed",
)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def register(point: str = "") -> None:
    """The kinds `crash.atomic` and `crash.steps`, which die at `point`. Both give out one number of "T"."""
    from django.db import transaction

    from bss.core import jobs
    from bss.core.history import HistoryEntry
    from bss.core.numbers import next_number

    def at(here: str) -> None:
        if point == here:
            die()

    @jobs.handler("crash.atomic")
    def atomic(job: jobs.JobContext) -> None:
        at("atomic:begun")
        next_number("T", 1)
        at("atomic:worked")
        transaction.on_commit(lambda: at("atomic:committed"))

    @jobs.handler("crash.steps", atomic=False)
    def steps(job: jobs.JobContext) -> None:
        """Two short transactions; run again, it finds which of them was done."""
        at("steps:begun")
        for step in ("first", "second"):
            with transaction.atomic():
                mine: dict[str, Any] = {
                    "subject_type": "crash",
                    "subject_id": job.pk,
                    "action": step,
                }
                if HistoryEntry.objects.filter(**mine).exists():
                    continue
                HistoryEntry.objects.create(**mine)
                next_number("T", 1)
            at("steps:half")
        at("steps:worked")


def cause(point: str) -> None:
    """A process that writes a number and a job in one transaction, and dies before or after its commit."""
    from django.db import transaction

    from bss.core import jobs
    from bss.core.numbers import next_number

    with transaction.atomic():
        # Registered first, so that it runs before the bell.
        transaction.on_commit(lambda: die() if point == "cause:committed" else None)
        next_number("T", 1)
        jobs.enqueue("crash.atomic", key="caused")
        if point == "cause:uncommitted":
            die()


def main() -> None:
    import django

    django.setup()
    point, pk = sys.argv[1], int(sys.argv[2])
    register(point)
    if point.startswith("cause:"):
        cause(point)
    else:
        from bss.core import jobs

        jobs.run([pk])
    sys.exit(3)  # it was to die


if __name__ == "__main__":
    main()
