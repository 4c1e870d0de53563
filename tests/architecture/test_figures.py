"""Nobody sees the level above its own: not a figure of it, on no page, in no answer and in no e-mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from notifications.models import Delivery
from tests import pages
from tests.architecture.permission_matrix import API, PORTAL, POST_ONLY, ROLES, STOREFRONT
from tests.architecture.test_permission_matrix import SHOPS, ids_of
from tests.factories.world import COST, COSTS, PRICE, PRICES, RESALE, World

pytestmark = pytest.mark.django_db
BLIND = ("support", "read_only")
# A page title or a column of what only the organization knows.
WORDS = re.compile(r"\b(Cost|Costs|Profit|Margin)\b")


def told(answer: Any) -> str:
    """What an answer says, without what only looks like a figure: drawings, and instants to the microsecond."""
    content = answer.getvalue().decode(errors="replace")
    return re.sub(r'<svg.*?</svg>|datetime="[^"]*"', "", content, flags=re.DOTALL)


def shown(text: str, figures: tuple[str, ...]) -> list[str]:
    return [figure for figure in figures if re.search(rf"(?<![\d.]){re.escape(figure)}", text)]


def told_with_tabs(client: Client, path: str) -> str | None:
    """A page and everything behind its tabs; None for whoever may not see it."""
    answer = client.get(path)
    if answer.status_code != 200:
        return None
    text = told(answer)
    tabs = sorted(set(re.findall(r'href="(\?tab=[a-z_-]+)"', text)))
    return "\n".join([text, *(told(client.get(f"{path}{tab}")) for tab in tabs)])


def shop_pages(world: World, person: str) -> dict[str, str]:
    """Every page of the shop that the person may open, by its URL's name."""
    found = {}
    for row in STOREFRONT:
        path = pages.shop(row.name, *ids_of(world, row.things), prefix=SHOPS.get(person, "/"))
        text = told_with_tabs(world.client(person), path)
        if text is not None:
            found[row.name] = text
    return found


def fill_basket(world: World, person: str) -> None:
    answer = world.client(person).post(
        pages.shop("storefront:basket-add", prefix=SHOPS.get(person, "/")),
        {"product": world.ids["product"], "unit": "P1M", "quantity": "3"},
    )
    assert answer.status_code == 302


def portal_pages(world: World, role: str) -> dict[str, str]:
    letter = next(letter for letter, name in ROLES.items() if name == role)
    found = {}
    for row in PORTAL:
        if letter in row.roles and row.ok != POST_ONLY:
            path = pages.portal(row.name, *ids_of(world, row.things))
            found[row.name] = told_with_tabs(world.client(role), path) or ""
    return found


@pytest.mark.parametrize("person", ["reseller", "viewer"])
def test_a_resellers_pages_show_its_prices_and_never_a_cost(world, person):
    if person == "reseller":
        fill_basket(world, person)
    seen = shop_pages(world, person)

    assert len(seen) > 14
    for name in ("storefront:product", "storefront:order", "storefront:subscription"):
        assert shown(seen[name], (PRICE, *PRICES)), name
    for name, text in seen.items():
        assert shown(text, COSTS) == [], name
        assert WORDS.search(text) is None, name


def test_an_end_customers_pages_show_what_its_reseller_charges_and_nothing_above(world):
    seen = shop_pages(world, "customer")

    assert len(seen) > 12
    for name in ("storefront:product", "storefront:order", "storefront:subscription"):
        assert shown(seen[name], (RESALE, "40.00", "39.99")), name
    for name, text in seen.items():
        assert shown(text, (*COSTS, *PRICES)) == [], name
        assert WORDS.search(text) is None, name
        assert world.distributor.name not in text, name


@pytest.mark.parametrize("person", ["rival", "rival_customer", "anonymous"])
def test_strangers_see_no_figure_of_another_resellers_customer(world, person):
    for name, text in shop_pages(world, person).items():
        assert shown(text, (*COSTS, *PRICES[1:], RESALE, "40.00")) == [], name
        assert "Aegean Foods" not in text, name


@pytest.mark.parametrize("role", BLIND)
def test_staff_without_the_right_see_no_cost(world, role):
    seen = portal_pages(world, role)

    assert len(seen) > 25
    for name, text in seen.items():
        assert shown(text, COSTS) == [], name


@pytest.mark.parametrize("role", ["administrator", "sales", "billing"])
def test_staff_with_the_right_see_costs(world, role):
    seen = portal_pages(world, role)

    assert shown(seen["orders:detail"], COSTS)
    assert shown(seen["catalog:product-detail"], (COST,))


@pytest.mark.parametrize("role", BLIND)
@pytest.mark.parametrize("name", ["orders:list", "subscriptions:list", "catalog:product-list"])
def test_an_export_holds_no_cost_either(world, role, name):
    text = told(world.client(role).get(pages.portal(name), {"export": "csv"}))
    assert shown(text, COSTS) == []
    assert "Cost" not in text


def answers(world: World, token: str) -> dict[str, str]:
    found = {}
    for row in API:
        headers = {"Authorization": f"Bearer {world.keys[token]}"}
        answer = Client().get(pages.api(row.name, *ids_of(world, row.things)), headers=headers)
        if answer.status_code == 200:
            found["-".join((row.name, *row.things))] = answer.content.decode()
    return found


@pytest.mark.parametrize("token", ["without_costs", "reseller", "rival", "tenant"])
def test_tokens_read_no_cost(world, token):
    for name, text in answers(world, token).items():
        assert shown(text, COSTS) == [], name
        assert '"cost"' not in text, name


def test_a_resellers_token_reads_its_price_and_an_organizations_the_cost(world):
    assert shown(answers(world, "reseller")["catalog-api:product-product"], (PRICE,))
    assert shown(answers(world, "organization")["catalog-api:product-product"], (COST,))
    assert shown(answers(world, "rival")["catalog-api:product-product"], (RESALE,)) == []


def test_no_email_tells_the_level_above(world):
    mails = list(Delivery.everywhere.all())
    assert mails
    to_customer = [m for m in mails if m.scope.startswith(world.customer.scope)]
    for mail in mails:
        assert shown(mail.text + mail.html, COSTS) == [], mail.kind
    for mail in to_customer:
        if mail.recipient == world.people["customer"].user.email:
            assert shown(mail.text + mail.html, PRICES) == [], mail.kind
