"""What upper apps tell the pricing engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from bss.core.ports import Port
from bss.pricing.contracts import PriceRequest, QuotedPrice, TaxableAmount


class PriceSource(Protocol):
    """Prices that live outside the catalogue. Reads a cache only; never calls a vendor."""

    def quotes(self, requests: Sequence[PriceRequest], currency: str) -> Mapping[int, QuotedPrice]:
        """Position in `requests` to the quoted price, for those that have one."""
        ...


class ChargesDue(Protocol):
    """What a payer's documents hold already before an action adds to them. Filled by billing."""

    def due(
        self, *, payer_id: int, customer_id: int | None, currency: str, days: Collection[date]
    ) -> Mapping[date, Sequence[TaxableAmount]]:
        """The net amounts scheduled for each of the payer's billing days in `days`, credits left out.

        `customer_id` narrows them to one end customer, for payers with an invoice for each.
        """
        ...


class _NothingDue:
    def due(
        self, *, payer_id: int, customer_id: int | None, currency: str, days: Collection[date]
    ) -> Mapping[date, Sequence[TaxableAmount]]:
        return {}


class _ListPricesOnly:
    def quotes(self, requests: Sequence[PriceRequest], currency: str) -> Mapping[int, QuotedPrice]:
        return {}


PRICE_SOURCE: Port[PriceSource] = Port("price source", _ListPricesOnly())
CHARGES_DUE: Port[ChargesDue] = Port("charges due", _NothingDue())
