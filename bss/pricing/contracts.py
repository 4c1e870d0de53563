"""What the pricing engine takes and gives: frozen values, no queries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bss.catalog.choices import PriceRule
from bss.core.money import Money, round_half_up

QuoteMark = Literal["cost", "sell"]


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """One thing somebody may buy: product and unit, `quantity` whole units."""

    product_id: int
    unit: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Base:
    """What all three tracks begin with: what one unit costs and sells for by list or quote, None where unknown.

    `quoted` is set when a service manager's quote takes the place of the catalogue's list price.
    """

    cost: Decimal
    sell: Decimal | None
    quoted: QuoteMark | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How a price list makes a price; `percent` 10 is ten per cent."""

    rule: str = PriceRule.LIST
    percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tracks:
    """The tracks of one unit's price, ten decimals. `resale` is None when the customer is the payer."""

    cost: Decimal
    list_price: Decimal
    price: Decimal
    resale: Decimal | None


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """The three tracks of one unit's price, ten decimals, one currency.

    `cost` vendor to organization, `price` organization to payer, `resale` reseller to customer (None when the
    customer is the payer). `list_price` is the catalogue's or a quoted one; where there is neither, `price`.
    `source` names the price list, for people; `rule`, `percent` and `quoted` say how it was made, for staff alone.
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
    rule: str = PriceRule.LIST
    percent: Decimal = Decimal(0)
    quoted: QuoteMark | None = None

    @property
    def customer_price(self) -> Decimal:
        """What whoever uses it pays its own seller: the resale price, or the price of a direct customer."""
        return self.price if self.resale is None else self.resale

    @property
    def money(self) -> Money:
        """`price` as money."""
        return Money(self.price, self.currency)

    @property
    def customer_money(self) -> Money:
        """`customer_price` as money."""
        return Money(self.customer_price, self.currency)

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
