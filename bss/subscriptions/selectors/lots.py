"""Seat lots: what was bought when, within the present term and before."""

from __future__ import annotations

from bss.core.prepared import Prepared
from bss.installments.contracts import PlanTerms
from bss.subscriptions.models import SeatLot, SeatReduction, Subscription, Term


def term_of(subscription: Subscription) -> Term | None:
    """The newest term; None before the first one."""
    return subscription.terms.order_by("-number").first()


def lots_of(subscription: Subscription, term: Term) -> list[SeatLot]:
    """The lots of a term with their products, newest first: the order in which seats leave (one query)."""
    lots = (
        subscription.lots.filter(term=term)
        .select_related("product__type", "add_on")
        .order_by("-starts_at", "-id")
    )
    found = list(lots)
    for lot in found:
        lot.term = term
    return found


def lots_shown(subscription: Subscription) -> list[SeatLot]:
    """The newest 60 lots with what is needed to show them, newest first (one query)."""
    found = _LOTS.all(subscription_id=subscription.pk)
    for lot in found:
        lot.subscription = subscription
    return found


_LOTS = Prepared(
    lambda subscription_id: (
        SeatLot.objects.filter(subscription_id=subscription_id)
        .select_related("term", "product", "order_line__order", "add_on")
        .order_by("-starts_at", "-id")[:60]
    ),
    subscription_id=int,
)


def reductions_of(subscription: Subscription, limit: int = 60) -> list[SeatReduction]:
    """What left the lots, newest first (one query)."""
    found = SeatReduction.objects.filter(lot__subscription=subscription)
    return list(found.select_related("lot__product", "order_line__order").order_by("-id")[:limit])


def newest_plans(subscription: Subscription) -> dict[int, PlanTerms | None]:
    """By add-on, the plan by which it was bought last (one query)."""
    lots = subscription.lots.filter(add_on__isnull=False).order_by("id")
    return {lot.add_on_id: lot.plan for lot in lots if lot.add_on_id is not None}
