"""What the next term of a subscription begins with: seats, the price of the day and how it is paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Case, When
from django.utils.translation import gettext as _

from bss.catalog.choices import HUNDRED
from bss.catalog.models import Product
from bss.core.money import round_unit_price
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import plans_for
from bss.pricing.contracts import PriceRequest, UnitPrice
from bss.pricing.previews import Item, lot_items
from bss.pricing.schedule import Amounts, LotPrice, lot_total, nothing
from bss.pricing.selectors import prices_for
from bss.subscriptions.contracts import PaymentChoice, term_end
from bss.subscriptions.models import Subscription, SubscriptionAddOn
from bss.subscriptions.selectors import add_ons_of, newest_plans
from bss.subscriptions.services.outcomes import words_of


@dataclass(frozen=True, slots=True)
class NextSeats:
    """Seats that a term begins with, at their price per unit with the extra charge of `plan` in it.

    `is_lapsed`: they were paid by a plan that is not offered any more, so that they are paid at once.
    """

    product: Product
    quantity: int
    price: UnitPrice
    plan: PlanTerms | None
    add_on: SubscriptionAddOn | None = None
    is_lapsed: bool = False


@dataclass(frozen=True, slots=True)
class NextMarket:
    """What a next term can begin with today: the product, then each add-on, with its price and the plans it may have.

    `had` are the plans of the add-ons. Read once (five queries), so that several wishes can be compared.
    """

    subscription: Subscription
    add_ons: Sequence[SubscriptionAddOn]
    prices: Sequence[UnitPrice | None]
    offered: Mapping[tuple[int, str], Sequence[PlanTerms]]
    had: Mapping[int, PlanTerms | None]

    def seats(
        self, quantity: int | None = None, payment: PaymentChoice | None = None
    ) -> list[NextSeats]:
        """What it begins with when this is asked for, over what was asked before."""
        own = self.subscription
        asked = payment or _asked_before(own)
        return self._seats(quantity or own.renewal_quantity or own.quantity, asked)

    def unchanged(self) -> list[NextSeats]:
        """What it would begin with if the present term simply went on, whatever was asked before."""
        return self._seats(self.subscription.quantity, None)

    def _seats(self, quantity: int, asked: PaymentChoice | None) -> list[NextSeats]:
        own = self.subscription
        found = []
        for add_on, price in zip([None, *self.add_ons], self.prices, strict=True):
            owner = add_on or own
            present = self.had.get(add_on.pk) if add_on else own.plan
            wanted = asked.plan_id if asked else (present.plan_id if present else None)
            plan = _offered(self.offered.get((owner.product_id, own.unit), []), wanted)
            found.append(
                NextSeats(
                    product=owner.product,
                    quantity=add_on.quantity if add_on else quantity,
                    price=_price(owner, own, price, present).paid_by(plan),
                    plan=plan,
                    add_on=add_on,
                    is_lapsed=plan is None and wanted is not None and not (add_on and asked),
                )
            )
        return found


def next_market(subscription: Subscription) -> NextMarket:
    """Today's prices and plans of a subscription and its add-ons (five queries)."""
    add_ons = list(add_ons_of(subscription))
    products = [subscription.product, *(each.product for each in add_ons)]
    requests = [PriceRequest(p.pk, subscription.unit) for p in products]
    return NextMarket(
        subscription=subscription,
        add_ons=add_ons,
        prices=prices_for(
            payer=subscription.payer, requests=requests, customer=subscription.customer
        ),
        offered=plans_for(subscription.payer, [product.pk for product in products]),
        had=newest_plans(subscription),
    )


def next_seats(
    subscription: Subscription, *, payment: PaymentChoice | None = None
) -> list[NextSeats]:
    """The product's seats, then those of each add-on, at today's prices; what is off sale keeps the price it has.

    `payment` is what is asked for the next term, over what was asked before. An add-on is paid as it was, or by the
    plan that is asked for where that is offered for it. Five queries.
    """
    return next_market(subscription).seats(payment=payment)


def next_added(market: NextMarket, seats: Sequence[NextSeats]) -> Amounts:
    """What a next term with `seats` costs more than it would without anybody asking for them, in each track.

    All of it where there would be none; never less than nothing. A price that rose by itself is nobody's wish: both
    are taken at today's.
    """
    own = market.subscription
    coming = _costs(own, seats)
    if not own.renews:
        return coming
    anyway = _costs(own, market.unchanged()).at_least(_costs(own, market.seats()))
    return (coming - anyway).nothing_below_zero()


