"""A basket as its buyer sees it: its lines, the ways to pay each, and the totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bss.core.money import Money
from bss.installments.contracts import PlanTerms, Split
from bss.orders.contracts import Bought, Track
from bss.orders.models import Basket, BasketLine
from bss.pricing.coterm import CoTerm


@dataclass(frozen=True)
class PlanOption:
    """A way to pay a line, with its total by it: in installments, or (`plan` None) at once."""

    plan: PlanTerms | None
    total: Money
    split: Split | None = None
    # "12 monthly installments", as many as there are; "" at once.
    words: str = ""

    @property
    def first(self) -> Money:
        """What is paid first."""
        return self.split.first_money if self.split else self.total


@dataclass(frozen=True)
class BasketItem:
    """A line and what its buyer pays for it now. `unit_price` and `total` are None when it is no longer on sale.

    `old_price` is the unit price last seen, when it differs. `paid` is the way it is paid, `options` are all of them,
    at once being the first; `is_plan_lost` says that the chosen plan is none of them any more. `charged` is what a
    reseller that buys for a customer charges it; None where nobody stands below the buyer. `bought` holds every track
    of its price, for the engine and not for a page.
    """

    line: BasketLine
    currency: str
    unit_price: Money | None
    total: Money | None
    old_price: Money | None
    add_ons: tuple[BasketItem, ...] = ()
    paid: PlanOption | None = None
    options: tuple[PlanOption, ...] = ()
    is_plan_lost: bool = False
    charged: Money | None = None
    bought: Bought | None = None

    @property
    def plan(self) -> PlanTerms | None:
        return self.paid.plan if self.paid else None

    @property
    def split(self) -> Split | None:
        """The installments of `total`; None when it is paid at once."""
        return self.paid.split if self.paid else None

    @property
    def first(self) -> Money | None:
        """What is paid first: the first installment, or everything."""
        return self.paid.first if self.paid else None

    @property
    def extra(self) -> Money | None:
        """What its plan costs more than paying at once; None where that is nothing."""
        if self.paid is None or self.split is None:
            return None
        more = self.paid.total - self.options[0].total
        return more if more.amount > 0 else None

    @property
    def coterm(self) -> CoTerm | None:
        """Its first term, where that ends with everything else of its customer."""
        return self.bought.coterm if self.bought else None

    @property
    def whole(self) -> Money | None:
        """What it would cost for a whole unit, where its first term costs less."""
        if self.coterm is None or not self.coterm.is_prorated or self.unit_price is None:
            return None
        return (self.unit_price * self.line.quantity).rounded()


@dataclass(frozen=True)
class BasketView:
    """A basket as its buyer sees it: the lines with their add-ons below, and the total in one currency."""

    basket: Basket
    items: tuple[BasketItem, ...]
    total: Money
    track: Track

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def is_empty(self) -> bool:
        return not self.items

    @property
    def is_orderable(self) -> bool:
        """Whether every line can still be had as it is."""
        every = self.every
        return bool(every) and all(i.total is not None and not i.is_plan_lost for i in every)

    @property
    def has_changed_prices(self) -> bool:
        return any(i.old_price for i in self.every)

    @property
    def is_seen(self) -> bool:
        """Whether every price is the one that its buyer saw last."""
        return not self.has_changed_prices and all(
            i.line.seen_price is not None for i in self.every if i.unit_price is not None
        )

    @property
    def every(self) -> list[BasketItem]:
        """Products and add-ons in one list, products before their add-ons."""
        return [i for item in self.items for i in (item, *item.add_ons)]

    @property
    def charged(self) -> Money | None:
        """What a reseller charges its customer for all of it; None where nobody stands below the buyer."""
        charged = [i.charged for i in self.every if i.charged is not None]
        return Money.total(charged, self.total.currency) if charged else None

    @property
    def told(self) -> tuple[Money, list[datetime | None]]:
        """What it costs, and when the first term of each item ends where that is co-termed."""
        return self.total, [i.coterm.ends_at if i.coterm else None for i in self.every]

    @property
    def has_installments(self) -> bool:
        return any(i.split for i in self.every)

    @property
    def first_payment(self) -> Money:
        """What the order makes due at once, net: everything that is not paid later in installments."""
        return Money.total((i.first for i in self.every if i.first), self.total.currency)
