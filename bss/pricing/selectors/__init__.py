"""Reads of pricing: what something costs somebody, and how a payer is taxed."""

from bss.pricing.selectors.prices import (
    CatalogueOffers,
    Market,
    browsing_market,
    market_for,
    offers_for,
    offers_under,
    preview,
    prices_for,
    prices_of_known,
    resale_visitor_market,
    resale_visitor_offers,
    visitor_market,
    visitor_offers,
)
from bss.pricing.selectors.taxes import (
    regime_for,
    regimes_for,
    regimes_on,
    tax_rates,
    tax_registrations,
)

__all__ = [
    "CatalogueOffers",
    "Market",
    "browsing_market",
    "market_for",
    "offers_for",
    "offers_under",
    "preview",
    "prices_for",
    "prices_of_known",
    "regime_for",
    "regimes_for",
    "regimes_on",
    "resale_visitor_market",
    "resale_visitor_offers",
    "tax_rates",
    "tax_registrations",
    "visitor_market",
    "visitor_offers",
]
