"""What the lines of a basket would cost if Service Details were answered otherwise: told beside the questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bss.core.money import Money
from bss.orders.contracts import Prospect
from bss.orders.models import BasketLine
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.selectors.basket_shown import BasketItem, BasketView
from bss.orders.selectors.baskets import basket_prices, view_of
from bss.orders.selectors.prices import wanted_lines
from bss.orders.selectors.reviews import basket_subject


@dataclass(frozen=True, slots=True)
class Saving:
    """A line that would cost less: what it costs now and then, in the buyer's own track, and why."""

    line: BasketLine
    now: Money
    then: Money
    note: str

    @property
    def saved(self) -> Money:
        return self.now - self.then


@dataclass(frozen=True, slots=True)
class ProspectView:
    """A prospect as a buyer reads it. `key` is that of the line that asks."""

    key: str
    title: str
    message: str
    savings: tuple[Saving, ...]

    @property
    def saved(self) -> Money:
        """What all of it would save."""
        return Money.total((each.saved for each in self.savings), self.savings[0].now.currency)


def prospects_of(view: BasketView, answers: Mapping[str, Mapping[str, Any]]) -> list[ProspectView]:
    """What could be saved, by the engine that prices the basket; what saves nothing is left out.

    `answers` are those given so far by line and field code, canonical. Two queries for each prospect, however many
    lines.
    """
    lines = [item.line for item in view.every]
    subject = basket_subject(view.basket, lines)
    told = [
        replace(x, parameters={**x.parameters, **answers.get(x.key, {})}) for x in subject.lines
    ]
    found = CHECKOUT_REVIEW.get().prospects(replace(subject, lines=told))
    shown = (_shown(view, lines, each) for each in found)
    return [each for each in shown if each.savings]


def _shown(view: BasketView, lines: Sequence[BasketLine], prospect: Prospect) -> ProspectView:
    quotes = {quote.line: quote for quote in prospect.quotes}
    wanted = [replace(each, quote=quotes.get(each.key, each.quote)) for each in wanted_lines(lines)]
    then = view_of(view.basket, lines, basket_prices(view.basket, wanted))
    savings = tuple(
        saving
        for now, changed in zip(view.every, then.every, strict=True)
        if now.line.public_id in quotes
        and (saving := _saving(now, changed, quotes[now.line.public_id].note))
    )
    return ProspectView(prospect.line, prospect.title, prospect.message, savings)


def _saving(now: BasketItem, then: BasketItem, note: str) -> Saving | None:
    if now.total is None or then.total is None or now.currency != then.currency:
        return None
    if then.total.amount >= now.total.amount:
        return None
    return Saving(now.line, now.total, then.total, note)
