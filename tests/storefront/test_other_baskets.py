"""A basket that waits is left, found again beside the others, and gone on with."""

from __future__ import annotations

from typing import Any

import pytest

from bss.core import scope
from bss.orders.contracts import Proceed, Wait
from bss.orders.models import Basket, Order
from bss.orders.ports import CHECKOUT_REVIEW
from tests.factories.orders import make_basket, make_product
from tests.factories.ports import filled
from tests.storefront.test_checkout import main_of


class _Asking:
    """A service manager that waits for an answer until it is there."""

    def __init__(self) -> None:
        self.is_answered = False

    def fields(self, subject: Any) -> tuple[()]:
        return ()

    def review(self, subject: Any, step: str) -> Any:
        return Proceed() if self.is_answered else Wait("The customer was asked.")


@pytest.fixture
def asking():
    with filled(CHECKOUT_REVIEW, found := _Asking()):
        yield found


@pytest.fixture
def waiting(reseller, shop, distributor, asking) -> Basket:
    """A basket that waits, beside an open one."""
    with scope.activate(reseller.account.scope):
        found = make_basket(reseller, shop, make_product(distributor, name="Acrobat"))
        reseller.client.post("/basket/", {"do": "continue"})
        make_basket(reseller, shop, make_product(distributor, name="Mailbox"))
    return found


def test_others_go_on_and_the_one_that_waits_is_found_again(reseller, waiting):
    page = main_of(reseller.client.get("/basket/"))
    assert "Mailbox" in page
    assert "Your other baskets" in page
    assert page.count("waits for an answer") == 1

    answer = reseller.client.post("/basket/pick/", {"pick": waiting.public_id})
    assert answer.url == "/basket/"
    page = main_of(reseller.client.get("/basket/"))
    assert "Acrobat" in page
    assert "The customer was asked." in page


def test_a_basket_that_waits_is_placed_once_it_is_answered(reseller, waiting, asking):
    reseller.client.post("/basket/pick/", {"pick": waiting.public_id})
    review = reseller.client.get("/checkout/review/").context
    form = {"basket": waiting.public_id, "seen": review["seen"], "do": "place"}

    def placed() -> str:
        waiting.refresh_from_db()
        return str(
            reseller.client.post("/checkout/review/", {**form, "version": waiting.version}).url
        )

    assert placed() == "/basket/"
    assert Order.everywhere.count() == 0
    asking.is_answered = True

    assert "progress" in placed()
    assert Order.everywhere.get().basket_id == waiting.pk
    assert "Mailbox" in main_of(reseller.client.get("/basket/"))


def test_nobody_elses_basket_is_picked(rival, waiting):
    assert rival.client.post("/basket/pick/", {"pick": waiting.public_id}).status_code == 404
    assert rival.client.post("/basket/pick/", {"pick": ""}).status_code == 404
