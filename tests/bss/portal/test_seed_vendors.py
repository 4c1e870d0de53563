"""Scenes of the demo's story that are played with a vendor: told through the services, against the sandbox."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from adobe3yc.models import AdobeCustomer, Commitment
from bss.accounts.models import PaymentMethod
from bss.billing.models import CardToken
from bss.core import scope
from bss.orders.models import Basket, Order
from bss.portal.seed.adobe import COMMITMENT, LOOKS
from bss.portal.seed.making import adobe, payments
from bss.portal.seed.making.mails import Mails
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.orders import ADMIN
from bss.subscriptions.models import Subscription
from sandbox.vip_marketplace.catalogue import PRODUCTS
from tests.adobe3yc.selling import known_reseller, on_sale
from tests.factories.accounts import (
    AccountFactory,
    ResellerFactory,
    make_staff,
    make_storefront_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(distributor, settings):
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    said: list[str] = []
    with scope.activate(distributor.scope):
        stage = Stage(said.append, Mails())
        stage.organizations["meridian"] = distributor
        stage.memberships[ADMIN] = make_staff(distributor, "administrator")
        yield stage


def test_a_customer_commits_itself_and_its_licences_are_bought_at_the_prices_of_that(
    stage, distributor, shop, vip_marketplace, run_jobs
):
    selling = on_sale(distributor, vip_marketplace, run_jobs)
    reseller = known_reseller(selling)
    customer = AccountFactory(
        parent=reseller, name="Rosental Verlag", country="DE", city="Leipzig", corporate_email="f@rosental.example"
    )  # fmt: skip
    customer.contacts.create(
        organization=distributor, scope=customer.scope, first_name="Friedrich",
        last_name="Lorenz", email="friedrich@rosental.example",
    )  # fmt: skip
    stage.instances["adobe"] = selling.instance
    stage.products |= selling.products
    stage.accounts[COMMITMENT.customer] = customer
    stage.memberships[COMMITMENT.by] = make_storefront_user(reseller, shop)

    adobe.commitment_buy(stage, COMMITMENT)
    stage.drain()

    [bought] = selling.orders
    assert [(x["offerId"], x["quantity"]) for x in bought["lineItems"]] == [("65304479CA12A12", 12)]
    assert len(selling.customers) == 1
    assert AdobeCustomer.everywhere.get().account == customer
    assert Commitment.everywhere.get(kind="commitment").status == "COMMITTED"
    order, subscription = Order.everywhere.get(), Subscription.everywhere.get()
    assert (order.customer, order.state) == (customer, "executed")
    assert order.lines.get().unit_price == Decimal(80)
    assert (subscription.state, subscription.quantity) == ("active", 12)
    assert [basket.state for basket in Basket.everywhere.all()] == ["placed"]


def test_without_adobe_nobody_commits_itself(stage):
    adobe.commitment_buy(stage, replace(COMMITMENT, customer="nobody"))

    assert (Order.everywhere.count(), Basket.everywhere.count()) == (0, 0)


def test_everything_that_the_sandbox_sells_is_described():
    assert LOOKS.keys() == {product.part for product in PRODUCTS}
    assert all(look.summary and look.description for look in LOOKS.values())


def test_a_reseller_leaves_its_card_and_pays_by_it(stage, distributor, shop, cards, settings):
    settings.CARDS_URL, settings.CARDS_KEY = cards.url, cards.key
    PaymentMethod.objects.create(organization=distributor, name="Card", kind="card")
    account, email = payments.CARD_OF
    reseller = stage.accounts[account] = ResellerFactory(organization=distributor)
    stage.memberships[email] = make_storefront_user(reseller, shop)

    payments.card_leave(stage)

    card = CardToken.everywhere.get()
    assert (card.account, card.last_digits, card.is_default) == (reseller, "1008", True)
    reseller.refresh_from_db()
    assert reseller.payment_method.kind == "card"


def test_without_a_provider_nobody_pays_by_card(stage, settings):
    settings.CARDS_URL = ""

    payments.card_leave(stage)

    assert CardToken.everywhere.count() == 0
