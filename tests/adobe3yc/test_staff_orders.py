"""Staff order for a customer and ask for its commitment: the same questions, the same answers, in the portal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adobe3yc.models import AdobeCustomer
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.orders.models import Order
from bss.orders.services import order_create, order_line_add
from tests.adobe3yc.selling import ADDRESS, LICENCE, known_reseller, on_sale
from tests.factories.accounts import AccountFactory
from tests.scenarios.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def selling(distributor, vip_marketplace, run_jobs):
    with scope.activate(distributor.scope):
        yield on_sale(distributor, vip_marketplace, run_jobs)


@pytest.fixture
def order(selling):
    """A draft of ten licences for a reseller's customer that Adobe does not know."""
    customer = AccountFactory(
        parent=known_reseller(selling), name="Fairmont Textiles",
        corporate_email="donna@fairmont.example", **ADDRESS,
    )  # fmt: skip
    customer.contacts.create(
        organization=customer.organization, scope=customer.scope, first_name="Donna",
        last_name="Weber", email="donna@fairmont.example",
    )  # fmt: skip
    order = order_create(account=customer.parent, customer=customer, actor=SYSTEM)
    order_line_add(
        order=order, product=selling.products[LICENCE], unit="P1Y", quantity=10, actor=SYSTEM
    )
    return Order.everywhere.get(pk=order.pk)


@pytest.fixture
def clerk(staff):
    return Browser(staff.client)


def answer(clerk, order, **answers):
    """Service Details of the draft, with its only line."""
    page = clerk.see(f"/portal/orders/{order.public_id}/details/").expect("Three-year commitment")
    line = order.lines.get().public_id
    named = {f"{line}-{code}": value for code, value in answers.items()}
    return clerk.press(page, "adobe", named).expect()


def execute(clerk, order, **values):
    page = clerk.see(f"/portal/orders/{order.public_id}/execute/").expect()
    return clerk.press(page, "Execute Order", values)


def test_staff_ask_wait_and_order_at_the_commitments_prices(selling, order, clerk, run_jobs):
    answer(clerk, order, adobe_commitment="ask", adobe_licenses="10")

    assert "Adobe asks Fairmont Textiles" in execute(clerk, order).html
    assert selling.customers == []
    run_jobs()
    [customer] = selling.customers
    assert "has not accepted" in execute(clerk, order).html
    run_jobs()
    assert len(selling.customers) == 1
    assert "has not accepted" in clerk.see(f"/portal/orders/{order.public_id}/").html
    selling.service.act(customer["customerId"], "accept", term="request")

    told = execute(clerk, order)
    assert "has accepted Adobe&#x27;s three-year commitment" in told.html
    assert "level 12" in told.html
    clerk.press(told, "Execute Order").expect()
    run_jobs()

    order.refresh_from_db()
    assert (order.awaited, order.lines.get().unit_price) == (None, Decimal(80))
    [bought] = selling.orders
    assert [(x["offerId"], x["quantity"]) for x in bought["lineItems"]] == [("65304479CA12A12", 10)]
    assert AdobeCustomer.everywhere.get().account == order.customer


def test_a_commitment_that_is_declined_is_told_and_nothing_is_ordered(
    selling, order, clerk, run_jobs
):
    answer(clerk, order, adobe_commitment="ask", adobe_licenses="10")
    execute(clerk, order)
    run_jobs()
    selling.service.act(selling.customers[0]["customerId"], "decline", term="request")

    assert "Fairmont Textiles declined" in execute(clerk, order).html
    answer(clerk, order, adobe_commitment="again", adobe_licenses="10")
    execute(clerk, order)
    run_jobs()

    assert len(selling.service.log(method="PATCH")) == 1
    order.refresh_from_db()
    assert (order.state, selling.orders) == ("draft", [])


def test_staff_that_want_none_order_at_standard_prices(selling, order, clerk, run_jobs):
    told = execute(clerk, order)
    clerk.press(told, "Execute Order").expect()
    run_jobs()

    assert [x["offerId"] for x in selling.orders[0]["lineItems"]] == ["65304479CA02A12"]
