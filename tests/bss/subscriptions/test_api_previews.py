"""What a change will mean, over the API: told and not written, at the token's level, and kept when it is asked for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bss.accounts.permissions import Permission as P
from bss.orders.models import Order
from bss.subscriptions.models import ScheduledChange, Subscription
from tests.bss.orders.test_api import SALES, client_of, post
from tests.conftest import person_of_account
from tests.factories.orders import (
    make_add_on,
    make_product,
    make_subscription,
    make_type,
    set_price,
)
from tests.factories.ports import granted


@pytest.fixture
def erp(staff):
    return client_of(staff, *SALES)


@pytest.fixture
def mail(distributor):
    return make_product(distributor, name="Mail", price="10", cost="7", type=make_type(distributor))


@pytest.fixture
def five(reseller, at_distributor, mail):
    return make_subscription(reseller.account, mail, quantity=5)


def previewed(client, subscription, change: str, **wish):
    """The preview of a change. Of a refusal its status and code."""
    answer = post(
        client,
        f"subscriptions-api:subscription-{change}-preview",
        subscription.public_id,
        data=wish,
    )
    found = answer.json()
    return found if answer.status_code == 200 else (answer.status_code, found["code"])


def asked(client, subscription, change: str, **wish):
    return post(
        client, f"subscriptions-api:subscription-{change}", subscription.public_id, data=wish
    )


def nets(invoices) -> list[Decimal]:
    return [Decimal(each["net"]) for each in invoices]


def test_a_preview_is_ordered_to_the_cent_though_time_went_by(erp, five, travel):
    travel(timedelta(days=10))
    told = previewed(erp, five, "quantity", quantity=8)
    assert (told["previous_quantity"], told["quantity"]) == (5, 8)
    assert (Decimal(told["before"]), Decimal(told["after"])) == (50, 80)
    assert nets(told["invoices"]) == [Decimal(told["charged"])]
    assert 0 < Decimal(told["charged"]) < 30
    assert (ScheduledChange.objects.count(), told["refusal"], told["due_at"]) == (0, None, None)

    travel(timedelta(minutes=20))
    change = asked(erp, five, "quantity", quantity=8, preview=told["preview"]).json()

    order = erp.get(f"/api/v1/orders/{change['order']}/").json()
    assert order["invoices"] == told["invoices"]
    assert Order.objects.get(public_id=change["order"]).total == Decimal(told["charged"])


def test_a_preview_is_not_ordered_when_it_is_no_longer_so(erp, five, mail, travel):
    told = previewed(erp, five, "quantity", quantity=8)
    for wish, subscription in (
        ({"quantity": 9, "preview": told["preview"]}, five),
        ({"quantity": 8, "preview": "forged"}, five),
    ):
        refused = asked(erp, subscription, "quantity", **wish)
        assert (refused.status_code, refused.json()["code"]) == (409, "PRICE_CHANGED")
    travel(timedelta(minutes=31))
    refused = asked(erp, five, "quantity", quantity=8, preview=told["preview"])
    assert (refused.status_code, refused.json()["code"]) == (409, "PRICE_CHANGED")
    assert ScheduledChange.objects.count() == 0
    assert asked(erp, five, "quantity", quantity=8).status_code == 201


def test_a_preview_holds_what_was_wished_where_the_amounts_are_the_same(erp, five, travel):
    travel(timedelta(days=20))
    told = previewed(erp, five, "cancel", when="period_end")
    now = previewed(erp, five, "cancel", when="now")
    assert told["invoices"] == now["invoices"] == []
    refused = asked(erp, five, "cancel", when="now", preview=told["preview"])
    assert (refused.status_code, refused.json()["code"]) == (409, "PRICE_CHANGED")
    assert asked(erp, five, "cancel", when="period_end", preview=told["preview"]).status_code == 201


def test_a_preview_says_who_has_to_approve_it(
    reseller, customer_account, shop, at_distributor, mail
):
    subscription = make_subscription(reseller.account, mail, customer=customer_account, quantity=2)
    Subscription.objects.update(unit_resale=Decimal(12))
    buyer = person_of_account(customer_account, shop)
    with granted(reseller.account, "api", "self_service_ordering"):
        theirs = client_of(buyer, *SALES, account=customer_account)
        own = client_of(reseller, *SALES, account=reseller.account)
        waits, passes = (
            previewed(each, subscription, "quantity", quantity=3) for each in (theirs, own)
        )
    assert (waits["needs_approval"], passes["needs_approval"]) == (True, False)
    words = f"{reseller.account.name} has to approve it. Nothing starts before."
    assert words in [each["text"] for each in waits["consequences"]]


def test_a_customer_is_told_no_price_of_its_resellers(
    reseller, customer_account, shop, at_distributor, mail
):
    subscription = make_subscription(reseller.account, mail, customer=customer_account, quantity=2)
    Subscription.objects.update(unit_resale=None)
    buyer = person_of_account(customer_account, shop)
    with granted(reseller.account, "api", "self_service_ordering"):
        theirs = client_of(buyer, *SALES, account=customer_account)
        assert previewed(theirs, subscription, "quantity", quantity=3) == (400, "NOT_FOR_SALE")


def test_each_change_has_its_preview(erp, five, mail, distributor):
    plus = make_product(distributor, name="Mail Plus", price="14", type=mail.type)
    extra = make_add_on(mail, price="2")
    for change, wish, after in (
        ("add-ons", {"product": extra.public_id, "quantity": 3}, 6),
        ("product", {"product": plus.public_id}, 70),
        ("renewal", {"quantity": 4}, 40),
        ("cancel", {"when": "period_end"}, 0),
    ):
        told = previewed(erp, five, change, **wish)
        assert Decimal(told["after"]) == after, change
        assert told["consequences"] or change in {"add-ons", "product"}
    assert ScheduledChange.objects.count() == 0


def test_a_preview_is_refused_as_the_change_would_be(erp, five):
    assert previewed(erp, five, "quantity", quantity=5) == (400, "NOTHING_CHANGES")
    assert previewed(erp, five, "quantity", quantity=0) == (400, "INVALID")
    assert previewed(erp, five, "product", product="2222222") == (400, "PRODUCT_UNKNOWN")
    assert previewed(erp, five, "add-ons", product="none", quantity=1) == (400, "ADD_ON_UNKNOWN")
    assert previewed(erp, five, "quantity", quantity=8, preview="x") == (400, "INVALID")


def test_too_much_for_its_payers_credit_is_told_with_the_amounts(
    reseller, five, at_distributor, mail
):
    reseller.account.credit_limit = Decimal(100)
    reseller.account.save(update_fields=["credit_limit"])
    set_price(mail, "10")
    with granted(reseller.account, "api", "self_service_ordering"):
        token = client_of(reseller, *SALES, account=reseller.account)
        told = previewed(token, five, "quantity", quantity=500)
        assert told["refusal"]["code"] == "CREDIT_LIMIT"
        assert Decimal(told["refusal"]["extra"]["limit"]) == 100
        assert told["refusal"]["remedy"]
        refused = asked(token, five, "quantity", quantity=500, preview=told["preview"])
    assert (refused.status_code, refused.json()["code"]) == (409, "CREDIT_LIMIT")


def test_a_customers_token_is_told_what_its_reseller_charges(
    reseller, customer_account, shop, at_distributor, mail
):
    subscription = make_subscription(reseller.account, mail, customer=customer_account, quantity=2)
    Subscription.objects.update(unit_resale=Decimal(12))
    buyer = person_of_account(customer_account, shop)
    with granted(reseller.account, "api", "self_service_ordering"):
        theirs = client_of(buyer, *SALES, account=customer_account)
        own = client_of(reseller, *SALES, account=reseller.account)
        told = [previewed(each, subscription, "renewal", quantity=3) for each in (theirs, own)]
    assert [Decimal(each["before"]) for each in told] == [24, 20]


def test_a_plan_is_previewed_by_who_may_switch_it(reseller, distributor, at_distributor):
    kind = make_type(distributor, audience="reseller", max_quantity=1)
    free, standard = (make_product(distributor, type=kind) for _ in range(2))
    subscription = make_subscription(reseller.account, free, quantity=1)
    with granted(reseller.account, "api"):
        sells = client_of(reseller, *SALES, account=reseller.account)
        assert previewed(sells, subscription, "product", product=standard.public_id)[0] == 403
        switches = client_of(reseller, *SALES, P.PLAN_SWITCH, account=reseller.account)
        told = previewed(switches, subscription, "product", product=standard.public_id)
    assert told["product_name"] == standard.name
