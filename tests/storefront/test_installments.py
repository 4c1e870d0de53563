"""Installments in the shop window: the same figures in the list, on the page, in the sum, the basket and the API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from bss.accounts.models import Storefront
from bss.accounts.permissions import Permission
from bss.accounts.services import token_create
from bss.catalog.choices import PriceRule
from bss.core import scope
from bss.installments.models import PaymentPlanOffer
from bss.orders.models import BasketLine
from bss.orders.selectors import basket_of, basket_view
from tests.conftest import person_of_account
from tests.factories.catalog import (
    PriceListFactory,
    PriceListItemFactory,
    make_add_on,
    make_product,
)
from tests.factories.installments import allow, make_plan, offer
from tests.factories.ports import granted

WINDOW = ("own_storefront", "own_prices", "self_service_ordering")
LINE = "12 monthly installments of"
TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture
def everybody(distributor):
    return PriceListFactory(organization=distributor)


@pytest.fixture
def suite(distributor, everybody):
    """Sold by the year alone, for 100."""
    return make_product(
        distributor, price_list=everybody, name="Suite", prices={"P1Y": ("100", "60")}
    )


@pytest.fixture
def monthly(distributor, suite):
    """12 monthly installments for the suite."""
    plan = make_plan(distributor)
    offer(plan, suite)
    return plan


def plain(answer) -> str:
    """A page's words, without its marks, on one line."""
    import html
    import re

    assert answer.status_code == 200, answer
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", answer.content.decode())).split())


def page_of(product, **chosen) -> str:
    from urllib.parse import urlencode

    return f"/products/{product.public_id}/?{urlencode(chosen)}"


# One figure everywhere -----------------------------------------------------------------------------------


def test_list_search_page_sum_basket_and_api_tell_the_same_installments(
    reseller, shop, suite, monthly
):
    allow(reseller.account)

    for path in ("/", "/catalog/", "/search/?q=suite"):
        text = plain(reseller.client.get(path))
        assert f"or 12 {TIMES} €8.33 monthly, the last €8.37" in text, path
    page = plain(reseller.client.get(f"/products/{suite.public_id}/"))
    assert f"{LINE} €8.33, the last €8.37" in page
    chosen = {"unit": "P1Y", "quantity": 1, "plan-P1Y": "monthly-12"}
    change = reseller.client.get(page_of(suite, **chosen), headers={"HX-Request": "true"})
    assert plain(change).count(f"{LINE} €8.33, the last €8.37") == 2
    assert "First payment€8.33" in plain(change)
    added = reseller.client.post("/basket/add/", {"product": suite.public_id, **chosen})
    assert added.status_code == 302
    [item] = view_of(reseller, shop).items
    assert (item.split.regular, item.split.last) == (Decimal("8.33"), Decimal("8.37"))
    assert api_plans(reseller) == [
        {
            "code": "monthly-12", "frequency": "monthly", "count": 12, "price": "100.0000000000",
            "total": "100.00", "regular": "8.33", "last": "8.37",
        }
    ]  # fmt: skip


def test_what_has_not_the_same_plan_is_not_the_same_line(reseller, shop, suite, monthly):
    allow(reseller.account)

    for plan in ("", "monthly-12", "monthly-12"):
        chosen = {"unit": "P1Y", "quantity": "1", "plan-P1Y": plan}
        reseller.client.post("/basket/add/", {"product": suite.public_id, **chosen})

    lines = BasketLine.objects.order_by("pk").values_list("payment_plan", "quantity")
    assert list(lines) == [(None, 1), (monthly.pk, 2)]


def test_the_quantity_and_the_extra_charge_are_in_the_split(reseller, suite, monthly):
    allow(reseller.account, "5")

    text = plain(
        reseller.client.get(
            page_of(suite, unit="P1Y", quantity="7", plan="monthly-12"),
            headers={"HX-Request": "true"},
        )
    )

    # 7 x 105.00 in 12
    assert f"{LINE} €61.25" in text
    assert "€735.00 in all, €35.00 more" in text
    assert "€700.00 at once" in text
    assert "€105.00 per year" in text


def test_a_customer_at_its_resellers_shop_sees_the_split_of_the_resale_price_alone(
    reseller, customer_account, suite, monthly, distributor
):
    own_shop = Storefront.everywhere.create(
        organization=distributor,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions",
    )
    own = PriceListFactory(organization=distributor, owner=reseller.account, name="Tech list")
    PriceListItemFactory(price_list=own, product=suite, rule=PriceRule.MARKUP, percent=Decimal(20))
    customer = person_of_account(customer_account, own_shop)
    allow(reseller.account)

    with granted(reseller.account, *WINDOW):
        texts = [
            plain(customer.client.get(f"/techsolutions{path}"))
            for path in ("/catalog/", f"/products/{suite.public_id}/")
        ]

    for text in texts:
        assert "€10.00" in text
        assert "€8.33" not in text


