"""A reseller buys for a new customer by installments, and a customer buys from its reseller, each in a real browser."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from bss.accounts.models import Account, Storefront
from bss.billing.models import Installment, Invoice, InvoiceLine
from bss.catalog.choices import PriceRule
from bss.catalog.models import Product
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from notifications.models import Delivery
from servicemanager.services import definition_start, instance_activate, instance_create
from tests import pages
from tests.factories.accounts import (
    AccountFactory,
    OrganizationFactory,
    ResellerFactory,
    StorefrontFactory,
    make_staff,
    make_storefront_user,
)
from tests.factories.billing import make_rate
from tests.factories.catalog import PriceListFactory, PriceListItemFactory
from tests.factories.orders import default_list, make_order_field, make_terms, offer_plan
from tests.factories.resellers import drain, order_plan, plans_on_sale
from tests.ui.walking import all_done, sign_in

# Two browsers, a vendor, a worker and a PDF: on a busy machine that takes its time.
pytestmark = pytest.mark.timeout(300)

ALIAS = "techsolutions"
# What a person writes in English, and what is shown of it everywhere.
DEVICES = "1,234,567"
WORKED = 15_000


@pytest.fixture
def shop(transactional_db, settings, echo) -> Storefront:
    """A distributor that sells Echo Desk Team and reseller plans."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    organization = OrganizationFactory(name="Meridian Cloud Distribution")
    storefront = StorefrontFactory(organization=organization)
    plans_on_sale(organization)
    make_rate(organization)
    with scope.activate(organization.scope):
        instance = instance_create(
            organization=organization, manager="echo", name="Echo", actor=SYSTEM,
            settings={"base_url": echo.url, "api_key": echo.key},
        )  # fmt: skip
        instance_activate(instance=instance, actor=SYSTEM)
        definition_start(instance=instance, actor=SYSTEM)
    drain()
    return storefront


@pytest.fixture
def desk(shop) -> Product:
    """Echo Desk Team, at the list price: €70.00 a year, €7.00 a month."""
    product = Product.everywhere.get(external_id="echo-desk-team")
    PriceListItemFactory(price_list=default_list(shop.organization), product=product)
    return product


@pytest.fixture
def reseller(shop):
    account = ResellerFactory(organization=shop.organization, name="Techsolutions")
    return make_storefront_user(account, shop)


def fill_details(page: Page) -> None:
    page.get_by_label("Workspace name").fill("ionian")
    page.get_by_label("Data region").select_option("eu-west")


def mails() -> list[tuple[str, str]]:
    """What was written to whom, in the order of the alphabet."""
    return sorted(Delivery.everywhere.values_list("kind", "recipient"))


def arrived(page: Page, heading: str) -> None:
    """The page followed the order by itself: nobody reloads it."""
    expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=WORKED)


# A new customer, a year in twelve parts ----------------------------------------------------------------------------


def test_a_reseller_buys_a_year_for_a_new_customer_in_twelve_installments(
    page, live_server, desk, reseller, worker, complaints, screenshot
):
    base = live_server.url
    make_order_field(
        reseller.organization, code="devices", label="Devices", type="integer", required=True
    )
    offer_plan(desk, reseller.contact.account)
    staff = make_staff(reseller.organization)
    sign_in(page, base, reseller.user.email)

    choose_twelve_installments(page, base, desk)
    screenshot("walk-basket")
    draft_customer(page)
    screenshot("walk-basket-new-customer")
    assert not Account.everywhere.filter(name="Ionian Freight").exists()
    to_review(page, screenshot)
    place(page, "Place order")
    arrived(page, "Your order is done")
    all_done(page)
    screenshot("walk-done")

    order = Order.everywhere.get()
    subscription = Subscription.everywhere.get()
    the_customer_was_made(order, subscription, reseller.contact.account)
    invoice = the_first_of_twelve_is_billed(subscription)
    the_number_is_seen(page, base, order, subscription, staff, screenshot)
    the_invoice_opens(page, base, invoice, screenshot)
    assert mails() == [
        ("invoice_issued", reseller.user.email),
        ("order_placed", reseller.user.email),
        ("subscription_activated", reseller.user.email),
    ]
    assert complaints == []


def choose_twelve_installments(page: Page, base: str, desk: Product) -> None:
    page.goto(base + pages.shop("storefront:product", desk.public_id))
    page.get_by_role("radio", name="Yearly").check()
    page.get_by_label("Quantity").fill("7")
    page.get_by_role("radio", name="12 monthly installments of €40.83, the last €40.87").check()
    bought = page.locator("#sum")
    expect(bought).to_contain_text("First payment")
    bought.get_by_role("button", name="Add to basket").click()
    expect(page).to_have_url(re.compile("/basket/"))


