"""Trying again what failed: it was owed by nobody, so credit is asked anew, and a card holds anew what is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.core import clock
from bss.core.actor import Actor
from bss.core.errors import IllegalTransition
from bss.core.money import Money
from bss.orders import selectors
from bss.orders.choices import LineKind, LineState
from bss.orders.contracts import NO_HOLD, CardHold
from bss.orders.locks import order_locked
from bss.orders.models import Order, OrderLine
from bss.orders.services.cards import (
    card_authorise_again,
    due_at_once,
    let_go_when_refused,
    pays_by_card,
)
from bss.orders.services.executing import order_locked_copy
from bss.orders.services.lines import line_correct
from bss.pricing.stored import from_stored


def order_retry(*, order: Order, actor: Actor) -> Order:
    """Try every failed line again. Outside transactions.

    Raises IllegalTransition when none failed, CreditExceeded, and the card's refusals; then everything is as it was.
    """
    with retry_held(order=order) as hold, transaction.atomic():
        held = order_locked(order.pk)
        failed = list(held.lines.filter(state=LineState.FAILED, parent=None))
        if not failed:
            raise IllegalTransition(_("Nothing in this order failed."))
        first, *others = failed
        line_correct(line=first, parameters={}, actor=actor, hold=hold)
        for line in others:
            # What is held counts for the order by now, and with it for them.
            line_correct(line=line, parameters={}, actor=actor)
    return order_locked_copy(order)


def line_retry(*, line: OrderLine, parameters: Mapping[str, Any], actor: Actor) -> OrderLine:
    """`line_correct`, with what the card of a payer by card holds for a line that failed. Outside transactions.

    Raises what `line_correct` raises, and the card's refusals.
    """
    with retry_held(order=line.order, only=line) as hold:
        return line_correct(line=line, parameters=parameters, actor=actor, hold=hold)


@contextmanager
def retry_held(*, order: Order, only: OrderLine | None = None) -> Iterator[CardHold]:
    """Around trying again what failed of an order, or `only` one product's line: what is due at once for it, held on
    the card of a payer by card, for `hold` of `line_correct`.

    Nothing for who pays otherwise and for what did not fail. Nobody is asked to confirm: a card that needs that is
    declined. Outside transactions. Raises the card's refusals. What is held for what is refused is let go.
    """
    hold = _held(order, only)
    with let_go_when_refused(hold):
        yield hold


def _held(order: Order, only: OrderLine | None) -> CardHold:
    if not pays_by_card(order.account):
        return NO_HOLD
    failed = [
        line
        for line in selectors.order_lines(order)
        if line.state == LineState.FAILED and (only is None or only.pk in {line.pk, line.parent_id})
    ]
    return card_authorise_again(order, _due(order, failed)) if failed else NO_HOLD


def _due(order: Order, lines: Sequence[OrderLine]) -> Money:
    """What failed lines make due at once: of a purchase at its frozen prices, of an action as it was shown."""
    if any(line.kind != LineKind.NEW for line in lines):
        preview = from_stored(order.preview, "price")
    else:
        preview = selectors.order_previews(order, lines, at=clock.now()).get("price")
    return due_at_once(preview) if preview else Money.zero(order.currency)
