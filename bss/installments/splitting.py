"""The pure split of a total into installments, and when each is due. No rows, no reads.

Page, list, basket, order, schedule, invoice and API all split here: one total is split one way everywhere.
"""

from __future__ import annotations

import calendar
from datetime import datetime
from decimal import Decimal
from functools import cache

from bss.core.money import minor_unit
from bss.installments.contracts import Split


def split(total: Decimal, count: int, currency: str) -> Split:
    """`total` (rounded to the minor unit, 0 or more) in `count` installments that add up to it exactly.

    Each is rounded down to the minor unit and the last takes the rest, so that none is negative. Raises ValueError for
    a negative or unrounded total and for a count below 1.
    """
    unit = minor_unit(currency)
    units = total // unit
    if count < 1 or total < 0 or units * unit != total:
        raise ValueError(f"{total} {currency} cannot be split in {count}")
    regular = units // count * unit
    return Split(total, count, regular, total - regular * (count - 1), currency)


@cache
def least_total(count: int, currency: str) -> Decimal:
    """The least that may be paid in `count` installments: with less, one of them would be nothing."""
    return count * minor_unit(currency)


def is_splittable(total: Decimal, count: int, currency: str) -> bool:
    """Whether a plan of `count` installments may be offered."""
    return total >= least_total(count, currency)


def months_after(start: datetime, months: int, *, day: int | None = None) -> datetime:
    """The same time `months` later, on `day` (the day of `start`, when None), or that month's last where it is shorter.

    Always counted from the first day and never from the one before: 31 January, 28 February, 31 March.
    """
    passed = start.month - 1 + months
    year, month = start.year + passed // 12, passed % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return start.replace(year=year, month=month, day=min(day or start.day, last))
