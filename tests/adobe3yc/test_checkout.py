"""The three-year commitment in checkout, over HTTP: asked for, waited for, priced, ordered once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from adobe3yc.gateway import adobe
from adobe3yc.models import AdobeCustomer, AdobeOrder
from adobe3yc.pricefiles.contracts import FileKind
from adobe3yc.services import customer_record, customer_start
from bss.accounts.models import Account
from bss.core import scope
from bss.orders.models import Basket, Order
from bss.subscriptions.models import Subscription
from servicemanager import registry
from servicemanager.contracts import Answered, OutcomeUnknown
from servicemanager.models import AccountLink
from servicemanager.selectors import instance_context
from tests.adobe3yc.selling import CONSUMABLE, LICENCE, basket_with, known_reseller, on_sale
from tests.conftest import person_of_account
from tests.factories.accounts import ResellerFactory
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


def basket(selling, seller, shop, quantity, sku=LICENCE, **draft) -> Basket:
    with scope.activate(seller.account.scope):
        found = basket_with(seller, shop, selling.products[sku], quantity)
        selling.draft(found, **draft)
        return found


def details(buyer, **answers):
    """Answer Service Details of the only line and go on."""
    page = buyer.see("/checkout/details/").expect()
    line = next(name for name in page.form("adobe").values if "adobe" in name).split("-")[0]
    return buyer.press(
        page, "adobe", {"do": "continue", **{f"{line}-{k}": v for k, v in answers.items()}}
    )


def asked(selling, buyer, run_jobs, licenses="10", **answers):
    """Ask for a commitment, and let the request be made."""
    page = details(buyer, adobe_commitment="ask", adobe_licenses=licenses, **answers)
    run_jobs()
    return page


def placed(buyer, page):
    review = buyer.press(page, "seen_total", {"do": "continue"})
    while "Place order" not in review.html:
        review = (
            buyer.press(review, "purchase_order", {"do": "continue"})
            if "purchase_order" in review.html
            else buyer.press(review, "adobe", {"do": "continue"})
        )
    buyer.press(review, "Place order", {"do": "place"}).expect()
    return Order.everywhere.get()


def test_an_accepted_commitment_is_one_order_one_customer_one_account(
    selling, seller, shop, buyer, run_jobs, travel
):
    waiting = basket(selling, seller, shop, 10)

    page = asked(selling, buyer, run_jobs)

    assert "This basket waits for an answer" in page.html
    [customer] = selling.customers
    assert "has not accepted" in details(buyer).html
    selling.service.act(customer["customerId"], "accept", term="request")
    items = details(buyer)
    assert items.url.endswith("/basket/")
    assert "has accepted Adobe&#x27;s three-year commitment" in items.html
    assert "Prices changed since you last looked" not in items.html
    assert "level 12" in items.html
    assert "€80.00" in items.html
    assert "has accepted" not in buyer.see("/basket/").html
    order = placed(buyer, items)
    run_jobs()
    travel(timedelta(seconds=10))
    run_jobs()

    line = order.lines.get()
    assert (line.unit_price, line.total, line.unit_cost) == (Decimal(80), Decimal(800), Decimal(80))
    assert len(selling.customers) == 1
    [bought] = selling.orders
    assert [(x["offerId"], x["quantity"]) for x in bought["lineItems"]] == [("65304479CA12A12", 10)]
    account = Account.everywhere.get(name="Fairmont Textiles")
    assert (account.parent, order.customer) == (seller.account, account)
    mirror = AdobeCustomer.everywhere.get()
    assert (mirror.account, mirror.adobe_id) == (account, customer["customerId"])
    assert AccountLink.everywhere.get(account=account).external_id == customer["customerId"]
    assert AdobeOrder.everywhere.get().adobe_id == bought["orderId"]
    subscription = Subscription.everywhere.get()
    assert subscription.state == "active"
    assert subscription.external_id == bought["lineItems"][0]["subscriptionId"]
    waiting.refresh_from_db()
    assert waiting.state == "placed"


def accepted(selling, buyer, run_jobs, licenses="10", **answers):
    """Ask, let the customer accept, and look again."""
    asked(selling, buyer, run_jobs, licenses, **answers)
    [customer] = selling.customers
    selling.service.act(customer["customerId"], "accept", term="request")
    return details(buyer)


def test_service_details_say_that_it_was_accepted(selling, seller, shop, buyer, run_jobs):
    basket(selling, seller, shop, 10)
    fresh = buyer.see("/checkout/details/").html
    assert "No commitment: buy at standard prices" in fresh
    asked(selling, buyer, run_jobs)
    waits = buyer.see("/checkout/details/").html
    assert "Asked for: the customer has not answered yet" in waits
    assert "has not answered yet</option>" in waits
    [customer] = selling.customers
    selling.service.act(customer["customerId"], "accept", term="request")
    details(buyer)

    found = buyer.see("/checkout/details/").html

    assert "Accepted by the customer: its prices apply" in found
    assert "once more" not in found
    assert "adobe_licenses" not in found
    customers_sync_now(selling)
    later = buyer.see("/checkout/details/").html
    assert "Accepted by the customer: its prices apply" in later
    assert "No commitment" not in later


def customers_sync_now(selling) -> None:
    """The mirror as the next look would leave it."""
    mirror = AdobeCustomer.everywhere.get()
    with adobe(instance_context(selling.instance)) as client:
        customer_record(customer=mirror, found=client.customer(mirror.adobe_id))


def test_what_adobe_needs_is_not_called_optional(selling, seller, shop, buyer):
    basket(selling, seller, shop, 10, region="")

    page = buyer.see("/checkout/details/").html

    label = page.split("State or region for Adobe", 1)[1].split("</label>", 1)[0]
    assert "optional" not in label
    assert "such as CA" in page


def test_one_licence_short_of_the_minimum_has_standard_prices_and_is_told(
    selling, seller, shop, buyer, run_jobs
):
    found = basket(selling, seller, shop, 9)

    page = accepted(selling, buyer, run_jobs)

    assert "1 licence is missing to the committed minimum" in page.html
    assert "Place order" in page.html
    assert found.lines.get().quote is None
    assert "€100.00" in page.html


def test_a_request_that_is_open_waits_and_is_made_once(selling, seller, shop, buyer, run_jobs):
    basket(selling, seller, shop, 10)
    asked(selling, buyer, run_jobs)

    for _ in range(2):
        page = details(buyer)
        run_jobs()
        assert page.url.endswith("/checkout/details/")
        assert "Fairmont Textiles has not accepted" in page.html

    assert len(selling.service.log(method="POST", path="/v3/customers")) == 1
    assert selling.service.log(method="PATCH") == []
    assert Order.everywhere.count() == 0


def test_the_way_back_is_taken_once(selling, seller, shop, buyer, run_jobs):
    basket(selling, seller, shop, 10)
    first = accepted(selling, buyer, run_jobs)
    buyer.press(first, "seen_total", {"do": "continue"})

    second = details(buyer)

    assert first.url.endswith("/basket/")
    assert second.url.endswith("/checkout/review/")
    assert "€800.00" in second.html


@pytest.mark.parametrize(
    ("sku", "asked_for", "count", "offer", "price"),
    [
        (LICENCE, "adobe_licenses", 50, "65304479CA13A12", "75"),
        (LICENCE, "adobe_licenses", 100, "65304479CA14A12", "70"),
        (CONSUMABLE, "adobe_transactions", 1000, "65300041CATBA12", "1.50"),
        (CONSUMABLE, "adobe_transactions", 2500, "65300041CATCA12", "1.40"),
        ("65304479CB01A12", "adobe_licenses", 10, "65304479CB02A12", "30"),
    ],
)
def test_each_minimum_has_its_level(
    selling, seller, shop, buyer, run_jobs, sku, asked_for, count, offer, price
):
    found = basket(selling, seller, shop, count, sku)
    details(buyer, adobe_commitment="ask", **{asked_for: str(count)})
    run_jobs()
    selling.service.act(selling.customers[0]["customerId"], "accept", term="request")

    details(buyer)

    quote = found.lines.get().quote
    assert (quote["reference"], Decimal(quote["amount"])) == (offer, Decimal(price))


def test_more_after_the_commitment_keeps_its_level(selling, seller, shop, buyer, run_jobs):
    found = basket(selling, seller, shop, 10)
    accepted(selling, buyer, run_jobs)
    found.lines.update(quantity=60)

    details(buyer)

    assert found.lines.get().quote["reference"] == "65304479CA12A12"


PAST = (date(2020, 1, 1), date(2021, 1, 1))


def test_an_acceptance_outside_each_window_has_the_standard_file(
    selling, seller, shop, buyer, run_jobs
):
    selling.enforce(FileKind.COMMITTED, {"65304479CA12A12": "80"}, PAST)
    found = basket(selling, seller, shop, 10)

    accepted(selling, buyer, run_jobs)

    quote = found.lines.get().quote
    assert (quote["reference"], Decimal(quote["amount"])) == ("65304479CA12A12", Decimal(88))


def test_without_a_3yc_file_nothing_is_priced(distributor, vip_marketplace, shop, run_jobs):
    with scope.activate(distributor.scope):
        selling = on_sale(distributor, vip_marketplace, run_jobs, committed=False)
        seller = person_of_account(known_reseller(selling), shop)
        buyer = Browser(seller.client)
        found = basket(selling, seller, shop, 10)
        page = accepted(selling, buyer, run_jobs)

    assert "Unable to define product price. Please upload the 3YC pricing file." in page.html
    assert found.lines.get().quote is None
    assert Order.everywhere.count() == 0


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("DECLINED", "Fairmont Textiles declined"),
        ("EXPIRED", "is over"),
        ("NONCOMPLIANT", "did not buy its minimum in time"),
    ],
)
def test_what_lapsed_is_told_and_may_be_asked_again_or_left(
    selling, seller, shop, buyer, run_jobs, status, words
):
    found = basket(selling, seller, shop, 10)
    asked(selling, buyer, run_jobs)
    key = selling.customers[0]["customerId"]
    selling.service.act(key, "term", term="request", status=status)

    told = details(buyer)
    assert told.status == 400
    assert words in told.html
    assert selling.service.log(method="PATCH") == []

    details(buyer, adobe_commitment="again", adobe_licenses="10")
    run_jobs()
    assert len(selling.service.log(method="PATCH")) == 1
    assert len(selling.customers) == 1

    selling.service.act(key, "term", term="request", status=status)
    details(buyer, adobe_commitment="")
    assert found.lines.get().quote["reference"] == "65304479CA02A12"
    assert Order.everywhere.count() == 0


def test_whoever_declines_again_is_asked_again_only_when_the_reseller_says_so_again(
    selling, seller, shop, buyer, run_jobs
):
    found = basket(selling, seller, shop, 10)
    asked(selling, buyer, run_jobs)
    key = selling.customers[0]["customerId"]
    selling.service.act(key, "decline", term="request")
    details(buyer, adobe_commitment="again")
    run_jobs()
    assert "has not accepted" in details(buyer).html
    selling.service.act(key, "decline", term="request")

    for _ in range(2):
        told = details(buyer)
        run_jobs()
        assert (told.status, "Fairmont Textiles declined" in told.html) == (400, True)
        assert len(selling.service.log(method="PATCH")) == 1

    details(buyer, adobe_commitment="again-1")
    run_jobs()

    assert len({r["correlation_id"] for r in selling.service.log(method="PATCH")}) == 2
    assert "has not accepted" in details(buyer).html
    assert found.lines.get().quote is None


def test_whoever_was_declined_twice_is_heard_a_third_time(selling, seller, shop, buyer, run_jobs):
    basket(selling, seller, shop, 10)
    asked(selling, buyer, run_jobs)
    key = selling.customers[0]["customerId"]

    for answer in ("again", "again-1"):
        selling.service.act(key, "term", term="request", status="DECLINED")
        details(buyer, adobe_commitment=answer, adobe_licenses="10")
        run_jobs()
        assert "has not accepted" in details(buyer).html

    assert selling.service.effects(f"/v3/customers/{key}") == ["updated", "updated"]


def test_a_refusal_is_told_and_the_same_can_be_tried_later(
    selling, seller, shop, buyer, run_jobs, travel
):
    waiting = basket(selling, seller, shop, 10)
    selling.service.behave("error", code="1126", times=1, match="POST /v3/customers")
    asked(selling, buyer, run_jobs)
    assert selling.customers == []

    told = details(buyer, adobe_commitment="ask", adobe_licenses="10")
    run_jobs()
    assert told.status == 400
    assert "not active there" in told.html
    assert "try the same again in ten minutes" in told.html
    assert selling.customers == []
    # An answer is there: what was wrong can be changed.
    waiting.refresh_from_db()
    assert waiting.state == "open"

    travel(timedelta(minutes=11))
    details(buyer)
    run_jobs()
    assert "has not accepted" in details(buyer).html
    assert len(selling.customers) == 1
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_our_sign_in_refused_is_told_and_forgotten_when_it_works_again(
    selling, seller, shop, buyer, run_jobs, travel
):
    basket(selling, seller, shop, 10)
    right = selling.instance.sealed
    selling.instance.sealed = selling.instance.sealed_with({"client_secret": "another-secret"})
    selling.instance.save()
    asked(selling, buyer, run_jobs)
    assert "client id or the secret" in details(buyer).html

    selling.instance.sealed = right
    selling.instance.save()
    travel(timedelta(minutes=11))
    details(buyer)
    run_jobs()

    assert len(selling.customers) == 1


@pytest.mark.parametrize("mode", ["fail", "garbage", "unavailable", "gateway"])
def test_when_adobe_is_down_the_basket_stays_as_it_is(selling, seller, shop, buyer, run_jobs, mode):
    found = basket(selling, seller, shop, 10)
    asked(selling, buyer, run_jobs)
    before = found.lines.values().get()
    selling.service.behave(mode, times=1, match="GET /v3/customers")

    page = details(buyer)

    assert page.status == 400
    assert "Adobe" in page.html
    assert found.lines.values().get() == before
    assert len(selling.customers) == 1


def test_a_request_whose_answer_was_lost_makes_no_second_customer(selling, seller, shop, buyer):
    waiting = basket(selling, seller, shop, 10)
    details(buyer, adobe_commitment="ask", adobe_licenses="10")
    waiting.refresh_from_db()
    [request] = waiting.requests
    manager = registry.get("adobe")
    selling.service.behave("timeout_after_accept", seconds=5, times=1, match="POST /v3/customers")

    with scope.activate(seller.account.scope):
        lost = manager.prepare(instance_context(selling.instance, timeout=1), request, "key")
        again = manager.prepare(instance_context(selling.instance), request, "key")

    assert isinstance(lost, OutcomeUnknown)
    assert again == Answered({})
    assert len(selling.customers) == 1
    assert AdobeCustomer.everywhere.get().adobe_id == selling.customers[0]["customerId"]


def test_what_is_asked_for_otherwise_after_a_lost_answer_makes_no_second_customer(
    selling, seller, shop, buyer
):
    waiting = basket(selling, seller, shop, 10)
    wanted = []
    for licences in ("10", "20"):
        details(buyer, adobe_commitment="ask", adobe_licenses=licences)
        waiting.refresh_from_db()
        wanted += waiting.requests
    manager = registry.get("adobe")
    selling.service.behave("timeout_after_accept", seconds=5, times=1, match="POST /v3/customers")

    with scope.activate(seller.account.scope):
        lost = manager.prepare(instance_context(selling.instance, timeout=1), wanted[0], "key")
        again = manager.prepare(instance_context(selling.instance), wanted[1], "key")

    assert (type(lost), again) == (OutcomeUnknown, Answered({}))
    assert [each["minimums"] for each in wanted] == [{"LICENSE": 10}, {"LICENSE": 20}]
    [customer] = selling.customers
    [term] = [
        b["commitmentRequest"] for b in customer["benefits"] if b["type"] == "THREE_YEAR_COMMIT"
    ]
    assert [m["quantity"] for m in term["minimumQuantities"]] == [20]


def test_another_customers_adobe_id_opens_nothing(selling, seller, shop, buyer, run_jobs):
    basket(selling, seller, shop, 10)
    placed(buyer, accepted(selling, buyer, run_jobs))
    run_jobs()
    [customer] = selling.customers
    found = basket(selling, seller, shop, 10, name="Another Mill")
    before = len(selling.service.log(path="/v3/"))

    page = details(buyer, adobe_customer_id=customer["customerId"])

    assert page.status == 400
    assert "Another customer has this Adobe id already" in page.html
    assert len(selling.service.log(path="/v3/")) == before
    assert found.lines.get().quote is None


def test_an_order_before_the_account_is_linked_finds_its_customer(
    selling, seller, shop, buyer, run_jobs
):
    basket(selling, seller, shop, 10)
    order = placed(buyer, accepted(selling, buyer, run_jobs))
    mirror = AdobeCustomer.everywhere.get()
    assert mirror.account is None

    again = customer_start(
        instance=selling.instance, reseller=seller.account, account=order.customer
    )

    assert again == mirror
    run_jobs()
    assert AdobeCustomer.everywhere.get().account == order.customer


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"adobe_licenses": "9"}, "10"),
        ({"adobe_transactions": "999"}, "1,000"),
        ({}, "Say how many"),
    ],
)
def test_a_minimum_too_small_is_refused_before_any_call(
    selling, seller, shop, buyer, run_jobs, answers, words
):
    basket(selling, seller, shop, 10)

    page = details(buyer, adobe_commitment="ask", **answers)
    run_jobs()

    assert page.status == 400
    assert words in page.html
    assert selling.service.log(path="/v3/customers") == []


def test_what_adobe_would_refuse_is_asked_and_named_before_any_call(
    selling, seller, shop, buyer, run_jobs
):
    found = basket(selling, seller, shop, 10, region="", contact_first_name="<b>")

    page = details(buyer)
    assert page.status == 400
    # The name is wrong, and the region is missing.
    assert page.html.count("Adobe does not take this") == 2
    assert page.html.count("Adobe needs this of every new customer") == 2
    assert selling.service.log(path="/v3/customers") == []

    page = details(buyer, adobe_region="BE", adobe_first_name="Donna")
    assert "Adobe does not take this" not in page.html
    assert found.lines.get().parameters == {"adobe_region": "BE", "adobe_first_name": "Donna"}


def test_a_reseller_that_adobe_does_not_know_cannot_order(selling, shop):
    stranger = person_of_account(ResellerFactory(organization=selling.instance.organization), shop)
    found = basket(selling, stranger, shop, 1)

    page = details(Browser(stranger.client))

    assert "not set up with Adobe yet" in page.html
    assert found.lines.get().quote is None


def test_a_review_asks_adobe_twice_at_most(selling, seller, shop, buyer, run_jobs):
    basket(selling, seller, shop, 10)
    asked(selling, buyer, run_jobs)
    selling.service.act(selling.customers[0]["customerId"], "accept", term="request")
    before = len(selling.service.log(path="/v3/"))

    details(buyer)

    asked_for = selling.service.log(path="/v3/")[before:]
    kinds = [(each["method"], (each["body"] or {}).get("orderType")) for each in asked_for]
    assert kinds == [("GET", None), ("POST", "PREVIEW")]
