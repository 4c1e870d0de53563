"""The numbers of orders."""

from __future__ import annotations

from bss.core.numbers import next_number


def order_number(organization_id: int) -> str:
    """The next one: "SO-2026-000123", where it can be before the transaction that keeps it: until that ends nobody else
    gets one. An order that is refused after all leaves a gap.
    """
    return next_number("SO", organization_id, yearly=True)
