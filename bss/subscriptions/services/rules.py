"""What may be changed about a subscription, by whom, when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from django.utils.translation import gettext as _

from bss.catalog.choices import ProductKind
from bss.catalog.models import Product
from bss.core.actor import SYSTEM, Actor
from bss.core.errors import Invalid
from bss.installments.selectors import plan_for
from bss.orders.choices import LineKind
from bss.orders.errors import NotForSale, QuantityNotPossible
from bss.orders.services.rules import check_audience, check_ordering, check_quantity
from bss.subscriptions.choices import LIVE, RENEWING, ChangeKind, ChangeState, SubscriptionState
from bss.subscriptions.contracts import PaymentChoice, When
from bss.subscriptions.errors import (
    AddOnUnknown,
    ChangeOpen,
    NotCancellable,
    NothingChanges,
    NotSwitchable,
    PlanNotOffered,
    StateForbids,
)
from bss.subscriptions.models import ScheduledChange, Subscription, SubscriptionAddOn
from bss.subscriptions.selectors import add_ons_of, is_hidden, open_change

_ACTIVE = frozenset({SubscriptionState.ACTIVE})
_FROM: dict[str, frozenset[str]] = {
    ChangeKind.QUANTITY: _ACTIVE,
    ChangeKind.PRODUCT: _ACTIVE,
    ChangeKind.ADD_ON: _ACTIVE,
    ChangeKind.RENEWAL: RENEWING,
    ChangeKind.SUSPEND: _ACTIVE,
    ChangeKind.RESUME: frozenset({SubscriptionState.SUSPENDED}),
    ChangeKind.CANCEL: LIVE,
}
# What the product asks by itself when a term ends was wished before: the seats that the next one begins with.
_FROM_BY_ITSELF = {**_FROM, ChangeKind.QUANTITY: RENEWING}


@dataclass(frozen=True, slots=True)
class ChangeWish:
    """What somebody asks for, before anything is checked.

    `quantity` is the new whole quantity: of the product, of the add-on (0 takes it away), or of the next term.
    `product` is the new product, or an add-on that is new to the subscription; `add_on` one that it has.
    """

    kind: str
    quantity: int | None = None
    product: Product | None = None
    when: When = "now"
    add_on: SubscriptionAddOn | None = None
    renews: bool | None = None
    payment: PaymentChoice | None = None


class Wished(TypedDict, total=False):
    """What may be said of a change beside its kind: see `ChangeWish`."""

    quantity: int | None
    product: Product | None
    when: When
    add_on: SubscriptionAddOn | None
    renews: bool | None
    payment: PaymentChoice | None


def wish_of(wish: ChangeWish) -> ChangeWish:
    """A quantity that waits for the period's end is what the next term begins with."""
    if wish.kind == ChangeKind.QUANTITY and wish.when == "period_end":
        return ChangeWish(ChangeKind.RENEWAL, wish.quantity)
    return wish


