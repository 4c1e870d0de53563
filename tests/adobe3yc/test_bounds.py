"""No fewer than committed: refused where it is asked for, on the field, in both surfaces and by the API.

Nobody answers at the instance's address: a page that asked Adobe would fail.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from adobe3yc.models import AdobeCustomer, Commitment
from bss.accounts.models import ApiToken
from bss.accounts.services import token_digest
from bss.subscriptions.models import ScheduledChange, Subscription
from tests.factories.adobe import ALL_APPS, make_adobe, of_adobe
from tests.factories.orders import make_product, make_subscription

NOW = "The commitment allows no fewer than 20 of these."
NEXT = "The commitment allows no fewer than 20 of these in the next term."
RENEWS_ON = date(2030, 6, 1)


@pytest.fixture
def instance(at_distributor):
    return make_adobe(at_distributor)


@pytest.fixture
def product(at_distributor):
    return make_product(at_distributor, external_id=ALL_APPS)


@pytest.fixture
def subscription(instance, product, customer_account, reseller):
    """Thirty licences of a customer that committed to twenty."""
    made = make_subscription(reseller.account, product, customer=customer_account, quantity=30)
    return of_adobe(made, instance)


@pytest.fixture
def committed(instance, subscription):
    """The customer with its commitment, as Adobe last told it."""
    owner = {"organization": instance.organization, "scope": subscription.customer.scope}
    customer = AdobeCustomer.objects.create(
        instance=instance, account=subscription.customer, adobe_id="1001", status="1000",
        coterm_on=RENEWS_ON, **owner,
    )  # fmt: skip
    return Commitment.objects.create(
        customer=customer, kind="commitment", status="COMMITTED", licenses=20,
        starts_on=date(2029, 6, 1), ends_on=date(2032, 5, 31), **owner,
    )  # fmt: skip


def shop(person, subscription, page, **values):
    url = f"/subscriptions/{subscription.public_id}/{page}/"
    return person.client.post(url, values) if values else person.client.get(url)


def in_portal(person, subscription, kind, **values):
    return person.client.post(
        f"/portal/subscriptions/{subscription.public_id}/change/{kind}/", values
    )


def by_api(person, subscription, door, **values):
    organization = person.membership.organization
    ApiToken.everywhere.create(
        organization=organization, scope=organization.scope, name="test",
        digest=token_digest("tw_bounds"), prefix="tw_bound", created_by=person.user,
        scopes=["subscription.view", "subscription.manage"],
    )  # fmt: skip
    client = Client(headers={"Authorization": "Bearer tw_bounds"})
    return client.post(
        f"/api/v1/subscriptions/{subscription.public_id}/{door}/", values,
        content_type="application/json", headers={"Idempotency-Key": "one"},
    )  # fmt: skip


def unchanged(subscription):
    found = Subscription.everywhere.get(pk=subscription.pk)
    nothing = not ScheduledChange.everywhere.filter(subscription=subscription).exists()
    return (found.quantity, found.renewing, nothing) == (30, 30, True)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("page", "values", "field", "words"),
    [
        ("quantity", {"quantity": "19", "when": "now"}, "quantity", NOW),
        ("quantity", {"quantity": "19", "when": "period_end"}, "quantity", NEXT),
        ("renewal", {"quantity": "19", "payment": "once"}, "quantity", NEXT),
        ("auto-renewal", {"go": "1"}, "", NEXT),
        ("cancel", {"when": "now", "some": "some", "licences": "11"}, "licences", NOW),
        ("cancel", {"when": "now"}, "when", NOW),
        ("cancel", {"when": "period_end"}, "when", NEXT),
    ],
)
def test_the_shop_refuses_it_on_the_field(reseller, subscription, page, values, field, words):
    refused = shop(reseller, subscription, page, **values)

    assert refused.status_code == 400
    told = refused.content.decode()
    assert words in told
    if field:
        assert f'id="id_{field}-error"' in told or f'href="#id_{field}' in told
    assert unchanged(subscription)


@pytest.mark.usefixtures("committed")
def test_a_page_that_would_end_it_says_so_before_a_button_is_pressed(reseller, subscription):
    for page in ("auto-renewal", "cancel"):
        shown = shop(reseller, subscription, page)
        assert (shown.status_code, NEXT in shown.content.decode()) == (200, True)
        assert 'name="seen"' not in shown.content.decode()


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("quantity", {"quantity": "19", "when": "now"}, NOW),
        ("quantity", {"quantity": "19", "when": "period_end"}, NEXT),
        ("renewal", {"renews": "yes", "quantity": "19"}, NEXT),
        ("renewal", {"renews": "no"}, NEXT),
        ("cancel", {"when": "now"}, NOW),
        ("cancel", {"when": "period_end"}, NEXT),
    ],
)
def test_the_portal_refuses_it_on_the_field(staff, subscription, kind, values, words):
    refused = in_portal(staff, subscription, kind, **values)

    assert (refused.status_code, words in refused.content.decode()) == (400, True)
    assert unchanged(subscription)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("door", "values", "field", "words"),
    [
        ("quantity", {"quantity": 19}, "quantity", NOW),
        ("renewal", {"quantity": 19}, "quantity", NEXT),
        ("renewal", {"renews": False}, "renews", NEXT),
        ("cancel", {"when": "period_end"}, "when", NEXT),
    ],
)
def test_the_api_refuses_it_on_the_field(staff, subscription, door, values, field, words):
    refused = by_api(staff, subscription, door, **values)

    assert refused.status_code == 400
    told = refused.json()
    assert (told["code"], told["errors"], told["extra"]) == (
        "SEATS_BOUND",
        {field: [words]},
        {"least": 20},
    )
    assert unchanged(subscription)


@pytest.mark.usefixtures("committed")
def test_down_to_the_minimum_it_may_go(reseller, subscription):
    shown = reseller.client.get(
        f"/subscriptions/{subscription.public_id}/renewal/", {"go": "1", "quantity": "20", "payment": "once"}
    )  # fmt: skip
    assert (shown.status_code, 'name="seen"' in shown.content.decode()) == (200, True)


def test_what_others_hold_counts(reseller, subscription, committed, instance, at_distributor):
    """Twelve of another product for the same customer: eight of the thirty would do."""
    acrobat = make_product(at_distributor, external_id="65300011CA01A12")
    other = make_subscription(
        reseller.account, acrobat, customer=subscription.customer, quantity=12
    )
    Subscription.everywhere.filter(pk=other.pk).update(managed_by=instance.public_id)

    now = shop(reseller, subscription, "quantity", quantity="7", when="now")
    assert "no fewer than 8 of these." in now.content.decode()
    Subscription.everywhere.filter(pk=other.pk).update(renews=False)
    later = shop(reseller, subscription, "quantity", quantity="19", when="period_end")
    assert "no fewer than 20 of these in the next term" in later.content.decode()


@pytest.mark.parametrize(
    ("changes", "page", "values"),
    [
        ({"status": "EXPIRED"}, "cancel", {"when": "now"}),
        ({"ends_on": date(2030, 5, 31)}, "cancel", {"when": "period_end"}),
        ({"ends_on": date(2030, 5, 31)}, "auto-renewal", {"go": "1"}),
        ({"licenses": 0, "consumables": 1000}, "cancel", {"when": "now"}),
    ],
)
def test_what_no_commitment_holds_may_go(reseller, subscription, committed, changes, page, values):
    """It is over, or ends with the term, or is for transactions."""
    Commitment.objects.filter(pk=committed.pk).update(**changes)

    shown = reseller.client.get(
        f"/subscriptions/{subscription.public_id}/{page}/", {"go": "1", **values}
    )

    assert (shown.status_code, "no fewer than" in shown.content.decode()) == (200, False)
    assert 'name="seen"' in shown.content.decode()


def test_more_may_be_had_where_fewer_than_promised_are_here(reseller, subscription, committed):
    Commitment.objects.filter(pk=committed.pk).update(licenses=50)

    raised = reseller.client.get(
        f"/subscriptions/{subscription.public_id}/quantity/", {"go": "1", "quantity": "31", "when": "now"}
    )  # fmt: skip
    assert 'name="seen"' in raised.content.decode()
    lowered = shop(reseller, subscription, "quantity", quantity="29", when="now")
    assert "no fewer than 30 of these" in lowered.content.decode()
