"""What is remembered: resellers, customers with their commitments, orders, subscriptions. Time is text."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, Self

PENDING = "1002"
ACTIVE = "1000"
FAILED = "1004"
CANCELLED = "1008"
OPEN_TERMS = ("REQUESTED", "ACCEPTED")


@dataclass
class Term:
    """A commitment, or the request for one. `lapses_at` is when what it waits for has not happened in time."""

    status: str
    minimums: dict[str, int]
    asked_at: str = ""
    accepted_at: str = ""
    start: str = ""
    end: str = ""
    lapses_at: str = ""

    @classmethod
    def read(cls, body: dict[str, Any] | None) -> Self | None:
        """Read what was stored."""
        return cls(**body) if body else None


@dataclass
class Reseller:
    kind: ClassVar[str] = "reseller"

    id: str
    distributor_id: str
    profile: dict[str, Any]
    created_at: str
    reference: str = ""
    status: str = PENDING
    settles_at: str = ""

    @property
    def owner(self) -> str:
        """Return whose it is: the distributor's."""
        return self.distributor_id

    @property
    def due_at(self) -> str:
        """Return when something is to happen to it; empty for never."""
        return self.settles_at

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        """Read what was stored."""
        return cls(**body)


@dataclass
class Customer:
    """`levels` are the standard ones by type. `ends_at` is when the commitment in force is over."""

    kind: ClassVar[str] = "customer"

    id: str
    reseller_id: str
    profile: dict[str, Any]
    created_at: str
    levels: dict[str, str]
    reference: str = ""
    status: str = PENDING
    settles_at: str = ""
    coterm: str = ""
    has_benefit: bool = False
    commitment: Term | None = None
    request: Term | None = None
    recommitment: Term | None = None

    @property
    def owner(self) -> str:
        """Return whose it is: the reseller's."""
        return self.reseller_id

    @property
    def segment(self) -> str:
        """Return the market segment."""
        return str(self.profile["marketSegment"])

    @property
    def committed(self) -> Term | None:
        """Return the commitment when it is in force."""
        live = self.commitment is not None and self.commitment.status == "COMMITTED"
        return self.commitment if live else None

    @property
    def due_at(self) -> str:
        """Return when something is to happen next; empty for never."""
        moments = [self.settles_at, midnight(self.coterm)]
        if self.request and self.request.status in OPEN_TERMS:
            moments.append(self.request.lapses_at)
        if self.recommitment and self.recommitment.status == "REQUESTED":
            moments.append(self.recommitment.lapses_at)
        if self.committed:
            moments.append(self.ends_at)
        return min((moment for moment in moments if moment), default="")

    @property
    def ends_at(self) -> str:
        """Return the midnight after the last day of the commitment in force."""
        if self.committed is None:
            return ""
        last = date.fromisoformat(self.committed.end)
        return midnight((last + timedelta(days=1)).isoformat())

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        """Read what was stored."""
        terms = {n: Term.read(body[n]) for n in ("commitment", "request", "recommitment")}
        return cls(**{**body, **terms})


@dataclass
class Line:
    number: int
    offer_id: str
    quantity: int
    currency: str
    subscription_id: str = ""
    status: str = PENDING


@dataclass
class Order:
    """`of` is the order that a return gives back. `outcome` is how it will settle."""

    kind: ClassVar[str] = "order"

    id: str
    customer_id: str
    type: str
    created_at: str
    currency: str
    lines: list[Line] = field(default_factory=list)
    reference: str = ""
    of: str = ""
    source: str = "API"
    status: str = PENDING
    settles_at: str = ""

    @property
    def owner(self) -> str:
        """Return whose it is: the customer's."""
        return self.customer_id

    @property
    def due_at(self) -> str:
        """Return when it settles; empty when it has."""
        return self.settles_at

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        """Read what was stored."""
        return cls(**{**body, "lines": [Line(**line) for line in body["lines"]]})


@dataclass
class Subscription:
    """`offer_id` is the base offer. `renewal` None means that it follows the quantity."""

    kind: ClassVar[str] = "subscription"

    id: str
    customer_id: str
    offer_id: str
    quantity: int
    currency: str
    created_at: str
    used: int = 0
    renews: bool = True
    renewal: int | None = None
    status: str = ACTIVE

    @property
    def owner(self) -> str:
        """Return whose it is: the customer's."""
        return self.customer_id

    @property
    def due_at(self) -> str:
        """Return the empty text: its customer's renewal date moves it."""
        return ""

    @property
    def next_quantity(self) -> int:
        """Return how many will renew."""
        return (self.quantity if self.renewal is None else self.renewal) if self.renews else 0

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        """Read what was stored."""
        return cls(**body)


Record = Reseller | Customer | Order | Subscription


def midnight(day: str) -> str:
    """Return the first instant of a day, in UTC; empty for no day."""
    return f"{day}T00:00:00.000000Z" if day else ""
