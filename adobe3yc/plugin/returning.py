"""Which lines of which orders give back a number of seats: whole lines alone, the latest first."""

from __future__ import annotations

from collections.abc import Sequence

from adobe3yc.vipmp.contracts import Line, Order, Progress, progress_of

Part = tuple[Order, Line]


def lines_to_return(orders: Sequence[Order], subscription_id: str, count: int) -> list[Part]:
    """Lines that bought exactly `count` seats of a subscription together; empty when no lines do.

    `orders` are those young enough, newest first, with what was given back of them.
    """
    returned = {
        (order.of, line.number)
        for order in orders
        if order.type == "RETURN" and order.progress in {Progress.DONE, Progress.PENDING}
        for line in order.lines
    }
    parts = [
        (order, line)
        for order in orders
        if order.type in {"NEW", "RENEWAL"} and order.progress == Progress.DONE
        for line in order.lines
        if line.subscription_id == subscription_id
        and progress_of(line.status) == Progress.DONE
        and (order.id, line.number) not in returned
    ]
    return _adding_up(parts, count)


def _adding_up(parts: Sequence[Part], count: int) -> list[Part]:
    """The parts whose quantities add up to `count`, the first ones where several do."""
    sums: dict[int, list[Part]] = {0: []}
    for part in parts:
        for total, chosen in list(sums.items()):
            sums.setdefault(total + part[1].quantity, [*chosen, part])
    return sums.get(count, []) if count else []
