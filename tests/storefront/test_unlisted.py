"""What a reseller took out of its shop: its customers buy it nowhere, and whoever sells to them goes on."""

from __future__ import annotations

import pytest

from bss.accounts.models import Storefront
from bss.catalog.models import Listing, Product
from bss.catalog.selectors import offered_to
from bss.core import scope
from bss.orders.errors import NotForSale
from bss.orders.models import Order
from bss.orders.selectors import basket_lines, basket_view
from bss.orders.services import basket_place
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_request
from tests.conftest import Person, person_of_account
from tests.factories.orders import (
    make_basket,
    make_product,
    make_subscription,
    make_type,
    set_price,
)
from tests.factories.ports import granted
from tests.storefront.test_checkout import main_of

SHOP = ("own_storefront", "catalog_listing", "self_service_ordering")


@pytest.fixture
def own_shop(distributor, reseller) -> Storefront:
    return Storefront.everywhere.create(
        organization=distributor,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions",
    )


@pytest.fixture
def customer(customer_account, own_shop) -> Person:
    return person_of_account(customer_account, own_shop)


@pytest.fixture
def choosing(reseller):
    """The reseller's plan lets it choose what its shop shows."""
    with granted(reseller.account, *SHOP):
        yield


@pytest.fixture
def kind(distributor):
    return make_type(distributor, name="Mailboxes")


@pytest.fixture
def mailbox(distributor, kind) -> Product:
    return make_product(distributor, type=kind, name="Mailbox", price="12")


@pytest.fixture
def larger(distributor, kind) -> Product:
    return make_product(distributor, type=kind, name="Mailbox Plus", price="20")


def unlist(reseller: Person, product: Product) -> None:
    assert reseller.account is not None
    Listing.everywhere.create(
        organization=reseller.account.organization,
        scope=reseller.account.scope,
        reseller=reseller.account,
        product=product,
        is_listed=False,
    )


def test_what_lies_in_a_basket_is_not_placed_once_it_is_out_of_the_shop(
    reseller, customer, own_shop, mailbox, larger, choosing
):
    with scope.activate(customer.account.scope):
        basket = make_basket(customer, own_shop, mailbox, larger)
        unlist(reseller, larger)

        shown = basket_view(basket)
        with pytest.raises(NotForSale) as refusal:
            basket_place(basket=basket, actor=customer.actor, terms=None)

    [kept, gone] = shown.items
    assert (kept.total.amount, gone.total, shown.is_orderable) == (12, None, False)
    assert list(refusal.value.errors) == [gone.line.public_id]
    assert Order.everywhere.count() == 0
    page = main_of(customer.client.get("/techsolutions/basket/"))
    assert page.count("No longer on sale") == 1

    # Without it the rest is bought.
    with scope.activate(customer.account.scope):
        gone.line.delete()
        assert basket_place(basket=basket, actor=customer.actor, terms=None).lines.count() == 1


def test_whoever_sells_it_goes_on(
    reseller, customer, customer_account, shop, own_shop, mailbox, choosing
):
    unlist(reseller, mailbox)
    with scope.activate(reseller.account.scope):
        basket = make_basket(reseller, shop, mailbox)
        assert [line.is_hidden for line in basket_lines(basket)] == [False]
        placed = basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert placed.total == 12

    # The choice of a reseller whose plan lets it choose no more binds nobody.
    smaller_plan = granted(reseller.account, "own_storefront", "self_service_ordering")
    with smaller_plan, scope.activate(customer.account.scope):
        basket = make_basket(customer, own_shop, mailbox)
        assert basket_view(basket).is_orderable


def test_a_customer_moves_to_nothing_that_is_out_of_the_shop(
    reseller, customer, distributor, mailbox, larger, choosing, run_jobs
):
    with scope.activate(distributor.scope):
        held = make_subscription(reseller.account, mailbox, customer=customer.account)
    url = f"/subscriptions/{held.public_id}/"
    assert f"{url}product/" in main_of(customer.client.get(f"/techsolutions{url}"))
    unlist(reseller, larger)

    page = main_of(customer.client.get(f"/techsolutions{url}"))
    choice = customer.client.get(f"/techsolutions{url}product/")
    wish = {"subscription": held, "kind": "product", "product": larger, "source": "storefront"}
    with scope.activate(customer.account.scope), pytest.raises(NotForSale):
        change_request(actor=customer.actor, **wish)

    assert f"{url}product/" not in page
    assert "Mailbox Plus" not in main_of(choice)
    assert (ScheduledChange.everywhere.count(), Order.everywhere.count()) == (0, 1)

    # What its customer has it may have more of, and its reseller moves it where it likes.
    assert f"{url}quantity/" in page
    assert "Mailbox Plus" in main_of(reseller.client.get(f"{url}product/"))
    with scope.activate(reseller.account.scope):
        change_request(actor=reseller.actor, **wish)
    assert ScheduledChange.everywhere.get().product == larger


def test_a_product_that_is_out_of_the_shop_renews_at_its_price_of_the_day(
    reseller, customer, distributor, mailbox, choosing
):
    with scope.activate(distributor.scope):
        held = make_subscription(reseller.account, mailbox, customer=customer.account)
    unlist(reseller, mailbox)
    set_price(mailbox, "15")

    with scope.activate(customer.account.scope):
        change = change_request(
            subscription=Subscription.objects.get(pk=held.pk), kind="renewal", quantity=6,
            actor=customer.actor, source="storefront",
        )  # fmt: skip
    assert change.order_line.total == 15


def test_nothing_that_is_out_of_the_shop_is_offered_to_its_customers(
    reseller, customer_account, mailbox, larger, choosing
):
    unlist(reseller, larger)
    with scope.activate(reseller.account.organization.scope):
        assert list(offered_to(customer_account)) == [mailbox]
        assert set(offered_to(reseller.account)) == {mailbox, larger}
