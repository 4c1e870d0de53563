"""U+0000 in an address or a form: 400 with the cause, whoever sends it wherever, and nothing changed."""

from __future__ import annotations

import pytest

from bss.accounts.permissions import Permission
from bss.core import scope
from bss.orders.models import Basket, BasketLine, Order
from tests.bss.orders.test_api import client_of, post, wanted
from tests.factories.orders import make_basket, make_product
from tests.pages import api, portal

TOLD = "invisible character"


@pytest.fixture
def mailbox(distributor):
    return make_product(distributor, name="Mailbox")


@pytest.mark.parametrize(
    "query",
    ["vendor=%00", "industry=a%00b", "q=%00", "q=a&x%00=1", "shelf=%00", "after=%00", "sort=%00"],
)
def test_an_address_is_refused_on_each_surface(client, staff, reseller, mailbox, query):
    for who, url in (
        (client, "/catalog/"),
        (reseller.client, "/search/"),
        (reseller.client, "/orders/"),
        (staff.client, portal("orders:list")),
    ):
        refused = who.get(f"{url}?{query}")
        assert (refused.status_code, TOLD in refused.content.decode()) == (400, True), url


@pytest.mark.parametrize("url", ["/%00/", "/products/a%00b/", "/portal/orders/%00/"])
def test_a_path_is_refused_before_anybody_asks_for_it(client, distributor, shop, url):
    assert client.get(url).status_code == 400


@pytest.mark.parametrize("url", ["/basket/pick/", "/basket/", "/checkout/billing/"])
def test_a_form_is_refused_and_changes_nothing(reseller, shop, mailbox, url):
    with scope.activate(reseller.account.scope):
        make_basket(reseller, shop, mailbox)
    before = Basket.everywhere.values().get(), BasketLine.objects.values().get()
    line = before[1]["public_id"]

    refused = reseller.client.post(
        url, {"pick": "a\0", f"{line}-quantity": "7", f"{line}-friendly_name": "a\0b"}
    )

    assert (refused.status_code, TOLD in refused.content.decode()) == (400, True)
    assert (Basket.everywhere.values().get(), BasketLine.objects.values().get()) == before


def test_a_partial_request_is_told_in_a_toast(reseller, shop):
    refused = reseller.client.get("/catalog/?q=%00", headers={"HX-Request": "true"})

    assert refused.status_code == 400
    assert TOLD in refused.headers["HX-Trigger"]


def test_the_api_refuses_it_in_its_own_form(staff, reseller, at_distributor, mailbox):
    erp = client_of(staff, Permission.ORDER_VIEW, Permission.ORDER_CREATE)

    listed = erp.get(f"{api('orders-api:orders')}?number=%00")
    given = [
        wanted(mailbox, reseller.account, parameters=parameters)
        for parameters in ({"alias": "a\0b"}, {"alias": {"of": ["a\0b"]}}, {"a\0b": "c"})
    ]
    answers = {**wanted(mailbox, reseller.account), "name": "a\0b"}
    refused = [post(erp, "orders-api:orders", data=body) for body in [*given, answers]]

    assert (listed.status_code, listed.json()["code"]) == (400, "NULL_CHARACTER")
    assert [each.status_code for each in refused] == [400, 400, 400, 400]
    assert Order.objects.count() == 0