def draft_customer(page: Page) -> None:
    page.get_by_role("button", name="New customer").click()
    expect(page).to_have_url(re.compile("/checkout/customer/"))
    page.get_by_label("Company name").fill("Ionian Freight")
    page.get_by_label("First name").fill("Petros")
    page.get_by_label("Last name").fill("Galanis")
    page.locator("input[name=contact_email]").fill("petros@ionian.example")
    page.get_by_role("button", name="Use this customer").click()
    expect(page).to_have_url(re.compile("/basket/"))
    expect(page.get_by_label("Who is it for?")).to_contain_text("New customer: Ionian Freight")


def to_review(page: Page, screenshot: Any) -> None:
    """Over billing and Service Details, there and back, to the review: what was typed stays what it was."""
    page.locator("aside").get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/billing/"))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/details/"))
    fill_details(page)
    page.get_by_label("Devices").fill(DEVICES)
    page.get_by_role("button", name="Back").click()
    expect(page).to_have_url(re.compile("/checkout/billing/"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Devices")).to_have_value(DEVICES)
    screenshot("walk-details")
    page.get_by_role("button", name="Continue to review").click()
    expect(page).to_have_url(re.compile("/checkout/review/"))
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Devices")).to_have_value(DEVICES)
    page.get_by_role("button", name="Continue to review").click()
    expect(page.locator("main")).to_contain_text(DEVICES)
    screenshot("walk-review")


def place(page: Page, button: str) -> None:
    page.get_by_label("I have read the terms and accept them").check()
    page.get_by_role("button", name=button).click()
    expect(page).to_have_url(re.compile("/progress/"))


def the_customer_was_made(order: Order, subscription: Subscription, payer: Account) -> None:
    customer = Account.everywhere.get(name="Ionian Freight")
    assert customer.parent == order.account == payer
    assert subscription.customer == order.customer == customer
    assert (order.state, subscription.state) == (OrderState.EXECUTED, SubscriptionState.ACTIVE)
    assert [each["value"] for each in order.answers] == [1234567]


def the_first_of_twelve_is_billed(subscription: Subscription) -> Invoice:
    """7 seats at €70.00 in twelve parts; the first of them alone, with 24 % of tax, is on the only invoice."""
    parts = Installment.everywhere.filter(subscription=subscription).order_by("number")
    assert [part.number for part in parts] == list(range(1, 13))
    assert [part.price for part in parts] == [Decimal("40.83")] * 11 + [Decimal("40.87")]
    assert sum(part.price for part in parts) == Order.everywhere.get().total == Decimal(490)
    line = InvoiceLine.everywhere.select_related("invoice", "installment").get()
    assert line.installment == parts[0]
    assert (line.net, line.invoice.total) == (Decimal("40.83"), Decimal("50.63"))
    return line.invoice


def the_number_is_seen(
    page: Page, base: str, order: Order, subscription: Subscription, staff: Any, screenshot: Any
) -> None:
    """On the order and the subscription, by the reseller and by staff."""
    sign_in(page, base, staff.user.email, "/portal")
    for name, path in {
        "order": pages.shop("storefront:order", order.public_id),
        "subscription": pages.shop("storefront:subscription", subscription.public_id),
        "portal-order": pages.portal("orders:detail", order.public_id) + "?tab=details",
        "portal-subscription": pages.portal("subscriptions:detail", subscription.public_id),
    }.items():
        page.goto(base + path)
        expect(page.locator("main")).to_contain_text(DEVICES)
        screenshot(f"walk-{name}")


def the_invoice_opens(page: Page, base: str, invoice: Invoice, screenshot: Any) -> None:
    page.goto(base + pages.shop("storefront:invoices"))
    page.get_by_role("link", name=invoice.number).click()
    expect(page.get_by_role("heading", name=invoice.number)).to_be_visible()
    expect(page.locator("main")).to_contain_text("€50.63")
    screenshot("walk-invoice")
    link = page.get_by_role("link", name="Open PDF").get_attribute("href")
    answer = page.request.get(f"{base}{link}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.body().startswith(b"%PDF-")


# A customer of the reseller, at what its reseller charges -----------------------------------------------------------

COSTS_THE_RESELLER = ("€7.00", "€35.00")


@pytest.fixture
def own_shop(shop, desk, reseller) -> Storefront:
    """The reseller's own storefront on Standard, where Echo Desk Team costs a fifth more: €8.40 a month."""
    account = reseller.contact.account
    order_plan(account, "standard", alias=ALIAS)
    drain()
    own = PriceListFactory(organization=shop.organization, owner=account, name="Ours")
    PriceListItemFactory(price_list=own, product=desk, rule=PriceRule.MARKUP, percent=Decimal(20))
    make_terms(shop.organization, seller=account, text="We answer within a working day.")
    Delivery.everywhere.all().delete()
    return Storefront.everywhere.get(owner=account)


@pytest.fixture
def customer(own_shop, reseller):
    account = AccountFactory(parent=reseller.contact.account, name="Aegean Foods")
    return make_storefront_user(account, own_shop)


@pytest.fixture
def resellers_page(new_context, live_server, reseller) -> Page:
    """The reseller's browser, signed in."""
    page = new_context().new_page()
    sign_in(page, live_server.url, reseller.user.email)
    return page


def test_a_customer_orders_in_its_resellers_shop_and_sees_its_own_amounts_alone(
    page, resellers_page, live_server, desk, reseller, customer, worker, complaints, screenshot
):
    base = live_server.url
    sign_in(page, base, customer.user.email, f"/{ALIAS}")
    seen: list[str] = []
    page.on("response", lambda answer: seen.append(body_of(answer)))

    buy_five(page, base, desk, screenshot)
    order = Order.everywhere.get(customer=customer.contact.account)
    assert order.state == OrderState.PENDING_APPROVAL
    assert (order.total, order.total_resale) == (Decimal(35), Decimal(42))

    approve(resellers_page, base, order)
    arrived(page, "Your order is executed")
    all_done(page)
    screenshot("walk-customer-done")
    the_statement_is_the_customers_own(page, base, screenshot)

    subscription = Subscription.everywhere.get(customer=customer.contact.account)
    for name, thing in (("order", order), ("subscription", subscription)):
        page.goto(base + pages.shop(f"storefront:{name}", thing.public_id, prefix=f"/{ALIAS}/"))
        expect(page.locator("main")).to_contain_text("€42.00")
        screenshot(f"walk-customer-{name}")
    told = "".join(seen)
    assert "€42.00" in told
    assert [amount for amount in (*COSTS_THE_RESELLER, "Meridian") if amount in told] == []
    assert mails() == [
        ("invoice_issued", reseller.user.email),
        ("order_approval_asked", reseller.user.email),
        ("order_approved", customer.user.email),
        ("order_waiting", customer.user.email),
        ("subscription_activated", customer.user.email),
    ]
    to_the_customer = Delivery.everywhere.filter(recipient=customer.user.email)
    for mail in to_the_customer:
        assert [amount for amount in COSTS_THE_RESELLER if amount in mail.text + mail.html] == []
    assert complaints == []


def body_of(answer: Response) -> str:
    """The page or part of a page that the browser was sent; nothing for a redirect, a style or a script."""
    is_page = answer.ok and answer.headers.get("content-type", "").startswith("text/html")
    return answer.text() if is_page else ""


def buy_five(page: Page, base: str, desk: Product, screenshot: Any) -> None:
    """Five seats by the month, up to the order that waits."""
    page.goto(base + pages.shop("storefront:product", desk.public_id, prefix=f"/{ALIAS}/"))
    page.get_by_label("Quantity").fill("5")
    expect(page.locator("#sum")).to_contain_text("€42.00")
    screenshot("walk-customer-product")
    page.locator("#sum").get_by_role("button", name="Add to basket").click()
    expect(page).to_have_url(re.compile("/basket/"))
    page.locator("aside").get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/billing/"))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/details/"))
    fill_details(page)
    page.get_by_role("button", name="Continue to review").click()
    expect(page).to_have_url(re.compile("/checkout/review/"))
    expect(page.locator("main")).to_contain_text("Terms of Techsolutions")
    expect(page.locator("main")).to_contain_text("We answer within a working day.")
    screenshot("walk-customer-review")
    place(page, "Ask for approval")
    arrived(page, "Thank you. Your order waits for approval")
    screenshot("walk-customer-waits")


def approve(page: Page, base: str, order: Order) -> None:
    """The reseller sees what it pays and what it charges, and lets the order pass."""
    page.goto(base + pages.shop("plans:approvals"))
    page.get_by_role("link", name=order.number).click()
    expect(page.locator("aside")).to_contain_text("€35.00")
    expect(page.locator("aside")).to_contain_text("€42.00")
    page.get_by_label("I have read the terms and accept them").check()
    page.get_by_role("button", name="Approve").click()
    expect(page).to_have_url(re.compile("/my-customers/orders/$"))


def the_statement_is_the_customers_own(page: Page, base: str, screenshot: Any) -> None:
    page.goto(base + pages.shop("storefront:statements", prefix=f"/{ALIAS}/"))
    page.locator("main").locator("table").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Statement of")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Echo Desk Team")
    expect(page.locator("main")).to_contain_text("€42.00")
    screenshot("walk-customer-statement")
