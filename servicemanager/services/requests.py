"""What a waiting basket waits for: each request of a Wait verdict is made at its vendor, by a job of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bss.core import jobs
from bss.core.actor import SYSTEM
from bss.core.http import OutboundError
from bss.orders.choices import BasketState
from bss.orders.models import Basket
from bss.orders.services import basket_answer
from servicemanager import registry, selectors
from servicemanager.contracts import Answered, InProgress, Refused, TryLater
from servicemanager.services.exchanges import recorder_of_instance
from servicemanager.transport import lost

log = structlog.get_logger(__name__)

REQUEST = "servicemanager.request_make"
ASK_AGAIN_SECONDS = 30.0


def requests_start(*, basket: Basket) -> None:
    """Write one job for each request of a waiting basket. One transaction with whatever caused it."""
    jobs.enqueue_many(
        jobs.build(
            REQUEST,
            key=f"{basket.pk}:{basket.version}:{number}",
            subject=basket,
            payload={"basket": basket.pk, "number": number},
            lane=f"instance:{request.get('instance', '')}",
            serial_key=f"basket:{basket.pk}",
        )
        for number, request in enumerate(basket.requests)
    )


def request_make(*, basket_id: int, number: int) -> float | None:
    """Make one request and give its answers to the basket. Seconds until it is asked about again; None when done.

    Runs outside transactions; the service manager recognises a repeat by its key.
    """
    basket = Basket.everywhere.get(pk=basket_id)
    if basket.state != BasketState.WAITING or number >= len(basket.requests):
        return None
    outcome = _made(basket, basket.requests[number], number)
    if isinstance(outcome, Answered):
        if outcome.answers:
            basket_answer(basket=basket, answers=outcome.answers, actor=SYSTEM)
        return None
    if isinstance(outcome, Refused):
        log.warning("request.refused", basket=basket.public_id, code=outcome.code)
        return None
    if isinstance(outcome, InProgress):
        return outcome.retry_after
    return outcome.seconds if isinstance(outcome, TryLater) else ASK_AGAIN_SECONDS


def _made(basket: Basket, request: Mapping[str, Any], number: int) -> Any:
    public_id = str(request.get("instance", ""))
    instance = selectors.instances_by_id([public_id], basket.organization_id)[public_id]
    context = selectors.instance_context(
        instance, correlation_id=basket.public_id, record=recorder_of_instance(instance)
    )
    key = f"{basket.public_id}-{number}"
    try:
        return registry.get(instance.manager).prepare(context, request, key)
    except OutboundError as error:
        return lost(error)
