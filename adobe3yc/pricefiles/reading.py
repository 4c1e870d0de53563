"""From lines of cells to price rows: each column found by its title, each fault named with its cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import IO

from adobe3yc.pricefiles.contracts import (
    Cell,
    DateOrder,
    Fault,
    FaultCode,
    FileKind,
    Line,
    PriceRow,
    Unreadable,
)
from adobe3yc.pricefiles.sheets import column_name, lines_of
from adobe3yc.rules.offers import MalformedOffer, read_offer

# The titles by which a column is known, as Adobe's files have had them; capitals and spaces do not matter.
TITLES: Mapping[str, tuple[str, ...]] = {
    "offer": ("part number", "offer id", "sku"),
    "price": ("partner price",),
    "first": ("first order date",),
    "last": ("last order date",),
    "family": ("product family",),
    "street": ("estimated street price",),
    "currency": ("currency",),
    "code": ("points", "point", "discount code"),
    "change": ("acd indicator",),
}
NEEDED = ("offer", "price")
NEEDED_COMMITTED = ("offer", "price", "first", "last")
HEADER_WITHIN = 30
MOST_FAULTS = 200
MAX_PRICE = Decimal(10) ** 9
# Prices of one have ten decimals, and no more are kept of whatever a cell holds.
SMALLEST = Decimal("1E-10")
DATE_TEXT = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
ISO_TEXT = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")
CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the one who uploads says of a file. `currency` is that of rows that name none."""

    kind: FileKind
    currency: str
    currencies: frozenset[str]
    dates: DateOrder | None = None


