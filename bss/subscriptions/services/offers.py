"""What may be chosen for a subscription, priced for whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bss.catalog.choices import ProductKind
from bss.catalog.models import Product
from bss.catalog.selectors import add_ons_of as add_ons_with
from bss.core.money import Money, round_half_up
from bss.installments.contracts import PlanTerms
from bss.installments.splitting import is_splittable, split
from bss.orders.contracts import Track, seen_by
from bss.pricing.contracts import PriceRequest, UnitPrice
from bss.pricing.selectors import prices_for
from bss.subscriptions.contracts import PaymentChoice, PlanOption
from bss.subscriptions.models import Subscription, SubscriptionAddOn
from bss.subscriptions.selectors import add_ons_of
from bss.subscriptions.services.renewals import next_market


@dataclass(frozen=True, slots=True)
class AddOnChoice:
    """An add-on that the subscription has, or may have: its price per unit and term, and how many there are."""

    product: Product
    unit_price: Money
    quantity: int = 0
    add_on: SubscriptionAddOn | None = None

    @property
    def key(self) -> str:
        """What a form calls it."""
        return self.add_on.public_id if self.add_on else self.product.public_id


@dataclass(frozen=True, slots=True)
class SwitchChoice:
    """A product that may take the place of the present one: per unit and for all seats, per term."""

    product: Product
    unit_price: Money
    total: Money


def add_on_choices(subscription: Subscription, track: Track) -> list[AddOnChoice]:
    """The add-ons there are, then those on sale to its payer that it may have (three queries)."""
    currency = subscription.currency
    mine = list(add_ons_of(subscription))
    found = [
        AddOnChoice(each.product, Money(_seen(track, each), currency), each.quantity, each)
        for each in mine
    ]
    had = {each.product_id for each in mine}
    offered = [link.add_on for link in add_ons_with(subscription.product)]
    new = [p for p in offered if p.pk not in had and p.is_active and p.kind == ProductKind.ADD_ON]
    return found + [
        AddOnChoice(product, Money(seen_by(track, price), currency))
        for product, price in _priced(subscription, new)
    ]


def switch_choices(
    subscription: Subscription, products: list[Product], track: Track
) -> list[SwitchChoice]:
    """Those of `products` on sale to its payer for this term, with the extra charge of its plan, cheapest first."""
    found = []
    for product, price in _priced(subscription, products):
        unit = seen_by(track, price.paid_by(subscription.plan))
        total = round_half_up(unit * subscription.quantity, price.currency)
        found.append(
            SwitchChoice(product, Money(unit, price.currency), Money(total, price.currency))
        )
    return sorted(found, key=lambda choice: choice.total.amount)


def payment_options(
    subscription: Subscription, track: Track, *, quantity: int | None = None
) -> list[PlanOption]:
    """How the next term may be paid, with what it costs for `quantity` seats (None: those it will have), at today's
    price (five queries).

    At once first, then each plan that is offered. `is_current` marks what will be, if nobody asks for another.
    """
    market = next_market(subscription)
    plans: list[PlanTerms | None] = [None]
    plans += market.offered.get((subscription.product_id, subscription.unit), [])
    coming = market.seats()[0].plan
    found = []
    for plan in plans:
        choice = PaymentChoice(plan.plan_id if plan else None)
        seats = market.seats(quantity, choice)[0]
        currency = seats.price.currency
        total = round_half_up(seen_by(track, seats.price) * seats.quantity, currency)
        if plan is None or is_splittable(total, plan.count, currency):
            is_current = (coming.plan_id if coming else None) == choice.plan_id
            parts = split(total, plan.count, currency) if plan else None
            found.append(PlanOption(plan, Money(total, currency), parts, is_current))
    return found


def _priced(subscription: Subscription, products: list[Product]) -> list[tuple[Product, UnitPrice]]:
    requests = [PriceRequest(p.pk, subscription.unit, subscription.quantity) for p in products]
    prices = prices_for(payer=subscription.payer, requests=requests, customer=subscription.customer)
    return [
        (product, price)
        for product, price in zip(products, prices, strict=True)
        if price is not None and price.currency == subscription.currency
    ]


def _seen(track: Track, add_on: SubscriptionAddOn) -> Decimal:
    is_hidden = track == "resale" and add_on.unit_resale is not None
    return Decimal(add_on.unit_resale) if is_hidden else Decimal(add_on.unit_price)
