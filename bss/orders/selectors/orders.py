"""Orders, and which of their amounts somebody may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core import clock
from bss.core.actor import Actor
from bss.core.money import Money
from bss.core.prepared import Prepared
from bss.core.scope import active
from bss.installments.contracts import Split
from bss.installments.splitting import split
from bss.orders.choices import LineKind, LineState, OrderState
from bss.orders.contracts import Track
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.pricing.coterm import installments_of


@dataclass(frozen=True, slots=True)
class OrderAmounts:
    """The amounts of an order or a line that one actor may see; None is hidden, not zero.

    `total` is what the actor's side pays: the payer's price, or to a reseller's customer its reseller's price.
    `resale` is what a reseller charges on; `cost` and `profit` are the organization's own.
    """

    unit: Money | None
    total: Money | None
    resale: Money | None = None
    cost: Money | None = None
    profit: Money | None = None


def track_for(actor: Actor, payer_id: int) -> Track:
    """Which price an actor looks at: an account below the payer sees resale prices, everybody else the payer's."""
    return "resale" if actor.account_id not in {None, payer_id} else "price"


def amounts_of(subject: Order | OrderLine, actor: Actor, *, payer_id: int) -> OrderAmounts:
    """The amounts `actor` may see of an order or of one of its lines. Never shows a level above its own."""
    currency = subject.currency
    line = subject if isinstance(subject, OrderLine) else None
    if track_for(actor, payer_id) == "resale":
        resale = subject.total_resale
        return OrderAmounts(
            unit=_money(line.unit_resale if line else None, currency),
            total=_money(resale, currency),
        )
    staff = actor.account_id is None and actor.can(Permission.COST_VIEW)
    return OrderAmounts(
        unit=_money(line.unit_price if line else None, currency),
        total=Money(subject.total, currency),
        resale=_money(subject.total_resale, currency),
        cost=Money(subject.total_cost, currency) if staff else None,
        profit=Money(subject.total - subject.total_cost, currency) if staff else None,
    )


def split_of(line: OrderLine, total: Money | None) -> Split | None:
    """The installments of what a purchase costs at its reader's level; None for what is paid at once or hidden."""
    if line.plan is None or line.kind != LineKind.NEW or total is None:
        return None
    return split(total.amount, installments_of(line.plan, line.coterm), line.currency)


def orders_visible() -> QuerySet[Order]:
    """The orders below the active scope with their accounts, newest first."""
    return Order.objects.select_related("account", "customer", "storefront").order_by("-id")


def orders_shown_to(actor: Actor) -> QuerySet[Order]:
    """As `orders_visible`, to an account without the drafts that others write for it."""
    found = orders_visible()
    if actor.account_id is None:
        return found
    return found.filter(~Q(state=OrderState.DRAFT) | Q(drafted_by=actor.account_id))


def is_shown(order: Order, actor: Actor) -> bool:
    """Whether an order below the actor's scope is there for it: the seller's drafts are nobody else's yet."""
    is_own = actor.account_id is None or order.drafted_by_id == actor.account_id
    return is_own or order.state != OrderState.DRAFT


def order_lines(order: Order) -> list[OrderLine]:
    """Every line with its product and type, parents before their add-ons (one query)."""
    rows = _LINES.all(order_id=order.pk)
    for row in rows:
        row.order = order
    return sorted(rows, key=lambda line: (line.parent_id or line.pk, line.position, line.pk))


_LINES = Prepared(
    lambda order_id: OrderLine.objects.filter(order_id=order_id).select_related("product__type"),
    order_id=int,
)


def seller_id_for(actor: Actor, payer_id: int) -> int | None:
    """From whom an actor buys: its reseller's id for who is below the payer, None (the organization) for all others."""
    return payer_id if track_for(actor, payer_id) == "resale" else None


def terms_current(organization_id: int, seller_id: int | None = None) -> TermsVersion | None:
    """The terms a buyer accepts now: of the organization, or of the reseller `seller_id`; None when it has published
    none. Nobody's stand in for another's.
    """
    return terms_versions_of(organization_id, seller_id).first()


def terms_of_payer(order: Order) -> TermsVersion | None:
    """The terms under which the payer of a customer's order buys what it resells: its organization's of now."""
    return terms_current(order.organization_id)


