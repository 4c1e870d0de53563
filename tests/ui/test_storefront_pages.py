"""Every page of a storefront in a browser: clean for axe in light, in dark and on a phone, and whole on the phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import resolve
from playwright.sync_api import Page, expect

from bss.accounts.links import activation_url, password_reset_url
from bss.accounts.models import Membership, Storefront
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.orders.models import Basket
from bss.orders.services import basket_wait
from tests import pages
from tests.architecture.permission_matrix import API, STOREFRONT
from tests.architecture.test_permission_matrix import SHOPS, ids_of, names
from tests.factories.accounts import make_storefront_user
from tests.factories.orders import make_basket
from tests.factories.world import World, make_world
from tests.ui.walking import LOOKS, Look, faults_of, sign_in

POSTED = "takes what the form of another page sends"
FILE = "a file"
LEADS_ON = "leads on to another page"
FOR_PROGRAMS = "read by programs"
NOT_PAGES = {
    "healthz": FOR_PROGRAMS,
    "readyz": FOR_PROGRAMS,
    "api-schema": FOR_PROGRAMS,
    "api-docs": "drawn by Swagger UI",
    "api-root": LEADS_ON,
    "ui:theme": FILE,
    "ui:appearance": POSTED,
    "ui:gallery": "walked by the tests of the gallery",
    "ui:gallery_screen": "walked by the tests of the gallery",
    "view_as:start": LEADS_ON,
    "view_as:end": POSTED,
    "mfa_download_recovery_codes": FILE,
    "storefront:basket-add": POSTED,
    "storefront:basket-pick": POSTED,
    "storefront:basket-reopen": POSTED,
    "storefront:basket-leave": POSTED,
    "storefront:checkout": LEADS_ON,
    "storefront:order-line-correct": POSTED,
    "storefront:subscription-withdraw": POSTED,
    "storefront:invoice-pdf": FILE,
    "storefront:invoice-csv": FILE,
    "storefront:invoice-pay": POSTED,
    "storefront:invoice-paid": LEADS_ON,
    "storefront:credit-note-pdf": FILE,
    "storefront:credit-note-csv": FILE,
    "storefront:token-revoke": POSTED,
    "storefront:card-leave": POSTED,
    "storefront:card-left": LEADS_ON,
    "storefront:card-use": POSTED,
    "storefront:card-remove": POSTED,
    "commitments:refresh": POSTED,
    "plans:choose": POSTED,
    "plans:customer-approval": POSTED,
}
# What a reseller's customer finds in its reseller's shop alone.
CUSTOMERS = {"storefront:order-withdraw"}
# What a page needs in its address to be itself.
QUERIES = {"storefront:search": "?q=Mailbox"}
# The pages around signing in: before it, by a link in an e-mail, and after it.
BEFORE = (
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
)
LINKED = {
    "account_activate": activation_url,
    "account_reset_password_from_key": password_reset_url,
}
WITHIN = (
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
)
# Of somebody who has a second factor: on the way in, and about it.
WITH_A_CODE = ("mfa_authenticate",)
ABOUT_CODES = (
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
)


@pytest.fixture
def world(transactional_db, settings) -> World:
    """The world, where the reseller's basket holds what asks for Service Details."""
    settings.ALLOWED_HOSTS = ["*"]
    world = make_world()
    person = world.people["reseller"]
    shop = Storefront.everywhere.get(organization=world.distributor, owner=None)
    with scope.activate(world.reseller.scope):
        make_basket(person, shop, world.product, quantity=3)
    return world


@pytest.fixture
def invited(world) -> Membership:
    """A colleague who has set no password yet."""
    shop = Storefront.everywhere.get(organization=world.distributor, owner=None)
    membership = make_storefront_user(world.reseller, shop)
    membership.user.set_unusable_password()
    membership.user.save()
    return membership


def shop_names() -> set[str]:
    return names("config.urls") - {row.name for row in API}


def shopped(world: World) -> dict[str, str]:
    """The path of each page of the shop that is one, by name."""
    return {
        row.name: path_of(world, row)
        for row in STOREFRONT
        if row.name not in NOT_PAGES.keys() | CUSTOMERS
    }


def shopped_by_a_customer(world: World) -> dict[str, str]:
    """The same of the shop of its own that a reseller's customer sees."""
    return {
        row.name: path_of(world, row, SHOPS["customer"])
        for row in STOREFRONT
        if row.name not in NOT_PAGES and row.customer == 200
    }


def path_of(world: World, row: Any, prefix: str = "/") -> str:
    return pages.shop(row.name, *ids_of(world, row.things), prefix=prefix) + QUERIES.get(
        row.name, ""
    )


def around(named: tuple[str, ...], prefix: str = "/") -> dict[str, str]:
    return {name: pages.shop(name, prefix=prefix) for name in named}


def linked(membership: Membership) -> dict[str, str]:
    """The paths of the links that the person gets by e-mail."""
    return {name: urlsplit(url(membership)).path for name, url in LINKED.items()}


