"""The pages of Adobe Services in a browser: a price file on its way, and a customer that was asked for a commitment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page

from adobe3yc.models import AdobeCustomer, PriceFile, PriceUpload
from adobe3yc.pricefiles.contracts import FileKind
from adobe3yc.services import commitment_ask, price_upload_start
from adobe3yc.vipmp.contracts import Minimum
from bss.core import clock, scope
from bss.core.actor import SYSTEM
from bss.subscriptions.models import Subscription
from tests import pages
from tests.adobe3yc.selling import (
    LICENCE,
    STANDARD,
    Selling,
    on_sale,
    ordered,
    seller_customer,
)
from tests.architecture.permission_matrix import PORTAL, POST_ONLY
from tests.factories.accounts import (
    OrganizationFactory,
    ResellerFactory,
    StorefrontFactory,
    make_staff,
    make_storefront_user,
)
from tests.factories.adobe import make_price_file, price_csv
from tests.factories.resellers import drain
from tests.ui.walking import LOOKS, faults_of, sign_in

pytestmark = pytest.mark.timeout(600)
# What is wrong with it: a part number, a price, a date, and a row that is there twice.
FAULTY = [
    ("65304479CA01", "All Apps", "100.00", "", ""),
    ("65304479CA02A12", "All Apps", '"1.234,50"', "", ""),
    ("65304479CA03A12", "All Apps", "90.00", "03/04/2026", ""),
    ("65300011CA01A12", "Photoshop", "50.00", "", ""),
    ("65300011CA01A12", "Photoshop", "51.00", "", ""),
]


@pytest.fixture
def shop(transactional_db, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    return StorefrontFactory(organization=OrganizationFactory(name="Meridian Cloud Distribution"))


@pytest.fixture
def selling(shop, vip_marketplace) -> Selling:
    """Adobe on sale: of the commercial segment a file in force, one before it, one that would change prices, and one
    that was refused.
    """
    with scope.activate(shop.organization.scope):
        selling = on_sale(shop.organization, vip_marketplace, drain)
        commercial = {k: v for k, v in STANDARD.items() if "CA" in k}
        selling.enforce(FileKind.COM, {**commercial, "65304479CA04A12": "85"})
        changed = {**commercial, LICENCE: "110.50", "65304479CA99A12": "1"}
        changed.pop("65300011CA02A12")
        rows = [(offer, "All Apps", Decimal(price), "", "") for offer, price in changed.items()]
        make_price_file(selling.instance, *rows, name="COM 2026-12 with next month's prices.csv")
        price_upload_start(
            instance=selling.instance, kind="COM", name="COM 2026-12 as exported.csv",
            content=price_csv(*FAULTY), month=None, currency="EUR", dates="", actor=SYSTEM,
        )  # fmt: skip
        drain()
    return selling


@pytest.fixture
def subscription(selling, shop) -> Subscription:
    """Twenty licences of a reseller's customer, which was asked for a commitment."""
    with scope.activate(shop.organization.scope):
        ordered(selling, seller_customer(selling), **{LICENCE: 20})
        for _ in range(3):
            drain()
            with clock.travel(timedelta(seconds=90)):
                drain()
        customer = AdobeCustomer.everywhere.get()
        commitment_ask(customer=customer, minimums=[Minimum("LICENSE", 20)], actor=SYSTEM)
        drain()
    return Subscription.everywhere.get()


def portal_pages(selling: Selling, subscription: Subscription) -> dict[str, str]:
    """Each page of Adobe's in the portal, by name."""
    customer = AdobeCustomer.everywhere.get()
    instance, checked = selling.instance.public_id, PriceFile.everywhere.get(state="checked")
    refused = PriceUpload.everywhere.get(file=None)
    replaced = PriceFile.everywhere.get(state="replaced")
    with scope.activate(selling.instance.organization.scope):
        unknown = ResellerFactory(organization=selling.instance.organization)
    found = {
        "home": [],
        "price-files": [instance],
        "price-uploads": [instance],
        "price-upload-create": [instance],
        "price-fetch": [instance],
        "price-upload": [refused.public_id],
        "price-file": [checked.public_id],
        "price-file-rows": [checked.public_id],
        "customers": [],
        "customer": [customer.public_id],
        "commitment": [subscription.public_id],
        "reseller": [unknown.public_id],
    }
    paths = {name: pages.portal(f"adobe3yc:{name}", *ids) for name, ids in found.items()}
    return {
        **paths,
        "price-file-replaced": pages.portal("adobe3yc:price-file", replaced.public_id),
        "customer-messages": f"{paths['customer']}?tab=messages",
    }


def test_every_page_of_adobes_in_the_portal_is_clean_for_axe_and_fits_a_phone(
    page, live_server, selling, subscription, shop, complaints, screenshot
):
    base, staff = live_server.url, make_staff(shop.organization)
    sign_in(page, base, staff.user.email, "/portal")
    paths = portal_pages(selling, subscription)
    faults = {}

    for name, path in paths.items():
        answer = page.goto(base + path)
        assert answer is not None
        assert answer.status == 200, name
        faults[name] = looked_at(page, f"adobe-portal-{name}", screenshot)
    for button in ("Subscriptions at Adobe", "Orders at Adobe"):
        page.goto(base + paths["customer"])
        press(page, button)
        faults[button] = looked_at(page, f"adobe-portal-{button.split()[0].lower()}", screenshot)

    shown = {row.name.removeprefix("adobe3yc:") for row in PORTAL if is_adobes(row)}
    assert shown <= paths.keys()
    assert {name: found for name, found in faults.items() if found} == {}
    assert complaints == []


def test_the_commitment_of_a_subscription_is_as_clean_in_the_shop(
    page, live_server, subscription, shop, complaints, screenshot
):
    with scope.activate(shop.organization.scope):
        seller = make_storefront_user(subscription.payer, shop)
    base = live_server.url
    sign_in(page, base, seller.user.email)

    faults = {}
    for name in ("commitments:commitment", "storefront:subscription"):
        page.goto(base + pages.shop(name, subscription.public_id))
        assert "Waits for the customer" in page.locator("main").inner_text()
        shown = f"adobe-shop-{name.split(':')[1]}"
        faults[name] = looked_at(page, shown, screenshot)

    assert {name: found for name, found in faults.items() if found} == {}
    assert complaints == []


def is_adobes(row) -> bool:
    return row.name.startswith("adobe3yc:") and row.ok != POST_ONLY


def looked_at(page: Page, name: str, screenshot) -> list:
    return faults_of(page, LOOKS, lambda look: screenshot(f"{name}-{look}"))


def press(page: Page, button: str) -> None:
    """On the desktop, where the record's actions stand beside its name."""
    page.set_viewport_size(LOOKS[0].size)
    page.get_by_role("button", name="Actions for").click()
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()