def check_wish(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    """Raises the reason why the subscription, its product or its payer does not allow this now."""
    _check_state(subscription, wish, actor)
    change = open_change(subscription)
    if change is not None:
        raise ChangeOpen(
            blocked_words(change), remedy=remedy_words(change), extra={"change": change.public_id}
        )
    check = _CHECKS.get(wish.kind)
    if check is not None:
        check(subscription, wish, actor)


def is_possible(subscription: Subscription, kind: str) -> bool:
    """Whether the present state allows this kind of change at all (an open change aside)."""
    return subscription.state in _FROM[kind]


def blocked_words(change: ScheduledChange) -> str:
    """Which change stands in the way of every other."""
    return _(
        "“%(change)s” is not done yet (order %(order)s). Nothing else can change until then."
    ) % {
        "change": LineKind(change.kind).label,
        "order": change.order_line.order.number,
    }


def remedy_words(change: ScheduledChange) -> str:
    """What gets an open change out of the way."""
    if change.state == ChangeState.SCHEDULED:
        return _("Withdraw the planned change first.")
    if change.state == ChangeState.FAILED:
        return _("Try the failed change again, or withdraw it.")
    return _("Wait until it has ended.")


def _check_state(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    if wish.kind not in _FROM:
        raise Invalid(_("There is no such change."), field="kind", code="KIND")
    possible = _FROM_BY_ITSELF if actor.kind == SYSTEM.kind else _FROM
    if subscription.state not in possible[wish.kind]:
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
    if not product.is_active or is_hidden(product, subscription, actor):
        raise NotForSale(field="product")
    check_ordering(subscription.payer, subscription.customer)
    check_quantity(product, subscription.quantity)
    check_audience([product], payer=subscription.payer, customer=subscription.customer)


def _check_add_on(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    if wish.quantity is None:
        raise QuantityNotPossible(_("Enter the new quantity."), field="quantity", code="REQUIRED")
    if wish.add_on is None:
        _check_new_add_on(subscription, wish.product, wish.quantity)
        return
    add_on = wish.add_on
    if add_on.subscription_id != subscription.pk or add_on.cancelled_at is not None:
        raise AddOnUnknown(field="add_on")
    if wish.quantity == add_on.quantity:
        raise NothingChanges(field="quantity")
    if wish.quantity > add_on.quantity:
        check_ordering(subscription.payer, subscription.customer)
        check_quantity(add_on.product, wish.quantity, parent=subscription.product)
    elif wish.quantity < 0:
        raise QuantityNotPossible(_("The smallest quantity is 0."), field="quantity")


def _check_new_add_on(subscription: Subscription, product: Product | None, quantity: int) -> None:
    if product is None:
        raise Invalid(_("Choose an add-on."), field="add_on", code="REQUIRED")
    if product.kind != ProductKind.ADD_ON or not product.is_active:
        raise NotForSale(field="add_on")
    if add_ons_of(subscription).filter(product=product).exists():
        raise NothingChanges(
            _("The subscription has this add-on already: change its quantity."), field="add_on"
        )
    check_ordering(subscription.payer, subscription.customer)
    check_quantity(product, quantity, parent=subscription.product)
    check_audience([product], payer=subscription.payer, customer=subscription.customer)


def _check_renewal(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    if wish.renews is False:
        _check_cancellable(subscription, actor)
    renews = subscription.renews if wish.renews is None else wish.renews
    if not renews and (wish.quantity is not None or wish.payment is not None):
        raise Invalid(
            _("It does not renew: there is no next term to prepare."),
            field="renews",
            code="NO_RENEWAL",
        )
    if wish.quantity is not None:
        check_quantity(subscription.product, wish.quantity)
        if wish.quantity > subscription.quantity:
            check_ordering(subscription.payer, subscription.customer)
    _check_payment(subscription, wish.payment)
    if not renewal_changes(subscription, wish):
        raise NothingChanges


def renewal_changes(subscription: Subscription, wish: ChangeWish) -> dict[str, object]:
    """The columns of the subscription that a wish about its next term sets anew; empty when it is so already."""
    asked: dict[str, object] = {}
    if wish.renews is not None:
        asked["renews"] = wish.renews
    if wish.quantity is not None:
        asked["renewal_quantity"] = (
            None if wish.quantity == subscription.quantity else wish.quantity
        )
    if wish.payment is not None:
        kept = wish.payment.plan_id == subscription.payment_plan_id
        asked["renewal_plan_chosen"] = not kept
        asked["renewal_plan_id"] = None if kept else wish.payment.plan_id
    return {name: value for name, value in asked.items() if getattr(subscription, name) != value}


def _check_payment(subscription: Subscription, payment: PaymentChoice | None) -> None:
    if payment is None or payment.plan_id is None:
        return
    if payment.plan_id == subscription.payment_plan_id and not subscription.renewal_plan_chosen:
        return
    offered = plan_for(
        subscription.payer, subscription.product_id, subscription.unit, payment.plan_id
    )
    if offered is None:
        raise PlanNotOffered(field="payment")


def _check_cancel(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    _check_cancellable(subscription, actor)
    if wish.when != "period_end":
        return
    if subscription.state != SubscriptionState.ACTIVE or subscription.ends_at is None:
        raise StateForbids(
            _("Only an active subscription can be cancelled at the end of its period."),
            extra={"state": subscription.state},
        )


def _check_cancellable(subscription: Subscription, actor: Actor) -> None:
    if actor.account_id is not None and not subscription.product.type.cancellable:
        raise NotCancellable


_CHECKS: dict[str, Callable[[Subscription, ChangeWish, Actor], None]] = {
    ChangeKind.QUANTITY: _check_quantity,
    ChangeKind.PRODUCT: _check_product,
    ChangeKind.ADD_ON: _check_add_on,
    ChangeKind.RENEWAL: _check_renewal,
    ChangeKind.CANCEL: _check_cancel,
}