def walk(
    page: Page, base: str, paths: dict[str, str], screenshot: Any, looks: Sequence[Look] = LOOKS
) -> dict[str, Any]:
    """Every path answers and is shown. Returns the faults of those pages that have any."""
    faults: dict[str, Any] = {}
    for name, path in paths.items():
        answer = page.goto(base + path)
        assert answer is not None
        assert answer.status == 200, name
        assert resolve(path_within(page.url), "config.urls").view_name == name, page.url
        if found := faults_of(page, looks):
            faults[name] = found
        screenshot(f"shop-{name.replace(':', '-')}-phone")
    return faults


def path_within(url: str) -> str:
    """The path of a page within its surface, whose prefix is no part of the URL configuration.

    The pages around signing in have the same paths on both surfaces.
    """
    path = urlsplit(url).path
    for prefix in (SHOPS["customer"], "/portal/"):
        if path.startswith(prefix):
            return path.removeprefix(prefix.rstrip("/"))
    return path


def test_every_address_of_a_storefront_is_looked_at_or_said_to_be_no_page():
    around_signing_in = {*BEFORE, *LINKED, *WITHIN, *WITH_A_CODE, *ABOUT_CODES}
    looked_at = {row.name for row in STOREFRONT} | around_signing_in
    assert shop_names() == looked_at | NOT_PAGES.keys()
    assert NOT_PAGES.keys().isdisjoint(around_signing_in | CUSTOMERS)
    assert {row.name for row in STOREFRONT if row.customer == 200} >= CUSTOMERS


@pytest.mark.timeout(900)
def test_every_page_is_clean_for_axe_and_fits_a_phone(
    page, live_server, world, invited, complaints, screenshot
):
    base = live_server.url
    faults = walk(page, base, around(BEFORE) | linked(invited), screenshot)
    sign_in(page, base, world.people["reseller"].user.email)
    faults |= walk(page, base, around(WITHIN) | shopped(world), screenshot)
    assert faults == {}
    assert complaints == []


@pytest.mark.timeout(600)
def test_a_customer_finds_its_resellers_shop_as_clean(
    page, live_server, world, complaints, screenshot
):
    own = SHOPS["customer"]
    sign_in(page, live_server.url, world.people["customer"].user.email, own.rstrip("/"))
    paths = shopped_by_a_customer(world)

    faults = walk(
        page, live_server.url, paths, lambda name: screenshot(f"own-{name}"), looks=LOOKS[:1]
    )

    assert len(paths) > 15
    assert faults == {}
    assert complaints == []


def test_a_basket_that_waits_and_one_that_lies_aside_are_as_clean(
    page, live_server, world, complaints, screenshot
):
    person, main = world.people["reseller"], page.get_by_role("main")
    with scope.activate(world.reseller.scope):
        asked = Basket.objects.get(user=person.user)
        basket_wait(basket=asked, message="The customer was asked.", requests=[], actor=SYSTEM)
        make_basket(person, asked.storefront, world.product)
    sign_in(page, live_server.url, person.user.email)

    page.goto(live_server.url + pages.shop("storefront:basket"))
    main.get_by_role("button", name="waits for an answer").click()
    expect(main).to_contain_text("The customer was asked.")
    faults = faults_of(page, LOOKS)
    screenshot("shop-basket-waiting")
    Basket.everywhere.filter(pk=asked.pk).update(waiting_message="")
    page.reload()
    faults += faults_of(page, LOOKS)
    screenshot("shop-basket-aside")
    main.get_by_role("button", name="Take it up again").click()
    main.get_by_role("button", name="lies aside").click()
    main.get_by_role("button", name="Leave this basket").click()
    faults += faults_of(page, LOOKS[:1])
    screenshot("shop-basket-leave")
    page.get_by_role("button", name="Leave it").click()
    expect(page.locator("#toasts")).to_contain_text("Nothing in it was ordered.")

    assert faults == []
    assert complaints == []
    own = Basket.everywhere.filter(user=person.user)
    assert set(own.values_list("state", flat=True)) == {"open", "abandoned"}


@pytest.mark.parametrize(("surface", "who"), [("/", "reseller"), ("/portal/", "administrator")])
def test_the_pages_of_a_second_factor_are_as_clean_on_both_surfaces(
    page, live_server, world, complaints, screenshot, surface, who
):
    base, user = live_server.url, world.people[who].user
    TOTP.activate(user, generate_totp_secret())
    code = RecoveryCodes.activate(user).get_unused_codes()[0]

    def shot(name: str) -> None:
        screenshot(f"{who}-{name}")

    sign_in(page, base, user.email, surface.rstrip("/"))
    faults = walk(page, base, around(WITH_A_CODE, surface), shot)
    page.get_by_role("textbox").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/account/2fa/"))
    faults |= walk(page, base, around(ABOUT_CODES, surface), shot)

    assert faults == {}
    assert complaints == []
