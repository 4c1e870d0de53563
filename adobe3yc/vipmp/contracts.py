"""VIP Marketplace's wire format as typed values. What Adobe sends beyond it is ignored.

Where Adobe may send null, an empty object or nothing, a value is None, "" or (). Statuses are Adobe's four digits.
Amounts are Decimal, dates are dates, instants are aware. (Adobe: VIP Marketplace docs, "Resources and fields".)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")

LICENSE = "LICENSE"
CONSUMABLES = "CONSUMABLES"


class Progress(StrEnum):
    """What a status says about what was asked for."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SCHEDULED = "scheduled"


PROGRESS = {
    "1000": Progress.DONE,
    "1002": Progress.PENDING,
    "1004": Progress.FAILED,
    "1008": Progress.CANCELLED,
    "1009": Progress.SCHEDULED,
    "1010": Progress.FAILED,
    "1012": Progress.FAILED,
    "1014": Progress.FAILED,
    "1020": Progress.FAILED,
    "1022": Progress.FAILED,
    "1024": Progress.FAILED,
    "1026": Progress.FAILED,
}


def progress_of(status: str) -> Progress:
    """What a status says. One that nobody knows is asked for again: it may yet turn into one that is known."""
    return PROGRESS.get(status, Progress.PENDING)


# Accounts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """`country` has two letters; `region` is what follows the hyphen of ISO 3166-2."""

    country: str
    region: str
    city: str
    line1: str
    postal_code: str
    line2: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    first_name: str
    last_name: str
    email: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """`segments` is one of COM, EDU, GOV for a customer, and any of them for a reseller."""

    name: str
    language: str
    address: Address
    contacts: Sequence[Contact]
    segments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Minimum:
    """`offer_type` is LICENSE or CONSUMABLES."""

    offer_type: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Term:
    """A commitment, or the request for one. The status is a mirror: Adobe may skip any, and send none of the dates."""

    status: str
    minimums: Sequence[Minimum] = ()
    start: date | None = None
    end: date | None = None

    def minimum(self, offer_type: str) -> int:
        """What is promised of a type; 0 for nothing."""
        return sum(m.quantity for m in self.minimums if m.offer_type == offer_type)


@dataclass(frozen=True, slots=True)
class ThreeYearCommit:
    """A commitment, a request and a request for the next three years can stand side by side."""

    commitment: Term | None = None
    request: Term | None = None
    recommitment: Term | None = None


@dataclass(frozen=True, slots=True)
class Reseller:
    id: str
    distributor_id: str
    status: str
    profile: CompanyProfile
    reference: str = ""

    @property
    def progress(self) -> Progress:
        return progress_of(self.status)


@dataclass(frozen=True, slots=True)
class Customer:
    """`levels` by type. `profile_sent` is the profile as Adobe wrote it, which an update sends back unchanged."""

    id: str
    reseller_id: str
    status: str
    profile: CompanyProfile
    reference: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    three_year: ThreeYearCommit = ThreeYearCommit()
    coterm: date | None = None
    profile_sent: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def progress(self) -> Progress:
        return progress_of(self.status)


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """A customer in a list."""

    id: str
    name: str
    status: str
    reference: str = ""


# Orders and subscriptions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineBody:
    """A line as it is ordered. `number` is ours, unique in the order, 0 to 999,999."""

    number: int
    offer_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LinePrices:
    """What Adobe charges its partner, before tax: a year for one, after a discount, prorated, and for the line."""

    yearly: Decimal
    discounted: Decimal
    net: Decimal
    line: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    offer_id: str
    quantity: int
    currency: str = ""
    status: str = ""
    subscription_id: str = ""
    prorated_days: int | None = None
    prices: LinePrices | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order or a preview; a preview has neither id nor status. `of` is the order that a return gives back."""

    id: str
    type: str
    status: str
    lines: Sequence[Line]
    customer_id: str = ""
    reference: str = ""
    currency: str = ""
    of: str = ""
    created_at: datetime | None = None

    @property
    def progress(self) -> Progress:
        return progress_of(self.status)


@dataclass(frozen=True, slots=True)
class Subscription:
    """`offer_id` is the base offer whatever the level. `renewal_quantity` is what will renew, if it does."""

    id: str
    offer_id: str
    quantity: int
    status: str
    renews: bool
    renewal_quantity: int
    used: int = 0
    currency: str = ""
    renewal_on: date | None = None

    @property
    def progress(self) -> Progress:
        return progress_of(self.status)


# Price lists and pages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PriceListQuery:
    """`month` as Adobe writes it: 202603. `kind` is STANDARD or 3YC."""

    region: str
    segment: str
    currency: str
    month: str
    kind: str = "STANDARD"


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """A row of a price list. In the 3YC list first and last are the window of acceptance dates."""

    offer_id: str
    family: str
    price: Decimal
    first: date | None = None
    last: date | None = None
    discount_code: str = ""
    street_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list. `next_offset` None says that it was the last."""

    items: Sequence[T]
    total: int
    next_offset: int | None = None
