"""What upper apps tell the pricing engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bss.core.ports import Port
from bss.pricing.contracts import PriceRequest, QuotedPrice


class PriceSource(Protocol):
    """Prices that live outside the catalogue. Reads a cache only; never calls a vendor."""

    def quotes(self, requests: Sequence[PriceRequest], currency: str) -> Mapping[int, QuotedPrice]:
        """Position in `requests` to the quoted price, for those that have one."""
        ...


class _ListPricesOnly:
    def quotes(self, requests: Sequence[PriceRequest], currency: str) -> Mapping[int, QuotedPrice]:
        return {}


PRICE_SOURCE: Port[PriceSource] = Port("price source", _ListPricesOnly())
