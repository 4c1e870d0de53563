"""The main pages of both surfaces in a browser, each as people meet it: in light, in dark, on a phone, in a language of
longer words and in one that runs the other way.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from bss.accounts.models import Storefront
from bss.core import scope
from tests import pages
from tests.architecture.test_permission_matrix import ids_of
from tests.factories.orders import make_basket
from tests.factories.world import World, make_world
from tests.ui.pseudo import longer, longer_words, mirrored
from tests.ui.walking import DESKTOP, LOOKS, PHONE, Look, faults_of, sign_in

SHOP = {
    "home": ("storefront:home",),
    "catalogue": ("storefront:catalog",),
    "product": ("storefront:product", "product"),
    "basket": ("storefront:basket",),
    "review": ("storefront:checkout-review",),
    "subscription": ("storefront:subscription", "spare"),
    "subscriptions": ("storefront:subscriptions",),
}
PORTAL = {
    "home": ("portal:home",),
    "orders": ("orders:list",),
    "order": ("orders:detail", "order"),
    "subscription": ("subscriptions:detail", "spare"),
    "account": ("accounts:detail", "account"),
    "invoices": ("billing:invoices",),
    "product": ("catalog:product-detail", "product"),
}
# In another language nothing is coloured otherwise: what axe says of the whole page once is enough.
IN_WORDS = (Look("longer", "light", DESKTOP), Look("longer-phone", "light", PHONE, ["label"]))
THE_OTHER_WAY = (
    Look("mirrored", "light", DESKTOP),
    Look("mirrored-phone", "light", PHONE, ["label"]),
)


@pytest.fixture
def world(transactional_db, settings) -> World:
    """The world, where the reseller's basket can be placed."""
    settings.ALLOWED_HOSTS = ["*"]
    world = make_world()
    shop = Storefront.everywhere.get(organization=world.distributor, owner=None)
    with scope.activate(world.reseller.scope):
        make_basket(world.people["reseller"], shop, world.product, quantity=3)
    return world


def paths_of(world: World, named: dict[str, tuple[str, ...]], address: Any) -> dict[str, str]:
    return {what: address(name, *ids_of(world, ids)) for what, (name, *ids) in named.items()}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("surface", ["shop", "portal"])
def test_the_main_pages_hold_in_every_look(
    page, live_server, world, complaints, screenshot, surface
):
    is_shop = surface == "shop"
    person = world.people["reseller" if is_shop else "administrator"]
    sign_in(page, live_server.url, person.user.email, "" if is_shop else "/portal")
    paths = paths_of(world, SHOP, pages.shop) if is_shop else paths_of(world, PORTAL, pages.portal)

    faults = walked(page, live_server.url, paths, LOOKS, surface, screenshot)
    with longer_words():
        faults += walked(page, live_server.url, paths, IN_WORDS, surface, screenshot)
        assert longer("Subscriptions") in page.content()
    with mirrored():
        faults += walked(page, live_server.url, paths, THE_OTHER_WAY, surface, screenshot)
        assert page.locator("html").get_attribute("dir") == "rtl"

    assert faults == []
    assert complaints == []


def walked(
    page: Page, base: str, paths: dict[str, str], looks: tuple[Look, ...], surface: str, screenshot
) -> list[Any]:
    """What is wrong with each page in each look."""
    found = []
    for what, path in paths.items():
        answer = page.goto(base + path)
        assert answer is not None
        assert (answer.status, page.url) == (200, base + path), what

        def shot(look: str, what: str = what) -> None:
            screenshot(f"main-{surface}-{what}-{look}")

        found += [(what, fault) for fault in faults_of(page, looks, shot)]
    return found


@pytest.mark.timeout(120)
def test_the_head_of_a_table_leaves_its_cards_corners_whole(page, live_server, world):
    """It has a background, so that rows pass below it: a square one would cover the corner's line."""
    sign_in(page, live_server.url, world.people["administrator"].user.email, "/portal")
    page.goto(live_server.url + pages.portal("billing:invoice", *ids_of(world, ("invoice",))))

    corners = page.locator(".card.flush").first.evaluate(
        """card => {
            const heads = [...card.querySelectorAll("thead th")];
            const corner = (what, side) => parseFloat(getComputedStyle(what)[`border${side}Radius`]);
            return [["TopLeft", heads[0]], ["TopRight", heads.at(-1)]].map(
                ([side, head]) => [corner(card, side), corner(head, side)]);
        }"""
    )
    assert len(corners) == 2
    assert all(of_head >= of_card - 1 > 0 for of_card, of_head in corners)
