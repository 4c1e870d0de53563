"""A reseller goes from Basic to Free, Standard, back, off, and returns: from the Storefront, and by staff."""

from __future__ import annotations

import pytest

from bss.accounts.choices import StorefrontState
from bss.accounts.models import Account, Contact, Storefront
from bss.core.fields import FieldSpec
from bss.orders.choices import OrderState
from bss.orders.models import Order, OrderField, OrderLine
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from notifications.models import Delivery
from resellers.models import ResellerProfile
from tests.factories.orders import make_product, make_subscription
from tests.scenarios.conftest import ALIAS, Browser

pytestmark = [pytest.mark.scenario, pytest.mark.django_db]
SHOP = f"/{ALIAS}/"


def profile_of(account):
    return ResellerProfile.everywhere.select_related("plan", "subscription", "storefront").get(
        account=account
    )


def state_of_line(order):
    return OrderLine.everywhere.get(order=order).state


def told(prefix="plan_"):
    rows = Delivery.everywhere.filter(kind__startswith=prefix).order_by("pk")
    return [row.kind for row in rows]


@pytest.fixture
def bystander(customer_account, reseller, distributor, at_distributor):
    """A subscription of the reseller's customer that no change of plan may touch."""
    return make_subscription(
        reseller.account, make_product(distributor, name="Mailbox"), customer=customer_account
    )


def on_free(account, client) -> ResellerProfile:
    profile = profile_of(account)
    assert (profile.plan.code, profile.alias) == ("free", ALIAS)
    assert profile.subscription.state == SubscriptionState.ACTIVE
    assert client.get(SHOP).status_code == 200
    return profile


