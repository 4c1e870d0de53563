"""A worker that is killed (SIGKILL) at a chosen point of a billing run.

    DATABASE_URL=... python -m tests.bss.billing.crashing POINT JOB_ID

Batches are of one payer here, so that a run has several transactions.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

POINTS = ("begun", "numbered", "written", "committed", "halfway", "finished")
# The point before the last batch, and after it.
HALF = 2


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def register(point: str = "") -> None:
    """Have a billing run of this process die at `point`."""
    from django.db import connection

    from bss.billing.services import runs
    from bss.core.runs import Progress

    runs.BATCH = 1
    seen = {"batches": 0}

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Dies after the statement that names the point."""
        if point == "begun" and 'UPDATE "core_run"' in sql and "step" in sql:
            die()
        found = execute(sql, params, many, context)
        if point == "numbered" and "billing_numberrange" in sql:
            die()
        if point == "written" and sql.startswith('UPDATE "billing_invoice" SET "state"'):
            die()
        return found

    connection.execute_wrappers.append(watch)
    advance = Progress.advance

    def advanced(self: Progress, by: int = 1) -> None:
        seen["batches"] += 1
        if point == "committed" or (point == "halfway" and seen["batches"] == HALF):
            die()
        advance(self, by)

    Progress.advance = advanced  # type: ignore[method-assign]
    if point == "finished":
        from bss.core import runs as core

        core._close = lambda *_args, **_values: die()  # type: ignore[assignment]


def main() -> None:
    import django

    django.setup()
    register(sys.argv[1])
    from bss.core import jobs

    jobs.run([int(sys.argv[2])])
    sys.exit(3)  # it was to die


if __name__ == "__main__":
    main()
