"""Previews for a payer: they read what its invoices hold already, and how each day is taxed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bss.accounts.models import Account
from bss.pricing.contracts import Preview, TaxableAmount, Track
from bss.pricing.ports import CHARGES_DUE
from bss.pricing.previews import Basis, Item, all_days_of, days_of, preview_of
from bss.pricing.selectors import regimes_on


def forecasts(
    items: Sequence[Item],
    *,
    payer: Account,
    customer: Account,
    currency: str,
    has_resale: bool,
) -> dict[Track, Preview]:
    """What `items` put on the documents of `payer`, by track; "resale" only where a reseller charges on.

    One query for what is due already, one for the tax.
    """
    day, zone = payer.billing_day, payer.organization.time_zone
    found: dict[Track, Preview] = {}
    if has_resale:
        found["resale"] = preview_of(items, Basis(currency, day, zone, track="resale"))
    due: Mapping[date, Sequence[TaxableAmount]] = {}
    if later := days_of(items, billing_day=day, time_zone=zone):
        due = CHARGES_DUE.get().due(
            payer_id=payer.pk,
            # A customer that is only drafted yet has nothing due.
            customer_id=(customer.pk or 0) if payer.separate_invoices else None,
            currency=currency,
            days=later,
        )
    days = all_days_of(items, billing_day=day, time_zone=zone)
    regimes = regimes_on(payer, days) if days else None
    found["price"] = preview_of(items, Basis(currency, day, zone, regimes=regimes, due=due))
    return found
