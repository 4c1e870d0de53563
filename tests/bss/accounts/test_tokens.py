"""API tokens: shown once, never wider than who made them, and ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bss.accounts.choices import StaffRole, UserType
from bss.accounts.models import Account, ApiToken, User
from bss.accounts.selectors import staff_actor, storefront_actor
from bss.accounts.services import (
    membership_activate,
    membership_deactivate,
    membership_edit,
    staff_role_set,
    token_create,
    token_digest,
    token_revoke,
)
from bss.core import clock
from bss.core.errors import Invalid, PermissionDenied
from storefront.forms.my_account import TokenForm
from tests.conftest import Person, person_of_staff
from tests.factories.accounts import AccountFactory, make_staff, make_storefront_user
from tests.factories.ports import granted

pytestmark = pytest.mark.usefixtures("at_distributor")


def make(person, distributor, **values):
    return token_create(
        **{
            "organization": distributor,
            "name": "Shop",
            "scopes": ["account.view"],
            "actor": person.actor,
            **values,
        }
    )


def test_only_the_digest_is_kept(staff, distributor):
    token, text = make(staff, distributor)
    assert text.startswith("tw_")
    stored = ApiToken.everywhere.values().get()
    assert stored["digest"] == token_digest(text)
    assert text not in str(stored)
    assert token.prefix == text[:8]


def test_the_screen_shows_a_token_once(staff, distributor):
    response = staff.client.post(
        "/portal/setup/tokens/new/", {"name": "Shop", "scopes": ["account.view", "order.view"]}
    )
    token = ApiToken.everywhere.get()
    page = response.content.decode()
    text = page.split('readonly value="')[1].split('"')[0]
    assert token_digest(text) == token.digest
    assert response["Cache-Control"] == "no-store"
    assert token.scopes == ["account.view", "order.view"]
    assert text not in staff.client.get("/portal/setup/tokens/").content.decode()


def test_the_screen_leads_to_what_the_api_can_do(staff, distributor, client):
    made = staff.client.post(
        "/portal/setup/tokens/new/", {"name": "Shop", "scopes": ["account.view"]}
    )
    assert 'href="/api/v1/docs/"' in made.content.decode()
    assert client.get("/api/v1/").headers["Location"] == "/api/v1/docs/"


def test_a_revoked_token_is_refused(staff, distributor, client):
    token, text = make(staff, distributor)
    header = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/accounts/", headers=header).status_code == 200
    token_revoke(token=token, actor=staff.actor)
    token_revoke(token=token, actor=staff.actor)
    assert client.get("/api/v1/accounts/", headers=header).status_code == 401


def test_an_expired_token_is_refused(staff, distributor, client, travel):
    _token, text = make(staff, distributor, expires_at=clock.now() + timedelta(days=1))
    header = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/accounts/", headers=header).status_code == 200
    travel(timedelta(days=2))
    assert client.get("/api/v1/accounts/", headers=header).status_code == 401


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["user.manage"]}, "scopes"),
        ({"name": ""}, "name"),
        ({"expires_at": clock.now() - timedelta(days=1)}, "expires_at"),
    ],
)
def test_a_bad_token_is_not_made(staff, distributor, values, field):
    with pytest.raises(Invalid) as refusal:
        make(staff, distributor, **values)
    assert list(refusal.value.errors) == [field]
    assert not ApiToken.everywhere.exists()


def test_nobody_gives_away_more_than_it_has(distributor):
    reader = make_staff(distributor, StaffRole.READ_ONLY)
    actor = staff_actor(reader, reader.user)
    with pytest.raises(Invalid):
        token_create(organization=distributor, name="Shop", scopes=["account.edit"], actor=actor)
    assert not ApiToken.everywhere.exists()


def test_a_resellers_token_needs_the_capability(staff, distributor, reseller):
    with pytest.raises(PermissionDenied) as refusal:
        make(staff, distributor, account=reseller.account)
    assert refusal.value.code == "CAPABILITY_MISSING"
    with granted(reseller.account, "api"):
        token, _text = make(staff, distributor, account=reseller.account)
    assert token.scope == reseller.account.scope


def test_an_end_customer_has_no_token(staff, distributor, customer_account):
    with pytest.raises(Invalid) as refusal:
        make(staff, distributor, account=customer_account)
    assert refusal.value.field == "account"


def test_a_direct_customers_token_cannot_do_what_only_resellers_do(staff, distributor):
    account = AccountFactory(organization=distributor)
    with pytest.raises(Invalid):
        make(staff, distributor, account=account, scopes=["account.edit"])
    assert make(staff, distributor, account=account, scopes=["order.view"])[0].scopes == [
        "order.view"
    ]


# Whoever made it ---------------------------------------------------------------------------------------------

ACCOUNTS, NEW = "/api/v1/accounts/", {"kind": "direct", "name": "Kavala Marine", "country": "GR"}


@pytest.fixture
def maker(distributor) -> Person:
    return person_of_staff(make_staff(distributor))


def called(client, text, method="get"):
    """How the API answers a token that reads accounts, or makes one."""
    values = {"data": NEW, "content_type": "application/json"} if method == "post" else {}
    headers = {"Authorization": f"Bearer {text}"}
    return getattr(client, method)(ACCOUNTS, headers=headers, **values).status_code


def listed(person, path="/portal/setup/tokens/"):
    return person.client.get(path).content.decode()


def test_a_token_stops_with_the_membership_of_whoever_made_it(staff, maker, distributor, client):
    _token, text = make(maker, distributor)
    _others, still = make(staff, distributor, name="Books")
    assert called(client, text) == 200
    membership_deactivate(membership=maker.membership, actor=staff.actor)
    assert called(client, text) == 401
    assert called(client, still) == 200
    membership_activate(membership=maker.membership, actor=staff.actor)
    assert called(client, text) == 200


def test_a_token_does_what_the_lowered_role_of_its_maker_still_may(
    staff, maker, distributor, client
):
    _token, text = make(maker, distributor, scopes=["account.view", "account.edit"])
    staff_role_set(membership=maker.membership, role=StaffRole.READ_ONLY, actor=staff.actor)
    assert called(client, text) == 200
    assert called(client, text, "post") == 403
    assert not Account.everywhere.exists()
    staff_role_set(membership=maker.membership, role=StaffRole.SALES, actor=staff.actor)
    assert called(client, text, "post") == 201


def test_a_role_in_another_organization_keeps_no_token_alive(
    staff, maker, tenant, distributor, client
):
    _token, text = make(maker, distributor)
    elsewhere = make_staff(tenant.membership.organization)
    elsewhere.user = maker.user
    elsewhere.save(update_fields=["user"])
    membership_deactivate(membership=maker.membership, actor=staff.actor)
    assert called(client, text) == 401


def test_an_accounts_token_stops_with_whoever_made_it_too(
    staff, maker, distributor, reseller, shop, client
):
    colleague = make_storefront_user(reseller.account, shop)
    with granted(reseller.account, "api"):
        _token, by_staff = make(maker, distributor, account=reseller.account)
        own = Person(colleague.user, colleague, storefront_actor(colleague, colleague.user), client)
        _token, by_colleague = make(own, distributor, account=reseller.account, name="Own")
        assert [called(client, by_staff), called(client, by_colleague)] == [200, 200]
        membership_deactivate(membership=maker.membership, actor=staff.actor)
        assert [called(client, by_staff), called(client, by_colleague)] == [401, 200]
        membership_edit(
            membership=colleague, actor=staff.actor, user_type=UserType.SIMPLE, roles=["buyer"]
        )
        assert [called(client, by_staff), called(client, by_colleague)] == [401, 401]
        page = listed(reseller, "/my-account/api/")
    assert (page.count("Stopped"), page.count(">Active<")) == (2, 0)


def test_the_list_says_what_a_token_no_longer_does_and_why(staff, maker, distributor):
    User.objects.filter(pk=maker.user.pk).update(name="Nikos Pappas")
    make(maker, distributor, scopes=["account.view", "account.edit"])
    assert "Active</" in listed(staff)

    staff_role_set(membership=maker.membership, role=StaffRole.READ_ONLY, actor=staff.actor)
    page = listed(staff)
    assert "Active in part" in page
    assert "No longer account.edit: Nikos Pappas may not do it here any more." in page

    membership_deactivate(membership=maker.membership, actor=staff.actor)
    page = listed(staff)
    assert "Stopped" in page
    assert "Nikos Pappas may do none of this here any more. Make a new one." in page

    membership_activate(membership=maker.membership, actor=staff.actor)
    User.objects.filter(pk=maker.user.pk).update(is_active=False)
    assert "Stopped" in listed(staff)


def test_the_list_costs_the_same_with_one_token_and_with_many(
    staff, distributor, django_assert_max_num_queries
):
    make(staff, distributor)
    with CaptureQueriesContext(connection) as one:
        listed(staff)
    for n in range(5):
        make(person_of_staff(make_staff(distributor)), distributor, name=f"Shop {n}")
    with django_assert_max_num_queries(len(one)):
        listed(staff)


def test_a_resellers_own_page_offers_what_its_keys_can_do_in_words(reseller):
    offered = dict(TokenForm(actor=reseller.actor).fields["scopes"].choices)
    assert offered["order.approve"] == "Approve or reject the orders of a reseller's customers"
    assert "billing.view" in offered
    # What it pays is recorded by whoever it pays.
    assert reseller.actor.can("billing.edit")
    assert "billing.edit" not in offered
