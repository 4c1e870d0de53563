"""What an applied change does to its subscription. The row is locked by the caller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bss.core import clock, history
from bss.core.actor import Actor
from bss.subscriptions.choices import ChangeKind, SyncStatus
from bss.subscriptions.contracts import PaymentChoice
from bss.subscriptions.models import ScheduledChange, Subscription, SubscriptionAddOn
from bss.subscriptions.selectors import term_of
from bss.subscriptions.services.actions import asked_by
from bss.subscriptions.services.lots import outcome_write
from bss.subscriptions.services.outcomes import outcome_of
from bss.subscriptions.services.rules import ChangeWish, renewal_changes
from bss.subscriptions.states import SUBSCRIPTION

_DONE = {"sync_status": SyncStatus.SYNCHRONIZED, "problem_code": "", "problem_text": ""}


def take_effect(
    subscription: Subscription, change: ScheduledChange, *, actor: Actor, external_id: str
) -> None:
    """Bring the subscription to what the change asked for. `external_id` replaces the vendor's id when given."""
    values: dict[str, Any] = dict(_DONE) if change.kind != ChangeKind.RENEWAL else {}
    if external_id:
        values["external_id"] = external_id
    line = change.order_line
    outcome = outcome_of(subscription, asked_by(change, subscription), at=_confirmed_at(change))
    term = term_of(subscription)
    _EFFECTS[change.kind](subscription, change, values, actor)
    outcome_write(subscription=subscription, term=term, outcome=outcome, line=line, actor=actor)
    _end_add_ons(subscription, outcome.ended_add_ons, actor)


def _confirmed_at(change: ScheduledChange) -> datetime:
    """When its order was confirmed: seats and money count from then, however late it is carried out."""
    return change.order_line.order.placed_at or change.created_at


def _quantity(
    subscription: Subscription, change: ScheduledChange, values: dict[str, Any], actor: Actor
) -> None:
    _edit(subscription, {**values, "quantity": change.quantity}, ["quantity"], actor)


def _product(
    subscription: Subscription, change: ScheduledChange, values: dict[str, Any], actor: Actor
) -> None:
    line, product = change.order_line, change.product
    assert product is not None and change.previous_product is not None  # noqa: S101, PT018
    prices = {
        "unit_cost": line.unit_cost,
        "unit_price": line.unit_price,
        "unit_resale": line.unit_resale,
    }
    # A name somebody gave stays; the old product's own name goes with it.
    name = product.name if subscription.name == change.previous_product.name else subscription.name
    what = {"product_id": product.pk, "name": name, **prices, **_no_lapsed_wish(subscription)}
    _edit(subscription, {**values, **what}, ["name", "unit_price"], actor)


def _no_lapsed_wish(subscription: Subscription) -> dict[str, Any]:
    """A plan that was asked for the next term was one of the old product."""
    if not subscription.renewal_plan_chosen:
        return {}
    return {"renewal_plan_chosen": False, "renewal_plan_id": None}


def _add_on(
    subscription: Subscription, change: ScheduledChange, values: dict[str, Any], actor: Actor
) -> None:
    line, add_on = change.order_line, change.add_on
    if add_on is None:
        add_on = SubscriptionAddOn.objects.create(
            organization_id=subscription.organization_id,
            scope=subscription.scope,
            subscription=subscription,
            order_line=line,
            product_id=line.product_id,
            quantity=change.quantity or 1,
            unit_cost=line.unit_cost,
            unit_price=line.unit_price,
            unit_resale=line.unit_resale,
        )
    elif change.quantity:
        SubscriptionAddOn.objects.filter(pk=add_on.pk).update(quantity=change.quantity)
    else:
        SubscriptionAddOn.objects.filter(pk=add_on.pk).update(cancelled_at=clock.now())
    Subscription.objects.filter(pk=subscription.pk).update(**values)
    seats = [change.previous_quantity, change.quantity]
    told = {line.product_name: seats}
    history.record(subscription, actor=actor, action="subscription.changed", changes=told)


def _renewal(
    subscription: Subscription, change: ScheduledChange, values: dict[str, Any], actor: Actor
) -> None:
    payment = PaymentChoice(change.payment_plan_id) if change.plan_chosen else None
    wish = ChangeWish(change.kind, change.quantity, renews=change.renews, payment=payment)
    asked = renewal_changes(subscription, wish)
    if asked:
        _edit(subscription, {**values, **asked}, list(asked), actor)


def _end_add_ons(
    subscription: Subscription, add_ons: Sequence[SubscriptionAddOn], actor: Actor
) -> None:
    """Those that the new product does not take."""
    if not add_ons:
        return
    ended = SubscriptionAddOn.objects.filter(pk__in=[each.pk for each in add_ons])
    ended.update(cancelled_at=clock.now())
    told = {each.product.name: [each.quantity, 0] for each in add_ons}
    history.record(subscription, actor=actor, action="subscription.changed", changes=told)


def _suspend(
    subscription: Subscription, change: ScheduledChange, values: dict[str, Any], actor: Actor
) -> None:
    told = {**values, "suspended_reason": change.reason}
    SUBSCRIPTION.fire(subscription, "suspend", actor=actor, reason=change.reason, changes=told)


def _resume(
    subscription: Subscription, change: ScheduledChange, values: dict[str, Any], actor: Actor
) -> None:
    told = {**values, "suspended_reason": ""}
    SUBSCRIPTION.fire(subscription, "resume", actor=actor, reason=change.reason, changes=told)


def _cancel(
    subscription: Subscription, change: ScheduledChange, values: dict[str, Any], actor: Actor
) -> None:
    name, at = "cancel", clock.now()
    if _ran_out(subscription, change):
        name, at = "expire", subscription.ends_at or at
    told = {**values, "cancelled_at": at, "renews": False}
    SUBSCRIPTION.fire(subscription, name, actor=actor, reason=change.reason, changes=told)
    subscription.add_ons.filter(cancelled_at=None).update(cancelled_at=at)


def _ran_out(subscription: Subscription, change: ScheduledChange) -> bool:
    """Whether it ends because its term did, and was not to be renewed."""
    ends_at = subscription.ends_at
    is_over = ends_at is not None and _confirmed_at(change) >= ends_at
    return is_over and not subscription.renews and SUBSCRIPTION.can(subscription, "expire")


def _edit(
    subscription: Subscription, values: dict[str, Any], told: list[str], actor: Actor
) -> None:
    before = history.snapshot(subscription, told)
    Subscription.objects.filter(pk=subscription.pk).update(**values)
    for column, value in values.items():
        setattr(subscription, column, value)
    changes = history.changed(before, history.snapshot(subscription, told))
    history.record(subscription, actor=actor, action="subscription.changed", changes=changes)


_EFFECTS: dict[str, Callable[[Subscription, ScheduledChange, dict[str, Any], Actor], None]] = {
    ChangeKind.QUANTITY: _quantity,
    ChangeKind.PRODUCT: _product,
    ChangeKind.ADD_ON: _add_on,
    ChangeKind.RENEWAL: _renewal,
    ChangeKind.SUSPEND: _suspend,
    ChangeKind.RESUME: _resume,
    ChangeKind.CANCEL: _cancel,
}
