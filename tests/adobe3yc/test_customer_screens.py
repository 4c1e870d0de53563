"""Setup > Adobe > Customers: found, shown as Adobe last told them, asked anew on demand, every message told."""

from __future__ import annotations

import pytest

from adobe3yc.gateway import recorded_about
from adobe3yc.models import AdobeCustomer, Commitment
from adobe3yc.vipmp.contracts import Minimum
from bss.core import scope
from servicemanager.contracts import ExchangeNote
from servicemanager.models import Exchange, ProvisioningJob
from servicemanager.services.exchanges import recorder_for, recorder_of_instance
from tests.factories.accounts import AccountFactory
from tests.factories.adobe import connected_to, make_adobe, of_adobe
from tests.factories.orders import make_product, make_subscription

BASE = "/portal/setup/adobe/customers/"


@pytest.fixture
def instance(at_distributor):
    return make_adobe(at_distributor)


def customer_row(instance, account=None, **values):
    account = account or AccountFactory(organization=instance.organization)
    return AdobeCustomer.objects.create(
        organization=instance.organization,
        scope=account.scope,
        instance=instance,
        account=account,
        **{"name": account.name, "adobe_id": "1005500001", "status": "1000", **values},
    )


def commit(customer, kind, status, **values):
    return Commitment.objects.create(
        organization=customer.organization, scope=customer.scope, customer=customer, kind=kind,
        status=status, **values,
    )  # fmt: skip


def html(person, path="", **query):
    page = person.client.get(f"{BASE}{path}", query)
    assert page.status_code == 200, (path, page.status_code)
    return page.content.decode()


def names(page, *rows):
    return [row.name for row in rows if f"customers/{row.public_id}/" in page]


# Searching -----------------------------------------------------------------------------------------------


def test_customers_are_found_by_adobes_id_name_and_status(instance, staff):
    first = customer_row(instance, name="Fairmont Textiles", adobe_id="1005501111")
    second = customer_row(instance, name="Aegean Foods", adobe_id="1005502222", status="1002")
    third = customer_row(instance, name="Harbour Logistics", adobe_id="", status="")
    fourth = customer_row(instance, name="Lost Ltd", adobe_id="1005504444", status="1014")
    every = (first, second, third, fourth)
    for query, found in (
        ({}, [row.name for row in every]),
        ({"q": "2222"}, ["Aegean Foods"]),
        ({"q": "fairmont"}, ["Fairmont Textiles"]),
        ({"status": "done"}, ["Fairmont Textiles"]),
        ({"status": "pending"}, ["Aegean Foods", "Harbour Logistics"]),
        ({"status": "failed"}, ["Lost Ltd"]),
    ):
        assert names(html(staff, **query), *every) == found, query


def test_customers_are_found_by_their_commitment_once_each(instance, staff):
    committed = customer_row(instance, adobe_id="1")
    commit(committed, "commitment", "COMMITTED")
    commit(committed, "request", "REQUESTED")
    other = customer_row(instance, adobe_id="2")

    page = html(staff, commitment=["COMMITTED", "REQUESTED"])

    assert names(page, committed, other) == [committed.name]
    assert page.count(f'href="{BASE}{committed.public_id}/"') == 1
    # Of several the one that says most.
    assert ("Committed" in page, "Waits for the customer</" in page.split("<table")[1]) == (
        True,
        False,
    )


def test_no_customer_yet_says_when_one_comes(instance, staff):
    assert "Adobe knows no customer of yours yet" in html(staff)


# The record ----------------------------------------------------------------------------------------------


def test_the_record_tells_levels_and_all_three_commitments(instance, staff):
    customer = customer_row(instance, level_licenses="13", level_consumables="TC")
    commit(customer, "commitment", "COMMITTED", licenses=50)
    commit(customer, "recommitment", "SOMETHING_NEW", consumables=2000)
    commit(customer, "request", "")

    page = html(staff, f"{customer.public_id}/")

    for words in ("1005500001", "13", "TC", "50", "2,000", "Committed", "SOMETHING_NEW"):
        assert words in page
    assert page.count('<td class="lead">') == 2


def test_a_drafted_customer_without_an_id_is_not_asked_for(instance, staff):
    reseller = AccountFactory(organization=instance.organization)
    customer = AdobeCustomer.objects.create(
        organization=instance.organization, scope=reseller.scope, instance=instance,
        draft_reference="draft", reseller=reseller, name="Newcomer",
    )  # fmt: skip
    page = html(staff, f"{customer.public_id}/")
    assert ("A draft on a basket" in page, "Ask Adobe now" in page) == (True, False)

    staff.client.post(f"{BASE}{customer.public_id}/orders/")

    assert "Adobe has not made this customer yet." in html(staff, f"{customer.public_id}/")
    assert Exchange.objects.count() == 0


