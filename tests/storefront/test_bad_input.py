"""What nobody should send, and what may happen to a basket meanwhile: a clear message, and nothing ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bss.accounts.models import Account
from bss.catalog.models import PriceList, Product
from bss.core import scope
from bss.orders.models import Basket, BasketLine, Order, OrderLine
from tests.factories.orders import make_add_on, make_basket, make_product, make_terms, make_type
from tests.storefront.test_checkout import form_of, main_of

LARGEST = 5


@pytest.fixture
def mailbox(distributor) -> Product:
    kind = make_type(distributor, max_quantity=LARGEST)
    return make_product(distributor, name="Mailbox", price="100", type=kind)


@pytest.fixture
def line(reseller, shop, mailbox) -> BasketLine:
    """The reseller's basket holds one mailbox for a month."""
    with scope.activate(reseller.account.scope):
        make_basket(reseller, shop, mailbox)
    return BasketLine.objects.get()


def reviewed(reseller) -> dict[str, str]:
    return form_of(reseller.client.get("/checkout/review/").content.decode())


# Quantities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "6", "99999999999", "many"])
def test_no_impossible_quantity_gets_into_the_basket(reseller, shop, mailbox, quantity):
    added = reseller.client.post(
        "/basket/add/", {"product": mailbox.public_id, "unit": "P1M", "quantity": quantity}
    )

    assert added.url.startswith(f"/products/{mailbox.public_id}/")
    assert "field-error" in main_of(reseller.client.get(added.url))
    assert BasketLine.objects.count() == 0


@pytest.mark.parametrize("quantity", ["-1", "1.5", "3", "many"])
def test_no_impossible_quantity_of_an_add_on_gets_into_the_basket(reseller, mailbox, quantity):
    archive = make_add_on(mailbox, maximum=2, name="Archive")
    form = {"product": mailbox.public_id, "unit": "P1M", "quantity": "1"}

    added = reseller.client.post("/basket/add/", form | {f"addon-{archive.public_id}": quantity})

    assert added.url.startswith(f"/products/{mailbox.public_id}/")
    assert BasketLine.objects.count() == 0


def test_one_more_than_the_largest_quantity_is_refused_on_its_field(reseller, line):
    fits = reseller.client.post("/basket/", {f"{line.public_id}-quantity": str(LARGEST)})
    refused = reseller.client.post("/basket/", {f"{line.public_id}-quantity": str(LARGEST + 1)})

    assert fits.status_code == 302
    assert refused.status_code == 400
    assert 'aria-invalid="true"' in main_of(refused)
    line.refresh_from_db()
    assert line.quantity == LARGEST


def test_a_wrong_quantity_does_not_forget_for_whom_the_basket_is(reseller, customer_account, line):
    refused = reseller.client.post(
        "/basket/",
        {f"{line.public_id}-quantity": "0", "customer": customer_account.public_id},
    )

    assert refused.status_code == 400
    assert f'value="{customer_account.public_id}" selected' in main_of(refused)
    assert Basket.everywhere.get().customer_id == reseller.account.pk


# Meanwhile -------------------------------------------------------------------------------------------------------


def list_expires(line: BasketLine) -> Callable[[], object]:
    PriceList.everywhere.update(valid_until=date(2020, 12, 31))
    return lambda: PriceList.everywhere.update(valid_until=None)


def product_is_withdrawn(line: BasketLine) -> Callable[[], object]:
    Product.everywhere.filter(pk=line.product_id).update(is_active=False)
    return lambda: Product.everywhere.filter(pk=line.product_id).update(is_active=True)


def currency_has_no_price(line: BasketLine) -> Callable[[], object]:
    payer = Account.everywhere.filter(pk=line.basket.account_id)
    payer.update(currency="JPY")
    return lambda: payer.update(currency="EUR")


