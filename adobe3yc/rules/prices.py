"""Which row of which price list is the price of an offer, and what a day of it costs.

A commitment locks the price: the row of the 3YC list in whose window it was accepted, for all three years. Source:
Adobe's VIP Marketplace docs, "3YC pricing"; "Proration calculation logic".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

DAILY = Decimal("0.000000001")


class Source(StrEnum):
    STANDARD = "standard"
    COMMITTED = "3yc"


@dataclass(frozen=True, slots=True)
class PriceWindow:
    """A row of a price list for one offer. Without dates it holds always; `code` is a customer's discount code.

    `price` is the partner's, `street` what Adobe expects the end customer to pay, where the list says so.
    """

    price: Decimal
    first: date | None = None
    last: date | None = None
    code: str = ""
    street: Decimal | None = None

    def holds_on(self, day: date) -> bool:
        """Whether a day lies in the window, first and last day included."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The price of an offer, and the list and row it comes from."""

    source: Source
    window: PriceWindow

    @property
    def price(self) -> Decimal:
        return self.window.price

    @property
    def sell(self) -> Decimal:
        """The list price: Adobe's street price, or what it costs where the list names none."""
        return self.window.price if self.window.street is None else self.window.street


class NoPrice(Exception):
    """No list has a price for the offer."""


class CommittedListMissing(NoPrice):
    """The customer's prices are those of the 3YC list, and there is none."""


def choose(
    *,
    accepted_on: date | None,
    ordered_on: date,
    standard: Sequence[PriceWindow],
    committed: Sequence[PriceWindow] | None,
    code: str = "",
) -> Chosen:
    """The price of one offer.

    `accepted_on` is the acceptance of the commitment that covers its type (None: there is none), `standard` and
    `committed` are the offer's rows in either list; `committed` None says that no 3YC list was ever uploaded. A
    customer with a discount code takes the row with that code, every other one the row without.

    Raises CommittedListMissing, NoPrice.
    """
    if accepted_on is not None:
        if committed is None:
            raise CommittedListMissing
        locked = _row(committed, accepted_on, code)
        if locked is not None:
            return Chosen(Source.COMMITTED, locked)
    found = _row(standard, ordered_on, code)
    if found is None:
        raise NoPrice
    return Chosen(Source.STANDARD, found)


def _row(rows: Sequence[PriceWindow], day: date, code: str) -> PriceWindow | None:
    """The row of a day; of several the one that began last. A code without a row of its own takes the plain one."""
    held = [row for row in rows if row.holds_on(day)]
    fitting = [row for row in held if row.code == code] or [row for row in held if not row.code]
    return max(fitting, key=lambda row: row.first or date.min, default=None)


# Proration -----------------------------------------------------------------------------------------------


def purchase_ends_on(anniversary: date | None, today: date) -> date | None:
    """When what is ordered today ends: on the customer's next anniversary.

    None where that is a whole year away: without an anniversary the order sets it, and on the anniversary itself the
    next one counts. So it is where it is farther still: such an extended term is not reckoned here.
    """
    if anniversary is None:
        return None
    coming = next_anniversary(anniversary, today)
    return coming if coming < next_anniversary(today, today) else None


def next_anniversary(anniversary: date, today: date) -> date:
    """The anniversary, or the first of its days in later years that lies ahead: its day renews, and is over by then."""
    years = 0
    while (coming := _in_years(anniversary, years)) <= today:
        years += 1
    return coming


def _in_years(day: date, years: int) -> date:
    """The same day of another year; of 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def days_left(first: date, anniversary: date) -> int:
    """Days that are charged for from `first` on: the day before the anniversary is the last."""
    return (anniversary - first).days


def days_of_term(anniversary: date) -> int:
    """Days of the year that ends before the anniversary: 366 when 29 February is one of them."""
    return (anniversary - _in_years(anniversary, -1)).days


def prorated(
    yearly: Decimal, quantity: int, first: date, anniversary: date, minor_unit: Decimal
) -> Decimal:
    """What Adobe charges for a line from `first` to the day before the anniversary, rounded once, half-up.

    `yearly` is a year's price for one; a day of it has nine decimals.
    """
    daily = (yearly / days_of_term(anniversary)).quantize(DAILY, ROUND_HALF_UP)
    return (daily * days_left(first, anniversary) * quantity).quantize(minor_unit, ROUND_HALF_UP)
