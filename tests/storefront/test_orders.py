"""Orders and the workspace over HTTP: whose they are, at which prices, and what they cost the database."""

from __future__ import annotations

import re

import pytest

from bss.accounts.choices import StorefrontRole, UserType
from bss.accounts.models import Storefront
from bss.core import scope
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.orders.services import order_cancel
from tests.conftest import Person, person_of_account, signed_in
from tests.factories.accounts import make_storefront_user
from tests.factories.orders import make_draft, make_product, make_subscription, make_type, place
from tests.factories.ports import granted


def main_of(response) -> str:
    return response.content.decode().split("<main")[1].split("</main>")[0]


@pytest.fixture
def mailbox(distributor):
    return make_product(distributor, name="Mailbox", price="12", cost="8")


@pytest.fixture
def ordered(reseller, shop, mailbox):
    with scope.activate(reseller.account.scope):
        return place(reseller, shop, mailbox)


@pytest.fixture
def customer(reseller, customer_account, distributor) -> Person:
    """The reseller's customer, signed in at the reseller's own storefront."""
    own = Storefront.everywhere.create(
        organization=distributor,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions",
    )
    with granted(reseller.account, "own_storefront", "self_service_ordering"):
        yield person_of_account(customer_account, own)


def test_an_order_shows_its_lines_and_what_was_paid(reseller, ordered):
    page = main_of(reseller.client.get(f"/orders/{ordered.public_id}/"))

    assert ordered.number in page
    assert "Mailbox" in page
    assert "€12.00" in page
    assert "€8.00" not in page


def test_the_list_finds_an_order_and_narrows_by_state(reseller, ordered):
    listed = main_of(reseller.client.get("/orders/?view=open"))
    found = main_of(reseller.client.get(f"/orders/?q={ordered.number}"))
    done = main_of(reseller.client.get("/orders/?view=done"))

    assert ordered.number in listed
    assert ordered.number in found
    assert ordered.number not in done


def test_a_draft_of_the_sellers_staff_is_not_shown(reseller, mailbox, distributor):
    with scope.activate(distributor.scope):
        draft = make_draft(reseller.account, mailbox)

    assert reseller.client.get(f"/orders/{draft.public_id}/").status_code == 404
    assert reseller.client.get(f"/orders/{draft.public_id}/progress/").status_code == 404
    assert "No orders yet" in main_of(reseller.client.get("/orders/"))


def test_another_resellers_order_does_not_exist(rival, ordered):
    for page in ("", "progress/"):
        assert rival.client.get(f"/orders/{ordered.public_id}/{page}").status_code == 404
    assert ordered.number not in main_of(rival.client.get("/orders/"))


def test_a_reseller_sees_its_customers_orders_at_its_own_price_and_the_customer_at_its(
    reseller, customer, customer_account, mailbox, distributor
):
    with scope.activate(distributor.scope):
        make_subscription(reseller.account, mailbox, quantity=1, customer=customer_account)
        Order.objects.update(total="9.00", total_resale="11.50")
        Order.objects.get().lines.update(
            unit_price="9", total="9", unit_resale="11.5", total_resale="11.50"
        )
    order = Order.everywhere.get()

    mine = main_of(reseller.client.get(f"/orders/{order.public_id}/"))
    theirs = main_of(customer.client.get(f"/techsolutions/orders/{order.public_id}/"))
    their_list = main_of(customer.client.get("/techsolutions/orders/"))
    their_file = customer.client.get("/techsolutions/orders/?export=csv")
    exported = b"".join(their_file.streaming_content).decode()

    assert "€9.00" in mine
    assert "€11.50" in mine
    for shown in (theirs, their_list):
        assert "€11.50" in shown
        assert "€9.00" not in shown
    assert "11.50" in exported
    assert "9.00" not in exported


@pytest.mark.parametrize(
    ("state", "word", "title"),
    [
        (OrderState.PENDING_APPROVAL, "pending_approval", "Your order waits for approval"),
        (OrderState.PLACED, "in_progress", "Your order is in progress"),
        (OrderState.EXECUTING, "in_progress", "Your order is in progress"),
        (OrderState.FAILED, "in_progress", "Your order is in progress"),
        (OrderState.EXECUTED, "executed", "Your order is executed"),
        (OrderState.PARTLY_EXECUTED, "executed", "Your order is executed"),
        (OrderState.REJECTED, "cancelled", "This order is cancelled"),
        (OrderState.CANCELLED, "cancelled", "This order is cancelled"),
    ],
)
def test_a_resellers_customer_reads_one_word_for_a_state_on_every_page(
    reseller, customer, customer_account, mailbox, distributor, state, word, title
):
    with scope.activate(distributor.scope):
        make_subscription(reseller.account, mailbox, customer=customer_account)
    order = Order.everywhere.get()
    Order.everywhere.update(state=state)
    shop = "/techsolutions/orders/"

    page = main_of(customer.client.get(f"{shop}{order.public_id}/"))
    followed = main_of(customer.client.get(f"{shop}{order.public_id}/progress/"))
    views = {each: main_of(customer.client.get(f"{shop}?view={each}")) for each in _WORDS}
    chosen = {each: main_of(customer.client.get(f"{shop}?state={each}")) for each in _WORDS}

    assert _WORDS[word] in page.split("</h1>")[0]
    assert title in followed
    for listed in (views, chosen):
        assert [each for each in _WORDS if order.number in listed[each]] == [word]
        offered = re.findall(r'name="state" value="([a-z_]+)"', listed[word])
        assert offered == list(_WORDS)


