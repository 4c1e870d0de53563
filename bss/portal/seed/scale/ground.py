"""What the rows stand on: the organization, its shop, what it sells and at which price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bss.accounts.models import Organization, Storefront
from bss.catalog.choices import ProductAudience, ProductKind
from bss.catalog.models import ListPrice, PriceList
from bss.core import clock
from servicemanager.models import Instance
from servicemanager.services import manual_instance


@dataclass(frozen=True, slots=True)
class Offer:
    """A product at one unit, what one costs and sells for, and which instance looks after it."""

    product_id: int
    name: str
    unit: str
    cost: Decimal
    price: Decimal
    instance_id: int
    managed_by: str = ""


@dataclass(frozen=True)
class Ground:
    """Read once before rows are made."""

    organization: Organization
    shop: Storefront
    offers: Sequence[Offer]
    price_lists: Sequence[PriceList]
    now: datetime


def ground_of(organization: Organization) -> Ground:
    """What the organization has. Raises ValueError when it sells nothing that staff could deliver."""
    manual = manual_instance(organization.pk)
    offers = _offers(organization, manual)
    if not offers:
        raise ValueError("The distributor sells nothing yet: run manage.py seed_demo first.")
    return Ground(
        organization=organization,
        shop=Storefront.everywhere.get(organization=organization, owner=None),
        offers=offers,
        price_lists=_reseller_lists(organization),
        now=clock.now(),
    )


def _reseller_lists(organization: Organization) -> list[PriceList]:
    """The lists for resellers: those with plans on them, or all where plans are not sold."""
    lists = PriceList.everywhere.filter(
        organization=organization, owner=None, is_active=True, currency=organization.currency
    ).order_by("id")
    with_plans = lists.filter(items__product__type__audience=ProductAudience.RESELLER).distinct()
    return list(with_plans) or list(lists)


def _offers(organization: Organization, manual: Instance) -> list[Offer]:
    rows = ListPrice.everywhere.filter(
        organization=organization,
        currency=organization.currency,
        product__kind=ProductKind.PRIMARY,
        product__type__managed_by="",
    ).select_related("product")
    return [
        Offer(row.product_id, row.product.name, row.unit, row.cost, row.price, manual.pk)
        for row in rows.order_by("id")[:400]
    ]
