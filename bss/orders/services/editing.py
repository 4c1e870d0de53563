"""Changing the lines of a basket together: checked and priced at once, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from bss.core import clock
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.orders import selectors
from bss.orders.choices import BasketState
from bss.orders.contracts import LineEdit, Priced, Track, Wanted, seen_by
from bss.orders.errors import BasketClosed, NotForSale
from bss.orders.models import Basket, BasketLine
from bss.orders.selectors import BasketView
from bss.orders.services import rules

_COLUMNS = ("quantity", "unit", "friendly_name", "payment_plan", "seen_price")


@dataclass(frozen=True, slots=True)
class _Change:
    """A line with what is wanted of it, and what it costs today before and after."""

    line: BasketLine
    edit: LineEdit
    wanted: Wanted
    then: Priced
    now: Priced

    @property
    def keeps_plan(self) -> bool:
        """Whether it is to be paid as it is, said or unsaid."""
        present = self.then.plan.code if self.then.plan else ""
        return self.edit.plan is None or (self.edit.plan == present and not self.then.is_plan_lost)

    @property
    def after(self) -> Priced:
        """What it costs, a plan given up that nobody insists on: one that stayed while the term moved, an add-on's."""
        stays = self.keeps_plan and self.wanted.unit != self.line.unit
        is_told = self.edit.plan is not None
        if self.now.is_plan_lost and (stays or (is_told and self.line.parent_id is not None)):
            return replace(self.now, is_plan_lost=False)
        return self.now

    @property
    def plan_id(self) -> int | None:
        after = self.after
        if after.plan is not None:
            return after.plan.plan_id
        return self.line.payment_plan_id if after.is_plan_lost and self.keeps_plan else None

    @property
    def moves(self) -> bool:
        """Whether it is bought for another term or by another plan: at a price that is looked at anew."""
        line = self.line
        return (self.wanted.unit, self.plan_id) != (line.unit, line.payment_plan_id)

    @property
    def is_change(self) -> bool:
        line, edit = self.line, self.edit
        asks_plan = not self.keeps_plan and self.after.is_plan_lost
        renames = edit.friendly_name not in {None, line.friendly_name}
        return self.moves or asks_plan or renames or self.wanted.quantity != line.quantity

    def values(self, track: Track) -> dict[str, Any]:
        """The columns as they are then."""
        edit, line, after = self.edit, self.line, self.after
        seen = seen_by(track, after.price) if self.moves and after.price else line.seen_price
        return {
            "quantity": self.wanted.quantity,
            "unit": self.wanted.unit,
            "friendly_name": line.friendly_name if edit.friendly_name is None else edit.friendly_name,
            "payment_plan_id": self.plan_id,
            "seen_price": seen,
        }  # fmt: skip


def basket_edit(
    *,
    basket: Basket,
    edits: Sequence[LineEdit],
    actor: Actor,
    lines: Sequence[BasketLine] | None = None,
    seen_total: Decimal | None = None,
) -> BasketView:
    """Change lines and give the basket as it is then, at today's prices. `lines` are its lines as they were read just
    now (None: read them).

    What moves to another term or plan has the price that its buyer then looks at; the others keep the one last seen,
    unless `seen_total` is what everything costs today: then its buyer has seen today's prices. A plan that stayed is
    given up where another term has none; an add-on is paid as it is told where it can be, otherwise at once.

    Raises BasketClosed, or one Invalid keyed "<line>.<field>" (quantity, not on sale, plan not possible); then nothing
    changed.
    """
    if lines is None:
        lines = selectors.basket_lines(basket)
    changes = _changes(basket, lines, edits)
    shown = selectors.view_of(basket, lines, [each.then for each in changes])
    made = [each for each in changes if each.is_change]
    _check(made)
    with transaction.atomic():
        is_mine = not made or _counted(basket)
        if is_mine:
            _write(basket, changes, made, is_seen=seen_total == shown.total.amount)
    if not is_mine:
        # Another tab was here meanwhile: every edit of a line counts the version up.
        fresh = _read_again(basket)
        view = basket_edit(basket=fresh, edits=edits, actor=actor, seen_total=seen_total)
        basket.version = fresh.version
        return view
    return selectors.view_of(basket, lines, [each.after for each in changes])


