"""The price lists of the story: who buys at which rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bss.catalog.choices import PriceRule
from bss.portal.seed.resellers import DIRECT, GOLD, LIST, NORDIC, STANDARD


@dataclass(frozen=True)
class PriceListRow:
    """A price list with one rule for everything on it. `valid_days` from today, 0 for no end."""

    name: str
    currency: str
    rule: str
    percent: Decimal
    valid_days: int = 0
    is_default: bool = False
    for_resellers: bool = False


MERIDIAN_LISTS = (
    PriceListRow(GOLD, "EUR", PriceRule.DISCOUNT, Decimal(12), 220, for_resellers=True),
    PriceListRow(STANDARD, "EUR", PriceRule.MARKUP, Decimal(22), 220, for_resellers=True),
    PriceListRow(DIRECT, "EUR", PriceRule.LIST, Decimal(0)),
    PriceListRow(NORDIC, "SEK", PriceRule.LIST, Decimal(0), 400, is_default=True),
    PriceListRow(LIST, "EUR", PriceRule.LIST, Decimal(0), is_default=True, for_resellers=True),
)

NORDHAVEN_LISTS = (
    PriceListRow(
        "Nordhaven list prices",
        "SEK",
        PriceRule.MARGIN,
        Decimal(24),
        is_default=True,
        for_resellers=True,
    ),
)
