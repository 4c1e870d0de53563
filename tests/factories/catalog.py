"""Categories, product types, products with prices, price lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory

from bss.accounts.models import Account, Organization
from bss.catalog.choices import PriceRule, ProductKind
from bss.catalog.models import (
    AddOn,
    Category,
    Industry,
    ListPrice,
    PriceList,
    PriceListAssignment,
    PriceListItem,
    Product,
    ProductType,
)
from tests.factories.accounts import OrganizationFactory

SOME_DAY = date(2020, 1, 1)


class _SharedFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    organization = factory.SubFactory(OrganizationFactory)

    @classmethod
    def _get_manager(cls, model_class):
        return model_class.everywhere


class CategoryFactory(_SharedFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Shelf {n}")
    slug = factory.Sequence(lambda n: f"shelf-{n}")


class IndustryFactory(_SharedFactory):
    class Meta:
        model = Industry

    name = factory.Sequence(lambda n: f"Trade {n}")
    slug = factory.Sequence(lambda n: f"trade-{n}")


class ProductTypeFactory(_SharedFactory):
    class Meta:
        model = ProductType

    code = factory.Sequence(lambda n: f"type-{n}")
    name = factory.Sequence(lambda n: f"Cloud service {n}")
    vendor = "Aurelia"


class ProductFactory(_SharedFactory):
    class Meta:
        model = Product

    type = factory.SubFactory(
        ProductTypeFactory, organization=factory.SelfAttribute("..organization")
    )
    code = factory.Sequence(lambda n: f"SKU-{n:05d}")
    name = factory.Sequence(lambda n: f"Mailbox {n:05d}")
    vendor = factory.SelfAttribute("type.vendor")
    summary = "A mailbox with a calendar for one person"


class ListPriceFactory(_SharedFactory):
    class Meta:
        model = ListPrice

    product = factory.SubFactory(ProductFactory)
    organization = factory.SelfAttribute("product.organization")
    unit = "P1M"
    currency = "EUR"
    price = Decimal(12)
    cost = Decimal(8)


class PriceListFactory(_SharedFactory):
    class Meta:
        model = PriceList

    name = factory.Sequence(lambda n: f"Price list {n}")
    currency = "EUR"
    valid_from = SOME_DAY
    is_default = True


class PriceListItemFactory(_SharedFactory):
    class Meta:
        model = PriceListItem

    price_list = factory.SubFactory(PriceListFactory)
    organization = factory.SelfAttribute("price_list.organization")
    product = factory.SubFactory(
        ProductFactory, organization=factory.SelfAttribute("..organization")
    )


def make_product(
    organization: Organization,
    *,
    price_list: PriceList | None = None,
    prices: dict[str, tuple[str, str]] | None = None,
    rule: str = PriceRule.LIST,
    percent: str = "0",
    **values: object,
) -> Product:
    """A product with list prices (unit to price and cost), on `price_list` when given."""
    product = ProductFactory(organization=organization, **values)
    for unit, (price, cost) in (prices or {"P1M": ("12", "8")}).items():
        ListPriceFactory(product=product, unit=unit, price=Decimal(price), cost=Decimal(cost))
    if price_list is not None:
        PriceListItemFactory(
            price_list=price_list, product=product, rule=rule, percent=Decimal(percent)
        )
    return product


def make_add_on(
    product: Product, *, price_list: PriceList | None = None, **values: object
) -> Product:
    """An add-on that may be bought with `product`."""
    add_on = make_product(
        product.organization,
        price_list=price_list,
        kind=ProductKind.ADD_ON,
        type=product.type,
        **values,
    )
    AddOn.everywhere.create(organization=product.organization, product=product, add_on=add_on)
    return add_on


def assign(account: Account, price_list: PriceList) -> PriceListAssignment:
    return PriceListAssignment.everywhere.create(
        organization=account.organization,
        scope=account.scope,
        account=account,
        price_list=price_list,
    )
