"""Numbers without gaps: the row of the last one stays locked until what bears the new ones is committed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection


def numbers_take(*, organization_id: int, kind: str, year: int, count: int) -> Iterator[str]:
    """The next `count` numbers of a kind of document: "INV-2026-000123".

    Take them late in the transaction that writes the documents: whoever else numbers waits until it ends, and when it
    is rolled back the same numbers are taken again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO billing_numberrange (organization_id, kind, year, value) VALUES (%s, %s, %s, %s)
            ON CONFLICT (organization_id, kind, year)
            DO UPDATE SET value = billing_numberrange.value + EXCLUDED.value
            RETURNING value
            """,
            [organization_id, kind, year, count],
        )
        last = cursor.fetchone()[0]
    return (f"{kind}-{year}-{value:06d}" for value in range(last - count + 1, last + 1))
