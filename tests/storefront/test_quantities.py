"""How many somebody wants, typed as a language writes it: read as it is meant, or asked for."""

from __future__ import annotations

import html
import re

import pytest

from bss.catalog.models import Product
from bss.core import scope
from bss.orders.models import BasketLine
from tests.factories.orders import make_add_on, make_basket, make_product
from tests.storefront.test_checkout import main_of

LOCALES = ("en", "de", "el", "fr", "hi")
# What is typed, and what it is in which language; in the others it is no number, or could be two.
READ = {
    "1000": dict.fromkeys(LOCALES, 1_000),
    "1.000": {"de": 1_000, "el": 1_000},
    "1,000": {"en": 1_000, "hi": 1_000},
    "1\u202f000": dict.fromkeys(LOCALES, 1_000),
    "1,00,000": {"hi": 100_000},
}
MEANT = [(locale, typed, n) for typed, found in READ.items() for locale, n in found.items()]
ASKED = [
    (locale, typed) for typed, found in READ.items() for locale in LOCALES if locale not in found
]
WRITTEN = {"en": "1,000", "de": "1.000", "el": "1.000", "fr": "1\u202f000", "hi": "1,000"}


@pytest.fixture
def mailbox(distributor) -> Product:
    return make_product(distributor, name="Mailbox")


@pytest.fixture
def line(reseller, shop, mailbox) -> BasketLine:
    """The reseller's basket holds one mailbox for a month."""
    with scope.activate(reseller.account.scope):
        make_basket(reseller, shop, mailbox)
    return BasketLine.objects.get()


@pytest.fixture
def speaking(reseller):
    """The reseller's browser, in a language."""

    def client(locale: str):
        reseller.user.language = locale
        reseller.user.save()
        reseller.client.defaults["HTTP_ACCEPT_LANGUAGE"] = locale
        return reseller.client

    return client


def shown(response) -> str:
    return html.unescape(main_of(response))


def field_in(page: str, name: str) -> str:
    """The input of that name as it stands on the page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found, name
    return found[0]


def wanted(product: Product, **counts: str) -> dict[str, str]:
    return {"product": product.public_id, "unit": "P1M", "quantity": "1", **counts}


# On a product's page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "typed", "quantity"), MEANT)
def test_a_product_and_its_add_on_are_put_in_as_many_times_as_it_was_meant(
    locale, typed, quantity, speaking, mailbox
):
    archive = make_add_on(mailbox, name="Archive")
    counts = {"quantity": typed, f"addon-{archive.public_id}": typed}

    added = speaking(locale).post("/basket/add/", wanted(mailbox, **counts))

    assert added.url == "/basket/"
    put_in = set(BasketLine.objects.values_list("product__name", "quantity"))
    assert put_in == {("Mailbox", quantity), ("Archive", quantity)}


@pytest.mark.parametrize(("locale", "typed"), ASKED)
@pytest.mark.parametrize("of", ["the product", "its add-on"])
def test_what_could_be_another_number_is_asked_for_on_its_field(
    locale, typed, of, speaking, mailbox
):
    archive = make_add_on(mailbox, name="Archive")
    other = f"addon-{archive.public_id}"
    names = ("quantity", other) if of == "the product" else (other, "quantity")
    counts = {names[0]: typed, names[1]: "7"}

    added = speaking(locale).post("/basket/add/", wanted(mailbox, **counts))
    page = shown(speaking(locale).get(added.url))

    assert added.url.startswith(f"/products/{mailbox.public_id}/")
    assert f'value="{typed}"' in field_in(page, names[0])
    assert 'aria-invalid="true"' in field_in(page, names[0])
    assert 'value="7"' in field_in(page, names[1])
    assert page.count('aria-invalid="true"') == 1
    assert BasketLine.objects.count() == 0


# In the basket ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "typed", "quantity"), MEANT)
def test_a_line_is_for_as_many_as_it_was_meant(locale, typed, quantity, speaking, line):
    saved = speaking(locale).post("/basket/", {f"{line.public_id}-quantity": typed})

    assert saved.status_code == 302
    line.refresh_from_db()
    assert line.quantity == quantity


@pytest.mark.parametrize(("locale", "typed"), ASKED)
def test_a_line_stays_as_it_was_until_it_is_clear_how_many(locale, typed, speaking, line):
    quantity, name = f"{line.public_id}-quantity", f"{line.public_id}-friendly_name"

    refused = speaking(locale).post("/basket/", {quantity: typed, name: "Athens"})

    page = shown(refused)
    assert refused.status_code == 400
    assert f'value="{typed}"' in field_in(page, quantity)
    assert 'aria-invalid="true"' in field_in(page, quantity)
    assert 'value="Athens"' in field_in(page, name)
    line.refresh_from_db()
    assert (line.quantity, line.friendly_name) == (1, "")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_large_quantity_is_written_as_it_is_read(locale, speaking, line):
    BasketLine.objects.update(quantity=1_000)
    client, quantity = speaking(locale), f"{line.public_id}-quantity"

    field = field_in(shown(client.get("/basket/")), quantity)
    client.post("/basket/", {quantity: WRITTEN[locale]})

    assert f'value="{WRITTEN[locale]}"' in field
    assert 'inputmode="numeric"' in field
    line.refresh_from_db()
    assert line.quantity == 1_000
