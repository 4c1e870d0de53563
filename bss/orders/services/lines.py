"""The moves of order lines. A product's add-ons move with its line; the order settles after each move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.core import clock
from bss.core.actor import Actor
from bss.core.errors import IllegalTransition
from bss.core.money import Money
from bss.orders.choices import IN_FLIGHT, LineKind, LineState, OrderState
from bss.orders.contracts import NO_HOLD, CardHold
from bss.orders.errors import BelongsToAnother
from bss.orders.locks import accounts_locked, order_locked
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import track_for
from bss.orders.services import rules
from bss.orders.services.approval import credit_asked
from bss.orders.services.cards import card_attach
from bss.orders.states import LINE, ORDER
from bss.pricing.stored import from_stored

_AT_REST = frozenset({OrderState.FAILED, OrderState.PARTLY_EXECUTED})
NO_PROBLEM: dict[str, Any] = {"problem_code": "", "problem_text": "", "problem_field": ""}


def line_deliver(*, line: OrderLine, actor: Actor, reason: str = "") -> OrderLine:
    """What the line asks for exists now. Delivered already is fine."""
    return _move(line, "deliver", actor, reason, delivered_at=clock.now(), **NO_PROBLEM)


def line_fail(*, line: OrderLine, code: str, text: str, actor: Actor) -> OrderLine:
    """It cannot be had, for the reason in `code` (stable) and `text` (for people). Failed already is fine."""
    return _move(line, "fail", actor, text, problem_code=code, problem_text=text, problem_field="")


def line_ask(*, line: OrderLine, code: str, text: str, field: str, actor: Actor) -> OrderLine:
    """Park the line until somebody gives another value for `field` (a parameter's code)."""
    return _move(
        line, "ask", actor, text, problem_code=code, problem_text=text, problem_field=field
    )


def line_correct(
    *, line: OrderLine, parameters: Mapping[str, Any], actor: Actor, hold: CardHold = NO_HOLD
) -> OrderLine:
    """Try a failed or waiting line again, with `parameters` replacing those of the same code; who gave them is kept.

    An order at rest returns to executing. Raises IllegalTransition when the line is in no such state, CreditExceeded
    when its payer may owe no more by now: what failed was owed by nobody. `hold` is what the payer's card holds for
    it: see `retrying.retry_held`.
    """
    answers: dict[str, Any] = {"parameters": {**line.parameters, **parameters}}
    if parameters:
        by = dict.fromkeys(parameters, actor.account_id)
        answers["answered_by"] = {**(line.answered_by or {}), **by}
    return _move(line, "correct", actor, "", hold=hold, **answers, **NO_PROBLEM)


def line_cancel(*, line: OrderLine, actor: Actor, reason: str = "") -> OrderLine:
    """Give a line up that is not delivered and not being provisioned. Cancelled already is fine."""
    return _move(line, "cancel", actor, reason)


def order_settle(*, order: Order, actor: Actor) -> Order:
    """Bring an order's state in step with its lines. The order is locked by the caller.

    Executing while a line is in flight; then executed, partly executed, failed or cancelled.
    """
    states = list(order.lines.values_list("state", flat=True))
    if any(state in IN_FLIGHT for state in states):
        if order.state in _AT_REST:
            ORDER.fire(order, "retry", actor=actor, changes={"finished_at": None})
        return order
    name = _ending(order, set(states))
    if name:
        ORDER.fire(order, name, actor=actor, changes={"finished_at": clock.now()})
    return order


def _ending(order: Order, states: set[str]) -> str:
    """The transition that ends an order whose lines are all at rest; "" when it has ended that way."""
    if order.state not in {OrderState.EXECUTING, *_AT_REST}:
        return ""
    if LineState.DELIVERED in states:
        name = "finish_partly" if LineState.FAILED in states else "finish"
    else:
        name = "fail" if LineState.FAILED in states else "cancel"
    return "" if order.state == ORDER.table[name].target else name


def _move(
    line: OrderLine,
    name: str,
    actor: Actor,
    reason: str,
    *,
    hold: CardHold = NO_HOLD,
    **changes: Any,
) -> OrderLine:
    if line.parent_id is not None:
        raise BelongsToAnother
    with _family(line) as (order, members):
        head, *add_ons = members
        if head.state == LINE.table[name].target and name != "correct":
            return head
        if not LINE.can(head, name):
            raise IllegalTransition(
                _("%(product)s is %(state)s: this is not possible now.")
                % {"product": head.product_name, "state": head.get_state_display()},
                extra={"entity": "line", "transition": name, "state": head.state},
            )
        if name == "correct" and head.state == LineState.FAILED:
            _ask_credit(order, members, actor, hold)
        LINE.fire(head, name, actor=actor, reason=reason, changes=changes)
        shared = {
            k: v
            for k, v in changes.items()
            if k not in {"parameters", "answered_by", "problem_field"}
        }
        for add_on in add_ons:
            if LINE.can(add_on, name):
                LINE.fire(add_on, name, actor=actor, reason=reason, changes=shared)
        order_settle(order=order, actor=actor)
        card_attach(hold, order)
    _copy(head, line)
    return head


def _ask_credit(order: Order, members: Sequence[OrderLine], actor: Actor, hold: CardHold) -> None:
    payer = accounts_locked([order.account_id])[order.account_id]
    total = sum((line.total for line in members), Decimal(0))
    asked = credit_asked(payer, total, is_next_term=_is_next_term(order, members[0]))
    rules.check_credit(
        payer,
        Money(asked, order.currency),
        track=track_for(actor, payer.pk),
        secured=hold.amount,
    )


def _is_next_term(order: Order, line: OrderLine) -> bool:
    """Whether an action makes nothing due at once, by what was shown: what it costs is the next term's."""
    shown = from_stored(order.preview, "price")
    return line.kind != LineKind.NEW and shown is not None and shown.first is None


@contextmanager
def _family(line: OrderLine) -> Iterator[tuple[Order, list[OrderLine]]]:
    """The locked order with the line and its add-ons as they are now: moves inside one order come one by one."""
    with transaction.atomic():
        order = order_locked(line.order_id)
        members = [m for m in order.lines.all() if line.pk in {m.pk, m.parent_id}]
        yield order, sorted(members, key=lambda m: (m.parent_id is not None, m.pk))


def _copy(fresh: OrderLine, line: OrderLine) -> None:
    """Show the caller's object what happened to its row."""
    for field in line._meta.concrete_fields:
        setattr(line, field.attname, getattr(fresh, field.attname))
