"""The lives of baskets, orders and order lines."""

from __future__ import annotations

from bss.core.machine import Machine, move
from bss.orders.choices import BasketState as B
from bss.orders.choices import LineState as L
from bss.orders.choices import OrderState as S
from bss.orders.events import (
    BasketWaiting,
    OrderApprovalAsked,
    OrderCancelled,
    OrderExecuted,
    OrderExecuting,
    OrderFailed,
    OrderLineCancelled,
    OrderLineCorrected,
    OrderLineDelivered,
    OrderLineFailed,
    OrderLineNeedsInput,
    OrderLineReleased,
    OrderPlaced,
    OrderRejected,
    OrderWithdrawn,
)
from bss.orders.models import Basket, Order, OrderLine

BASKET = Machine(
    Basket,
    B,
    [
        move("wait", B.OPEN, B.WAITING, event=BasketWaiting),
        # For another one that its buyer wants to change: it waits for nobody.
        move("set_aside", B.OPEN, B.WAITING),
        move("resume", B.WAITING, B.OPEN),
        move("place", {B.OPEN, B.WAITING}, B.PLACED),
        move("abandon", {B.OPEN, B.WAITING}, B.ABANDONED),
    ],
    initial=frozenset({B.OPEN}),
)

ORDER = Machine(
    Order,
    S,
    [
        move("ask_approval", S.DRAFT, S.PENDING_APPROVAL, event=OrderApprovalAsked),
        move("reject", S.PENDING_APPROVAL, S.REJECTED, event=OrderRejected),
        move("withdraw", S.PENDING_APPROVAL, S.CANCELLED, event=OrderWithdrawn),
        move("place", {S.DRAFT, S.PENDING_APPROVAL}, S.PLACED, event=OrderPlaced),
        move("execute", S.PLACED, S.EXECUTING, event=OrderExecuting),
        move("retry", {S.FAILED, S.PARTLY_EXECUTED}, S.EXECUTING),
        # From partly executed when what failed is given up.
        move("finish", {S.EXECUTING, S.PARTLY_EXECUTED}, S.EXECUTED, event=OrderExecuted),
        move("finish_partly", S.EXECUTING, S.PARTLY_EXECUTED, event=OrderExecuted),
        move("fail", S.EXECUTING, S.FAILED, event=OrderFailed),
        move(
            "cancel",
            {S.DRAFT, S.PENDING_APPROVAL, S.PLACED, S.EXECUTING, S.FAILED},
            S.CANCELLED,
            event=OrderCancelled,
        ),
    ],
    initial=frozenset({S.DRAFT}),
)

LINE = Machine(
    OrderLine,
    L,
    [
        move("release", L.PENDING, L.PROVISIONING, event=OrderLineReleased),
        move("ask", L.PROVISIONING, L.NEEDS_INPUT, event=OrderLineNeedsInput),
        move("correct", {L.NEEDS_INPUT, L.FAILED}, L.PROVISIONING, event=OrderLineCorrected),
        move("deliver", L.PROVISIONING, L.DELIVERED, event=OrderLineDelivered),
        move("fail", {L.PROVISIONING, L.NEEDS_INPUT}, L.FAILED, event=OrderLineFailed),
        move("cancel", {L.PENDING, L.NEEDS_INPUT, L.FAILED}, L.CANCELLED, event=OrderLineCancelled),
    ],
    initial=frozenset({L.PENDING}),
)
