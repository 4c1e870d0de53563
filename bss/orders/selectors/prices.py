"""What wanted things cost, through the one pricing engine."""

from __future__ import annotations

from collections.abc import Sequence

from bss.accounts.models import Account
from bss.orders.contracts import Wanted
from bss.pricing.contracts import PriceRequest, UnitPrice
from bss.pricing.selectors import prices_for


def unit_prices(
    wanted: Sequence[Wanted], *, payer: Account, customer: Account
) -> list[UnitPrice | None]:
    """The three tracks of each wanted thing's unit price, in order; None where it is not on sale to this payer."""
    if not wanted:
        return []
    requests = [PriceRequest(w.product.pk, w.unit, w.quantity) for w in wanted]
    return prices_for(payer=payer, requests=requests, customer=customer)
