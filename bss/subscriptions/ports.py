"""What upper apps tell subscriptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bss.core.ports import Port
from bss.pricing.schedule import Charged


class LotCharges(Protocol):
    """How far the parts of lots were billed. Filled by billing."""

    def charged(self, lot_ids: Collection[int]) -> Mapping[int, Sequence[Charged]]:
        """The parts of each lot by number, void ones left out; credited ones count as invoiced. One query.

        An invoiced part says how its invoice taxed it and what of it was credited.
        A lot whose parts were not written yet is left out: nothing of it is invoiced.
        """
        ...


class _NobodyBills:
    def charged(self, lot_ids: Collection[int]) -> Mapping[int, Sequence[Charged]]:
        return {}


LOT_CHARGES: Port[LotCharges] = Port("lot charges", _NobodyBills())
