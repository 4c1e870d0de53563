"""Freezing prices on order lines, and telling when they are no longer what somebody saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bss.core.prepared import Prepared
from bss.orders import selectors
from bss.orders.contracts import Bought, PriceDifference, Track, seen_by
from bss.orders.models import Order, OrderLine, coterm_columns, plan_columns
from bss.orders.services import rules
from bss.pricing.contracts import LineAmounts, UnitPrice


def freeze_bought(line: OrderLine, bought: Bought) -> OrderLine:
    """Write the three tracks, the plan's terms and a co-termed first term on an unsaved or unplaced line."""
    columns = {**plan_columns(bought.plan), **coterm_columns(bought.coterm)}
    for column, value in columns.items():
        setattr(line, column, value)
    return _freeze(line, bought.price, bought.line(line.quantity))


def freeze(line: OrderLine, price: UnitPrice, *, charged: int) -> OrderLine:
    """Write the three tracks on an unsaved line of which `charged` units are paid now."""
    return _freeze(line, price, price.line(charged))


def _freeze(line: OrderLine, price: UnitPrice, amounts: LineAmounts) -> OrderLine:
    line.currency = price.currency
    line.unit_cost, line.unit_price, line.unit_resale = price.cost, price.price, price.resale
    line.total, line.total_cost, line.total_resale = amounts.total, amounts.cost, amounts.resale
    return line


def order_total(order: Order) -> None:
    """Add the lines up on the order (locked or new), each track by itself."""
    lines = _AMOUNTS.all(order_id=order.pk)
    resale = [resale for _total, _cost, resale in lines if resale is not None]
    order.total = sum((total for total, _cost, _resale in lines), Decimal(0))
    order.total_cost = sum((cost for _total, cost, _resale in lines), Decimal(0))
    order.total_resale = sum(resale, Decimal(0)) if resale else None
    order.save(update_fields=["total", "total_cost", "total_resale"])


_AMOUNTS = Prepared(
    lambda order_id: OrderLine.objects.filter(order_id=order_id).values_list(
        "total", "total_cost", "total_resale"
    ),
    order_id=int,
)


def line_prices(order: Order, lines: Sequence[OrderLine]) -> list[Bought]:
    """Today's prices of a draft's lines, each by its plan. Raises NotForSale or PlanNotPossible naming the lines."""
    return rules.priced(selectors.wanted_lines(lines), payer=order.account, customer=order.customer)


def reprice(order: Order, lines: Sequence[OrderLine], bought: Iterable[Bought]) -> None:
    """Freeze today's prices and terms on a draft's lines and add up; what they are already is not written again. The
    order is locked, and its lines were read at its version.
    """
    fields = [
        "currency", "unit_cost", "unit_price", "unit_resale", "total", "total_cost", "total_resale",
        *plan_columns(None), *coterm_columns(None),
    ]  # fmt: skip
    before = [[getattr(line, field) for field in fields] for line in lines]
    frozen = [freeze_bought(line, each) for line, each in zip(lines, bought, strict=True)]
    moved = [
        line
        for line, old in zip(frozen, before, strict=True)
        if [getattr(line, field) for field in fields] != old
    ]
    if frozen and order.currency != frozen[0].currency:
        # The payer is invoiced in another currency since the draft was begun.
        order.currency = frozen[0].currency
        order.save(update_fields=["currency"])
    if moved:
        OrderLine.objects.bulk_update(moved, fields)
        order_total(order)


def differences(
    lines: Sequence[OrderLine], bought: Sequence[Bought], track: Track
) -> list[PriceDifference]:
    """The lines whose frozen unit price is not today's."""
    return [
        PriceDifference(line.public_id, line.product_name, each.price.currency, str(old), str(new))
        for line, each in zip(lines, bought, strict=True)
        if (old := _frozen(line, track)) != (new := seen_by(track, each.price))
        or line.currency != each.price.currency
    ]


def total_of(lines: Iterable[tuple[int, Bought]]) -> Decimal:
    """What the payer owes for (quantity, bought) pairs: each line rounded by itself, all installments of it."""
    return sum((each.line(quantity).total for quantity, each in lines), Decimal(0))


def _frozen(line: OrderLine, track: Track) -> Decimal:
    return (
        line.unit_resale if track == "resale" and line.unit_resale is not None else line.unit_price
    )
