"""From a wish to the action that is ordered: its price and plan of this moment, what it does and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import plan_for
from bss.orders.contracts import Action
from bss.orders.errors import NotForSale
from bss.orders.models import OrderLine
from bss.orders.services.rules import check_self_service
from bss.pricing.contracts import Preview, PriceRequest, Track, UnitPrice
from bss.pricing.forecasts import forecasts
from bss.pricing.previews import Item
from bss.pricing.schedule import Amounts
from bss.pricing.selectors import prices_for
from bss.pricing.stored import to_stored
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.models import ScheduledChange, Subscription, SubscriptionAddOn
from bss.subscriptions.selectors import newest_plans, term_of
from bss.subscriptions.services.outcomes import (
    Asked,
    Charges,
    Outcome,
    added_by,
    charges_of,
    items_of,
    outcome_of,
)
from bss.subscriptions.services.renewals import (
    NextSeats,
    exchange_added,
    next_added,
    next_items,
    next_market,
    seats_added,
)
from bss.subscriptions.services.rules import ChangeWish


@dataclass(frozen=True, slots=True)
class Planned:
    """A wish worked out for one moment. `previews` by track; `next_term` is what a renewal begins with.

    `added` is what it adds to what is paid: in the present term, or in the next one where `is_next_term`.
    """

    asked: Asked
    outcome: Outcome
    previews: dict[Track, Preview]
    due_at: datetime | None
    added: Amounts
    is_next_term: bool = False
    next_term: tuple[NextSeats, ...] = ()


def planned_of(
    subscription: Subscription, wish: ChangeWish, *, at: datetime, actor: Actor
) -> Planned:
    """What a checked wish means when `actor` confirms it at `at`. Raises NotForSale for what this payer cannot buy,
    OrderingDisabled for what costs a reseller something that does not let its customers order.
    """
    asked = asked_of(subscription, wish)
    outcome = outcome_of(subscription, asked, at=at)
    charges = charges_of(outcome)
    next_term, added = _next_term(subscription, wish, asked, outcome, charges, at)
    if added.price > 0:
        check_self_service(subscription.payer, subscription.customer, actor)
    items = items_of(outcome, charges) + next_items(subscription, next_term)
    return Planned(
        asked=asked,
        outcome=outcome,
        previews=_previews(subscription, items),
        due_at=_due_of(subscription, wish),
        added=added,
        is_next_term=wish.kind == ChangeKind.RENEWAL or _is_over(subscription, asked, at),
        next_term=tuple(next_term),
    )


def action_of(
    subscription: Subscription, wish: ChangeWish, planned: Planned, at: datetime
) -> Action:
    """The order line that a wish becomes."""
    asked = planned.asked
    present = asked.add_on.quantity if asked.add_on else subscription.quantity
    if wish.kind == ChangeKind.ADD_ON and asked.add_on is None:
        present = 0
    return Action(
        kind=wish.kind,
        name=_named(subscription, wish, asked),
        product=asked.product,
        unit=subscription.unit,
        # A line asks for something: what is taken away altogether stands with the quantity it had.
        quantity=asked.quantity or present or 1,
        previous_quantity=present,
        price=asked.price,
        amounts=planned.added,
        at=at,
        is_next_term=planned.is_next_term,
        plan=asked.plan,
        due_at=planned.due_at,
        preview=to_stored(planned.previews),
    )


def _named(subscription: Subscription, wish: ChangeWish, asked: Asked) -> str:
    """What an order of an action is called: after the product it leads to, not the one that it leaves."""
    what = asked.product.name if wish.kind == ChangeKind.PRODUCT else subscription.name
    return f"{ChangeKind(wish.kind).label}: {subscription.number} {what}"[:200]


def asked_of(subscription: Subscription, wish: ChangeWish) -> Asked:
    """A wish with its price and plan.

    Within a term what a customer has keeps the price and the plan it was bought at, more of it included; another
    product, and an add-on that is new, come at the price of the day and join the plan there is.
    """
    own = subscription.product
    price, plan = present_price(subscription, own, subscription), subscription.plan
    product, quantity = own, wish.quantity if wish.kind == ChangeKind.QUANTITY else None
    if wish.kind == ChangeKind.PRODUCT and wish.product is not None:
        product, quantity = wish.product, subscription.quantity
        price = todays_price(subscription, product, quantity).paid_by(plan)
    elif wish.kind == ChangeKind.ADD_ON:
        product, price, plan = _add_on(subscription, wish)
        quantity = wish.quantity
    elif wish.kind == ChangeKind.RENEWAL:
        quantity = wish.quantity or subscription.renewal_quantity or subscription.quantity
    return Asked(
        kind=wish.kind,
        quantity=quantity,
        product=product,
        price=price,
        plan=plan,
        add_on=wish.add_on,
        waits=wish.when == "period_end",
    )


def asked_by(change: ScheduledChange, subscription: Subscription) -> Asked:
    """The action as it was ordered: price and plan frozen on its line."""
    line = change.order_line
    return Asked(
        kind=change.kind,
        quantity=change.quantity,
        product=change.product or subscription.product,
        price=present_price(subscription, line.product, line),
        plan=line.plan,
        add_on=change.add_on,
        waits=line.order.due_at is not None,
    )


def present_price(
    subscription: Subscription,
    product: Product,
    columns: Subscription | SubscriptionAddOn | OrderLine,
) -> UnitPrice:
    """A price that is frozen in a row's columns, the extra charge of its plan in it."""
    return UnitPrice(
        product_id=product.pk,
        unit=subscription.unit,
        currency=subscription.currency,
        list_price=columns.unit_price,
        cost=columns.unit_cost,
        price=columns.unit_price,
        resale=columns.unit_resale,
        source=str(_("The price of the present term")),
        price_list_id=None,
    )


