"""A new customer accepts Adobe's three-year commitment within its reseller's checkout, each in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from adobe3yc.models import AdobeCustomer
from bss.accounts.models import Account
from bss.core import scope
from bss.orders.models import Order
from bss.subscriptions.models import Subscription
from tests import pages
from tests.adobe3yc.selling import LICENCE, known_reseller, on_sale
from tests.factories.accounts import (
    OrganizationFactory,
    StorefrontFactory,
    make_storefront_user,
)
from tests.factories.resellers import drain
from tests.ui.walking import LOOKS, all_done, faults_of, sign_in

# A vendor, its customer's console, a shop and a worker: on a busy machine that takes its time.
pytestmark = pytest.mark.timeout(300)
WORKED = 20_000


@pytest.fixture
def shop(transactional_db, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    return StorefrontFactory(organization=OrganizationFactory(name="Meridian Cloud Distribution"))


@pytest.fixture
def selling(shop, vip_marketplace):
    with scope.activate(shop.organization.scope):
        return on_sale(shop.organization, vip_marketplace, drain)


@pytest.fixture
def reseller(shop, selling):
    with scope.activate(shop.organization.scope):
        return make_storefront_user(known_reseller(selling, name="Techsolutions"), shop)


@pytest.fixture
def looked_at(page, screenshot):
    """`looked_at("adobe-waits")`: the page as it stands is clean for axe in each look, and whole on a phone."""

    def look(name: str) -> None:
        size = page.viewport_size
        assert faults_of(page, LOOKS, lambda look: screenshot(f"{name}-{look}")) == []
        page.set_viewport_size(size)

    return look


def test_a_new_customer_accepts_and_the_reseller_completes_the_one_order_at_its_prices(
    page, live_server, shop, selling, reseller, worker, complaints, looked_at
):
    base = live_server.url
    sign_in(page, base, reseller.user.email)
    ten_for_a_new_customer(page, base, selling)

    ask_for_the_commitment(page, looked_at)
    looked_at("adobe-waits")
    all_done(page)
    [customer] = selling.customers
    accept_in_the_console(page, f"{selling.service.url}/console/{customer['customerId']}")

    page.goto(base + pages.shop("storefront:checkout-details"))
    page.get_by_role("button", name="Look whether it is answered").click()
    expect(page).to_have_url(re.compile("/basket/"))
    items = page.locator("main")
    expect(items).to_contain_text("has accepted Adobe's three-year commitment")
    for shown in ("level 12, saves 15.8 %", "€95.00", "€80.00", "€800.00"):
        expect(items).to_contain_text(shown)
    looked_at("adobe-repriced")

    complete(page)
    expect(page.get_by_role("heading", name="Your order is done")).to_be_visible(timeout=WORKED)
    order, account = Order.everywhere.get(), Account.everywhere.get(name="Fairmont Textiles")
    [bought] = selling.orders
    assert [each["offerId"] for each in bought["lineItems"]] == ["65304479CA12A12"]
    assert len(selling.customers) == 1
    assert (order.customer, order.total) == (account, Decimal(800))
    assert account.parent == reseller.contact.account
    assert AdobeCustomer.everywhere.get().account == account
    assert Subscription.everywhere.get().state == "active"
    assert complaints == []


def ten_for_a_new_customer(page: Page, base: str, selling) -> None:
    product = selling.products[LICENCE]
    page.goto(base + pages.shop("storefront:product", product.public_id))
    page.get_by_label("Quantity").first.fill("10")
    page.locator("#sum").get_by_role("button", name="Add to basket").click()
    expect(page).to_have_url(re.compile("/basket/"))
    page.get_by_role("button", name="New customer").click()
    page.get_by_label("Company name").fill("Fairmont Textiles")
    for label, value in {
        "First name": "Donna",
        "Last name": "Weber",
        "City": "Berlin",
        "Postcode": "10117",
    }.items():
        page.get_by_label(label).fill(value)
    page.locator("input[name=address_1]").fill("Unter den Linden 1")
    page.locator("input[name=region]").fill("BE")
    page.locator("select[name=country]").select_option("DE")
    page.locator("input[name=contact_email]").fill("donna@fairmont.example")
    page.get_by_role("button", name="Use this customer").click()
    expect(page).to_have_url(re.compile("/basket/"))


def ask_for_the_commitment(page: Page, looked_at: Callable[[str], None]) -> None:
    """On the way the ten licences get Adobe's volume discount, which the basket says before it goes on."""
    page.locator("aside").get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("the prices are those of level 02")
    page.locator("aside").get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/billing/"))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/details/"))
    page.get_by_role("combobox", name="Three-year commitment").select_option("ask")
    page.get_by_label("Committed minimum of licences").fill("10")
    looked_at("adobe-details")
    page.get_by_role("button", name="Continue to review").click()
    expect(page.locator("main")).to_contain_text("This basket waits for an answer")


def accept_in_the_console(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("main")).to_contain_text("ACCEPTED")


def complete(page: Page) -> None:
    """From the basket on, as usual."""
    page.locator("aside").get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/billing/"))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/details/"))
    page.get_by_role("button", name="Continue to review").click()
    expect(page).to_have_url(re.compile("/checkout/review/"))
    page.get_by_role("button", name="Place order").click()
    expect(page).to_have_url(re.compile("/progress/"))
