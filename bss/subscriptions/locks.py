"""Row locks, always taken in this order: subscription, change, then those of orders.

None of them is for a key's sake: the invoices of a billing run point to held rows, and are written meanwhile.
"""

from __future__ import annotations

from bss.core.prepared import Prepared
from bss.subscriptions.models import ScheduledChange, Subscription


def subscription_locked(pk: int) -> Subscription:
    """The subscription as it is now, held until the transaction ends."""
    _HELD_SUBSCRIPTION.get(pk=pk)
    return _SUBSCRIPTION.get(pk=pk)


def change_locked(pk: int) -> ScheduledChange:
    """The change as it is now, held until the transaction ends."""
    return _CHANGE.get(pk=pk)


# Held first and read then: one statement for both loses the row when the product was changed while it waited.
_HELD_SUBSCRIPTION = Prepared(
    lambda pk: (
        Subscription.objects.filter(pk=pk)
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    ),
    pk=int,
)
_SUBSCRIPTION = Prepared(
    lambda pk: Subscription.objects.filter(pk=pk).select_related(
        "customer", "payer__organization", "product__type"
    ),
    pk=int,
)
_CHANGE = Prepared(
    lambda pk: (
        ScheduledChange.objects.filter(pk=pk)
        .select_for_update(of=("self",), no_key=True)
        .select_related(
            "order_line__order",
            "order_line__product",
            "product__type",
            "add_on__product__type",
            "subscription",
        )
    ),
    pk=int,
)
