"""What something costs whom: lists, validity, audiences, quotes and resale, at the same number of queries."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bss.catalog.choices import PriceRule, ProductAudience
from bss.catalog.models import PriceList, Product
from bss.core import clock
from bss.pricing import selectors
from bss.pricing.contracts import PriceRequest
from tests.factories.accounts import AccountFactory
from tests.factories.catalog import (
    ListPriceFactory,
    PriceListFactory,
    PriceListItemFactory,
    assign,
    make_product,
)
from tests.factories.ports import granted, quoted

pytestmark = pytest.mark.usefixtures("at_distributor")


@pytest.fixture
def default_list(distributor):
    return PriceListFactory(organization=distributor, name="Everybody")


def price_of(payer, product, unit="P1M", customer=None, at=None):
    return selectors.prices_for(
        payer=payer, requests=[PriceRequest(product.pk, unit)], customer=customer, at=at
    )[0]


def test_the_default_list_prices_for_whoever_has_none_of_its_own(
    distributor, reseller, default_list
):
    product = make_product(distributor, price_list=default_list, rule="discount", percent="25")

    price = price_of(reseller.account, product)

    assert (price.list_price, price.cost, price.price) == (Decimal(12), Decimal(8), Decimal(9))
    assert (price.currency, price.source, price.resale) == ("EUR", "Everybody", None)
    assert price.price_list_id == default_list.pk


def test_an_assigned_list_goes_before_the_default(distributor, reseller, rival, default_list):
    product = make_product(distributor, price_list=default_list)
    gold = PriceListFactory(organization=distributor, name="Gold", is_default=False)
    PriceListItemFactory(
        price_list=gold, product=product, rule=PriceRule.MARKUP, percent=Decimal(10)
    )
    assign(reseller.account, gold)

    assert price_of(reseller.account, product).price == Decimal("8.8")
    assert price_of(rival.account, product).price == Decimal(12)


def test_an_assigned_list_that_ended_gives_way_to_the_default(distributor, reseller, default_list):
    product = make_product(distributor, price_list=default_list)
    ended = PriceListFactory(
        organization=distributor, is_default=False, valid_until=date(2021, 1, 1)
    )
    PriceListItemFactory(
        price_list=ended, product=product, rule=PriceRule.DISCOUNT, percent=Decimal(50)
    )
    assign(reseller.account, ended)

    assert price_of(reseller.account, product).price == Decimal(12)


def test_the_moment_decides_which_list_is_valid(distributor, reseller):
    tomorrow = clock.today() + timedelta(days=1)
    PriceListFactory(organization=distributor, valid_from=tomorrow)
    product = make_product(distributor, price_list=PriceList.objects.get())

    assert price_of(reseller.account, product) is None
    assert price_of(reseller.account, product, at=clock.now() + timedelta(days=2)) is not None


def test_validity_follows_the_organizations_calendar(distributor, reseller):
    distributor.time_zone = "Pacific/Auckland"
    distributor.save()
    reseller.account.organization.time_zone = distributor.time_zone
    last_day = date(2026, 3, 31)
    price_list = PriceListFactory(organization=distributor, valid_until=last_day)
    product = make_product(distributor, price_list=price_list)
    noon = clock.now().replace(year=2026, month=3, day=31, hour=12, minute=0)

    # Noon in Greenwich is already the first of April in Auckland.
    assert price_of(reseller.account, product, at=noon) is None
    assert price_of(reseller.account, product, at=noon - timedelta(hours=12)) is not None


def test_a_list_in_another_currency_sells_nothing(distributor, reseller):
    dollars = PriceListFactory(organization=distributor, currency="USD")
    product = make_product(distributor, price_list=dollars)
    ListPriceFactory(product=product, currency="USD", price=Decimal(20), cost=Decimal(10))
    american = AccountFactory(organization=distributor, currency="USD")

    assert price_of(reseller.account, product) is None
    assert price_of(american, product).price == Decimal(20)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda product: product.price_list_items.all().delete(),
        lambda product: product.list_prices.all().delete(),
        lambda product: product.list_prices.update(is_active=False),
        lambda product: Product.objects.filter(pk=product.pk).update(is_active=False),
    ],
    ids=["not on the list", "no list price", "unit off sale", "product off sale"],
)
def test_what_is_not_sold_has_no_price(distributor, reseller, default_list, spoil):
    product = make_product(distributor, price_list=default_list)
    assert price_of(reseller.account, product) is not None

    spoil(product)

    assert price_of(reseller.account, product) is None
    assert selectors.offers_for(payer=reseller.account, product_ids=[product.pk]) == {}


def test_an_item_for_one_unit_goes_before_the_item_for_all(distributor, reseller, default_list):
    product = make_product(
        distributor,
        price_list=default_list,
        prices={"P1M": ("12", "8"), "P1Y": ("120", "80")},
    )
    PriceListItemFactory(
        price_list=default_list,
        product=product,
        unit="P1Y",
        rule=PriceRule.DISCOUNT,
        percent=Decimal(10),
    )

    offers = selectors.offers_for(payer=reseller.account, product_ids=[product.pk])

    assert [(o.unit, o.price) for o in offers[product.pk]] == [
        ("P1M", Decimal(12)),
        ("P1Y", Decimal(108)),
    ]


def test_a_product_for_resellers_is_for_their_own_use_only(
    distributor, reseller, customer_account, default_list
):
    product = make_product(distributor, price_list=default_list)
    product.type.audience = ProductAudience.RESELLER
    product.type.save()
    direct = AccountFactory(organization=distributor)

    assert price_of(reseller.account, product) is not None
    assert price_of(reseller.account, product, customer=customer_account) is None
    assert price_of(direct, product) is None


def test_a_product_for_customers_is_not_for_the_resellers_own_use(
    distributor, reseller, customer_account, default_list
):
    product = make_product(distributor, price_list=default_list)
    product.type.audience = ProductAudience.CUSTOMER
    product.type.save()
    direct = AccountFactory(organization=distributor)

    assert price_of(reseller.account, product) is None
    assert price_of(reseller.account, product, customer=customer_account) is not None
    assert price_of(direct, product) is not None
    # In lists and on its page it has its price: the customer is chosen later.
    assert product.pk in selectors.offers_for(payer=reseller.account, product_ids=[product.pk])


def test_for_an_end_customer_the_resale_price_is_the_list_price_without_own_prices(
    distributor, reseller, customer_account, default_list
):
    product = make_product(distributor, price_list=default_list, rule="discount", percent="25")

    price = price_of(reseller.account, product, customer=customer_account)

    assert (price.price, price.resale) == (Decimal(9), Decimal(12))


def test_the_resellers_own_list_counts_while_its_plan_includes_own_prices(
    distributor, reseller, customer_account, default_list
):
    product = make_product(distributor, price_list=default_list, rule="discount", percent="25")
    own = PriceListFactory(organization=distributor, owner=reseller.account)
    PriceListItemFactory(
        price_list=own, product=product, rule=PriceRule.MARKUP, percent=Decimal(20)
    )

    with granted(reseller.account, "own_prices"):
        included = price_of(reseller.account, product, customer=customer_account)
    without = price_of(reseller.account, product, customer=customer_account)

    assert (included.price, included.resale) == (Decimal(9), Decimal("10.8"))
    assert without.resale == Decimal(12)


def test_a_customers_assigned_list_goes_before_its_resellers_default(
    distributor, reseller, customer_account, default_list
):
    product = make_product(distributor, price_list=default_list)
    PriceListFactory(organization=distributor, owner=reseller.account)
    friends = PriceListFactory(organization=distributor, owner=reseller.account, is_default=False)
    PriceListItemFactory(
        price_list=friends, product=product, rule=PriceRule.DISCOUNT, percent=Decimal(50)
    )
    assign(customer_account, friends)
    other = AccountFactory(parent=reseller.account)

    with granted(reseller.account, "own_prices"):
        assert price_of(reseller.account, product, customer=customer_account).resale == 6
        assert price_of(reseller.account, product, customer=other).resale == 12


def test_a_rivals_list_prices_nothing_for_another_resellers_customer(
    distributor, reseller, rival, customer_account, default_list
):
    product = make_product(distributor, price_list=default_list)
    foreign = PriceListFactory(organization=distributor, owner=rival.account)
    PriceListItemFactory(
        price_list=foreign, product=product, rule=PriceRule.DISCOUNT, percent=Decimal(90)
    )

    with granted(reseller.account, "own_prices"):
        assert price_of(reseller.account, product, customer=customer_account).resale == 12


def test_a_quoted_cost_needs_a_rule_on_cost(distributor, reseller, default_list):
    listed = make_product(distributor, price_list=default_list)
    marked_up = make_product(distributor, price_list=default_list, rule="markup", percent="10")

    with quoted({(listed.pk, "P1M"): ("20", "cost"), (marked_up.pk, "P1M"): ("20", "cost")}):
        assert price_of(reseller.account, listed) is None
        assert price_of(reseller.account, marked_up).price == Decimal(22)


def test_a_quote_prices_a_unit_that_has_no_list_price(distributor, reseller, default_list):
    product = make_product(distributor, price_list=default_list)
    product.type.managed_by, product.type.external_id = "instance", "svc"
    product.type.save()

    with quoted({(product.pk, "P3Y"): ("300", "sell")}):
        offers = selectors.offers_for(payer=reseller.account, product_ids=[product.pk])

    assert [(o.unit, o.price, o.quoted) for o in offers[product.pk]] == [
        ("P1M", Decimal(12), None),
        ("P3Y", Decimal(300), "sell"),
    ]


def test_visitors_see_the_default_list_and_nothing_without_one(distributor, default_list):
    product = make_product(distributor, price_list=default_list)

    seen = selectors.visitor_offers(organization=distributor, product_ids=[product.pk])
    PriceList.objects.update(is_default=False)
    unseen = selectors.visitor_offers(organization=distributor, product_ids=[product.pk])

    assert seen[product.pk][0].price == Decimal(12)
    assert unseen == {}


def test_visitors_of_a_resellers_shop_see_resale_prices_only_if_it_has_its_own(
    distributor, reseller, default_list
):
    product = make_product(distributor, price_list=default_list, rule="discount", percent="25")
    ids = [product.pk]

    with granted(reseller.account, "own_prices"):
        before = selectors.resale_visitor_offers(reseller=reseller.account, product_ids=ids)
        PriceListFactory(organization=distributor, owner=reseller.account)
        after = selectors.resale_visitor_offers(reseller=reseller.account, product_ids=ids)
    without = selectors.resale_visitor_offers(reseller=reseller.account, product_ids=ids)

    assert before == without == {}
    assert after[product.pk][0].customer_price == Decimal(12)


def test_another_organizations_products_have_no_price(reseller, tenant, default_list):
    foreign = make_product(tenant.membership.organization)

    assert price_of(reseller.account, foreign) is None


def test_sixty_products_cost_as_many_queries_as_twenty(
    distributor, reseller, customer_account, default_list, django_assert_num_queries
):
    own = PriceListFactory(organization=distributor, owner=reseller.account)
    products = [make_product(distributor, price_list=default_list) for _ in range(60)]
    PriceListItemFactory(price_list=own, product=products[0])

    with granted(reseller.account, "own_prices"):
        for count in (20, 60):
            ids = [product.pk for product in products[:count]]
            with django_assert_num_queries(3):
                found = selectors.offers_for(
                    payer=reseller.account, product_ids=ids, customer=customer_account
                )
            assert len(found) == count


def test_a_preview_shows_each_items_own_units(distributor, default_list):
    product = make_product(
        distributor, price_list=default_list, prices={"P1M": ("12", "8"), "P1Y": ("120", "80")}
    )
    yearly = PriceListItemFactory(
        price_list=default_list,
        product=product,
        unit="P1Y",
        rule=PriceRule.MARGIN,
        percent=Decimal(50),
    )
    items = list(default_list.items.select_related("product"))

    shown = selectors.preview(default_list, items)

    general = next(item for item in items if not item.unit)
    assert [(p.unit, p.price) for p in shown[general.pk]] == [("P1M", Decimal(12))]
    assert [(p.unit, p.price) for p in shown[yearly.pk]] == [("P1Y", Decimal(160))]
