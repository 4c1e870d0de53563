"""Row locks, always taken in this order: subscription, change, then those of orders."""

from __future__ import annotations

from bss.subscriptions.models import ScheduledChange, Subscription


def subscription_locked(pk: int) -> Subscription:
    """The subscription as it is now, held until the transaction ends."""
    return (
        Subscription.objects.select_for_update(of=("self",))
        .select_related("customer", "payer__organization", "product__type")
        .get(pk=pk)
    )


def change_locked(pk: int) -> ScheduledChange:
    """The change as it is now, held until the transaction ends."""
    return (
        ScheduledChange.objects.select_for_update(of=("self",))
        .select_related(
            "order_line__order",
            "order_line__product",
            "product__type",
            "add_on__product__type",
            "subscription",
        )
        .get(pk=pk)
    )
