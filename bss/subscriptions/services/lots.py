"""Seat lots are written here: bought, begun with a term, reduced. The subscription is locked by the caller."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bss.catalog.models import Product
from bss.core import events
from bss.core.actor import Actor
from bss.orders.models import OrderLine, plan_columns
from bss.pricing.schedule import LotPrice
from bss.subscriptions.events import SeatLotCreated, SeatLotReduced
from bss.subscriptions.models import (
    SeatLot,
    SeatReduction,
    Subscription,
    SubscriptionAddOn,
    Term,
)
from bss.subscriptions.services.outcomes import Outcome, Taken


def lot_create(
    *,
    subscription: Subscription,
    term: Term,
    product: Product,
    price: LotPrice,
    add_on: SubscriptionAddOn | None = None,
    order_line: OrderLine | None = None,
    had_at: datetime | None = None,
    actor: Actor,
) -> SeatLot:
    """Seats at a price, from its start to the end of `term`; `order_line` bought them (None: the term renewed).

    How long they can be given back for money is frozen from the product type; it counts from `had_at` (None: from the
    price's start) and no longer than the term.
    """
    lot = SeatLot.objects.create(
        organization_id=subscription.organization_id,
        scope=subscription.scope,
        subscription=subscription,
        add_on=add_on,
        term=term,
        order_line=order_line,
        product=product,
        bought=price.quantity,
        quantity=price.quantity,
        charged_quantity=price.quantity,
        starts_at=price.starts_at,
        refundable_until=_refundable_until(product, had_at or price.starts_at, term),
        currency=price.currency,
        unit_cost=price.unit_cost,
        unit_price=price.unit_price,
        unit_resale=price.unit_resale,
        **plan_columns(price.plan),
    )
    events.emit(SeatLotCreated(lot.pk), subject=lot, actor=actor)
    return lot


def lots_reduce(*, taken: Iterable[Taken], line: OrderLine, at: datetime, actor: Actor) -> None:
    """Take seats out of lots for an order line, as of `at`."""
    for each in taken:
        held = SeatLot.objects.select_for_update(of=("self",), no_key=True).get(pk=each.lot.pk)
        reduction = SeatReduction.objects.create(
            organization_id=held.organization_id,
            scope=held.scope,
            lot=held,
            order_line=line,
            quantity=each.quantity,
            charged_quantity=each.keep,
            at=at,
            refund=each.refund,
        )
        held.quantity -= each.quantity
        held.charged_quantity = each.keep
        held.save(update_fields=["quantity", "charged_quantity"])
        events.emit(SeatLotReduced(reduction.pk), subject=reduction, actor=actor)


def outcome_write(
    *,
    subscription: Subscription,
    term: Term | None,
    outcome: Outcome,
    line: OrderLine,
    actor: Actor,
) -> None:
    """Carry out what an action does to the seats of the present term; what it ends goes first."""
    lots_reduce(taken=outcome.taken, line=line, at=outcome.at, actor=actor)
    for bought in outcome.bought:
        assert term is not None  # noqa: S101 -- nothing is bought within no term
        lot_create(
            subscription=subscription,
            term=term,
            product=bought.product,
            price=bought.price,
            add_on=bought.add_on or _new_add_on(subscription, bought.is_new_add_on, line),
            order_line=line,
            actor=actor,
        )


def _new_add_on(
    subscription: Subscription, is_new: bool, line: OrderLine
) -> SubscriptionAddOn | None:
    if not is_new:
        return None
    return SubscriptionAddOn.objects.get(subscription=subscription, order_line=line)


def _refundable_until(product: Product, had_at: datetime, term: Term) -> datetime | None:
    days = product.type.refund_days
    return None if days is None else min(had_at + timedelta(days=days), term.ends_at)
