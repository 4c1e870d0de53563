"""Drafts that wait for a vendor's or a customer's answer: what is to be made is handed over once, and they go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from bss.core import events
from bss.core.actor import Actor
from bss.orders.choices import OrderState
from bss.orders.contracts import Wait
from bss.orders.events import OrderWaiting
from bss.orders.locks import order_locked
from bss.orders.models import Order
from bss.orders.services.drafts import order_line_edit


def order_wait(*, order: Order, verdict: Wait, actor: Actor) -> None:
    """Keep what a draft waits for; its requests go to the service managers by event.

    What it is to ask for and did not before is asked for; the same again is not. An order that is placed keeps nothing:
    what had to be asked was asked before.
    """
    wanted = [dict(request) for request in verdict.requests]
    with transaction.atomic():
        held = order_locked(order.pk)
        if held.state != OrderState.DRAFT:
            return
        known = held.awaited["requests"] if held.awaited else []
        is_new = bool(wanted) and wanted != known
        _keep(held, {"message": str(verdict.message), "requests": wanted if is_new else known})
        if is_new:
            events.emit(OrderWaiting(held.pk), subject=held, actor=actor)


def order_wait_over(*, order: Order) -> None:
    """A review found nothing to wait for."""
    if order.awaited is not None:
        _keep(order, None)


def order_answer(*, order: Order, answers: Mapping[str, Mapping[str, Any]], actor: Actor) -> None:
    """What a draft waited for is answered: by line key, then by field code. Raises NotADraft."""
    with transaction.atomic():
        for line in order.lines.filter(public_id__in=list(answers)):
            given = {**line.parameters, **answers[line.public_id]}
            order_line_edit(line=line, parameters=given, actor=actor)


def _keep(order: Order, awaited: dict[str, Any] | None) -> None:
    """No edit of the order, so that its version stays."""
    Order.objects.filter(pk=order.pk).update(awaited=awaited)
    order.awaited = awaited
