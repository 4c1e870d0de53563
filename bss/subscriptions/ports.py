"""What upper apps tell subscriptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bss.core.ports import Port
from bss.pricing.schedule import Charged
from bss.subscriptions.contracts import Bound, Reduction


class LotCharges(Protocol):
    """How far the parts of lots were billed. Filled by billing."""

    def charged(self, lot_ids: Collection[int]) -> Mapping[int, Sequence[Charged]]:
        """The parts of each lot by number, void ones left out; credited ones count as invoiced. One query.

        An invoiced part says how its invoice taxed it and what of it was credited.
        A lot whose parts were not written yet is left out: nothing of it is invoiced.
        """
        ...


class SeatBounds(Protocol):
    """What holds seats at whoever provisions them. Filled by servicemanager."""

    def bound(self, reduction: Reduction) -> Bound | None:
        """Why a reduction cannot be had, with the number that can; None where nothing stands against it.

        Told from what is kept here, without a call: a page asks, and so does a transaction.
        """
        ...


class _NobodyBills:
    def charged(self, lot_ids: Collection[int]) -> Mapping[int, Sequence[Charged]]:
        return {}


class _NothingHolds:
    def bound(self, reduction: Reduction) -> Bound | None:
        return None


LOT_CHARGES: Port[LotCharges] = Port("lot charges", _NobodyBills())
SEAT_BOUNDS: Port[SeatBounds] = Port("seat bounds", _NothingHolds())
