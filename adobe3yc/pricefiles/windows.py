"""How the rows of one offer stand to each other: twice the same window, windows that overlap, and gaps between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from adobe3yc.pricefiles.contracts import Fault, FaultCode, PriceRow

Key = tuple[str, str, str]
Window = tuple[date, date, int]


class Windows:
    """Remembers the window of each row: three small values, so that a hundred thousand rows fit."""

    def __init__(self) -> None:
        self._known: defaultdict[Key, list[Window]] = defaultdict(list)

    def add(self, row: PriceRow) -> None:
        """Take a row's window; rows that remove an offer have none."""
        if row.is_removed:
            return
        key = (row.offer_id, row.currency, row.code)
        self._known[key].append((row.first or date.min, row.last or date.max, row.number))

    def faults(self) -> Iterator[Fault]:
        """What is wrong between rows, by offer; a gap is a warning, since a day in it has the standard price."""
        for (offer_id, _, _), windows in self._known.items():
            windows.sort()
            yield from _between(offer_id, windows)


def _between(offer_id: str, windows: list[Window]) -> Iterator[Fault]:
    reached = windows[0]
    for window in windows[1:]:
        code = _code(reached, window)
        if code is not None:
            yield Fault(code, window[2], value=offer_id, other_row=reached[2])
        reached = window if window[1] > reached[1] else reached


def _code(before: Window, after: Window) -> FaultCode | None:
    if before[:2] == after[:2]:
        return FaultCode.TWICE
    if after[0] <= before[1]:
        return FaultCode.OVERLAPS
    return FaultCode.GAP if after[0] - before[1] > timedelta(days=1) else None