def said(instance, path, request=None, answer=None, job=None) -> None:
    """An exchange as the gateway has it kept."""
    record = recorder_for(job, []) if job else recorder_of_instance(instance)
    recorded_about(record)(ExchangeNote("GET", path, request, 200, answer, "answered", 3))


def test_the_messages_of_its_accounts_jobs_are_told_once(instance, staff, at_distributor):
    """Signing in is about nobody, and belongs to the job it was done for."""
    owner = AccountFactory(organization=at_distributor)
    customer = customer_row(instance, account=owner)
    made = of_adobe(make_subscription(owner, make_product(at_distributor)), instance)
    job = ProvisioningJob.everywhere.create(
        organization=at_distributor, scope=owner.scope, instance=instance, subscription=made,
        operation="create", idempotency_key="one",
    )  # fmt: skip
    said(instance, "/v3/customers/1005500001", job=job)
    said(instance, "/ims/token/v3", job=job)
    said(instance, "/ims/token/v3")

    page = html(staff, f"{customer.public_id}/", tab="messages")

    assert page.count('<details class="exchange">') == 2


def test_messages_are_those_of_this_customer_alone(instance, staff):
    customer, other = customer_row(instance), customer_row(instance, adobe_id="10055000012")
    for path, request, answer in (
        ("/v3/customers/1005500001", None, None),
        ("/v3/customers/1005500001/orders", None, None),
        ("/v3/customers", {"externalReferenceId": customer.public_id}, None),
        ("/v3/customers", None, {"customerId": "1005500001"}),
        ("/v3/customers/10055000012/orders", None, None),
        ("/v3/resellers/1005500001/customers", None, None),
    ):
        said(instance, path, request, answer)

    page = html(staff, f"{customer.public_id}/", tab="messages")

    assert page.count('<details class="exchange">') == 4
    assert html(staff, f"{other.public_id}/", tab="messages").count("<details class=") == 1


def test_older_messages_are_a_page_away(instance, staff):
    customer = customer_row(instance)
    for n in range(51):
        said(instance, f"/v3/customers/1005500001?{n}")
    newest = html(staff, f"{customer.public_id}/", tab="messages")
    oldest = Exchange.objects.order_by("pk")[1].pk
    assert newest.count('<details class="exchange">') == 50
    assert f"before={oldest}" in newest

    older = html(staff, f"{customer.public_id}/", tab="messages", before=oldest)
    assert (older.count('<details class="exchange">'), "Older messages" in older) == (1, False)


# Asking Adobe --------------------------------------------------------------------------------------------


@pytest.fixture
def known(instance, adobe):
    """A customer that Adobe has, with five licences, and that is not mirrored yet."""
    connected_to(instance, adobe.service)
    there = adobe.customer([Minimum("LICENSE", 20)])
    adobe.buy(there, 5)
    return customer_row(instance, adobe_id=there.id, status="", name="")


def test_adobe_is_asked_and_its_answer_is_mirrored_and_kept(known, staff):
    page = staff.client.post(f"{BASE}{known.public_id}/refresh/")

    assert page["Location"] == f"{BASE}{known.public_id}/"
    known.refresh_from_db()
    assert (known.name, known.status) == ("Fairmont Textiles", "1000")
    request = known.commitments.get()
    assert (request.kind, request.status, request.licenses) == ("request", "REQUESTED", 20)
    shown = html(staff, f"{known.public_id}/", tab="messages")
    assert f"/v3/customers/{known.adobe_id}" in shown
    assert "vip-secret" not in shown


def test_orders_and_subscriptions_are_shown_as_adobe_has_them_now(known, staff):
    asked = Exchange.objects.count()
    html(staff, f"{known.public_id}/")
    assert Exchange.objects.count() == asked

    orders = staff.client.post(f"{BASE}{known.public_id}/orders/").content.decode()
    owned = staff.client.post(f"{BASE}{known.public_id}/subscriptions/").content.decode()

    assert orders.count("65304479CA01A12") == owned.count("65304479CA01A12") == 1
    assert ("NEW" in orders, "Active" in orders, "Active" in owned) == (True, True, True)


@pytest.mark.parametrize("what", ["refresh", "orders", "subscriptions"])
def test_when_adobe_does_not_answer_the_page_says_so_and_nothing_changes(known, adobe, staff, what):
    adobe.service.behave("unavailable")
    page = staff.client.post(f"{BASE}{known.public_id}/{what}/")

    assert page["Location"] == f"{BASE}{known.public_id}/"
    assert "Adobe cannot be reached now" in html(staff, f"{known.public_id}/")
    known.refresh_from_db()
    assert (known.status, known.synced_at) == ("", None)


def test_another_tenants_customers_are_not_there(known, tenant):
    for path in ("", "refresh/", "orders/", "subscriptions/"):
        method = tenant.client.post if path else tenant.client.get
        assert method(f"{BASE}{known.public_id}/{path}").status_code == 404
    with scope.activate(tenant.actor.scope.path):
        assert names(html(tenant), known) == []
    known.refresh_from_db()
    assert known.synced_at is None
