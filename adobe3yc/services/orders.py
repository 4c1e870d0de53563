"""Orders at Adobe: stored before they are sent, told what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adobe3yc.models import AdobeCustomer, AdobeOrder
from adobe3yc.vipmp.contracts import Order as VipOrder
from bss.core import history
from bss.core.actor import SYSTEM
from bss.orders.models import Order

REFUSED = "refused"


def order_store(
    *,
    customer: AdobeCustomer,
    order: Order,
    currency: str,
    lines: Sequence[Mapping[str, Any]],
    number: int,
) -> AdobeOrder:
    """What is sent for an order at its attempt `number`: whoever comes first decides it, the others send the same."""
    stored, made = AdobeOrder.everywhere.get_or_create(
        key=f"{order.public_id}-{customer.instance.public_id}-{number}",
        defaults={
            "organization_id": order.organization_id,
            "scope": order.scope,
            "instance": customer.instance,
            "order": order,
            "customer": customer,
            "currency": currency,
            "lines": [dict(line) for line in lines],
        },
    )
    if made:
        history.record(stored, actor=SYSTEM, action="adobe_order.stored")
    return stored


def order_told(*, stored: AdobeOrder, found: VipOrder) -> None:
    """Adobe's id and status of an order."""
    if (stored.adobe_id, stored.status) == (found.id, found.status):
        return
    before, stored.adobe_id, stored.status = stored.status, found.id, found.status
    stored.save(update_fields=["adobe_id", "status"])
    history.record(
        stored,
        actor=SYSTEM,
        action="adobe_order.told",
        from_state=before,
        to_state=found.status,
        changes={"adobe_id": [None, found.id]},
    )


def order_refused(*, stored: AdobeOrder, reason: str) -> None:
    """Adobe does not take it: the next attempt is another order, under another key."""
    stored.status = REFUSED
    stored.save(update_fields=["status"])
    history.record(stored, actor=SYSTEM, action="adobe_order.refused", reason=reason)
