"""What a review of a basket or an order is told, and what it answers (DESIGN: the service-manager contract)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bss.core.fields import FieldSpec
from bss.pricing.contracts import QuotedPrice

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
    """What must be asked for one line in Service Details."""

    key: str
    title: str
    specs: Sequence[FieldSpec]


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
