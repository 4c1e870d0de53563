"""The adapter behind orders' port of actions: an order that is given up takes its change of a subscription back."""

from __future__ import annotations

from bss.accounts.permissions import Permission
from bss.catalog.choices import ProductAudience
from bss.core.actor import Actor
from bss.subscriptions.models import ScheduledChange
from bss.subscriptions.services.changes import change_withdraw


class ChangeDesk:
    """Fills ACTIONS."""

    def withdraw(self, *, order_id: int, actor: Actor, reason: str) -> None:
        change = (
            ScheduledChange.objects.filter(order_line__order=order_id)
            .select_related("subscription__product__type")
            .first()
        )
        if change is None:
            return
        actor.require(Permission.SUBSCRIPTION_MANAGE)
        is_plan = change.subscription.product.type.audience == ProductAudience.RESELLER
        if is_plan and actor.account_id is not None:
            actor.require(Permission.PLAN_SWITCH)
        change_withdraw(change=change, actor=actor, reason=reason)
