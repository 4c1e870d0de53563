"""What orders do when something happened to orders."""

from __future__ import annotations

from bss.core.actor import SYSTEM
from bss.orders.choices import LineKind, OrderState
from bss.orders.events import OrderPlaced
from bss.orders.models import Order
from bss.orders.services import is_due, order_release


def order_placed_execute(event: OrderPlaced) -> None:
    """Run a placed order by itself when every line is automatic.

    Actions on subscriptions are released by whoever placed them, when they are due; one that had to be approved runs
    here. The review was asked at *Place order*; a price that differs even later parks its line.
    """
    order = Order.objects.get(pk=event.order_id)
    if order.state != OrderState.PLACED or not is_due(order):
        return
    runs = order.approved_at is not None
    if all(line.automatic and (runs or line.kind == LineKind.NEW) for line in order.lines.all()):
        order_release(order=order, actor=SYSTEM)
