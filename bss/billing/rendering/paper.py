"""A document as words in its reader's language, ready to be drawn: no rows, no layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line: what, the small print below it, the period, how many, for how much each and together. `per` is the
    small print below the price of each: what it is for, which is longer than what an installment pays for.
    """

    text: str
    detail: str
    period: str
    quantity: str
    unit_price: str
    net: str
    per: str = ""


@dataclass(frozen=True, slots=True)
class PaperHeads:
    """What stands above the columns of the lines."""

    text: str
    period: str
    quantity: str
    unit_price: str
    net: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document. `facts` are label and value, `totals` too, the last being what counts; `notes` end it."""

    title: str
    seller: Sequence[str]
    buyer: Sequence[str]
    facts: Sequence[tuple[str, str]]
    heads: PaperHeads
    lines: Sequence[PaperLine]
    totals: Sequence[tuple[str, str]]
    notes: Sequence[str]
    page: str
