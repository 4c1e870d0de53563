"""Values of subscriptions: their periods, and what a change will mean before anybody confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bss.catalog.choices import Unit
from bss.core.money import Money
from bss.installments.contracts import PlanTerms, Split
from bss.installments.splitting import months_after
from bss.orders.errors import CreditExceeded
from bss.pricing.contracts import Preview

When = Literal["now", "period_end"]


def term_end(start: datetime, unit: str, *, first: datetime | None = None) -> datetime:
    """The instant at which a term of `unit` ("P1M") that begins at `start` ends (excluded).

    The day on which the subscription's first term began (`first`; this one, when None) of a later month, or that
    month's last day where it is shorter: 31 January, 28 February, 31 March, and so on for ever.
    """
    return months_after(start, Unit(unit).months, day=(first or start).day)


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that will happen, in plain words."""

    text: Any
    tone: Literal["info", "warning", "danger"] = "info"


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """How the next term is to be paid: by a plan (its id), or at once."""

    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class PlanOption:
    """A way to pay the next term: `plan` None for at once, with what the term costs by it, and in which parts."""

    plan: PlanTerms | None
    total: Money
    split: Split | None = None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Reduction:
    """Seats of a subscription's product that are to go, at once or from the next term on (`is_next_term`).

    `held` is how many there are, or how many the next term would begin with as things stand; `left` how many stay,
    0 where it is to end.
    """

    managed_by: str
    organization_id: int
    customer_id: int
    sku: str
    held: int
    left: int
    is_next_term: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """The fewest seats that may stay of a subscription, and the words for whoever asked for fewer."""

    least: int
    message: str


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change will mean. Amounts are net, in the looker's own track; `before` and `after` per whole term.

    `charged` is what it adds to what is paid in the present term, or in the next one where it is about that; `invoices`
    is what it puts on which document and when. `refusal` is why it would be too much for its payer's credit, and cannot
    be confirmed.
    `due_at` is None for at once, `counts_from` where less or more is paid from now on,
    `stays_paid` where licences go at once that are paid until then. `needs_staff` says that the
    seller's staff carry it out after confirming, `needs_approval` that its payer lets it pass first. `token` freezes
    the moment: given back with the request, what was shown is what is ordered, or PriceChanged.
    """

    kind: str
    quantity: int
    previous_quantity: int
    product: str
    unit_price: Money
    before: Money
    after: Money
    charged: Money
    due_at: datetime | None
    counts_from: datetime | None
    stays_paid: bool
    needs_staff: bool
    needs_approval: bool
    invoices: Preview
    token: str
    consequences: tuple[Consequence, ...] = ()
    refusal: CreditExceeded | None = None

    @property
    def difference(self) -> Money:
        return self.after - self.before
