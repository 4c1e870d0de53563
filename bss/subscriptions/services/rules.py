"""What may be changed about a subscription, by whom, when; and the order line it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bss.catalog.choices import ProductKind
from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.orders.contracts import Action
from bss.orders.errors import NotForSale, QuantityNotPossible
from bss.orders.services.rules import check_audience, check_ordering, check_quantity
from bss.pricing.contracts import PriceRequest, UnitPrice
from bss.pricing.selectors import prices_for
from bss.subscriptions.choices import LIVE, ChangeKind, ChangeState, SubscriptionState
from bss.subscriptions.contracts import When
from bss.subscriptions.errors import (
    ChangeOpen,
    NotCancellable,
    NothingChanges,
    NotSwitchable,
    StateForbids,
)
from bss.subscriptions.models import Subscription
from bss.subscriptions.selectors import open_change

_FROM: dict[str, frozenset[str]] = {
    ChangeKind.QUANTITY: frozenset({SubscriptionState.ACTIVE}),
    ChangeKind.PRODUCT: frozenset({SubscriptionState.ACTIVE}),
    ChangeKind.SUSPEND: frozenset({SubscriptionState.ACTIVE}),
    ChangeKind.RESUME: frozenset({SubscriptionState.SUSPENDED}),
    ChangeKind.CANCEL: LIVE,
}


@dataclass(frozen=True, slots=True)
class ChangeWish:
    """What somebody asks for, before anything is checked."""

    kind: str
    quantity: int | None = None
    product: Product | None = None
    when: When = "now"


def check_wish(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    """Raises the reason why this cannot be asked for now; asks the same of a preview and of the request."""
    _check_state(subscription, wish)
    change = open_change(subscription)
    if change is not None:
        raise ChangeOpen(remedy=_remedy(change.state), extra={"change": change.public_id})
    check = _CHECKS.get(wish.kind)
    if check is not None:
        check(subscription, wish, actor)


def is_possible(subscription: Subscription, kind: str) -> bool:
    """Whether the present state allows this kind of change at all (an open change aside)."""
    return subscription.state in _FROM[kind]


def action_of(subscription: Subscription, wish: ChangeWish) -> Action:
    """The order line a wish becomes, with its price of this moment."""
    product = wish.product or subscription.product
    quantity = wish.quantity or subscription.quantity
    return Action(
        kind=wish.kind,
        name=f"{ChangeKind(wish.kind).label}: {subscription.number} {subscription.name}"[:200],
        product=product,
        unit=subscription.unit,
        quantity=quantity,
        previous_quantity=subscription.quantity,
        price=price_of(subscription, product, quantity),
        due_at=due_of(subscription, wish),
    )


def due_of(subscription: Subscription, wish: ChangeWish) -> datetime | None:
    """When a wish takes effect; None for at once."""
    return subscription.ends_at if wish.when == "period_end" else None


def price_of(subscription: Subscription, product: Product, quantity: int) -> UnitPrice:
    """The unit price a change goes by. Raises NotForSale for a product this payer cannot buy.

    Within a term the product a customer has keeps the price it was bought at, more seats included; another product
    comes at the price of the day.
    """
    if product.pk == subscription.product_id:
        return UnitPrice(
            product_id=product.pk,
            unit=subscription.unit,
            currency=subscription.currency,
            list_price=subscription.unit_price,
            cost=subscription.unit_cost,
            price=subscription.unit_price,
            resale=subscription.unit_resale,
            source=str(_("The price of the present term")),
            price_list_id=None,
        )
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


def _check_state(subscription: Subscription, wish: ChangeWish) -> None:
    if wish.kind not in _FROM:
        raise Invalid(_("There is no such change."), field="kind", code="KIND")
    if subscription.state not in _FROM[wish.kind]:
        raise StateForbids(
            _("%(number)s is %(state)s: this is not possible now.")
            % {"number": subscription.number, "state": subscription.get_state_display().lower()},
            extra={"state": subscription.state},
        )
    if wish.when == "period_end" and wish.kind != ChangeKind.CANCEL:
        raise Invalid(_("Only a cancellation can wait for the period's end."), field="when")


def _check_quantity(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    if wish.quantity is None:
        raise QuantityNotPossible(_("Enter the new quantity."), field="quantity", code="REQUIRED")
    check_quantity(subscription.product, wish.quantity)
    if wish.quantity == subscription.quantity:
        raise NothingChanges(field="quantity")
    if wish.quantity > subscription.quantity:
        check_ordering(subscription.payer, subscription.customer)


def _check_product(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    product, present = wish.product, subscription.product
    if product is None:
        raise Invalid(_("Choose the new product."), field="product", code="REQUIRED")
    if product.pk == present.pk:
        raise NothingChanges(field="product")
    if not present.type.switchable:
        raise NotSwitchable
    if product.type_id != present.type_id or product.kind != ProductKind.PRIMARY:
        raise NotSwitchable(
            _("Only a product of the same kind of service can take its place."), field="product"
        )
    if not product.is_active:
        raise NotForSale(field="product")
    check_ordering(subscription.payer, subscription.customer)
    check_quantity(product, subscription.quantity)
    check_audience([product], payer=subscription.payer, customer=subscription.customer)


def _check_cancel(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    if actor.account_id is not None and not subscription.product.type.cancellable:
        raise NotCancellable
    if wish.when != "period_end":
        return
    if subscription.state != SubscriptionState.ACTIVE or subscription.ends_at is None:
        raise StateForbids(
            _("Only an active subscription can be cancelled at the end of its period."),
            extra={"state": subscription.state},
        )


def _remedy(state: str) -> str:
    if state == ChangeState.SCHEDULED:
        return _("Withdraw the planned change first.")
    if state == ChangeState.FAILED:
        return _("Try the failed change again, or withdraw it.")
    return _("Wait until it has ended.")


_CHECKS: dict[str, Callable[[Subscription, ChangeWish, Actor], None]] = {
    ChangeKind.QUANTITY: _check_quantity,
    ChangeKind.PRODUCT: _check_product,
    ChangeKind.CANCEL: _check_cancel,
}
