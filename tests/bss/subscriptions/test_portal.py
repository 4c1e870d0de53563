"""Subscriptions in the portal: lists, the record with what needs attention, and changes with their preview."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from bss.core.actor import SYSTEM
from bss.orders.models import Order, OrderLine
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import (
    change_apply,
    change_fail,
    change_request,
    subscription_ask,
    subscription_fail,
)
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff
from tests.factories.orders import make_product, make_subscription, make_type, set_price
from tests.pages import portal

pytestmark = pytest.mark.usefixtures("at_distributor")


def body(response):
    assert response.status_code == 200, response.content.decode()[:400]
    return response.content.decode()


@pytest.fixture
def subscription(reseller, distributor):
    kind = make_type(distributor, max_quantity=5000)
    product = make_product(distributor, name="Basic mail", price="10", cost="7", type=kind)
    make_product(distributor, name="Plus mail", price="15", type=kind)
    return make_subscription(reseller.account, product, quantity=5)


def detail(subscription, query=""):
    return portal("subscriptions:detail", subscription.public_id) + query


def change_url(subscription, kind):
    return portal("subscriptions:change", subscription.public_id, kind)


def test_the_list_narrows_by_state_and_words(staff, reseller, distributor, subscription):
    failed = make_subscription(reseller.account, make_product(distributor), active=False)
    subscription_fail(subscription=failed, code="NO", text="Refused.", actor=SYSTEM)
    expected = {
        "": {subscription, failed},
        "?view=active": {subscription},
        "?view=failed": {failed},
        "?view=suspended": set(),
        "?q=basic": {subscription},
    }
    for query, subscriptions in expected.items():
        page = body(staff.client.get(portal("subscriptions:list") + query))
        assert {s for s in (subscription, failed) if s.number in page} == subscriptions, query


def test_strangers_find_nothing(tenant, subscription):
    assert tenant.client.get(detail(subscription)).status_code == 404
    assert tenant.client.get(change_url(subscription, "cancel")).status_code == 404
    assert subscription.number not in body(tenant.client.get(portal("subscriptions:list")))


def test_the_record_tells_its_facts_terms_and_story(staff, subscription):
    page = body(staff.client.get(detail(subscription)))
    for words in (
        "Basic mail",
        "€50.00",
        "Change quantity",
        "Activated",
        "Item delivered",
        "€15.00",
    ):
        assert words in page
    assert "€50.00" in body(staff.client.get(detail(subscription, "?tab=terms")))
    support = person_of_staff(make_staff(subscription.organization, "support"))
    page = body(support.client.get(detail(subscription)))
    assert "Cost per term" not in page
    assert "€35.00" not in page


def seen_in(page):
    """The signed moment of a preview, as its confirming form carries it."""
    return re.search(r'name="seen" value="([^"]+)"', page)[1]


def test_a_change_shows_its_preview_and_then_happens(staff, subscription):
    url = change_url(subscription, "quantity")
    page = body(staff.client.get(url))
    assert "What it means" not in page
    page = body(staff.client.get(url + "?quantity=1,000"))
    assert "€50.00" in page
    assert "€10,000.00" in page
    assert ScheduledChange.objects.count() == 0
    # Some 995 seats for what is left of the month, at once.
    assert "At once, with the order" in page
    wish = {"quantity": "1,000", "reason": "New office"}
    assert staff.client.post(url, wish).status_code == 409
    answer = staff.client.post(url, {**wish, "seen": seen_in(page)})
    assert answer["Location"] == detail(subscription)
    change = ScheduledChange.objects.get()
    assert (change.quantity, change.state, change.reason) == (
        1000,
        ChangeState.IN_PROGRESS,
        "New office",
    )
    page = body(staff.client.get(detail(subscription)))
    assert "Quantity: 5 → 1000" in page
    # While it is under way nothing else is offered.
    assert "Change product" not in page


def test_a_price_that_moved_after_the_preview_is_told(staff, subscription):
    plus = subscription.product.type.products.get(name="Plus mail")
    url = change_url(subscription, "product")
    assert "€15.00 per month" in body(staff.client.get(url))
    wish = {"product": plus.public_id, "reason": ""}
    page = body(staff.client.get(url, wish))
    assert "€75.00" in page
    set_price(plus, "16")
    answer = staff.client.post(url, {**wish, "seen": seen_in(page)})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This is not what you looked at, or it changed meanwhile" in page
    assert "€80.00" in page
    assert ScheduledChange.objects.count() == 0
    staff.client.post(url, {**wish, "seen": seen_in(page)})
    assert ScheduledChange.objects.get().order_line.unit_price == Decimal(16)


def test_refusals_keep_the_input_and_name_the_field(staff, subscription):
    url = change_url(subscription, "quantity")
    page = body(staff.client.get(url + "?quantity=5001"))
    assert "the largest quantity is 5000" in page
    assert 'value="5001"' in page
    assert "This is how it is already." in body(staff.client.get(url + "?quantity=5"))
    answer = staff.client.post(url, {"quantity": "many"})
    assert answer.status_code == 400
    assert "Enter a number" in answer.content.decode()
    assert staff.client.get(change_url(subscription, "explode")).status_code == 404
    assert ScheduledChange.objects.count() == 0


def test_cancelling_says_when_and_can_be_withdrawn(staff, subscription):
    url = change_url(subscription, "cancel")
    page = body(staff.client.get(url))
    assert "works until the period ends" in page
    assert "cannot be brought back" in page
    assert "stops working as soon as" in body(staff.client.get(url + "?when=now"))
    staff.client.post(url, {"when": "period_end", "reason": "", "seen": seen_in(page)})
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.PENDING_CANCEL
    change = ScheduledChange.objects.get()
    withdraw = portal("subscriptions:withdraw", change.public_id)
    assert withdraw in body(staff.client.get(detail(subscription)))
    staff.client.post(withdraw)
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE


def test_roles_do_what_they_may(distributor, subscription):
    sales, billing = (
        person_of_staff(make_staff(distributor, role)) for role in ("sales", "billing")
    )
    assert sales.client.post(change_url(subscription, "suspend")).status_code == 403
    assert billing.client.post(change_url(subscription, "cancel")).status_code == 403
    assert ScheduledChange.objects.count() == 0
    page = body(billing.client.get(detail(subscription)))
    assert "Suspend" in page
    assert "Change quantity" not in page
    billing.client.post(change_url(subscription, "suspend"), {"reason": "Unpaid"})
    assert ScheduledChange.objects.get().kind == ChangeKind.SUSPEND


def test_what_failed_says_why_and_is_tried_again(staff, reseller, distributor):
    subscription = make_subscription(reseller.account, make_product(distributor), active=False)
    subscription_fail(
        subscription=subscription, code="VENDOR_REFUSED", text="The domain is taken.", actor=SYSTEM
    )
    page = body(staff.client.get(detail(subscription)))
    assert "The domain is taken." in page
    assert "VENDOR_REFUSED" in page
    staff.client.post(portal("subscriptions:retry", subscription.public_id))
    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.PENDING
    assert (
        staff.client.post(portal("subscriptions:retry", subscription.public_id)).status_code == 409
    )


def test_a_missing_answer_leads_to_its_form(staff, reseller, distributor):
    subscription = make_subscription(reseller.account, make_product(distributor), active=False)
    subscription_ask(
        subscription=subscription, code="TAKEN", text="Taken.", field="alias", actor=SYSTEM
    )
    page = body(staff.client.get(detail(subscription)))
    assert portal("orders:line-answer", OrderLine.objects.get().public_id) in page


def test_an_order_shows_its_subscriptions(staff, subscription):
    order = Order.objects.get()
    page = body(staff.client.get(portal("orders:detail", order.public_id)))
    assert subscription.number in page


@pytest.mark.parametrize("rows", [1, 20])
def test_pages_cost_the_same_however_many_rows(
    staff, reseller, distributor, rows, django_assert_max_num_queries
):
    kind = make_type(distributor)
    products = [make_product(distributor, type=kind) for _ in range(rows)]
    for product in products:
        subscription = make_subscription(reseller.account, product)
    for quantity in range(1, rows + 1):
        change = change_request(
            subscription=subscription,
            kind=ChangeKind.QUANTITY,
            actor=staff.actor,
            source="portal",
            quantity=subscription.quantity + quantity,
        )
        change_apply(change=change, actor=SYSTEM)
        subscription.refresh_from_db()
    for url in (
        portal("subscriptions:list"),
        detail(subscription),
        detail(subscription, "?tab=terms"),
        detail(subscription, "?tab=changes"),
        change_url(subscription, "cancel"),
        change_url(subscription, "quantity") + "?quantity=1000",
    ):
        with django_assert_max_num_queries(16):
            body(staff.client.get(url))
    with django_assert_max_num_queries(17):
        body(staff.client.get(change_url(subscription, "product")))


def test_a_failed_change_is_shown_and_withdrawn(staff, subscription):
    change = change_request(
        subscription=subscription,
        kind=ChangeKind.QUANTITY,
        actor=staff.actor,
        source="portal",
        quantity=9,
    )
    change_fail(change=change, code="NO_SEATS", text="Sold out.", actor=SYSTEM)
    page = body(staff.client.get(detail(subscription)))
    assert "Sold out." in page
    staff.client.post(portal("subscriptions:withdraw", change.public_id))
    assert Subscription.objects.get().problem_text == ""
