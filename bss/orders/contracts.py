"""What a review of a basket or an order is told, and what it answers (DESIGN: the service-manager contract)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from bss.catalog.models import Product
from bss.core.fields import FieldSpec
from bss.orders.choices import LineKind
from bss.pricing.contracts import QuotedPrice, UnitPrice

ReviewStep = Literal["items", "service_details", "place", "execute"]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A line as a service manager sees it: `key` is stable within the review ("line-12")."""

    key: str
    product_id: int
    product_type_id: int
    managed_by: str
    sku: str
    unit: str
    quantity: int
    kind: str = "new"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewSubject:
    """The basket or order under review. `account_id` pays, `customer_id` uses (the same for own use)."""

    reference: str
    organization_id: int
    account_id: int
    customer_id: int
    lines: Sequence[ReviewLine]


@dataclass(frozen=True, slots=True)
class LineFields:
    """What must be asked for one line in Service Details.

    `problem` says, to people, why that is not known whole: then the line can be shown, and not be ordered.
    """

    key: str
    title: str
    specs: Sequence[FieldSpec]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Proceed:
    """Nothing stands in the way."""


@dataclass(frozen=True, slots=True)
class Reprice:
    """The prices change: back to Basket Items with this message and these quotes."""

    message: str
    cause: str
    quotes: Sequence[QuotedPrice]


@dataclass(frozen=True, slots=True)
class Wait:
    """An answer is needed first; `requests` are written down and handed to the service manager as jobs."""

    message: str
    requests: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """Not like this. `errors` maps (line key, field code) to messages; "" for the whole line or basket."""

    errors: Mapping[tuple[str, str], Sequence[str]]


Verdict = Proceed | Reprice | Wait | Refuse
STRENGTH: tuple[type, ...] = (Refuse, Wait, Reprice, Proceed)


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """A line whose price is no longer the one that was seen: unit prices in the buyer's track."""

    line: str
    product: str
    currency: str
    old: str
    new: str


Track = Literal["price", "resale"]


def seen_by(track: Track, price: UnitPrice) -> Decimal:
    """The unit price a buyer looks at: what it pays, or what its reseller charges it."""
    return price.price if track == "price" or price.resale is None else price.resale


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing somebody asks for; `key` names it in errors (a line's public id)."""

    key: str
    product: Product
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done to a subscription: its order line's columns. `due_at` in the future waits for its time."""

    kind: str
    name: str
    product: Product
    unit: str
    quantity: int
    previous_quantity: int | None
    price: UnitPrice
    due_at: datetime | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def charged(self) -> int:
        """How many units it adds to what is paid, before any proration: new seats, or a whole other product."""
        if self.kind == LineKind.QUANTITY:
            return max(0, self.quantity - (self.previous_quantity or 0))
        return self.quantity if self.kind == LineKind.PRODUCT else 0
