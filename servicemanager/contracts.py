"""What crosses the border between the product and a service manager: frozen values, full target state, no deltas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bss.catalog import contracts as catalogue

# One vocabulary of definitions: what a service manager offers is what the catalogue takes.
PriceDefinition = catalogue.PriceDefinition
ProductDefinition = catalogue.ProductDefinition
TypeDefinition = catalogue.TypeDefinition
ProductTypeDefinition = catalogue.TypeDefinition
TargetStatus = Literal["active", "suspended", "cancelled"]


@dataclass(frozen=True, slots=True)
class ExchangeNote:
    """One request to a vendor and what came back, as it is kept: secrets masked, headers left out.

    `about` names whom it is about, as the service manager finds it again; "" where nobody looks for it by that.
    """

    method: str
    path: str
    request: Any
    status: int | None
    answer: Any
    outcome: str
    milliseconds: int
    about: str = ""


class Recorder(Protocol):
    """Keeps what was said to a vendor and what it answered."""

    def __call__(self, note: ExchangeNote) -> None: ...


def forget(note: ExchangeNote) -> None:
    """A Recorder that keeps nothing."""


@dataclass(frozen=True, slots=True)
class InstanceContext:
    """An organization's activation of a service manager, with its settings opened.

    `timeout` is how many seconds a vendor has to answer one request; `record` keeps each exchange.
    """

    public_id: str
    organization_id: int
    settings: Mapping[str, Any]
    correlation_id: str = ""
    timeout: float = 30.0
    record: Recorder = forget


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
class Call:
    """One operation at a vendor, carrying the whole target. The same `idempotency_key` comes with each repeat."""

    instance: InstanceContext
    operation: str
    target: SubscriptionTarget
    idempotency_key: str
    # What the vendor last called this operation (InProgress.reference), if it ever did.
    reference: str = ""

    @property
    def recorder(self) -> Recorder:
        return self.instance.record


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
    vendor_code: str = ""
    vendor_text: str = ""


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not now (rate limit, maintenance): nothing was done, the same call may be made again.

    `awaits_answer` says that people have to answer something else first: that takes as long as it takes, and the limit
    counts from now.
    """

    seconds: float
    code: str = "VENDOR_BUSY"
    message: str = ""
    awaits_answer: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """The call may or may not have had its effect: ask the vendor, never repeat blindly."""

    code: str
    message: str
    vendor_code: str = ""
    vendor_text: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """Asked about an operation, the vendor has not done it and is not doing it: it may be called for (again)."""


Outcome = Done | InProgress | Refused | NeedsInput | TryLater | OutcomeUnknown | Absent


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a request that a Wait verdict named: answers by line key, then by field code; none where what was
    asked for is only to be looked up at the next review.
    """

    answers: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class CatalogueDefinition:
    """Everything a service manager offers through one instance (Get Services Definition)."""

    types: Sequence[TypeDefinition]
