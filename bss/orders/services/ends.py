"""First terms that come to end on another day than they were bought for, once somebody has accepted that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from bss.accounts.models import Account
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import StaleState
from bss.core.money import Money
from bss.orders import selectors
from bss.orders.choices import SENDING, LineKind
from bss.orders.errors import EndCostsMore, EndNotCharged
from bss.orders.locks import accounts_locked, order_locked
from bss.orders.models import Order, OrderLine, coterm_columns
from bss.orders.services import rules
from bss.orders.services.cards import pays_by_card
from bss.orders.services.pricing import order_total
from bss.pricing.contracts import LineAmounts
from bss.pricing.coterm import CoTerm, coterm_of
from bss.pricing.stored import to_stored

_AMOUNTS = ("total", "total_cost", "total_resale")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class NewEnd:
    """Another end of the first term of a purchase: None is a whole unit. `is_prorated` as in `coterm_of`."""

    line: OrderLine
    ends_at: datetime | None
    is_prorated: bool = True

    @property
    def coterm(self) -> CoTerm | None:
        """The first term there would be from today on."""
        if self.ends_at is None:
            return None
        return coterm_of(self.ends_at, self.line.unit, at=clock.now(), is_prorated=self.is_prorated)


def line_end_check(*, end: NewEnd) -> bool:
    """Whether somebody would pay more with that end, its payer or its payer's customer. Changes nothing.

    Raises what nobody's word helps against: EndNotCharged for a payer by card, which holds what was agreed to, and
    CreditExceeded.
    """
    order = end.line.order
    family = _family(order, end.line)
    more = _more(family, _amounts(family, end.coterm))
    _check_payer(order.account, Money(more.total, order.currency))
    return more.is_dearer


def lines_end_move(*, ends: Sequence[NewEnd], answer: str, actor: Actor) -> None:
    """Have purchases of one order that are on their way end on other days, charged from today on.

    Unit prices stay, the amounts of lines, add-ons and order become those of the days there are now. `answer` is the
    code of the parameter that accepts an end. Raises EndCostsMore where somebody would pay more and neither its payer
    nor staff answered, StaleState for a line that is not on its way any more, and what `line_end_check` raises, for all
    of them together. Then nothing changed.
    """
    if not ends:
        return
    with transaction.atomic():
        order = order_locked(ends[0].line.order_id)
        payer = accounts_locked([order.account_id])[order.account_id]
        for end in ends:
            _move(order, payer, end, answer, actor)
        order_total(order)
        order.preview = _preview(order)
        order.save(update_fields=["preview"])


def _move(order: Order, payer: Account, end: NewEnd, answer: str, actor: Actor) -> None:
    family = _family(order, end.line)
    head = next(line for line in family if line.pk == end.line.pk)
    if head.kind != LineKind.NEW or head.state not in SENDING:
        raise StaleState(extra={"entity": "line", "state": head.state})
    old_end, coterm = head.ends_at, end.coterm
    amounts = _amounts(family, coterm)
    more = _more(family, amounts)
    if more.is_dearer and not head.is_answered_by_payer(answer):
        raise EndCostsMore
    # What the lines cost so far is owed already.
    _check_payer(payer, Money(more.total, order.currency))
    _charge(family, amounts, coterm)
    history.record(
        head,
        actor=actor,
        action="order_line.end_moved",
        changes={"ends_at": [_iso(old_end), _iso(head.ends_at)]},
    )


@dataclass(frozen=True, slots=True)
class _More:
    """What lines would cost more than they do: their payer, and its customer. Less than 0 is less."""

    total: Decimal
    resale: Decimal

    @property
    def is_dearer(self) -> bool:
        return self.total > 0 or self.resale > 0


def _family(order: Order, line: OrderLine) -> list[OrderLine]:
    """The line with its add-ons, as they are now."""
    return [x for x in selectors.order_lines(order) if line.pk in {x.pk, x.parent_id}]


def _amounts(lines: Sequence[OrderLine], coterm: CoTerm | None) -> list[LineAmounts]:
    """The amounts of another first term, at the unit prices that lines have."""
    return [replace(selectors.frozen_of(x), coterm=coterm).line(x.quantity) for x in lines]


def _more(lines: Sequence[OrderLine], amounts: Sequence[LineAmounts]) -> _More:
    pairs = list(zip(lines, amounts, strict=True))
    return _More(
        sum((now.total - x.total for x, now in pairs), _NOTHING),
        sum(
            ((now.resale or _NOTHING) - (x.total_resale or _NOTHING) for x, now in pairs), _NOTHING
        ),
    )


def _check_payer(payer: Account, more: Money) -> None:
    if more.amount <= 0:
        return
    if pays_by_card(payer):
        raise EndNotCharged
    rules.check_credit(payer, more)


def _charge(
    lines: Sequence[OrderLine], amounts: Sequence[LineAmounts], coterm: CoTerm | None
) -> None:
    columns = coterm_columns(coterm)
    for line, now in zip(lines, amounts, strict=True):
        line.total, line.total_cost, line.total_resale = now.total, now.cost, now.resale
        for column, value in columns.items():
            setattr(line, column, value)
    OrderLine.objects.bulk_update(lines, [*_AMOUNTS, *columns])


def _preview(order: Order) -> dict[str, Any]:
    at = order.placed_at or clock.now()
    return to_stored(selectors.order_previews(order, selectors.order_lines(order), at=at))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