# Who is offered what -------------------------------------------------------------------------------------


def test_nobody_is_offered_a_plan_but_who_may_pay_so(reseller, rival, client, suite, monthly):
    allow(reseller.account)
    allow(rival.account, is_enabled=False)

    for browser in (rival.client, client):
        for path in ("/catalog/", f"/products/{suite.public_id}/"):
            assert "8.33" not in plain(browser.get(path))


@pytest.mark.parametrize("gone", ["offer", "plan"])
def test_what_is_not_offered_any_more_is_nowhere(reseller, suite, monthly, gone):
    allow(reseller.account)
    if gone == "offer":
        PaymentPlanOffer.everywhere.update(is_active=False)
    else:
        type(monthly).everywhere.update(is_active=False)

    assert "8.33" not in plain(reseller.client.get("/catalog/"))
    assert LINE not in plain(reseller.client.get(f"/products/{suite.public_id}/"))


def test_a_plan_is_not_offered_where_an_installment_would_be_nothing(
    reseller, distributor, everybody, shop
):
    allow(reseller.account)
    penny = make_product(
        distributor, price_list=everybody, name="Penny", prices={"P1Y": ("0.11", "0")}
    )
    offer(make_plan(distributor), penny)

    for_one = plain(reseller.client.get(page_of(penny, unit="P1Y", quantity="1")))
    for_two = plain(reseller.client.get(page_of(penny, unit="P1Y", quantity="2")))
    refused = reseller.client.post(
        "/basket/add/",
        {"product": penny.public_id, "unit": "P1Y", "quantity": "1", "plan": "monthly-12"},
    )

    assert LINE not in for_one
    assert f"{LINE} €0.01, the last €0.11" in for_two
    assert "monthly" not in plain(reseller.client.get("/catalog/"))
    assert refused["Location"].startswith(f"/products/{penny.public_id}/")
    assert BasketLine.objects.count() == 0


@pytest.mark.parametrize("plan", ["monthly-11", "monthly", "x", "1"])
def test_a_plan_nobody_offers_is_told_and_leaves_the_basket_as_it_was(
    reseller, suite, monthly, plan
):
    allow(reseller.account)

    answer = reseller.client.get(page_of(suite, unit="P1Y", quantity="1", plan=plan))
    reseller.client.post(
        "/basket/add/",
        {"product": suite.public_id, "unit": "P1Y", "quantity": "1", "plan-P1Y": plan},
    )

    assert "This payment plan is not offered" in plain(answer)
    assert answer.context["sum"] is None
    assert BasketLine.objects.count() == 0


def test_a_plan_longer_than_the_term_and_a_term_under_a_year_are_left_out(
    reseller, distributor, everybody
):
    allow(reseller.account)
    product = make_product(
        distributor,
        price_list=everybody,
        prices={"P6M": ("60", "1"), "P1Y": ("100", "1"), "P3Y": ("300", "1")},
    )
    long, short = make_plan(distributor, 36), make_plan(distributor, 4, "quarterly")
    for plan in (long, short):
        for unit in ("P6M", "P1Y", "P3Y"):
            offer(plan, product, unit=unit)

    rows = reseller.client.get(f"/products/{product.public_id}/").context["terms"]

    assert {row.term.unit: [option.plan.code for option in row.options] for row in rows} == {
        "P6M": [],
        "P1Y": ["quarterly-4"],
        "P3Y": ["quarterly-4", "monthly-36"],
    }


def test_a_card_names_the_term_where_its_price_is_of_another(
    reseller, distributor, everybody, monthly
):
    allow(reseller.account)
    product = make_product(
        distributor,
        price_list=everybody,
        name="Both",
        prices={"P1M": ("10", "1"), "P1Y": ("120", "1")},
    )
    offer(monthly, product)

    assert f"Yearly: 12 {TIMES} €10.00 monthly" in plain(reseller.client.get("/catalog/"))


# The page ------------------------------------------------------------------------------------------------


