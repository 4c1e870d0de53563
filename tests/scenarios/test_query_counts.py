"""A page costs as many queries with few rows as with many: none of them asks once per row."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bss.accounts.models import Membership
from bss.catalog.models import PriceList, Product
from bss.orders.models import Order
from bss.portal.seed.scale import Size, scale_make
from bss.subscriptions.models import Subscription
from tests.conftest import signed_in
from tests.factories.catalog import CategoryFactory, make_product
from tests.factories.resellers import plans_on_sale
from tests.pages import portal, shop

# Few are still more than a page of each: a list that fits on one page saves the question how many there are.
FEW = Size(resellers=5, accounts=70, subscriptions=150, products=60)
MANY = Size(resellers=15, accounts=300, subscriptions=900, products=400)
MOST_QUERIES = 15
# What was promised to stay at most fifteen; the others have only to stay the same.
PROMISED = {"catalogue", "product", "plans", "subscriptions", "subscription"}


@pytest.fixture
def market(distributor):
    """The distributor with plans, one product of its own, and a few rows of everything."""
    plans_on_sale(distributor)
    price_list = PriceList.everywhere.get(organization=distributor)
    make_product(
        distributor, price_list=price_list, category=CategoryFactory(organization=distributor)
    )
    scale_make(FEW, lambda _text: None, seed=1)
    return distributor


def test_the_storefront_asks_as_often_for_many_rows_as_for_few(market, shop_visitor):
    few = counted(shop_visitor, shop_pages())
    scale_make(MANY, lambda _text: None, seed=2)
    many = counted(shop_visitor, shop_pages())

    assert many == few
    assert {name: few[name] for name in PROMISED if few[name] > MOST_QUERIES} == {}


def test_the_portal_asks_as_often_for_many_rows_as_for_few(market, staff):
    few = counted(staff.client, portal_pages())
    scale_make(MANY, lambda _text: None, seed=2)
    many = counted(staff.client, portal_pages())

    assert many == few
    assert {name: few[name] for name in PROMISED & few.keys() if few[name] > MOST_QUERIES} == {}


@pytest.fixture
def shop_visitor(market, shop):
    """The browser of a reseller on a plan, with customers and their subscriptions."""
    membership = busy_reseller()
    return signed_in(membership.user, f"storefront:{shop.pk}", shop)


def busy_reseller() -> Membership:
    """The admin of the first reseller of the rows: the one with most customers."""
    return (
        Membership.everywhere.filter(contact__account__kind="reseller")
        .select_related("user", "contact__account")
        .order_by("pk")[0]
    )


def shop_pages() -> dict[str, str]:
    account = busy_reseller().contact.account
    product = Product.everywhere.order_by("pk").exclude(category=None)[0]
    subscription = Subscription.everywhere.filter(payer=account, state="active").order_by("pk")[0]
    order = Order.everywhere.filter(account=account, state="executed").order_by("pk")[0]
    return {
        "home": shop("storefront:home"),
        "catalogue": shop("storefront:catalog"),
        "product": shop("storefront:product", product.public_id),
        "search": shop("storefront:search") + "?q=licence",
        "plans": shop("plans:plans"),
        "customers": shop("plans:customers"),
        "subscriptions": shop("storefront:subscriptions"),
        "subscription": shop("storefront:subscription", subscription.public_id),
        "orders": shop("storefront:orders"),
        "order": shop("storefront:order", order.public_id),
        "workspace": shop("storefront:workspace"),
    }


def portal_pages() -> dict[str, str]:
    account = busy_reseller().contact.account
    product = Product.everywhere.order_by("pk").exclude(category=None)[0]
    subscription = Subscription.everywhere.filter(payer=account, state="active").order_by("pk")[0]
    order = Order.everywhere.filter(account=account, state="executed").order_by("pk")[0]
    return {
        "dashboard": portal("portal:home"),
        "accounts": portal("accounts:list"),
        "account": portal("accounts:detail", account.public_id),
        "products": portal("catalog:product-list"),
        "product": portal("catalog:product-detail", product.public_id),
        "orders": portal("orders:list"),
        "order": portal("orders:detail", order.public_id),
        "subscriptions": portal("subscriptions:list"),
        "subscription": portal("subscriptions:detail", subscription.public_id),
        "plans": portal("resellers:plans"),
        "mail": portal("notifications:list"),
        "provisioning": portal("servicemanager:jobs"),
        "search": portal("portal:search") + "?q=licence",
    }


def counted(client, pages: dict[str, str]) -> dict[str, int]:
    """How many queries each page takes once it was seen before."""
    found = {}
    for name, path in pages.items():
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        found[name] = len(asked)
    return found
