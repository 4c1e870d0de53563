"""What crosses the border between the product and a service manager: frozen values, full target state, no deltas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from bss.core.fields import FieldSpec

TargetStatus = Literal["active", "suspended", "cancelled"]


@dataclass(frozen=True, slots=True)
class InstanceContext:
    """An organization's activation of a service manager, with its settings opened."""

    public_id: str
    organization_id: int
    settings: Mapping[str, Any]
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class AccountTarget:
    """Who uses the service, and through which reseller."""

    public_id: str
    account_id: int
    kind: str
    name: str
    email: str
    country: str
    language: str
    reseller_public_id: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class AddOnTarget:
    public_id: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SubscriptionTarget:
    """How the subscription is to be, whole. `previous_*` say what it was, for services that care."""

    public_id: str
    subscription_id: int
    number: str
    account: AccountTarget
    product_type: str
    sku: str
    quantity: int
    unit: str
    status: TargetStatus
    attributes: Mapping[str, Any] = field(default_factory=dict)
    add_ons: Sequence[AddOnTarget] = ()
    external_id: str = ""
    previous_sku: str = ""
    previous_quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The service is as the target says."""

    external_id: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class InProgress:
    """The vendor works on it; ask again under `reference` after `retry_after` seconds."""

    reference: str
    retry_after: float = 5.0
    percent: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A business refusal: repeating the same changes nothing. Our code and words; the vendor's are kept beside."""

    code: str
    message: str
    vendor_code: str = ""
    vendor_text: str = ""


@dataclass(frozen=True, slots=True)
class NeedsInput:
    """It would work with another value in `field`: the order line is parked and both sides are told."""

    code: str
    message: str
    field: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not now (rate limit, maintenance): nothing was done, the same call may be made again."""

    seconds: float
    code: str = "VENDOR_BUSY"
    message: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """The call may or may not have had its effect: ask the vendor, never repeat blindly."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Asked about an operation or a subscription, the vendor knows nothing of it."""


Outcome = Done | InProgress | Refused | NeedsInput | TryLater | OutcomeUnknown | Absent


@dataclass(frozen=True, slots=True)
class PriceDefinition:
    unit: str
    currency: str
    price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class ProductDefinition:
    """One product or add-on a service manager offers. `add_on_of` lists the skus it may be bought with."""

    sku: str
    name: str
    kind: Literal["primary", "add_on"] = "primary"
    summary: str = ""
    description: str = ""
    characteristics: Mapping[str, Any] = field(default_factory=dict)
    prices: Sequence[PriceDefinition] = ()
    add_on_of: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ProductTypeDefinition:
    """One service with its products (Get Services Definition)."""

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
    products: Sequence[ProductDefinition] = ()


@dataclass(frozen=True, slots=True)
class CatalogueDefinition:
    types: Sequence[ProductTypeDefinition]
