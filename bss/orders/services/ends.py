"""A first term that comes to end on another day than it was bought for, once somebody has accepted that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from bss.accounts.models import Account
from bss.core import clock, history
from bss.core.actor import Actor
from bss.orders import selectors
from bss.orders.choices import LineKind, LineState
from bss.orders.errors import EndMoved
from bss.orders.locks import accounts_locked, order_locked
from bss.orders.models import Order, OrderLine, coterm_columns
from bss.orders.services import rules
from bss.orders.services.cards import pays_by_card
from bss.orders.services.pricing import order_total
from bss.pricing.coterm import CoTerm, coterm_of
from bss.pricing.stored import to_stored

_UNDER_WAY = frozenset({LineState.PENDING, LineState.PROVISIONING})
_AMOUNTS = ("total", "total_cost", "total_resale")


def line_end_move(
    *, line: OrderLine, ends_at: datetime | None, is_prorated: bool = True, actor: Actor
) -> OrderLine:
    """Have a purchase that is on its way end at `ends_at`, charged from today on; None is a whole unit.

    Unit prices stay, the amounts of line, add-ons and order become those of the days there are now. Raises EndMoved
    where that is more and somebody else agreed to less (a card that holds no more, a reseller that approved it) or the
    line is not on its way, CreditExceeded where its payer may not owe the difference. Then nothing changed.
    """
    with transaction.atomic():
        order = order_locked(line.order_id)
        payer = accounts_locked([order.account_id])[order.account_id]
        family = [x for x in selectors.order_lines(order) if line.pk in {x.pk, x.parent_id}]
        head = next(x for x in family if x.pk == line.pk)
        if head.kind != LineKind.NEW or head.state not in _UNDER_WAY:
            raise EndMoved
        coterm = (
            coterm_of(ends_at, head.unit, at=clock.now(), is_prorated=is_prorated)
            if ends_at
            else None
        )
        before, old_end = _sum(family), head.ends_at
        _charge(family, coterm)
        _agreed(order, payer, _sum(family) - before)
        order_total(order)
        order.preview = _preview(order)
        order.save(update_fields=["preview"])
        history.record(
            head,
            actor=actor,
            action="order_line.end_moved",
            changes={"ends_at": [_iso(old_end), _iso(head.ends_at)]},
        )
    return head


def _charge(lines: Sequence[OrderLine], coterm: CoTerm | None) -> None:
    """Freeze the amounts of another first term on lines, at the unit prices they have."""
    columns = coterm_columns(coterm)
    for line in lines:
        amounts = replace(selectors.frozen_of(line), coterm=coterm).line(line.quantity)
        line.total, line.total_cost, line.total_resale = amounts.total, amounts.cost, amounts.resale
        for column, value in columns.items():
            setattr(line, column, value)
    OrderLine.objects.bulk_update(lines, [*_AMOUNTS, *columns])


def _agreed(order: Order, payer: Account, more: Decimal) -> None:
    """Nobody comes to pay more than it agreed to: who accepts the new end is heard for nobody else."""
    if more <= 0:
        return
    if order.approved_at is not None or pays_by_card(payer):
        raise EndMoved
    rules.check_credit(payer, more)


def _preview(order: Order) -> dict[str, Any]:
    at = order.placed_at or clock.now()
    return to_stored(selectors.order_previews(order, selectors.order_lines(order), at=at))


def _sum(lines: Sequence[OrderLine]) -> Decimal:
    return sum((line.total for line in lines), Decimal(0))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
