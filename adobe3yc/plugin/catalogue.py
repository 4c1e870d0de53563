"""Get Services Definition: each Adobe product is a product, under its base offer, at its segment's price."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from adobe3yc.choices import PRODUCT_TYPE, MarketSegment
from adobe3yc.models import PriceRow
from adobe3yc.rules.offers import MalformedOffer, Offer, Segment, read_offer
from adobe3yc.selectors import rows_on_sale
from servicemanager.contracts import (
    CatalogueDefinition,
    PriceDefinition,
    ProductDefinition,
    TypeDefinition,
)
from servicemanager.errors import VendorUnavailable
from servicemanager.models import Instance

UNIT = "P1Y"
MONTHS = 12


def catalogue_of(instance: Instance, currency: str, today: date) -> CatalogueDefinition:
    """What the files in force sell. Raises VendorUnavailable when there is none in the currency."""
    found = {product.sku: product for product in _products(instance, currency, today)}
    if not found:
        words = _("No price file is in force with prices in %(currency)s. Upload one first.")
        raise VendorUnavailable(words % {"currency": currency}, code="ADOBE_CURRENCY")
    offered = TypeDefinition(
        external_id=PRODUCT_TYPE,
        name=_("Adobe Services"),
        vendor="Adobe",
        description=_("Adobe's products for teams and enterprises, by VIP Marketplace."),
        audience="customer",
        switchable=False,
        # What Adobe takes back, and for how long (RETURN orders).
        refund="full",
        refund_days=14,
        products=list(found.values()),
    )
    return CatalogueDefinition([offered])


def _products(instance: Instance, currency: str, today: date) -> Iterator[ProductDefinition]:
    """One for each base offer that has a price today; of several rows the one that began last."""
    for row in rows_on_sale(instance, currency):
        offer = _base(row.offer_id)
        if offer is not None and _holds(row, today):
            yield _product(row, offer, currency)


def _base(offer_id: str) -> Offer | None:
    """The offer, where it is a standard one of a year at the lowest level."""
    try:
        offer = read_offer(offer_id)
    except MalformedOffer:
        return None
    is_base = offer == offer.base and offer.is_standard and offer.months == MONTHS
    return offer if is_base else None


def _holds(row: PriceRow, today: date) -> bool:
    return (row.first_on is None or row.first_on <= today) and (
        row.last_on is None or today <= row.last_on
    )


def _product(row: PriceRow, offer: Offer, currency: str) -> ProductDefinition:
    name = row.family or offer.part
    if offer.segment != Segment.COM:
        name = f"{name} ({MarketSegment(offer.segment.value).label})"
    sell = row.price if row.street_price is None else row.street_price
    return ProductDefinition(
        sku=row.offer_id,
        name=name,
        prices=[PriceDefinition(UNIT, currency, sell, row.price)],
    )
