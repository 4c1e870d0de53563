"""Products in number, on every price list in the organization's currency."""

from __future__ import annotations

import random
from decimal import Decimal

from bss.accounts.models import Organization
from bss.catalog.choices import SearchLanguage, Unit
from bss.catalog.models import Category, ListPrice, PriceList, PriceListItem, Product, ProductType
from bss.installments.choices import Frequency
from bss.installments.models import PaymentPlan, PaymentPlanOffer
from bss.portal.seed.scale import names
from bss.portal.seed.scale.copying import Table, ids_take, tables

TYPE_CODE = "scale"


def products_make(organization: Organization, count: int, chance: random.Random) -> None:
    """`count` more products of one type, monthly and yearly, on sale to everybody who has a price list.

    A year of each can be paid in twelve.
    """
    if not count:
        return
    product_type, _made = ProductType.everywhere.get_or_create(
        organization=organization,
        code=TYPE_CODE,
        defaults={"name": "Catalogue in number", "vendor": "Several vendors"},
    )
    shelves = list(
        Category.everywhere.filter(organization=organization).values_list("pk", flat=True)
    )
    lists = list(
        PriceList.everywhere.filter(
            organization=organization, owner=None, currency=organization.currency
        ).values_list("pk", flat=True)
    )
    plan, _made = PaymentPlan.everywhere.get_or_create(
        organization=organization, frequency=Frequency.MONTHLY, count=12
    )
    language = str(SearchLanguage.of(organization.language).value)
    kinds = (Product, ListPrice, PriceListItem, PaymentPlanOffer)
    with tables(*kinds) as (products, prices, items, offers):
        offer_ids = iter(ids_take(PaymentPlanOffer, count))
        item_ids = iter(ids_take(PriceListItem, count * len(lists)))
        price_ids = iter(ids_take(ListPrice, count * 2))
        for pk in ids_take(Product, count):
            products.add(
                id=pk,
                organization_id=organization.pk,
                type_id=product_type.pk,
                code=f"scale-{pk}",
                name=f"{names.company(pk, chance)} licence",
                summary="One of many, to see how a long catalogue behaves.",
                vendor="Several vendors",
                category_id=chance.choice(shelves) if shelves else None,
                search_language=language,
            )
            offers.add(
                id=next(offer_ids),
                organization_id=organization.pk,
                product_id=pk,
                unit=str(Unit.P1Y),
                plan_id=plan.pk,
            )
            _prices_add(prices, price_ids, organization, pk, Decimal(chance.randrange(2, 90)))
            for price_list in lists:
                items.add(
                    id=next(item_ids),
                    organization_id=organization.pk,
                    price_list_id=price_list,
                    product_id=pk,
                    rule="discount",
                    percent=Decimal(10),
                )


def _prices_add(
    prices: Table, ids: object, organization: Organization, product_id: int, price: Decimal
) -> None:
    for unit, months in ((Unit.P1M, 1), (Unit.P1Y, 11)):
        prices.add(
            id=next(ids),  # type: ignore[call-overload]
            organization_id=organization.pk,
            product_id=product_id,
            unit=str(unit),
            currency=organization.currency,
            price=price * months,
            cost=price * months * Decimal("0.7"),
        )
