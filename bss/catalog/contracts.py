"""What the catalogue takes and gives: frozen values, no queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from bss.core.fields import FieldSpec


@dataclass(frozen=True, slots=True)
class PriceDefinition:
    """One list price of a product: `unit` "P1M", ISO currency, net amounts of one unit."""

    unit: str
    currency: str
    price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class ProductDefinition:
    """A product or add-on as its owner defines it. `add_on_of` lists the skus it may be bought with."""

    sku: str
    name: str
    kind: Literal["primary", "add_on"] = "primary"
    summary: str = ""
    description: str = ""
    characteristics: Mapping[str, Any] = field(default_factory=dict)
    prices: Sequence[PriceDefinition] = ()
    add_on_of: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A product type with its products, as its owner (a service manager's instance) defines it.

    Seats may be given back for `refund_days` (0: never, None: as long as the term runs): "full" gives all of their
    price back, "unused" what is left of it.
    """

    external_id: str
    name: str
    description: str = ""
    vendor: str = ""
    characteristics: Sequence[FieldSpec] = ()
    audience: Literal["anyone", "reseller", "customer"] = "anyone"
    automatic: bool = True
    max_quantity: int | None = None
    one_per_account: bool = False
    cancellable: bool = True
    switchable: bool = True
    refund: Literal["full", "unused"] = "unused"
    refund_days: int | None = 7
    products: Sequence[ProductDefinition] = ()


class DefinitionProgress(Protocol):
    """Who watches a definition being applied; a run's Progress fits."""

    def step(self, text: str, *, total: int | None = None) -> None:
        """A new part begins; `total` products follow."""
        ...

    def advance(self, by: int = 1) -> None:
        """So many products are done."""
        ...

    def info(self, text: str) -> None: ...

    def warn(self, text: str) -> None: ...


@dataclass(slots=True)
class DefinitionResult:
    """What applying a definition did, in rows. `kept` counts columns and prices that staff had changed."""

    types_created: int = 0
    types_updated: int = 0
    products_created: int = 0
    products_updated: int = 0
    products_deactivated: int = 0
    prices_created: int = 0
    prices_updated: int = 0
    prices_deactivated: int = 0
    add_ons_created: int = 0
    add_ons_deactivated: int = 0
    unchanged: int = 0
    kept: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was written at all."""
        return any(getattr(self, name) for name in self.__dataclass_fields__ if name not in _QUIET)


_QUIET = frozenset({"unchanged", "kept"})


@dataclass(frozen=True, slots=True)
class OfferedPlan:
    """One unit paid by a payment plan, net, in the offer's currency: `count` installments that add up to `total`.

    `price` is that of the unit by this plan, ten decimals; `regular` is due each time but the last.
    """

    code: str
    frequency: str
    count: int
    price: Decimal
    total: Decimal
    regular: Decimal
    last: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """What one unit of a product costs a buyer, net, in its currency, and by which plans it can be paid."""

    unit: str
    currency: str
    price: Decimal
    payment_plans: Sequence[OfferedPlan] = ()
