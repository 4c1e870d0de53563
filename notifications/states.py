"""The life of a delivery."""

from __future__ import annotations

from bss.core.machine import Machine, move
from notifications.choices import DeliveryState as D
from notifications.models import Delivery

DELIVERY = Machine(
    Delivery,
    D,
    [
        move("send", D.QUEUED, D.SENT),
        move("fail", D.QUEUED, D.FAILED),
        move("resend", {D.FAILED, D.SENT}, D.QUEUED),
    ],
    initial=frozenset({D.QUEUED}),
)
