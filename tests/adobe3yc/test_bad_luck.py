"""Bad input and bad luck: what Adobe refuses or never answers, what changes between two looks, and who comes second."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adobe3yc.models import AdobeCustomer, AdobeOrder
from bss.accounts.models import Account
from bss.core import scope
from bss.orders.models import Order
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import basket_add, line_correct
from servicemanager.models import AccountLink, ProvisioningJob
from tests.adobe3yc.selling import LICENCE, basket_with, known_reseller, on_sale
from tests.adobe3yc.test_checkout import accepted, asked, details, placed
from tests.conftest import person_of_account
from tests.factories.orders import make_product
from tests.sandbox.vip_calls import Partner
from tests.scenarios.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def selling(distributor, vip_marketplace, run_jobs):
    with scope.activate(distributor.scope):
        yield on_sale(distributor, vip_marketplace, run_jobs)


@pytest.fixture
def seller(selling, shop):
    return person_of_account(known_reseller(selling, name="Techsolutions"), shop)


@pytest.fixture
def buyer(seller):
    return Browser(seller.client)


@pytest.fixture
def basket(selling, shop):
    """`basket(person, quantity)`: a basket for a new customer, with the same details each time."""

    def filled(person, quantity=10):
        with scope.activate(person.account.scope):
            found = basket_with(person, shop, selling.products[LICENCE], quantity)
            selling.draft(found)
            return found

    return filled


@pytest.fixture
def settle(run_jobs, travel):
    """Let everything run that is due in the next minutes."""

    def settle() -> None:
        for _ in range(4):
            run_jobs()
            travel(timedelta(seconds=90))
        run_jobs()

    return settle


def place(buyer) -> Order:
    """From the basket to the order, with no commitment."""
    return placed(buyer, buyer.see("/basket/").expect())


def to_review(buyer, items):
    """From the repriced items to the last page before the order, its prices seen."""
    page = buyer.press(items, "seen_total", {"do": "continue"})
    while "Place order" not in page.html:
        part = "purchase_order" if "purchase_order" in page.html else "adobe"
        page = buyer.press(page, part, {"do": "continue"})
    return page


# Between two looks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("DECLINED", "Fairmont Textiles declined"),
        ("EXPIRED", "is over"),
        ("NONCOMPLIANT", "did not buy its minimum in time"),
    ],
)
def test_an_acceptance_that_is_gone_when_the_order_is_placed_stops_it(
    selling, seller, basket, buyer, run_jobs, status, words
):
    """It was accepted when its prices were shown, and is not when they are bought."""
    found = basket(seller)
    page = to_review(buyer, accepted(selling, buyer, run_jobs))
    selling.service.act(selling.customers[0]["customerId"], "term", term="request", status=status)

    told = buyer.press(page, "Place order", {"do": "place"})

    assert (told.status, words in told.html) == (400, True)
    found.refresh_from_db()
    assert found.state != "placed"
    assert Order.everywhere.count() == 0
    assert not Account.everywhere.filter(name="Fairmont Textiles").exists()
    assert selling.orders == []


def test_thirty_days_after_the_acceptance_its_prices_are_gone(
    selling, seller, basket, buyer, run_jobs
):
    basket(seller)
    page = to_review(buyer, accepted(selling, buyer, run_jobs))
    selling.service.move_clock(timedelta(days=31).total_seconds())

    told = buyer.press(page, "Place order", {"do": "place"})

    assert "did not buy its minimum in time" in told.html
    assert (Order.everywhere.count(), selling.orders) == (0, [])


def test_leaving_the_wish_after_it_lapsed_goes_back_to_the_items_at_standard_prices(
    selling, seller, basket, buyer, run_jobs
):
    found = basket(seller)
    accepted(selling, buyer, run_jobs)
    selling.service.act(
        selling.customers[0]["customerId"], "term", term="request", status="DECLINED"
    )

    items = details(buyer, adobe_commitment="")

    assert items.url.endswith("/basket/")
    assert found.lines.get().quote["reference"] == "65304479CA02A12"


# Silence and nonsense ------------------------------------------------------------------------------------


def test_an_adobe_that_takes_too_long_is_a_form_error(
    selling, seller, basket, buyer, run_jobs, monkeypatch
):
    found = basket(seller)
    asked(selling, buyer, run_jobs)
    before = found.lines.values().get()
    monkeypatch.setattr(CHECKOUT_REVIEW.get(), "seconds", 0.5)
    selling.service.behave("slow", seconds=3, match="GET /v3/customers")

    page = details(buyer)

    assert page.status == 400
    assert "Nothing was ordered" in page.html
    assert found.lines.values().get() == before
    assert Order.everywhere.count() == 0


@pytest.mark.parametrize("mode", ["fail", "garbage", "gateway", "unavailable", "throttle"])
def test_an_order_that_adobe_does_not_answer_well_is_placed_once(
    selling, seller, basket, buyer, settle, mode
):
    basket(seller, 3)
    place(buyer)
    selling.service.behave(mode, times=1, match="NEW")

    settle()

    [order] = selling.orders
    assert [(x["offerId"], x["quantity"]) for x in order["lineItems"]] == [(LICENCE, 3)]
    assert Order.everywhere.get().state == "executed"
    assert len(selling.customers) == 1


@pytest.mark.parametrize(("code", "ours"), [("2122", "ADOBE_OFFER"), ("2120", "ADOBE_QUANTITY")])
def test_an_order_that_adobe_refuses_fails_with_its_own_code_and_the_account_stays(
    selling, seller, basket, buyer, settle, code, ours
):
    basket(seller, 3)
    place(buyer)
    selling.service.behave("error", code=code, times=1, match="NEW")

    settle()

    job = ProvisioningJob.everywhere.latest("pk")
    assert (job.state, job.code, job.vendor_code) == ("failed", ours, code)
    assert (selling.orders, AdobeOrder.everywhere.get().status) == ([], "refused")
    assert Account.everywhere.filter(name="Fairmont Textiles").count() == 1


def test_a_level_that_is_refused_is_previewed_again_and_ordered_once(
    selling, seller, basket, buyer, settle
):
    """2129: the customer is not eligible for the offer that the preview named a moment before."""
    basket(seller, 3)
    place(buyer)
    selling.service.behave("error", code="2129", times=1, match="NEW")

    settle()

    assert len(selling.orders) == 1
    assert Order.everywhere.get().state == "executed"
    refused, done = AdobeOrder.everywhere.order_by("pk")
    assert (refused.status, done.status) == ("refused", "1000")
    assert refused.key != done.key


@pytest.mark.parametrize("outcome", ["1004", "1020", "1022"])
def test_an_order_that_does_not_settle_fails_and_can_be_tried_again(
    selling, seller, basket, buyer, settle, outcome
):
    selling.service.rules(order_outcome=outcome)
    basket(seller, 3)
    order = place(buyer)
    settle()
    job = ProvisioningJob.everywhere.latest("pk")
    assert (job.state, job.code, job.vendor_code) == ("failed", "ADOBE_FAILED", outcome)
    selling.service.rules(order_outcome="1000")

    line = order.lines.get()
    line_correct(line=line, parameters={}, actor=seller.actor)
    settle()

    line.refresh_from_db()
    assert line.state == "delivered"
    assert [each["status"] for each in selling.orders] == ["1000", outcome]


@pytest.mark.parametrize("outcome", ["1004", "1010"])
def test_a_customer_that_adobe_cannot_set_up_stops_the_basket(
    selling, seller, basket, buyer, run_jobs, outcome
):
    selling.service.rules(customer_outcome=outcome)
    found = basket(seller)
    asked(selling, buyer, run_jobs)

    told = details(buyer)

    assert (told.status, outcome in told.html) == (400, True)
    assert len(selling.customers) == 1
    assert found.lines.get().quote is None


# Who comes second ----------------------------------------------------------------------------------------


@pytest.fixture
def rival(selling, shop):
    """Another reseller that Adobe knows, with the same new customer."""
    return person_of_account(known_reseller(selling, name="Northbridge IT"), shop)


def test_two_resellers_that_ask_for_one_company_make_one_customer_and_the_second_is_told(
    selling, seller, rival, basket, buyer, run_jobs
):
    basket(seller)
    asked(selling, buyer, run_jobs)
    other, second = basket(rival), Browser(rival.client)
    asked(selling, second, run_jobs)

    told = details(second)

    assert told.status == 400
    assert "is a customer at Adobe already. Give its Adobe id instead." in told.html
    assert [c["status"] for c in selling.customers].count("1000") == 1
    first = next(c["customerId"] for c in selling.customers if c["status"] == "1000")
    # Its id does not help the second one either: Adobe has it with the first.
    other_way = details(second, adobe_customer_id=first)
    assert "Adobe has this customer with another reseller" in other_way.html
    assert "has not accepted" in details(buyer).html
    assert other.lines.get().quote is None
    assert Order.everywhere.count() == 0


def test_whoever_gives_the_id_of_its_company_goes_on_with_it(
    selling, seller, basket, buyer, run_jobs
):
    """Adobe has it with the same reseller, and nobody here knew."""
    known = _made_elsewhere(selling, seller)
    basket(seller)
    asked(selling, buyer, run_jobs)
    told = details(buyer)
    assert "is a customer at Adobe already" in told.html

    details(buyer, adobe_customer_id=known)
    run_jobs()

    assert "has not accepted" in details(buyer).html
    assert [c["customerId"] for c in selling.customers if c["status"] == "1000"] == [known]
    assert AdobeCustomer.everywhere.get().adobe_id == known


def test_a_company_that_adobe_has_already_parks_the_order_until_its_id_is_given(
    selling, seller, rival, basket, buyer, settle
):
    """Ordered without a commitment, the customer is made by the worker: Adobe refuses a second one (1127)."""
    basket(seller, 3)
    order = place(buyer)
    selling.service.behave("error", code="1127", times=1, match="POST /v3/customers")
    settle()
    line = order.lines.get()
    assert (line.state, line.problem_code, line.problem_field) == (
        "needs_input", "ADOBE_EXISTS", "adobe_customer_id",
    )  # fmt: skip
    assert "Give its Adobe id instead" in line.problem_text
    assert selling.orders == []

    known = _made_elsewhere(selling, seller)
    line_correct(line=line, parameters={"adobe_customer_id": known}, actor=seller.actor)
    settle()

    line.refresh_from_db()
    assert (line.state, len(selling.orders)) == ("delivered", 1)
    assert AdobeCustomer.everywhere.get().adobe_id == known


def _made_elsewhere(selling, seller) -> str:
    """The company, made in Adobe's partner portal for the same reseller."""
    reseller = AccountLink.everywhere.get(account=seller.account).external_id
    partner = Partner(selling.service)
    made = partner.customer(reseller)
    partner.read(made)
    return made


# Beside other vendors ------------------------------------------------------------------------------------


def test_a_basket_with_another_vendors_items_is_one_order_and_only_adobes_are_repriced(
    selling, seller, basket, buyer, run_jobs, distributor, settle
):
    found = basket(seller)
    mail = make_product(distributor, name="Mail", units=("P1Y",), price="5")
    with scope.activate(seller.account.scope):
        basket_add(basket=found, product=mail, unit="P1Y", quantity=3, actor=seller.actor)

    items = accepted(selling, buyer, run_jobs)

    assert items.url.endswith("/basket/")
    quotes = {line.product.name: line.quote for line in found.lines.select_related("product")}
    assert quotes["Mail"] is None
    order = placed(buyer, items)
    settle()
    assert sorted(order.lines.values_list("product__name", "total")) == sorted(
        [("Mail", 15), (selling.products[LICENCE].name, 800)]
    )
    [at_adobe] = selling.orders
    assert [x["offerId"] for x in at_adobe["lineItems"]] == ["65304479CA12A12"]
