"""A reseller moves itself between the plans in a real browser, and staff do the same from the portal."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bss.accounts.models import Storefront
from bss.orders.models import Order
from bss.subscriptions.models import Subscription
from resellers.models import ResellerProfile
from tests.factories.accounts import (
    OrganizationFactory,
    ResellerFactory,
    StorefrontFactory,
    make_staff,
    make_storefront_user,
)
from tests.factories.resellers import plans_on_sale
from tests.ui.walking import all_done, sign_in

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def shop(transactional_db, settings):
    """A distributor with plans on sale, one Basic reseller and one member of staff."""
    organization = OrganizationFactory(name="Meridian Cloud Distribution")
    storefront = StorefrontFactory(organization=organization)
    plans_on_sale(organization)
    settings.ALLOWED_HOSTS = ["*"]
    return storefront


@pytest.fixture
def reseller(shop):
    account = ResellerFactory(organization=shop.organization, name="Techsolutions")
    return make_storefront_user(account, shop)


def order_plan(page: Page, base: str, plan: str, alias: str = "") -> None:
    """From the plans page over basket and checkout to the confirmation."""
    page.goto(f"{base}/plans/")
    page.get_by_role("button", name=f"Choose {plan}").click()
    expect(page).to_have_url(re.compile("/basket/"))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/billing/"))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/details/"))
    if alias:
        page.get_by_label("Storefront alias").fill(alias)
    page.get_by_role("button", name="Continue to review").click()
    expect(page).to_have_url(re.compile("/checkout/review/"))
    page.get_by_label("I have read the terms and accept them").check()
    page.get_by_role("button", name="Place order").click()
    # The page follows the order by itself: nobody reloads it.
    expect(page.get_by_role("heading", name="Your storefront is live")).to_be_visible(
        timeout=15_000
    )


def switch_plan(page: Page, base: str, plan: str) -> None:
    page.goto(f"{base}/plans/")
    page.get_by_role("link", name=f"Switch to {plan}").click()
    expect(page.get_by_role("heading", name="What it means")).to_be_visible()
    page.get_by_role("button", name=f"Switch to {plan}").click()
    expect(page.get_by_role("heading", name="Your storefront is live")).to_be_visible(
        timeout=15_000
    )


def test_a_reseller_walks_from_basic_to_free_to_standard_back_out_and_in_again(
    page, live_server, reseller, worker, screenshot
):
    base = live_server.url
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    sign_in(page, base, reseller.user.email)

    order_plan(page, base, "Free", "techsolutions")
    screenshot("plans-live")
    page.goto(f"{base}/techsolutions/")
    expect(page.get_by_role("link", name="Techsolutions").first).to_be_visible()
    assert "Meridian" not in page.content()

    switch_plan(page, base, "Standard")
    switch_plan(page, base, "Free")
    page.goto(f"{base}/plans/")
    screenshot("plans-on-free")
    assert problems == []

    page.get_by_role("link", name="Cancel the plan").click()
    page.get_by_role("button", name="Cancel the plan").click()
    expect(page.get_by_role("heading", name="You are on Basic")).to_be_visible(timeout=15_000)
    answer = page.goto(f"{base}/techsolutions/")
    assert answer is not None
    assert answer.status == 404
    assert "Meridian" not in page.content()

    order_plan(page, base, "Free")
    answer = page.goto(f"{base}/techsolutions/")
    assert answer is not None
    assert answer.status == 200

    assert Storefront.everywhere.filter(owner=reseller.contact.account).count() == 1
    assert Subscription.everywhere.filter(customer=reseller.contact.account).count() == 2
    assert Order.everywhere.filter(account=reseller.contact.account).count() == 5
    assert ResellerProfile.everywhere.get(account=reseller.contact.account).alias == "techsolutions"


def test_staff_walk_a_reseller_through_the_same_plans_from_the_portal(
    page, live_server, reseller, worker, shop, screenshot
):
    base, account = live_server.url, reseller.contact.account
    staff = make_staff(shop.organization)
    sign_in(page, base, staff.user.email, "/portal")
    record = f"{base}/portal/accounts/{account.public_id}/"

    page.goto(f"{base}/portal/customers/{account.public_id}/upgrade/")
    page.get_by_label("Free · Monthly").check()
    page.get_by_label("Storefront alias").fill("techsolutions")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Execute Order").click()
    followed_to(page, record, "Switch to Standard")
    screenshot("portal-account-on-free")
    for plan, then in (("Standard", "Switch to Free"), ("Free", "Switch to Standard")):
        page.get_by_role("link", name=f"Switch to {plan}").click()
        page.get_by_role("button", name=f"Switch to {plan}").click()
        followed_to(page, record, then)
    page.get_by_role("link", name="Cancel the plan").click()
    page.get_by_role("button", name="Cancel the plan").click()
    expect(page).to_have_url(re.compile("/portal/orders/"))
    page.goto(f"{base}/portal/customers/{account.public_id}/upgrade/")

    expect(page.get_by_label("Storefront alias")).to_have_value("techsolutions")
    page.get_by_label("Free · Monthly").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Execute Order").click()
    followed_to(page, record, "Switch to Standard")
    answer = page.goto(f"{base}/techsolutions/")
    assert answer is not None
    assert answer.status == 200
    assert Order.everywhere.filter(account=account).count() == 5


def followed_to(page: Page, url: str, link: str) -> None:
    """Look at `url` until the worker has done all that followed and it offers `link`.

    All of it: what is billed meanwhile changes what the next switch is shown to cost, and whoever confirms the old
    amounts is asked again.
    """
    expect(page).to_have_url(re.compile("/portal/orders/"))
    all_done(page)
    page.goto(url)
    expect(page.get_by_role("link", name=link)).to_be_visible()
