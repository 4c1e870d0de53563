"""What service managers quoted at the last review: kept on the lines, which are priced by it until the next one."""

from __future__ import annotations

from collections.abc import Sequence

from bss.orders import selectors
from bss.orders.contracts import Proceed, Reprice
from bss.orders.models import Basket, BasketLine, OrderLine
from bss.orders.ports import CHECKOUT_REVIEW
from bss.pricing.contracts import QuotedPrice


def basket_quote(*, lines: Sequence[BasketLine], verdict: Proceed | Reprice) -> bool:
    """Keep what a review quoted for a basket's lines. True when one of them has another price than before."""
    moved = _quoted(lines, verdict)
    if moved:
        BasketLine.objects.bulk_update(lines, ["quote"])
    return moved


def order_quote(*, lines: Sequence[OrderLine], verdict: Proceed | Reprice) -> bool:
    """As `basket_quote`, for the lines of a draft, whose prices are frozen again by the caller."""
    moved = _quoted(lines, verdict)
    if moved:
        OrderLine.objects.bulk_update(lines, ["quote"])
    return moved


def is_quoted(lines: Sequence[OrderLine], verdict: Reprice) -> bool:
    """Whether the lines have the prices that a review quotes; False for one that quotes none."""
    return bool(verdict.quotes) and _fresh(lines, verdict.quotes) == [x.quote for x in lines]


def quotes_known(*, basket: Basket, lines: Sequence[BasketLine]) -> None:
    """Keep on the lines, saved ones and those that are saved next, what is known of them for the customer of a locked
    basket, before anybody is asked. A line that was quoted otherwise keeps that.
    """
    asked = [line for line in lines if line.product.type.managed_by and line.quote is None]
    if not asked:
        return
    found = {
        x.line: x for x in CHECKOUT_REVIEW.get().known(selectors.basket_subject(basket, asked))
    }
    told = [line for line in asked if line.public_id in found]
    for line in told:
        line.quote = selectors.stored_quote(found[line.public_id])
    BasketLine.objects.bulk_update([line for line in told if line.pk], ["quote"])


def quotes_forget(basket: Basket) -> None:
    """What was quoted for one customer holds for no other. The basket is locked by the caller."""
    basket.lines.exclude(quote=None).update(quote=None)


def _quoted(lines: Sequence[BasketLine | OrderLine], verdict: Proceed | Reprice) -> bool:
    fresh = _fresh(lines, verdict.quotes if isinstance(verdict, Reprice) else ())
    moved = fresh != [line.quote for line in lines]
    for line, quote in zip(lines, fresh, strict=True):
        line.quote = quote
    return moved


def _fresh(lines: Sequence[BasketLine | OrderLine], quotes: Sequence[QuotedPrice]) -> list[object]:
    found = {quote.line: quote for quote in quotes}
    return [selectors.stored_quote(found.get(line.public_id)) for line in lines]
