"""What upper apps tell the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bss.accounts.models import Account
from bss.catalog.contracts import Offer
from bss.core.ports import Port


class OfferSource(Protocol):
    """What products cost an account: filled by pricing, which the catalogue lies below."""

    def offers(
        self, *, account: Account, product_ids: Collection[int]
    ) -> Mapping[int, Sequence[Offer]]:
        """Product id to its units on sale, shortest first, at what `account` pays its own seller.

        Nothing for what it cannot buy.
        """
        ...


class _NoPrices:
    def offers(
        self, *, account: Account, product_ids: Collection[int]
    ) -> Mapping[int, Sequence[Offer]]:
        return {}


OFFERS: Port[OfferSource] = Port("offers", _NoPrices())
