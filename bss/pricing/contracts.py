"""What the pricing engine takes and gives: frozen values, no queries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bss.core.money import Money, round_half_up

QuoteMark = Literal["cost", "sell"]


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """One thing somebody may buy: product and unit, `quantity` whole units."""

    product_id: int
    unit: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """The three tracks of one unit's price, ten decimals, one currency.

    `cost` vendor to organization, `price` organization to payer, `resale` reseller to customer (None when the
    customer is the payer). `source` says where the price comes from, for people.
    """

    product_id: int
    unit: str
    currency: str
    list_price: Decimal
    cost: Decimal
    price: Decimal
    resale: Decimal | None
    source: str
    price_list_id: int | None

    def line(self, quantity: int) -> LineAmounts:
        """The amounts of a line: rounded half-up once, after multiplying."""
        return LineAmounts(
            currency=self.currency,
            quantity=quantity,
            total=round_half_up(self.price * quantity, self.currency),
            cost=round_half_up(self.cost * quantity, self.currency),
            resale=None
            if self.resale is None
            else round_half_up(self.resale * quantity, self.currency),
        )


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """Rounded amounts of one line, net of tax."""

    currency: str
    quantity: int
    total: Decimal
    cost: Decimal
    resale: Decimal | None

    @property
    def money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def profit(self) -> Decimal:
        return self.total - self.cost


@dataclass(frozen=True, slots=True)
class QuotedPrice:
    """A price fetched from a service manager: marked as what it costs us or as what it sells for."""

    product_id: int
    unit: str
    currency: str
    amount: Decimal
    mark: QuoteMark
