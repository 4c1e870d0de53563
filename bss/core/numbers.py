"""Short human numbers: SO-2026-000123, SUB-000045. Given out under a row lock; gaps are allowed here."""

from __future__ import annotations

from django.db import connection

from bss.core import clock
from bss.core.statements import Statement

_NEXT = """
    INSERT INTO core_counter (organization_id, kind, year, value) VALUES (%s, %s, %s, 1)
    ON CONFLICT (organization_id, kind, year) DO UPDATE SET value = core_counter.value + 1
    RETURNING value
"""
_IN_TRANSACTION = Statement(_NEXT)
# Whatever is given the number commits after this, further on in the same log: it need not wait for the disk itself.
_ALONE = f"SET LOCAL synchronous_commit TO off; {_NEXT}"


def next_number(prefix: str, organization_id: int, *, yearly: bool = False) -> str:
    """The next number of `prefix` in an organization: "SO-2026-000123" when yearly, else "SUB-000045".

    Take it before a transaction rather than in it, where the counter's row stays locked until commit and everybody else
    who needs a number waits; in one, after every other row that is held.
    """
    year = clock.now().year if yearly else 0
    with connection.cursor() as cursor:
        cursor.execute(
            _IN_TRANSACTION if connection.in_atomic_block else _ALONE,
            [organization_id, prefix, year],
        )
        value = cursor.fetchone()[0]
    return f"{prefix}-{year}-{value:06d}" if yearly else f"{prefix}-{value:06d}"
