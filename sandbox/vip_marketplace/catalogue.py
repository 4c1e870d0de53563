"""What is sold: offers, their discount levels, their prices. Part numbers but the first, and all amounts, are made up.

An offer id says everything: 65304479 CA 12 A 12 is the part, the market segment, the level, the kind of offer
and the months of its term.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

SEGMENTS: Final = {"COM": "CA", "EDU": "CB", "GOV": "CC"}
CURRENCIES: Final = {"USD": "1.08", "EUR": "1", "GBP": "0.86", "AUD": "1.65", "JPY": "165"}
REGIONS: Final = ("NA", "PA", "EE", "MX", "LA", "WE", "JP", "AP")
LICENSE: Final = "LICENSE"
CONSUMABLES: Final = "CONSUMABLES"
TYPES: Final = (LICENSE, CONSUMABLES)
MINIMUMS: Final = {LICENSE: 10, CONSUMABLES: 1000}
LOWEST: Final = {LICENSE: "01", CONSUMABLES: "T1"}

# From how many on which level is earned, lowest first.
Ladder = tuple[tuple[int, str], ...]
STANDARD: Final[dict[str, Ladder]] = {
    LICENSE: ((1, "01"), (10, "02"), (50, "03"), (100, "04")),
    CONSUMABLES: (
        *((1, "T1"), (1_000, "T2"), (2_500, "T3"), (5_000, "T4")),
        *((15_000, "T5"), (50_000, "T6"), (100_000, "T7")),
    ),
}
COMMITTED: Final[dict[str, Ladder]] = {
    LICENSE: ((10, "12"), (50, "13"), (100, "14")),
    CONSUMABLES: (
        *((1_000, "TB"), (2_500, "TC"), (5_000, "TD")),
        *((15_000, "TE"), (50_000, "TF"), (100_000, "TG")),
    ),
}
COMMITTED_EDU: Final[Ladder] = ((10, "02"), (50, "03"), (100, "04"))
PERCENT_OFF: Final = {
    "01": 0, "02": 5, "03": 10, "04": 15, "12": 15, "13": 20, "14": 25,
    "T1": 0, "T2": 5, "T3": 10, "T4": 15, "T5": 20, "T6": 25, "T7": 30,
    "TB": 15, "TC": 20, "TD": 25, "TE": 30, "TF": 35, "TG": 40,
}  # fmt: skip
SEGMENT_FACTOR: Final = {"COM": "1", "EDU": "0.4", "GOV": "0.9"}
# Acceptance dates of a commitment, and what part of the level's price they lock in.
WINDOWS: Final = (
    (date(2023, 7, 1), date(2025, 12, 31), "0.95"),
    (date(2026, 1, 1), date(2028, 12, 31), "0.98"),
)


@dataclass(frozen=True)
class Product:
    """One product. `counts` says whether its licences count towards levels and commitments."""

    part: str
    name: str
    yearly: str
    type: str = LICENSE
    segments: tuple[str, ...] = ("COM", "EDU", "GOV")
    most: int = 10_000
    counts: bool = True


PRODUCTS: Final = (
    Product("65304479", "Creative Cloud All Apps for teams", "779.88"),
    Product("65300011", "Acrobat Pro for teams", "239.88"),
    Product("65300012", "Photoshop for teams", "411.96"),
    Product("65300021", "Creative Cloud All Apps for enterprise", "1019.88", most=200_000),
    Product("65300031", "Stock small pack", "330.00", segments=("COM",), counts=False),
    Product("65300041", "Sign transactions", "1.80", CONSUMABLES, ("COM",), 200_000),
)
BY_PART: Final = {product.part: product for product in PRODUCTS}


@dataclass(frozen=True)
class Offer:
    """An offer id, read."""

    product: Product
    segment: str
    level: str
    kind: str
    months: str

    @property
    def id(self) -> str:
        """Return the offer id."""
        return f"{self.product.part}{SEGMENTS[self.segment]}{self.level}{self.kind}{self.months}"

    @property
    def base(self) -> str:
        """Return the id of the same product at the lowest level, as subscriptions show it."""
        return self.at(LOWEST[self.product.type]).id

    def at(self, level: str) -> "Offer":
        """Return the same product at another level."""
        return replace(self, level=level)


def read_offer(text: object) -> Offer | None:
    """Read an offer id; None when nothing is sold under it."""
    found = re.fullmatch(r"(\d{8})(C[ABC])([0-9T][0-9A-G])([A-Z0-9])(12)", str(text))
    if found is None or found[4] != "A":
        return None
    product = BY_PART.get(found[1])
    segment = {code: name for name, code in SEGMENTS.items()}[found[2]]
    if product is None or segment not in product.segments or found[3] not in levels(product.type):
        return None
    return Offer(product, segment, found[3], found[4], found[5])


def levels(offer_type: str) -> list[str]:
    """Return every level of a type: the standard ones, then those of a commitment."""
    return [level for ladder in (STANDARD, COMMITTED) for _, level in ladder[offer_type]]


def committed_ladder(offer_type: str, segment: str) -> Ladder:
    """Return the levels of a commitment; education has the codes of its standard ones."""
    is_edu = segment == "EDU" and offer_type == LICENSE
    return COMMITTED_EDU if is_edu else COMMITTED[offer_type]


def level_for(ladder: Ladder, quantity: int, lowest: str) -> str:
    """Return the level a quantity earns."""
    return [lowest, *(level for least, level in ladder if quantity >= least)][-1]


def higher(offer_type: str, one: str, other: str) -> str:
    """Return the higher of two standard levels."""
    order = [level for _, level in STANDARD[offer_type]]
    return max(one, other, key=lambda level: order.index(level) if level in order else -1)


def price(offer: Offer, currency: str, factor: str = "1") -> Decimal:
    """Return a year's price for one, in a currency; `factor` is a commitment's lock."""
    off = Decimal(100 - PERCENT_OFF[offer.level]) / 100
    amount = Decimal(offer.product.yearly) * off * Decimal(SEGMENT_FACTOR[offer.segment])
    unit = Decimal(1) if currency == "JPY" else Decimal("0.01")
    exact = amount * Decimal(CURRENCIES[currency]) * Decimal(factor)
    return exact.quantize(unit, ROUND_HALF_UP)


def lock_factor(accepted: str) -> str | None:
    """Return what a commitment accepted on a day ("2026-03-01") locks in; None outside every window."""
    day = date.fromisoformat(accepted)
    return next((factor for first, last, factor in WINDOWS if first <= day <= last), None)


def offers(segment: str, *, committed: bool) -> Sequence[Offer]:
    """Return what a price list of a segment holds: all levels, or those of commitments."""
    found = []
    for product in PRODUCTS:
        if segment not in product.segments or (committed and not product.counts):
            continue
        known = [level for _, level in committed_ladder(product.type, segment)]
        if not committed:
            standard = [level for _, level in STANDARD[product.type]]
            known = list(dict.fromkeys(standard + known)) if product.counts else standard[:1]
        found += [Offer(product, segment, level, "A", "12") for level in known]
    return found
