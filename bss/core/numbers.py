"""Short human numbers: SO-2026-000123, SUB-000045. Given out under a row lock; gaps are allowed here."""

from __future__ import annotations

from django.db import connection, transaction

from bss.core import clock


def next_number(prefix: str, organization_id: int, *, yearly: bool = False) -> str:
    """The next number of `prefix` in an organization: "SO-2026-000123" when yearly, else "SUB-000045".

    Take it late in a transaction: the counter's row stays locked until commit.
    """
    year = clock.now().year if yearly else 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_counter (organization_id, kind, year, value) VALUES (%s, %s, %s, 1)
            ON CONFLICT (organization_id, kind, year) DO UPDATE SET value = core_counter.value + 1
            RETURNING value
            """,
            [organization_id, prefix, year],
        )
        value = cursor.fetchone()[0]
    return f"{prefix}-{year}-{value:06d}" if yearly else f"{prefix}-{value:06d}"
