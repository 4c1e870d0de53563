"""What an applied change does to its subscription. The row is locked by the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bss.core import clock, history
from bss.core.actor import Actor
from bss.subscriptions.choices import ChangeKind, SyncStatus
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.states import SUBSCRIPTION

_DONE = {"sync_status": SyncStatus.SYNCHRONIZED, "problem_code": "", "problem_text": ""}


def take_effect(
    subscription: Subscription, change: ScheduledChange, *, actor: Actor, external_id: str
) -> None:
    """Bring the subscription to what the change asked for. `external_id` replaces the vendor's id when given."""
    values: dict[str, Any] = dict(_DONE)
    if external_id:
        values["external_id"] = external_id
    _EFFECTS[change.kind](subscription, change, values, actor)


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
    what = {"product_id": product.pk, "name": name, **prices}
    _edit(subscription, {**values, **what}, ["name", "unit_price"], actor)


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
    now = clock.now()
    told = {**values, "cancelled_at": now, "renews": False}
    SUBSCRIPTION.fire(subscription, "cancel", actor=actor, reason=change.reason, changes=told)
    subscription.add_ons.filter(cancelled_at=None).update(cancelled_at=now)


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
    ChangeKind.SUSPEND: _suspend,
    ChangeKind.RESUME: _resume,
    ChangeKind.CANCEL: _cancel,
}