def _counted(basket: Basket) -> bool:
    """Count the edit, which holds the row; False when the basket is not open as it was read."""
    open_ = Basket.objects.filter(pk=basket.pk, state=BasketState.OPEN, version=basket.version)
    counted = open_.update(version=basket.version + 1, updated_at=clock.now())
    basket.version += counted
    return bool(counted)


def _read_again(basket: Basket) -> Basket:
    """The basket as it is now. Raises BasketClosed when it is not open any more."""
    found = selectors.basket_again(basket)
    if found.state != BasketState.OPEN:
        raise BasketClosed(extra={"state": found.state})
    return found


def _changes(
    basket: Basket, lines: Sequence[BasketLine], edits: Sequence[LineEdit]
) -> list[_Change]:
    """Each line with its edit, priced before and after: as many queries as one pricing takes."""
    given = {edit.key: edit for edit in edits}
    asked = [given.get(line.public_id, LineEdit(line.public_id)) for line in lines]
    tops = {line.pk: line for line in lines}
    wanted = [
        _wanted(line, edit, tops.get(line.parent_id or 0))
        for line, edit in zip(lines, asked, strict=True)
    ]
    found = selectors.basket_prices(basket, [*selectors.wanted_of(lines), *wanted])
    then, now = found[: len(lines)], found[len(lines) :]
    return [_Change(*each) for each in zip(lines, asked, wanted, then, now, strict=True)]


def _wanted(line: BasketLine, edit: LineEdit, parent: BasketLine | None) -> Wanted:
    keeps, unit = edit.plan is None, edit.unit or line.unit
    return Wanted(
        line.public_id,
        line.product,
        unit,
        line.quantity if edit.quantity is None else edit.quantity,
        plan_id=line.payment_plan_id if keeps else None,
        plan_code=edit.plan or "",
        quote=selectors.quote_of(line, unit),
        coterm=selectors.coterm_by(selectors.quote_of(parent or line, unit), unit),
        is_hidden=line.is_hidden,  # type: ignore[attr-defined]
    )


def _check(changes: Sequence[_Change]) -> None:
    """Raises one Invalid for everything that cannot be."""
    errors = {}
    for each in changes:
        try:
            _check_one(each)
        except Invalid as problem:
            errors[f"{each.line.public_id}.{problem.field}"] = [problem.message]
    if errors:
        raise Invalid(errors=errors)


def _check_one(change: _Change) -> None:
    line, wanted = change.line, change.wanted
    rules.check_line(line, wanted.quantity)
    if not change.moves and wanted.plan_id is None and not wanted.plan_code:
        return
    if change.now.price is None:
        raise NotForSale(field="product")
    rules.check_plan(wanted, change.after)


def _write(
    basket: Basket, changes: Sequence[_Change], made: Sequence[_Change], *, is_seen: bool
) -> None:
    """Write what changed; with `is_seen` today's price of every line counts as seen."""
    track = selectors.basket_track(basket)
    values = {each.line: each.values(track) for each in made}
    if is_seen:
        for each in changes:
            if each.now.price is not None:
                new = values.setdefault(each.line, each.values(track))
                new["seen_price"] = seen_by(track, (each.after.price or each.now.price))
    changed = [line for line, new in values.items() if _set(line, new)]
    if changed:
        BasketLine.objects.bulk_update(changed, _COLUMNS)
    currency = basket.account.currency
    if is_seen and basket.currency != currency:
        # A basket lives long: its payer may be invoiced in another currency since it was opened.
        Basket.objects.filter(pk=basket.pk).update(currency=currency)
        basket.currency = currency


def _set(line: BasketLine, values: dict[str, Any]) -> bool:
    """Whether a line has other columns with these values, which it then has."""
    changed = [name for name, value in values.items() if getattr(line, name) != value]
    for name in changed:
        setattr(line, name, values[name])
    return bool(changed)