@pytest.mark.parametrize("happens", [list_expires, product_is_withdrawn, currency_has_no_price])
def test_what_cannot_be_had_any_more_is_named_and_nothing_is_ordered(reseller, line, happens):
    form = reviewed(reseller)
    undo = happens(line)

    shown = main_of(reseller.client.get("/checkout/review/"))
    refused = reseller.client.post("/checkout/review/", form)

    assert "No longer on sale" in shown
    assert refused.status_code == 400
    assert "Mailbox" in main_of(refused)
    assert "not on sale" in main_of(refused)
    assert Order.everywhere.count() == 0
    assert Basket.everywhere.get().state == "open"

    undo()
    assert reseller.client.post("/checkout/review/", reviewed(reseller)).status_code == 302
    assert OrderLine.everywhere.get().unit_price == 100


# Tampered --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", ["", "0", "x" * 200, "٣"])
def test_a_tampered_code_of_what_was_seen_places_nothing(reseller, line, seen):
    refused = reseller.client.post("/checkout/review/", reviewed(reseller) | {"seen": seen})

    assert refused.status_code == 409
    assert Order.everywhere.count() == 0


@pytest.mark.parametrize("version", ["", "2025-01", "x" * 200])
def test_terms_that_were_never_published_are_not_accepted(reseller, line, distributor, version):
    make_terms(distributor)

    refused = reseller.client.post(
        "/checkout/review/", reviewed(reseller) | {"terms": "on", "terms_version": version}
    )

    assert refused.status_code == 400
    assert Order.everywhere.count() == 0


STEPS = [
    "/basket/",
    "/checkout/customer/",
    "/checkout/billing/",
    "/checkout/details/",
    "/checkout/review/",
]
TYPED = {
    "customer": "",
    "name": "Ionian Freight",
    "country": "GR",
    "purchase_order": "PO-9",
    "do": "continue",
}


def kept() -> set[tuple[object, ...]]:
    """All that any basket holds."""
    return set(
        Basket.everywhere.values_list(
            "user", "state", "version", "purchase_order", "uses_draft", "lines__quantity"
        )
    )


@pytest.mark.parametrize("path", STEPS)
def test_somebody_elses_basket_is_not_there(reseller, rival, shop, line, path):
    with scope.activate(rival.account.scope):
        make_basket(rival, shop, line.product)
    before = kept()

    answer = rival.client.post(
        path, TYPED | {f"{line.public_id}-quantity": "3", "basket": line.basket.public_id}
    )

    assert answer.status_code == 404
    assert kept() == before
    assert len(before) == 2
    assert Order.everywhere.count() == 0


def test_a_line_of_somebody_elses_basket_is_not_there(reseller, rival, shop, line):
    with scope.activate(rival.account.scope):
        own = make_basket(rival, shop, line.product)
    before = kept()

    changed = rival.client.post(
        "/basket/", {f"{line.public_id}-quantity": "3", "basket": own.public_id}
    )
    removed = rival.client.post("/basket/", {"take_out": line.public_id, "basket": own.public_id})

    assert (changed.url, removed.url) == ("/basket/", "/basket/")
    assert kept() == before


def test_what_another_organization_sells_is_not_put_in(reseller, tenant):
    foreign = make_product(tenant.membership.organization, name="Foreign")

    added = reseller.client.post(
        "/basket/add/", {"product": foreign.public_id, "unit": "P1M", "quantity": "1"}
    )

    assert added.status_code == 404
    assert BasketLine.objects.count() == 0


def test_a_term_that_is_not_sold_changes_nothing(reseller, line):
    refused = reseller.client.post(
        "/basket/", {f"{line.public_id}-quantity": "2", f"{line.public_id}-unit": "P3Y"}
    )

    assert refused.status_code == 400
    assert "This is not on sale to this buyer." in main_of(refused)
    assert 'value="2"' in main_of(refused)
    line.refresh_from_db()
    assert (line.unit, line.quantity) == ("P1M", 1)