def accepted_at(account_id: int, terms: TermsVersion) -> datetime | None:
    """Since when an account has accepted these terms, with an order of its own or by letting a customer's pass."""
    found = Order.everywhere.filter(account_id=account_id)
    moments = found.filter(Q(terms=terms) | Q(payer_terms=terms)).aggregate(
        placing=Min("terms_accepted_at", filter=Q(terms=terms)),
        approving=Min("payer_terms_accepted_at", filter=Q(payer_terms=terms)),
    )
    return min((moment for moment in moments.values() if moment is not None), default=None)


def terms_version(
    organization_id: int, version: str, seller_id: int | None = None
) -> TermsVersion | None:
    """One version as its seller published it; None when there is none of that name."""
    if seller_id is None:
        return _OWN_TERMS.first(organization_id=organization_id, version=version)
    return _SELLERS_TERMS.first(
        organization_id=organization_id, version=version, seller_id=seller_id
    )


def terms_versions_of(organization_id: int, seller_id: int | None) -> QuerySet[TermsVersion]:
    """Every version of one seller's terms (None: of the organization's), newest first."""
    return (
        TermsVersion.everywhere.filter(organization_id=organization_id, seller=seller_id)
        .select_related("organization", "seller")
        .order_by("-published_at", "-id")
    )


_OWN_TERMS = Prepared(
    lambda organization_id, version: terms_versions_of(organization_id, None).filter(
        version=version
    ),
    organization_id=int,
    version=str,
)
_SELLERS_TERMS = Prepared(
    lambda organization_id, version, seller_id: terms_versions_of(
        organization_id, seller_id
    ).filter(version=version),
    organization_id=int,
    version=str,
    seller_id=int,
)


def _money(amount: object, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)  # type: ignore[arg-type]


def with_needs(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with `needs_input`: whether a line waits for somebody's answer."""
    waiting = OrderLine.objects.filter(order=OuterRef("pk"), state=LineState.NEEDS_INPUT)
    return orders.annotate(needs_input=Exists(waiting))


def orders_needing_staff(orders: QuerySet[Order] | None = None) -> QuerySet[Order]:
    """Orders in which somebody must do something: execute it, give an answer, or deal with a failure."""
    found = with_needs(orders_visible() if orders is None else orders)
    is_due = Q(due_at=None) | Q(due_at__lte=clock.now())
    return found.filter(
        (Q(state=OrderState.PLACED) & is_due)
        | Q(state__in=[OrderState.FAILED, OrderState.PARTLY_EXECUTED])
        | Q(needs_input=True)
    )


def count_needing_staff(most: int | None = None) -> int:
    """How many rows `orders_needing_staff` has, counted up to `most` if given."""
    if most is not None:
        return len(_some_needing_staff(most).all(now=clock.now()))
    own, waiting = _halves_needing_staff(clock.now())
    return own.union(waiting).count()


@cache
def _some_needing_staff(most: int) -> Prepared[tuple[int]]:
    """The keys of at most so many. Every page of the portal shows how many they are."""

    def build(now: datetime) -> QuerySet[Any, tuple[int]]:
        own, waiting = _halves_needing_staff(now)
        # As many of each half are enough to know that many of both.
        return own[:most].union(waiting[:most])[:most]

    return Prepared(build, now=datetime)


def _halves_needing_staff(
    now: datetime,
) -> tuple[QuerySet[Order, tuple[int]], QuerySet[OrderLine, tuple[int]]]:
    """The keys of the orders that need staff themselves, and of those with a line that does: each by its own index."""
    organization_id = active().organization_id
    is_due = Q(due_at=None) | Q(due_at__lte=now)
    at_rest = [OrderState.FAILED, OrderState.PARTLY_EXECUTED]
    own = Order.objects.filter(
        Q(state__in=at_rest) | (Q(state=OrderState.PLACED) & is_due),
        organization_id=organization_id,
        state__in=[OrderState.PLACED, *at_rest],
    )
    waiting = OrderLine.objects.filter(organization_id=organization_id, state=LineState.NEEDS_INPUT)
    return own.order_by().values_list("pk"), waiting.order_by().values_list("order_id")


def orders_of(account: Account, limit: int = 20) -> list[Order]:
    """The newest orders an account pays or uses."""
    return list(orders_visible().filter(Q(account=account) | Q(customer=account))[:limit])


def terms_versions() -> QuerySet[TermsVersion]:
    """Every version of the organization's own terms, newest first."""
    return TermsVersion.objects.filter(seller=None).order_by("-published_at", "-id")
