"""The numbers of orders."""

from __future__ import annotations

from bss.core.numbers import next_number


def order_number(organization_id: int) -> str:
    """The next one: "SO-2026-000123". Taken before the transaction that keeps it, for as long as that lasts nobody else
    could order; an order that is refused after all leaves a gap.
    """
    return next_number("SO", organization_id, yearly=True)