class _Wrong(Exception):
    """A cell that cannot be read."""

    def __init__(self, code: FaultCode, field: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.field = field


def read_rows(name: str, file: IO[bytes], expected: Expected) -> Iterator[PriceRow | Fault]:
    """The rows of a file, and a Fault for each that cannot be read, in the file's order.

    Stops after MOST_FAULTS faults: a file with more of them is another file. Raises Unreadable for a file that is none
    or lacks its columns.
    """
    lines = lines_of(name, file)
    columns = _columns(lines, expected)
    faults = rows = 0
    for number, cells in lines:
        if not any(cell is not None for cell in cells):
            continue
        rows += 1
        found = _row((number, cells), columns, expected)
        yield found
        faults += isinstance(found, Fault)
        if faults >= MOST_FAULTS:
            return
    if not rows:
        raise Unreadable(Fault(FaultCode.NO_ROWS))


# Columns -------------------------------------------------------------------------------------------------


def _columns(lines: Iterable[Line], expected: Expected) -> dict[str, tuple[int, str]]:
    """Index and title of each column that is known, from the first line that has the offer's."""
    for number, cells in lines:
        titles = [_normal(cell) for cell in cells]
        if any(title in TITLES["offer"] for title in titles):
            return _found_columns(number, cells, titles, expected)
        if number > HEADER_WITHIN:
            break
    raise Unreadable(Fault(FaultCode.NO_HEADER, value="Part Number"))


def _found_columns(
    number: int, cells: list[Cell], titles: list[str], expected: Expected
) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for field, names in TITLES.items():
        places = [index for index, title in enumerate(titles) if title in names]
        if len(places) > 1:
            title, cell = str(cells[places[1]]), f"{column_name(places[1] + 1)}{number}"
            raise Unreadable(Fault(FaultCode.COLUMN_TWICE, number, title, cell))
        if places:
            found[field] = (places[0], str(cells[places[0]]).strip())
    needed = NEEDED_COMMITTED if expected.kind is FileKind.COMMITTED else NEEDED
    for field in needed:
        if field not in found:
            title = TITLES[field][0].title()
            raise Unreadable(Fault(FaultCode.COLUMN_MISSING, number, title))
    return found


def _normal(cell: Cell) -> str:
    return " ".join(str(cell).replace("\ufeff", "").lower().split()) if cell is not None else ""


# Rows ----------------------------------------------------------------------------------------------------


def _row(
    line: Line, columns: Mapping[str, tuple[int, str]], expected: Expected
) -> PriceRow | Fault:
    number, cells = line
    values = {
        field: cells[index] if index < len(cells) else None for field, (index, _) in columns.items()
    }
    try:
        _check_texts(values)
        return _read_row(number, values, expected)
    except _Wrong as wrong:
        index, title = columns.get(wrong.field, (0, wrong.field))
        value = values.get(wrong.field)
        return Fault(
            wrong.code,
            number,
            title,
            f"{column_name(index + 1)}{number}",
            "" if value is None else str(value)[:80].replace("\0", "\N{SYMBOL FOR NULL}"),
        )


def _check_texts(values: Mapping[str, Cell]) -> None:
    """No database keeps NUL, which broken programs write."""
    for field, value in values.items():
        if isinstance(value, str) and "\0" in value:
            raise _Wrong(FaultCode.NO_TEXT, field)


def _read_row(number: int, values: Mapping[str, Cell], expected: Expected) -> PriceRow:
    offer_id, segment = _offer(values.get("offer"), expected)
    first, last = _day(values, "first", expected), _day(values, "last", expected)
    if first is not None and last is not None and last < first:
        raise _Wrong(FaultCode.ENDS_BEFORE_IT_BEGINS, "last")
    return PriceRow(
        number=number,
        offer_id=offer_id,
        family=_text(values.get("family"))[:200],
        segment=segment,
        currency=_currency(values.get("currency"), expected),
        price=_price(values.get("price"), "price"),
        street_price=_price(values["street"], "street") if values.get("street") else None,
        first=first,
        last=last,
        code=_text(values.get("code"))[:40],
        is_removed=_text(values.get("change")).lower() == "delete",
    )


def _offer(cell: Cell, expected: Expected) -> tuple[str, str]:
    text = _text(cell)
    if not text:
        raise _Wrong(FaultCode.EMPTY, "offer")
    try:
        offer = read_offer(text)
    except MalformedOffer as error:
        raise _Wrong(FaultCode.NOT_AN_OFFER, "offer") from error
    if expected.kind is not FileKind.COMMITTED and offer.segment.value != expected.kind.value:
        raise _Wrong(FaultCode.OTHER_SEGMENT, "offer")
    return text, offer.segment.value


def _price(cell: Cell, field: str) -> Decimal:
    """A price of 0 or more, with ten decimals: a number, or its text with a decimal point."""
    if cell is None:
        raise _Wrong(FaultCode.EMPTY, field)
    try:
        price = cell if isinstance(cell, Decimal) else Decimal(str(cell))
    except InvalidOperation as error:
        raise _Wrong(FaultCode.NOT_A_PRICE, field) from error
    if not price.is_finite() or not 0 <= price < MAX_PRICE:
        raise _Wrong(FaultCode.NOT_A_PRICE, field)
    kept = price.quantize(SMALLEST, ROUND_HALF_UP)
    if price and not kept:
        # It would be sold for nothing.
        raise _Wrong(FaultCode.NOT_A_PRICE, field)
    return kept


def _currency(cell: Cell, expected: Expected) -> str:
    currency = _text(cell) or expected.currency
    if not CURRENCY.fullmatch(currency):
        raise _Wrong(FaultCode.NOT_A_CURRENCY, "currency")
    if currency not in expected.currencies:
        raise _Wrong(FaultCode.OTHER_CURRENCY, "currency")
    return currency


def _day(values: Mapping[str, Cell], field: str, expected: Expected) -> date | None:
    cell = values.get(field)
    if cell is None:
        if expected.kind is FileKind.COMMITTED:
            raise _Wrong(FaultCode.EMPTY, field)
        return None
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        raise _Wrong(FaultCode.NOT_A_DATE, field)
    try:
        return _day_of_text(cell, expected.dates)
    except _Unclear as error:
        raise _Wrong(FaultCode.DATE_UNCLEAR, field) from error
    except ValueError as error:
        raise _Wrong(FaultCode.NOT_A_DATE, field) from error


class _Unclear(ValueError):
    """03/04/2026 and nobody said which of them is the month."""


def _day_of_text(text: str, order: DateOrder | None) -> date:
    """2026-03-04, or 4/3/2026 in the order that was said; one that can be read in one way only needs none said."""
    if iso := ISO_TEXT.fullmatch(text):
        return date.fromisoformat(iso[1])
    found = DATE_TEXT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    one, two, year = (int(part) for part in found.groups())
    if order is None:
        if one <= 12 and two <= 12 and one != two:
            raise _Unclear(text)
        order = DateOrder.MONTH_FIRST if two > 12 else DateOrder.DAY_FIRST
    day, month = (one, two) if order is DateOrder.DAY_FIRST else (two, one)
    return date(year, month, day)


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