_WORDS = {
    "pending_approval": "Pending reseller approval",
    "in_progress": "In progress",
    "executed": "Executed",
    "cancelled": "Cancelled",
}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (StorefrontRole.BUYER, 200),
        (StorefrontRole.BILLING_AGENT, 200),
        (StorefrontRole.SUBSCRIPTIONS_MANAGER, 200),
        (StorefrontRole.CLOUD_ADMINISTRATOR, 403),
        (StorefrontRole.STOREFRONT_MANAGER, 403),
    ],
)
def test_who_may_look_at_orders(role, expected, reseller, shop, ordered):
    membership = make_storefront_user(reseller.account, shop, UserType.SIMPLE, (role,))
    client = signed_in(membership.user, f"storefront:{shop.pk}", shop)

    assert client.get("/orders/").status_code == expected
    assert client.get(f"/orders/{ordered.public_id}/").status_code == expected


def test_what_waits_for_the_sellers_staff_says_so(reseller, shop, distributor):
    kind = make_type(distributor, automatic=False)
    with scope.activate(reseller.account.scope):
        order = place(reseller, shop, make_product(distributor, type=kind))

    page = main_of(reseller.client.get(f"/orders/{order.public_id}/progress/"))

    assert "It waits for your seller" in page
    assert 'hx-trigger="every 10s"' in page


def test_an_order_given_up_is_not_asked_again(reseller, ordered, distributor):
    with scope.activate(distributor.scope):
        order_cancel(order=Order.objects.get(), actor=reseller.actor)

    page = main_of(reseller.client.get(f"/orders/{ordered.public_id}/progress/"))

    assert Order.everywhere.get().state == OrderState.CANCELLED
    assert "This order was given up" in page
    assert "hx-trigger" not in page


def test_lists_cost_the_same_with_20_and_60_rows(
    reseller, shop, mailbox, distributor, django_assert_max_num_queries
):
    counts = {}
    for rows in (20, 60):
        missing = rows - Order.everywhere.count()
        with scope.activate(distributor.scope):
            for _ in range(missing):
                make_subscription(reseller.account, mailbox)
        for url in ("/orders/", "/subscriptions/", "/workspace/"):
            reseller.client.get(url)
            with django_assert_max_num_queries(40) as queries:
                page = reseller.client.get(url)
            assert page.status_code == 200
            counts.setdefault(url, []).append(len(queries))

    for few, many in counts.values():
        # Above one page the rows are counted for the pager.
        assert many <= few + 1
        assert many <= 15


def test_pages_of_one_thing_cost_little(
    reseller, mailbox, distributor, django_assert_max_num_queries
):
    with scope.activate(distributor.scope):
        subscription = make_subscription(reseller.account, mailbox)
    order = Order.everywhere.get()
    for url in (
        f"/orders/{order.public_id}/",
        f"/orders/{order.public_id}/progress/",
        f"/subscriptions/{subscription.public_id}/",
        f"/subscriptions/{subscription.public_id}/quantity/?go=1&quantity=7",
    ):
        reseller.client.get(url)
        with django_assert_max_num_queries(15):
            assert reseller.client.get(url).status_code == 200


def test_the_workspace_shows_what_the_company_itself_uses(
    reseller, customer_account, mailbox, distributor, shop
):
    drive = make_product(distributor, name="Drive")
    with scope.activate(distributor.scope):
        make_subscription(reseller.account, mailbox, quantity=7)
        make_subscription(reseller.account, drive, customer=customer_account)
    membership = make_storefront_user(
        reseller.account, shop, UserType.SIMPLE, (StorefrontRole.CLOUD_ADMINISTRATOR,)
    )
    client = signed_in(membership.user, f"storefront:{shop.pk}", shop)

    page = main_of(client.get("/workspace/"))

    assert "Mailbox" in page
    assert re.search(r"7</span>\s*<span class=\"muted\">licences", page)
    assert "Drive" not in page


def test_an_empty_workspace_says_what_it_is_for(reseller):
    assert "No services yet" in main_of(reseller.client.get("/workspace/"))