def closed(client, distributor) -> None:
    for path in (SHOP, f"{SHOP}catalog/", f"{SHOP}account/login/", f"{SHOP}nowhere/"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert distributor.name not in answer.content.decode()


def assert_untouched(bystander, customer_account) -> None:
    state, version = bystander.state, bystander.version
    bystander.refresh_from_db()
    assert (bystander.state, bystander.version) == (state, version)
    customer_account.refresh_from_db()
    assert customer_account.is_active


def test_a_reseller_upgrades_itself_goes_back_leaves_and_returns(
    reseller, buyer, client, distributor, bystander, customer_account, customer_at, run_jobs, plans
):
    run_jobs()
    others = Order.everywhere.count(), Subscription.everywhere.count()
    people = Account.everywhere.count(), Contact.everywhere.count()
    assert client.get(SHOP).status_code == 404
    buyer.see("/plans/").expect("Basic", "Free", "Standard")

    # Basic to Free
    order = buyer.buy("free")
    assert Storefront.everywhere.filter(owner=reseller.account).count() == 0
    run_jobs()
    order.refresh_from_db()
    assert order.state == OrderState.EXECUTED
    first = on_free(reseller.account, client)
    assert told() == ["plan_activated"]
    patron = customer_at(first.storefront)
    assert patron.client.get(SHOP).status_code == 200

    # Free to Standard and back
    buyer.change("/plans/standard/switch/").expect()
    run_jobs()
    standard = profile_of(reseller.account)
    assert standard.plan.code == "standard"
    assert standard.subscription_id == first.subscription_id
    assert standard.subscription.product_id == plans["standard"].product_id
    buyer.change("/plans/free/switch/").expect()
    run_jobs()
    free = on_free(reseller.account, client)
    assert (free.subscription_id, free.storefront_id) == (
        first.subscription_id,
        first.storefront_id,
    )
    assert told() == ["plan_activated", "plan_switched", "plan_switched"]

    # Off
    buyer.change("/plans/cancel/").expect()
    run_jobs()
    off = profile_of(reseller.account)
    assert (off.plan.code, off.subscription, off.alias) == ("basic", None, ALIAS)
    assert off.storefront.state == StorefrontState.CLOSED
    closed(client, distributor)
    closed(patron.client, distributor)

    # And back
    order = buyer.buy("standard")
    run_jobs()
    again = profile_of(reseller.account)
    assert again.plan.code == "standard"
    assert again.subscription_id != first.subscription_id
    assert (again.storefront_id, again.alias) == (first.storefront_id, ALIAS)
    for browser in (client, patron.client):
        assert browser.get(SHOP).status_code == 200

    assert told() == [
        "plan_activated", "plan_switched", "plan_switched", "plan_ended", "plan_activated"
    ]  # fmt: skip
    assert Order.everywhere.count() - others[0] == 5
    assert set(Order.everywhere.values_list("state", flat=True)) == {OrderState.EXECUTED}
    assert Subscription.everywhere.count() - others[1] == 2
    assert Storefront.everywhere.filter(owner=reseller.account).count() == 1
    assert Account.everywhere.count() == people[0]
    assert Contact.everywhere.count() == people[1] + 1  # the patron
    assert_untouched(bystander, customer_account)


def test_staff_does_the_same_from_the_portal(
    reseller, clerk, client, distributor, bystander, customer_account, run_jobs, plans
):
    run_jobs()
    others = Order.everywhere.count(), Subscription.everywhere.count()
    base = f"/portal/customers/{reseller.account.public_id}"

    def upgrade(offer, alias):
        page = clerk.see(f"{base}/upgrade/").expect("free of charge", "€490.00 net")
        page = clerk.press(page, "Continue", {"offer": offer, "alias": alias}).expect()
        return clerk.press(page, "Execute Order").expect()

    upgrade("free:P1M", ALIAS)
    run_jobs()
    first = on_free(reseller.account, client)

    for code in ("standard", "free"):
        clerk.change(f"{base}/plan/{code}/").expect()
        run_jobs()
        profile = profile_of(reseller.account)
        assert (profile.plan.code, profile.subscription_id) == (code, first.subscription_id)

    clerk.change(f"{base}/plan/basic/").expect()
    run_jobs()
    assert profile_of(reseller.account).plan.code == "basic"
    closed(client, distributor)

    upgrade("standard:P1Y", "")
    run_jobs()
    again = profile_of(reseller.account)
    assert (again.plan.code, again.subscription.unit) == ("standard", "P1Y")
    assert (again.storefront_id, again.alias) == (first.storefront_id, ALIAS)
    assert client.get(SHOP).status_code == 200
    assert told() == [
        "plan_activated", "plan_switched", "plan_switched", "plan_ended", "plan_activated"
    ]  # fmt: skip
    assert Order.everywhere.count() - others[0] == 5
    assert Subscription.everywhere.count() - others[1] == 2
    assert_untouched(bystander, customer_account)


def test_staff_see_the_invoice_and_answer_the_distributors_question_before_a_plan_runs(
    reseller, clerk, distributor, run_jobs
):
    OrderField.everywhere.create(
        organization=distributor,
        code="cost_centre",
        spec=FieldSpec("cost_centre", "Cost centre", type="text", required=True).to_json(),
    )
    path = f"/portal/customers/{reseller.account.public_id}/upgrade/"
    asked = {"offer": "standard:P1M", "alias": ALIAS}

    refused = clerk.press(clerk.see(path).expect("Cost centre"), "Continue", asked)
    seen = clerk.press(refused, "Continue", asked | {"spec-cost_centre": "4711"}).expect()
    before = [order.state for order in Order.everywhere.all()]
    clerk.press(seen, "Execute Order").expect()
    run_jobs()

    assert refused.status == 400
    assert "What goes on which invoice" in seen.html
    assert "€49.00" in seen.html
    assert before == [OrderState.DRAFT]
    assert [answer["value"] for answer in Order.everywhere.get().answers] == ["4711"]
    assert profile_of(reseller.account).plan.code == "standard"


def test_upgrading_a_reseller_with_a_plan_shows_the_switch(reseller, buyer, clerk, run_jobs):
    buyer.buy("free")
    run_jobs()
    path = f"/portal/customers/{reseller.account.public_id}"

    page = clerk.press(
        clerk.see(f"{path}/upgrade/").expect(),
        "Continue",
        {"offer": "standard:P1M", "alias": ""},
    ).expect("What it means")

    assert page.url == f"{path}/plan/standard/"
    assert Order.everywhere.count() == 1


def test_a_reseller_chooses_the_year(reseller, buyer, run_jobs):
    page = buyer.see("/plans/?term=P1Y").expect("€490.00", "Monthly", "Yearly")
    buyer.press(page, "/plans/standard/choose/").expect("€490.00")
    page = buyer.to_details()
    name = next(n for n in page.form("alias").values if "storefront_alias" in n)
    review = buyer.press(page, "alias", {name: ALIAS}).expect("Place order")
    buyer.press(review, "Place order", {"terms": "on"}).expect()
    run_jobs()

    profile = profile_of(reseller.account)
    assert (profile.plan.code, profile.subscription.unit) == ("standard", "P1Y")
    assert "?term=P1M" not in buyer.see("/plans/").html


def test_two_tabs_that_switch_at_once_switch_once(reseller, buyer, plans, run_jobs):
    buyer.buy("free")
    run_jobs()
    tabs = [buyer.see("/plans/standard/switch/").expect() for _tab in range(2)]

    pages = [buyer.confirm(tab) for tab in tabs]
    run_jobs()

    assert pages[0].url.endswith("/progress/")
    assert pages[1].url == "/plans/"
    assert Order.everywhere.count() == 2
    assert profile_of(reseller.account).plan.code == "standard"
    assert told() == ["plan_activated", "plan_switched"]


def test_a_tab_and_the_portal_that_switch_at_once_switch_once(
    reseller, buyer, clerk, plans, run_jobs
):
    buyer.buy("free")
    run_jobs()
    tab = buyer.see("/plans/standard/switch/").expect()
    path = f"/portal/customers/{reseller.account.public_id}/plan/basic/"
    desk = clerk.see(path).expect()

    buyer.confirm(tab)
    clerk.confirm(desk)
    run_jobs()

    assert profile_of(reseller.account).plan.code == "standard"
    assert Order.everywhere.count() == 2
    assert told() == ["plan_activated", "plan_switched"]


def test_place_order_pressed_twice_is_one_order(reseller, buyer, run_jobs):
    review = buyer.to_review("free")

    pages = [buyer.press(review, "Place order", {"terms": "on"}) for _click in range(2)]
    run_jobs()

    assert pages[0].url == pages[1].url
    assert Order.everywhere.count() == 1
    assert Subscription.everywhere.count() == 1
    assert Storefront.everywhere.filter(owner=reseller.account).count() == 1
    assert told() == ["plan_activated"]
    assert told("order_placed") == ["order_placed"]


def test_an_alias_taken_meanwhile_asks_for_another_and_goes_on(
    reseller, rival, buyer, clerk, client, run_jobs
):
    other = Browser(rival.client)
    orders = {}
    for browser in (buyer, other):
        browser.to_review("free")
    for name, browser in (("first", buyer), ("second", other)):
        page = browser.see("/checkout/review/").expect("Place order")
        browser.press(page, "Place order", {"terms": "on"}).expect()
        orders[name] = Order.everywhere.latest("pk")
    run_jobs()

    assert Storefront.everywhere.filter(alias=ALIAS).count() == 1
    waiting = next(o for o in orders.values() if state_of_line(o) == "needs_input")
    browser = buyer if waiting.account_id == reseller.account.pk else other
    progress = browser.see(f"/orders/{waiting.public_id}/progress/").expect("alias")
    clerk.see(f"/portal/orders/{waiting.public_id}/").expect("alias")
    assert sorted(told("order_line_needs_input")) == [
        "order_line_needs_input", "order_line_needs_input_staff"
    ]  # fmt: skip
    assert Subscription.everywhere.filter(state=SubscriptionState.ACTIVE).count() == 1

    taken = browser.press(progress, "/lines/", {"storefront_alias": ALIAS})
    run_jobs()
    assert state_of_line(waiting) == "needs_input", taken.url
    progress = browser.see(f"/orders/{waiting.public_id}/progress/")
    browser.press(progress, "/lines/", {"storefront_alias": "bluepeak"}).expect()
    run_jobs()

    waiting.refresh_from_db()
    assert waiting.state == OrderState.EXECUTED
    for path in (SHOP, "/bluepeak/"):
        assert client.get(path).status_code == 200
    assert Subscription.everywhere.filter(state=SubscriptionState.ACTIVE).count() == 2
    assert told() == ["plan_activated", "plan_activated"]
