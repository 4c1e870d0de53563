"""API tokens: shown once, never wider than who made them, and ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.accounts.choices import StaffRole
from bss.accounts.models import ApiToken
from bss.accounts.selectors import staff_actor
from bss.accounts.services import token_create, token_digest, token_revoke
from bss.core import clock
from bss.core.errors import Invalid, PermissionDenied
from tests.factories.accounts import AccountFactory, make_staff
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
