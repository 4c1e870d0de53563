"""Previews for a payer: they read what its invoices hold already, and how each day is taxed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bss.accounts.models import Account
from bss.pricing.contracts import Preview
from bss.pricing.ports import CHARGES_DUE
from bss.pricing.previews import Basis, Item, Track, days_of, preview_of


def forecasts(
    items: Sequence[Item],
    *,
    payer: Account,
    customer: Account,
    currency: str,
    has_resale: bool,
) -> dict[Track, Preview]:
    """What `items` put on the documents of `payer`, by track; "resale" only where a reseller charges on.

    One query for what is due already, two for the tax.
    """
    day, zone = payer.billing_day, payer.organization.time_zone
    found: dict[Track, Preview] = {}
    if has_resale:
        found["resale"] = preview_of(items, Basis(currency, day, zone, track="resale"))
    basis = Basis(currency, day, zone)
    days = days_of(items, billing_day=day, time_zone=zone)
    if days:
        due = CHARGES_DUE.get().due(
            payer_id=payer.pk,
            customer_id=customer.pk if payer.separate_invoices else None,
            currency=currency,
            days=days,
        )
        basis = replace(basis, due=due)
    found["price"] = preview_of(items, basis)
    return found
