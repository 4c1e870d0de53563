"""From an id in a URL to a subscription the actor may use: the only such way."""

from __future__ import annotations

from bss.accounts.permissions import Permission
from bss.core.access import found
from bss.core.actor import Actor
from bss.core.errors import NotFound
from bss.core.prepared import Prepared
from bss.subscriptions.models import ScheduledChange, Subscription


def access_subscription(
    actor: Actor, public_id: str, permission: str = Permission.SUBSCRIPTION_VIEW
) -> Subscription:
    """The subscription with its accounts, product and line. Outside the active scope: NotFound."""
    subscription = _SUBSCRIPTION.first(public_id=public_id)
    if subscription is None:
        raise NotFound
    actor.require(permission)
    return subscription


_SUBSCRIPTION = Prepared(
    lambda public_id: Subscription.objects.filter(public_id=public_id).select_related(
        "customer", "payer", "product__type", "order_line__order"
    )[:1],
    public_id=str,
)


def access_change(
    actor: Actor, public_id: str, permission: str = Permission.SUBSCRIPTION_MANAGE
) -> ScheduledChange:
    """A change with its subscription. Outside the active scope: NotFound."""
    rows = ScheduledChange.objects.select_related(
        "subscription__product__type", "order_line__order", "product"
    )
    return found(rows, actor, permission, public_id=public_id)
