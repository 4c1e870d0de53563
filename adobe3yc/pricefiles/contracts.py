"""What a price file holds, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

# What a cell holds: text, a number as it is written, a date, or nothing.
Cell = str | Decimal | date | None


class FileKind(StrEnum):
    COM = "COM"
    EDU = "EDU"
    GOV = "GOV"
    COMMITTED = "3YC"


class DateOrder(StrEnum):
    """How dates written with slashes or dots are meant: 03/04/2026 is the 4th of March or the 3rd of April."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class FaultCode(StrEnum):
    NOT_A_FILE = "not_a_file"
    TOO_LARGE = "too_large"
    NO_HEADER = "no_header"
    NO_ROWS = "no_rows"
    ROW_OUT_OF_RANGE = "row_out_of_range"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    EMPTY = "empty"
    NO_TEXT = "no_text"
    NOT_AN_OFFER = "not_an_offer"
    OTHER_SEGMENT = "other_segment"
    NOT_A_PRICE = "not_a_price"
    NOT_A_DATE = "not_a_date"
    DATE_UNCLEAR = "date_unclear"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    NOT_A_CURRENCY = "not_a_currency"
    OTHER_CURRENCY = "other_currency"
    TWICE = "twice"
    OVERLAPS = "overlaps"
    GAP = "gap"


# What is told and does not stop a file.
WARNINGS = frozenset({FaultCode.GAP})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: `cell` as the spreadsheet names it ("Q17"), `column` its title, `value` what it holds.

    `other_row` is the row that a duplicate or an overlap is one with.
    """

    code: FaultCode
    row: int = 0
    column: str = ""
    cell: str = ""
    value: str = ""
    other_row: int = 0

    @property
    def is_warning(self) -> bool:
        return self.code in WARNINGS


class Unreadable(Exception):
    """The whole file is refused; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A row, read. `price` is the partner's for one and a year, `first` and `last` the days on which it may be had.

    In the 3YC file these are the days on which a commitment was accepted. `is_removed` says that the row takes the
    offer off the list.
    """

    number: int
    offer_id: str
    family: str
    segment: str
    currency: str
    price: Decimal
    street_price: Decimal | None = None
    first: date | None = None
    last: date | None = None
    code: str = ""
    is_removed: bool = False


Line = tuple[int, list[Cell]]
Lines = Iterator[Line]
