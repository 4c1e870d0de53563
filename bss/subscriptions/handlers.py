"""What subscriptions do when something happened to order lines."""

from __future__ import annotations

from bss.core.actor import SYSTEM
from bss.orders.choices import LineKind
from bss.orders.events import OrderLineCancelled, OrderLineCorrected, OrderLineReleased
from bss.orders.models import OrderLine
from bss.subscriptions.choices import ChangeState
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import (
    change_restart,
    change_start,
    change_withdraw,
    subscription_create,
    subscription_reprovision,
    subscription_withdraw,
)

# An add-on's line has no life of its own here: its product's line brings it along.


def order_line_released_start(event: OrderLineReleased) -> None:
    """A purchase becomes a subscription, an action's change starts."""
    line = _line(event.line_id)
    if line.kind != LineKind.NEW:
        change_start(change=_change(line), actor=SYSTEM)
    elif line.parent_id is None:
        subscription_create(line=line, actor=SYSTEM)


def order_line_corrected_retry(event: OrderLineCorrected) -> None:
    """Provisioning is asked again, with the corrected parameters."""
    line = _line(event.line_id)
    if line.kind != LineKind.NEW:
        change_restart(change=_change(line), actor=SYSTEM)
    elif line.parent_id is None:
        found = subscription_create(line=line, actor=SYSTEM)
        subscription_reprovision(subscription=found, line=line, actor=SYSTEM)


def order_line_cancelled_withdraw(event: OrderLineCancelled) -> None:
    """Nobody waits for it any more."""
    line = _line(event.line_id)
    if line.kind != LineKind.NEW:
        change = ScheduledChange.objects.filter(order_line=line).first()
        if change is not None and change.state != ChangeState.APPLIED:
            change_withdraw(change=change, actor=SYSTEM)
        return
    subscription = Subscription.objects.filter(order_line=line).first()
    if subscription is not None:
        subscription_withdraw(subscription=subscription, actor=SYSTEM)


def _line(pk: int) -> OrderLine:
    return OrderLine.objects.select_related("order").get(pk=pk)


def _change(line: OrderLine) -> ScheduledChange:
    return ScheduledChange.objects.get(order_line=line)
