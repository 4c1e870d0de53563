"""Makes the catalogues: categories, types, products with pictures and prices, add-ons, price lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from bss.accounts.models import Organization
from bss.catalog.choices import PriceRule, ProductKind
from bss.catalog.models import Category, Product, ProductType
from bss.catalog.services import (
    ListPriceRow,
    add_on_set,
    category_create,
    list_prices_set,
    price_list_create,
    price_list_items_add,
    product_create,
    product_picture_set,
    product_type_create,
)
from bss.core.actor import Actor
from bss.portal.seed.catalogue import CATEGORIES, PRODUCTS, TYPES, PriceRow, ProductRow, TypeRow
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.pictures import product_picture
from bss.portal.seed.price_lists import MERIDIAN_LISTS, NORDHAVEN_LISTS, PriceListRow


def meridian_catalogue_make(stage: Stage, actor: Actor) -> None:
    """Everything Meridian sells itself, and its price lists."""
    organization = stage.organizations["meridian"]
    _catalogue_make(stage, organization, TYPES, PRODUCTS, actor, prefix="")
    price_lists_make(stage, organization, MERIDIAN_LISTS, actor)
    stage.say(
        f"  {len(PRODUCTS)} products in {len(CATEGORIES)} categories, {len(MERIDIAN_LISTS)} price lists"
    )


def nordhaven_catalogue_make(stage: Stage, actor: Actor) -> None:
    """The tenant's own catalogue: what has a price in kronor, under its own price list."""
    organization = stage.organizations["nordhaven"]
    products = [row for row in PRODUCTS if any(p.currency == "SEK" for p in row.prices)]
    wanted = {row.type for row in products}
    types = [row for row in TYPES if row.code in wanted]
    _catalogue_make(stage, organization, types, products, actor, prefix="nordhaven:")
    price_lists_make(stage, organization, NORDHAVEN_LISTS, actor)
    stage.say(f"  {len(products)} products in Nordhaven's own catalogue, in SEK")


def price_lists_make(
    stage: Stage, organization: Organization, rows: Iterable[PriceListRow], actor: Actor
) -> None:
    """Price lists with everything the organization sells in their currency on them."""
    for row in rows:
        price_list = price_list_create(
            organization=organization,
            name=row.name,
            currency=row.currency,
            valid_from=date(stage.now.year - 1, 1, 1),
            valid_until=stage.now.date() + timedelta(days=row.valid_days)
            if row.valid_days
            else None,
            is_default=row.is_default,
            actor=actor,
        )
        stage.price_lists[row.name] = price_list
        on_sale = Product.objects.filter(list_prices__currency=row.currency).distinct()
        price_list_items_add(
            price_list=price_list, products=on_sale, rule=row.rule, percent=row.percent, actor=actor
        )


def plans_put_on_sale(stage: Stage, products: Sequence[Product], actor: Actor) -> None:
    """Put the plans on every list that resellers buy from, at their list price."""
    for row in MERIDIAN_LISTS:
        if row.for_resellers:
            price_list_items_add(
                price_list=stage.price_lists[row.name],
                products=products,
                rule=PriceRule.LIST,
                percent=Decimal(0),
                actor=actor,
            )


def _catalogue_make(
    stage: Stage,
    organization: Organization,
    types: Iterable[TypeRow],
    rows: Sequence[ProductRow],
    actor: Actor,
    *,
    prefix: str,
) -> None:
    shelves = _categories_make(organization, {row.category for row in rows}, actor)
    kinds = {row.code: _type_make(organization, row, actor) for row in types}
    made = {row.code: _product_make(organization, row, kinds, shelves, actor) for row in rows}
    for row in rows:
        for code in row.add_ons:
            if code in made:
                add_on_set(product=made[row.code], add_on=made[code], actor=actor)
    stage.products |= {prefix + code: product for code, product in made.items()}


def _categories_make(
    organization: Organization, wanted: set[str], actor: Actor
) -> dict[str, Category]:
    plans = {"plans"} if organization.is_root else set()
    return {
        slug: category_create(
            organization=organization, name=name, slug=slug, position=position, actor=actor
        )
        for position, (slug, name) in enumerate(CATEGORIES)
        if slug in wanted | plans
    }


def _type_make(organization: Organization, row: TypeRow, actor: Actor) -> ProductType:
    return product_type_create(
        organization=organization,
        code=row.code,
        name=row.name,
        vendor=row.vendor,
        description=row.description,
        automatic=row.automatic,
        characteristics=row.fields,
        actor=actor,
    )


def _product_make(
    organization: Organization,
    row: ProductRow,
    types: dict[str, ProductType],
    shelves: dict[str, Category],
    actor: Actor,
) -> Product:
    product = product_create(
        organization=organization,
        type=types[row.type],
        code=row.code,
        name=row.name,
        kind=ProductKind.ADD_ON if row.is_add_on else ProductKind.PRIMARY,
        category=shelves[row.category],
        summary=row.summary,
        description=row.description,
        characteristics=row.fixed,
        is_featured=row.is_featured,
        actor=actor,
    )
    list_prices_set(
        product=product, version=None, rows=_rows(row.prices, organization), actor=actor
    )
    picture = product_picture(row.code, row.name, row.category)
    return product_picture_set(product=product, upload=picture, actor=actor)


def _rows(prices: Iterable[PriceRow], organization: Organization) -> list[ListPriceRow]:
    """The root sells in every currency it has a price for; a tenant in its own."""
    return [
        ListPriceRow(p.unit, p.currency, p.price, p.cost)
        for p in prices
        if organization.is_root or p.currency == organization.currency
    ]