def test_every_term_keeps_its_own_plan_and_all_amounts_are_there_before_anything_is_chosen(
    reseller, distributor, suite, monthly, everybody
):
    from tests.factories.catalog import ListPriceFactory

    allow(reseller.account)
    ListPriceFactory(product=suite, unit="P3Y", price=Decimal(240), cost=Decimal(1))
    offer(monthly, suite, unit="P3Y")

    answer = reseller.client.get(f"/products/{suite.public_id}/")
    kept = reseller.client.get(
        page_of(suite, **{"unit": "P3Y", "quantity": "1", "plan-P1Y": "monthly-12"})
    )

    assert f"{LINE} €8.33, the last €8.37" in plain(answer)
    assert f"{LINE} €20.00" in plain(answer)
    assert [row.chosen for row in answer.context["terms"]] == ["", ""]
    assert [row.chosen for row in kept.context["terms"]] == ["monthly-12", ""]
    assert not kept.context["sum"].is_planned


@pytest.mark.parametrize("quantity", ["0", "", "many"])
def test_a_quantity_that_does_not_fit_loses_no_plan_and_no_term(
    reseller, suite, monthly, everybody, quantity
):
    allow(reseller.account)
    extra = make_add_on(suite, price_list=everybody, prices={"P1Y": ("24", "1")})
    chosen = {
        "unit": "P1Y", "quantity": quantity, "plan-P1Y": "monthly-12", f"addon-{extra.public_id}": "3",
    }  # fmt: skip

    added = reseller.client.post("/basket/add/", {"product": suite.public_id, **chosen})
    answer = reseller.client.get(added.url)

    assert BasketLine.objects.count() == 0
    assert [(row.is_chosen, row.chosen) for row in answer.context["terms"]] == [
        (True, "monthly-12")
    ]
    assert answer.context["add_ons"][0].input.value() == "3"
    assert answer.context["sum"] is None


def test_without_javascript_the_plan_is_kept_in_the_address(reseller, suite, monthly):
    allow(reseller.account)
    path = f"/products/{suite.public_id}/"

    answer = reseller.client.post(
        path, {"unit": "P1Y", "quantity": "2", "plan-P1Y": "monthly-12", "product": "x"}
    )

    assert answer["Location"] == f"{path}?unit=P1Y&quantity=2&plan-P1Y=monthly-12"
    assert "First payment€16.66" in plain(reseller.client.get(answer["Location"]))


def test_add_ons_are_paid_as_their_product_is_where_they_can_be(
    reseller, shop, suite, monthly, everybody
):
    allow(reseller.account)
    planned = make_add_on(suite, price_list=everybody, prices={"P1Y": ("24", "1")})
    at_once = make_add_on(suite, price_list=everybody, prices={"P1Y": ("7", "1")})
    offer(monthly, planned)
    chosen = {
        "unit": "P1Y", "quantity": "1", "plan-P1Y": "monthly-12",
        f"addon-{planned.public_id}": "1", f"addon-{at_once.public_id}": "1",
    }  # fmt: skip

    text = plain(reseller.client.get(page_of(suite, **chosen)))
    reseller.client.post("/basket/add/", {"product": suite.public_id, **chosen})

    # 8.33 + 2.00 + 7.00
    assert "First payment€17.33" in text
    assert view_of(reseller, shop).first_payment.amount == Decimal("17.33")


# Cost ----------------------------------------------------------------------------------------------------


def test_a_page_of_fifty_with_installments_takes_twelve_queries(
    reseller, distributor, everybody, django_assert_max_num_queries
):
    plan = make_plan(distributor)
    for _ in range(50):
        offer(plan, make_product(distributor, price_list=everybody, prices={"P1Y": ("9", "1")}))
    reseller.client.get("/catalog/")
    with scope.activate(None), django_assert_max_num_queries(12) as without:
        reseller.client.get("/catalog/")
    allow(reseller.account)

    with scope.activate(None), django_assert_max_num_queries(12) as seen:
        answer = reseller.client.get("/catalog/")

    assert sum(card.installments is not None for card in answer.context["listing"].cards) == 50
    assert len(seen) == len(without)


def view_of(person, shop):
    with scope.activate(person.account.scope):
        return basket_view(basket_of(user_id=person.user.pk, storefront=shop))


def api_plans(person):
    with scope.activate(person.account.scope), granted(person.account, "api"):
        _token, key = token_create(
            organization=person.account.organization,
            account=person.account,
            name="t",
            scopes=[Permission.CATALOG_VIEW],
            actor=person.actor,
        )
    with granted(person.account, "api"):
        answer = Client().get("/api/v1/products/", headers={"Authorization": f"Bearer {key}"})
    [found] = answer.json()["results"]
    return found["prices"][0]["payment_plans"]
