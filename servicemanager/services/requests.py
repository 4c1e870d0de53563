"""What a basket or a draft waits for: each request of a Wait verdict is made at its vendor, by a job of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bss.core import jobs
from bss.core.actor import SYSTEM
from bss.core.http import OutboundError
from bss.orders.choices import BasketState, OrderState
from bss.orders.models import Basket, Order
from bss.orders.services import basket_answer, order_answer
from servicemanager import registry, selectors
from servicemanager.contracts import Answered, InProgress, Refused, TryLater
from servicemanager.services.exchanges import recorder_of_instance
from servicemanager.transport import lost

log = structlog.get_logger(__name__)

REQUEST = "servicemanager.request_make"
ORDER_REQUEST = "servicemanager.order_request_make"
ASK_AGAIN_SECONDS = 30.0


def requests_start(*, basket: Basket) -> None:
    """Write one job for each request of a waiting basket. One transaction with whatever caused it."""
    _start(REQUEST, basket, "basket", basket.requests, turn=str(basket.version))


def order_requests_start(*, order: Order) -> None:
    """The same for a draft: once for what it waits for as it stands, however often that is told."""
    requests = _requests_of(order)
    _start(ORDER_REQUEST, order, "order", requests, turn=f"{order.version}:{_digest(requests)}")


def _digest(requests: Sequence[Mapping[str, Any]]) -> str:
    """A review may want something else of a draft that nobody edited: its version alone would not tell that."""
    return hashlib.sha256(json.dumps(requests, sort_keys=True).encode()).hexdigest()[:16]


def _start(
    kind: str,
    waiting: Basket | Order,
    name: str,
    requests: Sequence[Mapping[str, Any]],
    *,
    turn: str,
) -> None:
    """A job for each request; `turn` tells what is asked for now from what was before."""
    jobs.enqueue_many(
        jobs.build(
            kind,
            key=f"{waiting.pk}:{turn}:{number}",
            subject=waiting,
            payload={name: waiting.pk, "number": number},
            lane=f"instance:{request.get('instance', '')}",
            serial_key=f"{name}:{waiting.pk}",
        )
        for number, request in enumerate(requests)
    )


def _requests_of(order: Order) -> Sequence[Mapping[str, Any]]:
    return order.awaited["requests"] if order.awaited else []


def request_make(*, basket_id: int, number: int) -> float | None:
    """Make one request and give its answers to the basket. Seconds until it is asked about again; None when done.

    Runs outside transactions; the service manager recognises a repeat by its key.
    """
    basket = Basket.everywhere.get(pk=basket_id)
    if basket.state != BasketState.WAITING or number >= len(basket.requests):
        return None
    outcome = _made(basket, basket.requests[number], number)
    if isinstance(outcome, Answered) and outcome.answers:
        basket_answer(basket=basket, answers=outcome.answers, actor=SYSTEM)
    return _seconds(basket, outcome)


def order_request_make(*, order_id: int, number: int) -> float | None:
    """The same for a draft: None too for one that was placed or given up meanwhile, or waits for nothing any more."""
    order = Order.everywhere.get(pk=order_id)
    requests = _requests_of(order)
    if order.state != OrderState.DRAFT or number >= len(requests):
        return None
    outcome = _made(order, requests[number], number)
    if isinstance(outcome, Answered) and outcome.answers:
        order_answer(order=order, answers=outcome.answers, actor=SYSTEM)
    return _seconds(order, outcome)


def _seconds(waiting: Basket | Order, outcome: Any) -> float | None:
    """When a request is asked about again; None for one that was answered or refused."""
    if isinstance(outcome, Answered):
        return None
    if isinstance(outcome, Refused):
        log.warning("request.refused", subject=waiting.public_id, code=outcome.code)
        return None
    if isinstance(outcome, InProgress):
        return outcome.retry_after
    return outcome.seconds if isinstance(outcome, TryLater) else ASK_AGAIN_SECONDS


def _made(waiting: Basket | Order, request: Mapping[str, Any], number: int) -> Any:
    public_id = str(request.get("instance", ""))
    instance = selectors.instances_by_id([public_id], waiting.organization_id)[public_id]
    context = selectors.instance_context(
        instance, correlation_id=waiting.public_id, record=recorder_of_instance(instance)
    )
    key = f"{waiting.public_id}-{number}"
    try:
        return registry.get(instance.manager).prepare(context, request, key)
    except OutboundError as error:
        return lost(error)