def seats_added(market: NextMarket, quantity: int) -> Amounts:
    """What `quantity` seats cost more than the present ones, for the whole of the next term."""
    own = market.subscription
    more = _costs(own, market.seats(quantity)) - _costs(own, market.seats(own.quantity))
    return more.nothing_below_zero()


def exchange_added(
    market: NextMarket, coming: Amounts, *, ended: Collection[SubscriptionAddOn]
) -> Amounts:
    """What a next term with another product, which costs `coming`, costs more than with the present one and the add-ons
    that are `ended` with it. All of it where there would be no next term.
    """
    own = market.subscription
    if not own.renews:
        return coming
    present = market.seats(own.quantity)
    going = [each for each in present if each.add_on is None or each.add_on in ended]
    return (coming - _costs(own, going)).only_as_costs()


def next_items(subscription: Subscription, seats: list[NextSeats]) -> list[Item]:
    """What the next term puts on invoices, if it began at today's prices."""
    if subscription.ends_at is None:
        return []
    return [
        item
        for each in seats
        for item in lot_items(_lot(subscription, each), words_of(each.product), is_at_once=False)
    ]


def next_term_end(subscription: Subscription, starts_at: datetime) -> datetime:
    """When a term that begins at `starts_at` ends: on the day of the subscription's first term, of a co-termed one on
    that of its end.
    """
    day = Case(When(priced_from=None, then="starts_at"), default="ends_at")
    first = subscription.terms.order_by("number").values_list(day).first()
    return term_end(starts_at, subscription.unit, first=first[0] if first else None)


def lapsed_words(seats: NextSeats) -> str:
    """Why what was paid by a plan is paid at once from now on."""
    return _(
        "The payment plan of %(product)s is not offered any more: the term is paid at once."
    ) % {"product": seats.product.name}


def _lot(subscription: Subscription, seats: NextSeats) -> LotPrice:
    assert subscription.ends_at is not None  # noqa: S101 -- it has a term
    return LotPrice(
        currency=seats.price.currency,
        quantity=seats.quantity,
        unit_cost=seats.price.cost,
        unit_price=seats.price.price,
        unit_resale=seats.price.resale,
        starts_at=subscription.ends_at,
        term_starts_at=subscription.ends_at,
        term_ends_at=next_term_end(subscription, subscription.ends_at),
        plan=seats.plan,
    )


def _offered(plans: Sequence[PlanTerms], wanted: int | None) -> PlanTerms | None:
    return next((each for each in plans if each.plan_id == wanted), None) if wanted else None


def _costs(subscription: Subscription, seats: Sequence[NextSeats]) -> Amounts:
    """What a next term with these seats costs."""
    none = nothing(resale=subscription.unit_resale is not None)
    return sum((lot_total(_lot(subscription, each)) for each in seats), none)


def _asked_before(subscription: Subscription) -> PaymentChoice | None:
    if not subscription.renewal_plan_chosen:
        return None
    return PaymentChoice(subscription.renewal_plan_id)


def _price(
    owner: Subscription | SubscriptionAddOn,
    subscription: Subscription,
    today: UnitPrice | None,
    present: PlanTerms | None,
) -> UnitPrice:
    """Today's price before any plan; what is off sale, or in another currency by now, costs what it did."""
    if today is not None and today.currency == subscription.currency:
        return today
    kept = UnitPrice(
        product_id=owner.product_id,
        unit=subscription.unit,
        currency=subscription.currency,
        list_price=owner.unit_price,
        cost=owner.unit_cost,
        price=owner.unit_price,
        resale=owner.unit_resale,
        source="",
        price_list_id=None,
    )
    return _without_charge(kept, present)


def _without_charge(price: UnitPrice, plan: PlanTerms | None) -> UnitPrice:
    """A price as it was before a plan's extra charge."""
    if plan is None or not plan.extra_charge:
        return price
    share = HUNDRED / (HUNDRED + plan.extra_charge)
    resale = None if price.resale is None else round_unit_price(price.resale * share)
    return replace(price, price=round_unit_price(price.price * share), resale=resale)
