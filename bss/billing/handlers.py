"""What billing does when seats came or went, and when an order has nothing in flight any more."""

from __future__ import annotations

from bss.billing import services
from bss.core.actor import SYSTEM
from bss.orders.events import OrderExecuted
from bss.subscriptions.events import SeatLotCreated, SeatLotReduced
from bss.subscriptions.models import SeatReduction


def seat_lot_created_schedule(event: SeatLotCreated) -> None:
    services.lot_settle(lot_id=event.lot_id, actor=SYSTEM)


def seat_lot_reduced_credit(event: SeatLotReduced) -> None:
    reduction = SeatReduction.objects.get(pk=event.reduction_id)
    services.lot_settle(lot_id=reduction.lot_id, actor=SYSTEM)


def order_executed_bill(event: OrderExecuted) -> None:
    services.order_bill(order_id=event.order_id, actor=SYSTEM)
