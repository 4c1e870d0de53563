"""Every message exchanged with Adobe is among its customer's, those of checkouts too, drafted or not."""

from __future__ import annotations

import pytest
from django.db.models import Q

from adobe3yc import selectors
from adobe3yc.gateway import adobe
from adobe3yc.models import AdobeCustomer
from adobe3yc.vipmp.tokens import TOKENS
from bss.core import scope
from bss.orders.models import Basket, Order
from servicemanager.models import AccountLink, Exchange
from servicemanager.selectors import instance_context
from tests.adobe3yc.conftest import profile
from tests.adobe3yc.selling import (
    LICENCE,
    basket_with,
    known_reseller,
    on_sale,
    ordered,
    seller_customer,
)
from tests.conftest import person_of_account
from tests.scenarios.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)
EXCHANGE = '<details class="exchange">'


@pytest.fixture
def selling(distributor, vip_marketplace, run_jobs):
    with scope.activate(distributor.scope):
        yield on_sale(distributor, vip_marketplace, run_jobs)


@pytest.fixture
def seller(selling, shop):
    return person_of_account(known_reseller(selling, name="Techsolutions"), shop)


@pytest.fixture
def buyer(seller):
    return Browser(seller.client)


@pytest.fixture
def basket(selling, seller, shop) -> Basket:
    """Ten licences for a customer that is only drafted."""
    with scope.activate(seller.account.scope):
        found = basket_with(seller, shop, selling.products[LICENCE], 10)
        selling.draft(found)
        return found


def details(buyer, **answers):
    page = buyer.see("/checkout/details/").expect()
    line = next(name for name in page.form("adobe").values if "adobe" in name).split("-")[0]
    given = {f"{line}-{code}": value for code, value in answers.items()}
    return buyer.press(page, "adobe", {"do": "continue", **given})


def said(reference: str) -> list[tuple[str, str, int | None]]:
    """What was said about a draft or an account in checkouts, in order."""
    found = Exchange.everywhere.filter(about=reference).order_by("pk")
    return list(found.values_list("method", "path", "status"))


def placed(buyer, page) -> None:
    """From the basket's items on, as it is."""
    for mark in ("seen_total", "purchase_order", "adobe"):
        page = buyer.press(page, mark, {"do": "continue"})
    buyer.press(page, "Place order", {"do": "place"}).expect()


def exchanges_of(selling, customer) -> list[int]:
    with scope.activate(selling.instance.organization.scope):
        return list(selectors.exchanges_about(customer).values_list("pk", flat=True))


def made_elsewhere(selling, reseller) -> str:
    """A customer that Adobe has with the reseller, made in its portal."""
    link = AccountLink.everywhere.get(account=reseller, instance=selling.instance)
    with adobe(instance_context(selling.instance)) as client:
        return client.customer_create(link.external_id, profile(), key="elsewhere").id


def messages(staff, customer) -> str:
    page = staff.client.get(
        f"/portal/setup/adobe/customers/{customer.public_id}/", {"tab": "messages"}
    )
    assert page.status_code == 200
    return page.content.decode()


def test_what_checkouts_said_is_found_at_the_draft_and_then_at_the_account(
    selling, basket, buyer, staff, run_jobs
):
    draft = basket.customer_draft.public_id
    details(buyer, adobe_commitment="ask", adobe_licenses="10")
    assert said(draft) == []
    run_jobs()
    mirror = AdobeCustomer.everywhere.get()
    made = messages(staff, mirror).count(EXCHANGE)

    details(buyer)
    path = f"/v3/customers/{mirror.adobe_id}"
    assert said(draft) == [("GET", path, 200)]
    assert messages(staff, mirror).count(EXCHANGE) == made + 1
    selling.service.act(mirror.adobe_id, "accept", term="request")
    items = details(buyer)
    looked = [("GET", path, 200), ("POST", f"{path}/orders", 200)]
    assert said(draft) == [("GET", path, 200), *looked]
    assert "vip-secret" not in messages(staff, mirror)

    placed(buyer, items)
    run_jobs()

    mirror.refresh_from_db()
    assert mirror.account == Order.everywhere.get().customer
    every = messages(staff, mirror)
    # Looked at three times more: when the items were left, with the details, and when it was placed.
    assert said(draft) == [("GET", path, 200), *looked * 4]
    assert mirror.commitments.get(kind="commitment").status == "COMMITTED"
    # And once more when it was bought, since that may have fulfilled the commitment.
    by_jobs_and_draft = Exchange.everywhere.filter(Q(job__isnull=False) | Q(about=draft)).count()
    assert every.count(EXCHANGE) == made + by_jobs_and_draft + 1


def test_what_was_said_before_anybody_here_knew_the_customer_is_not_lost(
    selling, basket, seller, buyer, staff, run_jobs
):
    """Adobe has it under an id that its reseller gives: its mirror is begun by the order, for the account."""
    draft = basket.customer_draft.public_id
    with scope.activate(selling.instance.organization.scope):
        known = made_elsewhere(selling, seller.account)

    items = details(buyer, adobe_customer_id=known)

    looked = [
        ("GET", f"/v3/customers/{known}", 200),
        ("POST", f"/v3/customers/{known}/orders", 200),
    ]
    assert (AdobeCustomer.everywhere.count(), said(draft)) == (0, looked)
    placed(buyer, items)
    run_jobs()
    mirror = AdobeCustomer.everywhere.get()
    assert (mirror.adobe_id, mirror.draft_reference) == (known, "")
    shown = set(exchanges_of(selling, mirror))
    assert len(said(draft)) > len(looked)
    assert shown >= set(Exchange.everywhere.filter(about=draft).values_list("pk", flat=True))


def test_when_adobe_does_not_answer_that_is_kept_too(selling, basket, buyer, run_jobs):
    details(buyer, adobe_commitment="ask", adobe_licenses="10")
    run_jobs()
    selling.service.behave("unavailable")

    page = details(buyer)

    assert "Adobe cannot be reached now" in page.html
    mirror = AdobeCustomer.everywhere.get()
    path = f"/v3/customers/{mirror.adobe_id}"
    assert said(basket.customer_draft.public_id) == [("GET", path, 503)]


def test_signing_in_for_a_checkout_is_about_its_customer_and_tells_no_secret(
    selling, basket, buyer, run_jobs, monkeypatch
):
    details(buyer, adobe_commitment="ask", adobe_licenses="10")
    run_jobs()
    monkeypatch.setattr(TOKENS, "_kept", {})

    details(buyer)

    [signing, _reading] = Exchange.everywhere.filter(
        about=basket.customer_draft.public_id
    ).order_by("pk")
    assert signing.path == "/ims/token/v3"
    assert "vip-secret" not in str(signing.request)
    assert signing.answer["access_token"] == "***"


def test_of_staffs_own_orders_it_is_said_of_the_account(selling, run_jobs):
    customer = seller_customer(selling)
    ordered(selling, customer, **{LICENCE: 3})
    run_jobs()
    mirror = AdobeCustomer.everywhere.get()
    assert said(customer.public_id) == []

    ordered(selling, customer, **{LICENCE: 2})

    path = f"/v3/customers/{mirror.adobe_id}"
    assert said(customer.public_id) == [("GET", path, 200), ("POST", f"{path}/orders", 200)]
    found = Exchange.everywhere.filter(about=customer.public_id)
    assert set(found.values_list("pk", flat=True)) <= set(exchanges_of(selling, mirror))
