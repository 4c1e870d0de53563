"""What a service manager quotes: kept on the lines, priced by, told once, compared again before placing."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from bss.orders.contracts import LineEdit, Proceed, Reprice
from bss.orders.errors import PriceChanged, Repriced
from bss.orders.models import Order
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.selectors import basket_view
from bss.orders.services import (
    basket_choose_customer,
    basket_edit,
    basket_place,
    basket_review,
    order_execute,
)
from bss.pricing.contracts import QuotedPrice
from tests.factories.orders import make_basket, make_draft, make_product
from tests.factories.ports import filled

pytestmark = pytest.mark.usefixtures("at_distributor")


@dataclass
class Quoting:
    """A service manager that quotes `amount` for each line; None: nothing."""

    amount: str | None = "8"
    message: str = "Level 12."
    cause: str = "commitment"
    cost: str = "5"
    asked: list[str] = field(default_factory=list)

    def fields(self, subject: Any) -> tuple[()]:
        return ()

    def review(self, subject: Any, step: str) -> Any:
        self.asked.append(step)
        if self.amount is None:
            return Proceed(self.message)
        quotes = [
            QuotedPrice(
                line.product_id, line.unit, "EUR", Decimal(self.amount), "list",
                cost=Decimal(self.cost), line=line.key, reference="12", note="Level 12",
            )
            for line in subject.lines
        ]  # fmt: skip
        return Reprice(self.message, self.cause, quotes)


@pytest.fixture
def quoting():
    with filled(CHECKOUT_REVIEW, found := Quoting()):
        yield found


@pytest.fixture
def basket(reseller, shop, distributor):
    return make_basket(reseller, shop, make_product(distributor), quantity=3)


def review(basket, reseller, step="service_details") -> str:
    return basket_review(basket=basket, step=step, actor=reseller.actor)


def total(basket) -> Decimal:
    return basket_view(basket).total.amount


def test_quotes_are_told_once_and_priced_by_from_then_on(basket, reseller, quoting):
    with pytest.raises(Repriced, match="Level 12") as news:
        review(basket, reseller)

    assert news.value.extra == {"cause": "commitment"}
    [item] = basket_view(basket).items
    assert (item.unit_price.amount, item.old_price.amount, item.total.amount) == (8, 10, 24)
    assert review(basket, reseller) == ""
    assert basket.lines.get().quote["note"] == "Level 12"


def test_a_quoted_list_price_is_under_the_price_lists(basket, reseller, quoting, distributor):
    item = basket.lines.get().product.price_list_items.get()
    item.rule, item.percent = "markup", Decimal(20)
    item.save()

    with pytest.raises(Repriced):
        review(basket, reseller)

    assert total(basket) == 18


def test_more_of_it_keeps_the_quote_and_another_term_does_not(basket, reseller, quoting):
    with pytest.raises(Repriced):
        review(basket, reseller)
    line = basket.lines.get()

    basket_edit(basket=basket, edits=[LineEdit(line.public_id, quantity=5)], actor=reseller.actor)
    assert total(basket) == 40

    line.unit = "P1Y"
    line.save()
    assert basket_view(basket).is_orderable is False


def test_another_customer_has_no_quotes(basket, reseller, quoting, customer_account):
    with pytest.raises(Repriced):
        review(basket, reseller)

    basket_choose_customer(basket=basket, customer=customer_account, actor=reseller.actor)

    assert total(basket) == 30
    with pytest.raises(Repriced):
        review(basket, reseller)


def test_what_is_quoted_no_more_leads_back_with_its_reason(basket, reseller, quoting):
    with pytest.raises(Repriced):
        review(basket, reseller)
    quoting.amount, quoting.message = None, "One is missing."

    with pytest.raises(Repriced, match="One is missing"):
        review(basket, reseller)

    assert total(basket) == 30
    assert review(basket, reseller) == "One is missing."


def test_a_difference_at_place_order_always_leads_back(basket, reseller, quoting):
    with pytest.raises(Repriced):
        review(basket, reseller)
    with pytest.raises(PriceChanged):
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    quoting.amount = "9"

    with pytest.raises(Repriced):
        basket_place(basket=basket, actor=reseller.actor, terms=None)

    assert Order.objects.count() == 0
    assert total(basket) == 27


def test_the_order_keeps_the_quote_and_its_prices(basket, reseller, quoting):
    with pytest.raises(Repriced):
        review(basket, reseller)
    with pytest.raises(PriceChanged):
        basket_place(basket=basket, actor=reseller.actor, terms=None)

    line = basket_place(basket=basket, actor=reseller.actor, terms=None).lines.get()

    assert (line.unit_price, line.unit_cost, line.total) == (8, 5, 24)
    assert line.quote["reference"] == "12"


def test_a_draft_of_staff_is_priced_anew_and_confirmed(staff, reseller, distributor, quoting):
    order = make_draft(reseller.account, make_product(distributor))

    with pytest.raises(Repriced):
        order_execute(order=order, actor=staff.actor)
    order.refresh_from_db()
    assert (order.state, order.total) == ("draft", 8)

    order_execute(order=order, actor=staff.actor)
    order.refresh_from_db()
    assert order.state == "executing"
    assert order.lines.get().unit_cost == 5
