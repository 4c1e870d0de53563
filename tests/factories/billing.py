"""Lots of seats, what was given back of them, and the rates of tax that bills need."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import transaction

from bss.accounts.models import Account, Organization
from bss.catalog.models import Product
from bss.core import clock, events
from bss.core.actor import SYSTEM
from bss.orders.choices import LineKind
from bss.orders.models import Order, OrderLine
from bss.pricing.models import TaxRate
from bss.subscriptions.contracts import term_end
from bss.subscriptions.events import SeatLotCreated, SeatLotReduced
from bss.subscriptions.models import SeatLot, SeatReduction, Subscription, Term

_number = count(1)
BEFORE = date(2020, 1, 1)
MONTHLY = {"plan_frequency": "monthly", "plan_count": 12}


def make_rate(organization: Organization, percent: str = "24", **values: Any) -> TaxRate:
    """The rate of the organization's own country."""
    return TaxRate.everywhere.create(
        organization=organization, percent=Decimal(percent),
        **{"country": organization.country, "tax_class": "standard", "valid_from": BEFORE, **values},
    )  # fmt: skip


def make_order(payer: Account, customer: Account | None = None, **values: Any) -> Order:
    """An order that is under way or done, without lines."""
    n, whose = next(_number), customer or payer
    return Order.everywhere.create(
        organization=payer.organization, scope=whose.scope, account=payer, customer=whose,
        **{"number": f"SO-T-{n:06d}", "source": "portal", "currency": "EUR", "state": "executed",
           "placed_at": clock.now(), **values},
    )  # fmt: skip


def make_line(order: Order, product: Product, **values: Any) -> OrderLine:
    """A delivered line."""
    return OrderLine.everywhere.create(
        organization=order.organization, scope=order.scope, order=order, product=product,
        **{"product_name": product.name, "unit": "P1Y", "currency": order.currency,
           "state": "delivered", **values},
    )  # fmt: skip


def make_bought(
    payer: Account, product: Product, *, customer: Account | None = None, quantity: int = 5,
    price: str = "20", cost: str = "12", resale: str | None = None, unit: str = "P1Y",
    starts_at: datetime | None = None, order: Order | None = None, plan: dict[str, Any] | None = None,
    **values: Any,
) -> SeatLot:  # fmt: skip
    """A subscription as its order left it: delivered, its first term begun, with its lot. Tells of the lot."""
    start = starts_at or clock.now()
    bought = order or make_order(payer, customer)
    whose = customer or payer
    units = {
        "unit_cost": Decimal(cost), "unit_price": Decimal(price),
        "unit_resale": Decimal(resale) if resale else None,
    }  # fmt: skip
    owner = {"organization": payer.organization, "scope": whose.scope}
    plan = plan or {}
    line = make_line(bought, product, quantity=quantity, unit=unit, **units, **plan)
    subscription = Subscription.everywhere.create(
        **owner, number=f"SUB-T-{next(_number):06d}", customer=whose, payer=payer, order_line=line,
        product=product, name=product.name, unit=unit, quantity=quantity, currency="EUR",
        state="active", started_at=start, ends_at=term_end(start, unit), **units, **plan,
    )  # fmt: skip
    term = make_term(subscription, start)
    return make_lot(subscription, term, quantity=quantity, order_line=line, **{**plan, **values})


def make_term(subscription: Subscription, starts_at: datetime) -> Term:
    """The next term of a subscription."""
    number = subscription.terms.count() + 1
    return Term.everywhere.create(
        organization=subscription.organization, scope=subscription.scope, subscription=subscription,
        number=number, starts_at=starts_at, ends_at=term_end(starts_at, subscription.unit),
        product=subscription.product, unit=subscription.unit, quantity=subscription.quantity,
        currency=subscription.currency, unit_price=subscription.unit_price,
    )  # fmt: skip


def make_lot(
    subscription: Subscription, term: Term, *, quantity: int, starts_at: datetime | None = None,
    **values: Any,
) -> SeatLot:  # fmt: skip
    """Seats within a term, at the subscription's prices, as subscriptions would tell of them."""
    with transaction.atomic():
        lot = SeatLot.everywhere.create(
            organization=subscription.organization, scope=subscription.scope,
            subscription=subscription, term=term, bought=quantity, quantity=quantity,
            charged_quantity=quantity, starts_at=starts_at or term.starts_at,
            **{"product": subscription.product, "currency": subscription.currency,
               "unit_cost": subscription.unit_cost, "unit_price": subscription.unit_price,
               "unit_resale": subscription.unit_resale, **values},
        )  # fmt: skip
        events.emit(SeatLotCreated(lot.pk), subject=lot, actor=SYSTEM)
    return lot


def add_seats(lot: SeatLot, quantity: int, *, at: datetime | None = None) -> SeatLot:
    """More seats of the same subscription within the term, by an order of their own."""
    subscription, start = lot.subscription, at or clock.now()
    order = make_order(subscription.payer, subscription.customer)
    line = make_line(order, lot.product, kind=LineKind.QUANTITY, quantity=quantity)
    plan = {"plan_frequency": lot.plan_frequency, "plan_count": lot.plan_count}
    return make_lot(
        subscription, lot.term, quantity=quantity, starts_at=start, order_line=line, **plan
    )


def take_seats(
    lot: SeatLot, quantity: int, *, refund: str = "full", at: datetime | None = None,
    order: Order | None = None,
) -> SeatReduction:  # fmt: skip
    """Seats out of a lot, as subscriptions would tell of it. An empty `refund`: what was sold stays due."""
    lot.refresh_from_db()
    subscription = lot.subscription
    asked = order or make_order(subscription.payer, subscription.customer)
    line = make_line(asked, lot.product, kind=LineKind.QUANTITY)
    charged = lot.charged_quantity - quantity if refund else lot.charged_quantity
    with transaction.atomic():
        SeatLot.everywhere.filter(pk=lot.pk).update(
            quantity=lot.quantity - quantity, charged_quantity=charged
        )
        reduction = SeatReduction.everywhere.create(
            organization=lot.organization, scope=lot.scope, lot=lot, order_line=line,
            quantity=quantity, charged_quantity=charged, at=at or clock.now(), refund=refund,
        )  # fmt: skip
        events.emit(SeatLotReduced(reduction.pk), subject=reduction, actor=SYSTEM)
    return reduction
