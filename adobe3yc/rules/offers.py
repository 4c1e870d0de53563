"""Offer ids and discount levels.

`65304479CA12A12` is the part 65304479 for the market segment CA (commercial) at level 12, a standard offer (A) for 12
months. Source: Adobe's VIP Marketplace docs, "Discount levels" and "SKU"; the kinds are observed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum


class Segment(StrEnum):
    COM = "COM"
    EDU = "EDU"
    GOV = "GOV"


class OfferType(StrEnum):
    """What is counted: licences, or transactions that are consumed."""

    LICENSE = "LICENSE"
    CONSUMABLES = "CONSUMABLES"


class MalformedOffer(ValueError):
    """The text is no offer id."""


SEGMENT_CODES = {"CA": Segment.COM, "CB": Segment.EDU, "CC": Segment.GOV}
SHAPE = re.compile(r"(?P<part>[0-9A-Z]{8})(?P<segment>C[ABC])(?P<level>[0-9]{2}|T[1-9A-G])"
                   r"(?P<kind>[0-9A-Z])(?P<months>[0-9]{2})")  # fmt: skip
STANDARD_KIND = "A"

# From how many on which level is earned, lowest first.
Ladder = tuple[tuple[int, str], ...]
STANDARD: dict[OfferType, Ladder] = {
    OfferType.LICENSE: ((1, "01"), (10, "02"), (50, "03"), (100, "04")),
    OfferType.CONSUMABLES: (
        (1, "T1"), (1_000, "T2"), (2_500, "T3"), (5_000, "T4"),
        (15_000, "T5"), (50_000, "T6"), (100_000, "T7"),
    ),
}  # fmt: skip
COMMITTED: dict[OfferType, Ladder] = {
    OfferType.LICENSE: ((10, "12"), (50, "13"), (100, "14")),
    OfferType.CONSUMABLES: (
        (1_000, "TB"), (2_500, "TC"), (5_000, "TD"), (15_000, "TE"), (50_000, "TF"), (100_000, "TG"),
    ),
}  # fmt: skip
# In education a commitment's levels have the codes of the standard ones: only the price list tells them apart.
COMMITTED_EDU: Ladder = ((10, "02"), (50, "03"), (100, "04"))


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer id, read."""

    part: str
    segment: Segment
    level: str
    kind: str = STANDARD_KIND
    months: int = 12

    @property
    def id(self) -> str:
        code = next(c for c, segment in SEGMENT_CODES.items() if segment == self.segment)
        return f"{self.part}{code}{self.level}{self.kind}{self.months:02d}"

    @property
    def type(self) -> OfferType:
        is_consumed = self.level.startswith("T")
        return OfferType.CONSUMABLES if is_consumed else OfferType.LICENSE

    @property
    def is_committed(self) -> bool:
        """Whether its level is one of a commitment's alone; never in education, where the codes are the same."""
        return self.level in {level for _least, level in COMMITTED[self.type]}

    @property
    def product(self) -> str:
        """What is the same at every level: part and segment."""
        return self.id[:10]

    @property
    def base(self) -> Offer:
        """The same product at the lowest level, as subscriptions show it."""
        return replace(self, level=STANDARD[self.type][0][1])

    @property
    def is_standard(self) -> bool:
        """False for introductory and promotional offers, which count towards nothing."""
        return self.kind == STANDARD_KIND


def read_offer(text: str) -> Offer:
    """Read an offer id. Raises MalformedOffer."""
    found = SHAPE.fullmatch(text)
    if found is None:
        raise MalformedOffer(text)
    return Offer(
        part=found["part"],
        segment=SEGMENT_CODES[found["segment"]],
        level=found["level"],
        kind=found["kind"],
        months=int(found["months"]),
    )


def standard_level(kind: OfferType, quantity: int) -> str:
    """The level a quantity earns without a commitment. `quantity` is 1 or more."""
    return _level(STANDARD[kind], quantity)


def committed_level(kind: OfferType, segment: Segment, minimum: int) -> str | None:
    """The level a committed minimum earns; None below the least that can be committed."""
    ladder = committed_ladder(kind, segment)
    return _level(ladder, minimum) if minimum >= ladder[0][0] else None


def committed_ladder(kind: OfferType, segment: Segment) -> Ladder:
    """The levels of a commitment, lowest first."""
    is_edu = segment == Segment.EDU and kind == OfferType.LICENSE
    return COMMITTED_EDU if is_edu else COMMITTED[kind]


def next_step(kind: OfferType, quantity: int) -> int | None:
    """From how many on the next standard level is earned; None at the highest."""
    return next((least for least, _ in STANDARD[kind] if least > quantity), None)


def _level(ladder: Ladder, quantity: int) -> str:
    return [level for least, level in ladder if quantity >= least][-1]