def todays_price(subscription: Subscription, product: Product, quantity: int) -> UnitPrice:
    """The price of the day, before any plan. Raises NotForSale for a product this payer cannot buy."""
    request = PriceRequest(product.pk, subscription.unit, quantity)
    found = prices_for(
        payer=subscription.payer, requests=[request], customer=subscription.customer
    )[0]
    if found is None or found.currency != subscription.currency:
        raise NotForSale(
            _("%(product)s is not on sale for this term.") % {"product": product.name},
            field="product",
        )
    return found


def _add_on(
    subscription: Subscription, wish: ChangeWish
) -> tuple[Product, UnitPrice, PlanTerms | None]:
    """An add-on's product, price and plan: as it was bought, or of the day where it is new."""
    add_on = wish.add_on
    if add_on is not None:
        plan = newest_plans(subscription).get(add_on.pk)
        return add_on.product, present_price(subscription, add_on.product, add_on), plan
    product = wish.product
    assert product is not None  # noqa: S101 -- checked
    plan_id = subscription.payment_plan_id
    plan = plan_for(subscription.payer, product.pk, subscription.unit, plan_id) if plan_id else None
    price = todays_price(subscription, product, wish.quantity or 1)
    return product, price.paid_by(plan), plan


def _next_term(
    subscription: Subscription,
    wish: ChangeWish,
    asked: Asked,
    outcome: Outcome,
    charges: Charges,
    at: datetime,
) -> tuple[list[NextSeats], Amounts]:
    """What a wish makes of the next term, and what it adds to what is paid. It makes nothing of it within the present
    term, unless it is about the renewal, or when there is no next one.
    """
    if wish.kind == ChangeKind.RENEWAL:
        return _renewed(subscription, wish, outcome.cost)
    if not _is_over(subscription, asked, at):
        return [], added_by(outcome, charges)
    # The present term is over: there is nothing left of it to pay, and all of the next one.
    if wish.kind == ChangeKind.QUANTITY and wish.quantity is not None:
        market = next_market(subscription)
        return market.seats(wish.quantity), seats_added(market, wish.quantity)
    term = term_of(subscription)
    whole = outcome_of(subscription, asked, at=term.starts_at) if term else outcome
    if wish.kind == ChangeKind.PRODUCT:
        return [], exchange_added(
            next_market(subscription), whole.cost_of_whole, ended=whole.ended_add_ons
        )
    return [], whole.cost_of_whole


def _is_over(subscription: Subscription, asked: Asked, at: datetime) -> bool:
    """Whether a wish is confirmed after the present term, so that it counts from the next one."""
    ends_at = subscription.ends_at
    return ends_at is not None and at >= ends_at and not asked.waits


def _renewed(
    subscription: Subscription, wish: ChangeWish, nothing: Amounts
) -> tuple[list[NextSeats], Amounts]:
    renews = subscription.renews if wish.renews is None else wish.renews
    if not renews or subscription.ends_at is None:
        return [], nothing
    market = next_market(subscription)
    seats = market.seats(wish.quantity, wish.payment)
    return seats, next_added(market, seats)


def _previews(subscription: Subscription, items: list[Item]) -> dict[Track, Preview]:
    return forecasts(
        items,
        payer=subscription.payer,
        customer=subscription.customer,
        currency=subscription.currency,
        has_resale=subscription.unit_resale is not None,
    )


def _due_of(subscription: Subscription, wish: ChangeWish) -> datetime | None:
    """When a wish takes effect; None for at once."""
    return subscription.ends_at if wish.when == "period_end" else None
