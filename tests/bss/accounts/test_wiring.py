"""Links, checks, the command, the raw admin."""

from __future__ import annotations

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_script_prefix, set_script_prefix
from django.urls import path as route

from bss.accounts.checks import first_segments, fixed_segments_known, live_aliases_free
from bss.accounts.links import home_url, login_url, surface_url
from bss.accounts.models import Account, Membership, Organization, Storefront, User
from tests.factories.accounts import (
    PASSWORD,
    AccountFactory,
    ResellerFactory,
    StorefrontFactory,
    UserFactory,
    make_storefront_user,
)

pytestmark = pytest.mark.django_db
SIGN_IN, SET_UP = "/ops/account/login/", "/ops/account/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_BASE_URL = "https://cloud.meridian.example:8443"


def test_links_lead_to_the_right_surface_prefix_and_host(staff, reseller, shop, distributor):
    own = StorefrontFactory(organization=distributor, owner=reseller.account, alias="techsolutions")
    elsewhere = StorefrontFactory(host="shop.nordhaven.example")
    base = "https://cloud.meridian.example:8443"

    assert surface_url("portal", "accounts:list") == f"{base}/portal/accounts/"
    assert surface_url(shop, "account_login") == f"{base}/account/login/"
    assert (
        surface_url(own, "account_login", query="a=1") == f"{base}/techsolutions/account/login/?a=1"
    )
    assert home_url(elsewhere) == "https://shop.nordhaven.example:8443/"
    assert login_url(staff.membership) == f"{base}/portal/account/login/"
    assert (
        login_url(make_storefront_user(reseller.account, own))
        == f"{base}/techsolutions/account/login/"
    )


def test_making_a_link_leaves_the_requests_own_prefix_alone(shop):
    set_script_prefix("/techsolutions/")
    try:
        assert "/techsolutions/" not in surface_url(shop, "account_login")
        assert get_script_prefix() == "/techsolutions/"
    finally:
        set_script_prefix("/")


def test_every_path_of_the_product_is_in_the_closed_list():
    assert fixed_segments_known() == []


def test_a_new_first_segment_or_a_catch_all_is_found():
    view = len
    patterns = [route("invoices/<int:pk>/", view), route("<slug:page>/", view), route("", view)]
    assert list(first_segments(patterns)) == ["invoices", "<slug:page>"]


def test_a_live_alias_behind_a_path_of_the_product_is_found(distributor):
    owner = ResellerFactory(organization=distributor)
    Storefront.everywhere.create(organization=distributor, owner=owner, alias="Plans", name="X")
    assert [error.id for error in live_aliases_free(databases=["default"])] == ["accounts.E003"]
    assert live_aliases_free() == []


def test_the_first_member_of_staff_comes_with_its_organization(monkeypatch, capsys):
    monkeypatch.setenv("STAFF_PASSWORD", "a long enough secret")
    call_command(
        "staff_create", email="Eleni@meridian.example", name="Eleni", organization="Meridian",
        country="GR", support_email="help@meridian.example",
    )  # fmt: skip
    call_command("staff_create", email="nikos@meridian.example", name="Nikos", role="sales")

    people = {m.user.email: m.staff_role for m in Membership.everywhere.select_related("user")}
    assert people == {"eleni@meridian.example": "administrator", "nikos@meridian.example": "sales"}
    assert Membership.everywhere.first().user.check_password("a long enough secret")
    assert Storefront.everywhere.filter(organization=Organization.objects.get()).count() == 1
    assert "nikos@meridian.example is sales of Meridian." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("values", "password"),
    [
        ({"email": "nonsense"}, "a long enough secret"),
        ({"organization": "Nobody"}, "a long enough secret"),
        ({}, "short"),
    ],
)
def test_a_bad_call_of_the_command_leaves_nothing(monkeypatch, distributor, values, password):
    monkeypatch.setenv("STAFF_PASSWORD", password)
    good = {"email": "eleni@meridian.example", "name": "Eleni"}
    with pytest.raises(CommandError):
        call_command("staff_create", **{**good, **values})
    assert not Membership.everywhere.exists()
    assert Organization.objects.count() == 1


@pytest.fixture
def ops(settings):
    """A deployment that opens /ops/."""
    settings.OPS_ENABLED = True


@pytest.fixture
def operator(db):
    return UserFactory(is_staff=True, is_superuser=True)


def ops_sign_in(client, user):
    return client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})


def second_factor_set_up(user):
    """Gives somebody an authenticator app; returns recovery codes, each of which stands for a code of the app."""
    TOTP.activate(user, generate_totp_secret())
    return RecoveryCodes.activate(user).get_unused_codes()


@pytest.mark.usefixtures("ops")
def test_superusers_look_at_raw_rows_and_change_none(client, distributor, operator):
    AccountFactory(organization=distributor, name="Kavala Marine")
    ops_sign_in(client, operator)
    second_factor_set_up(operator)

    assert "Kavala Marine" in client.get("/ops/accounts/account/").content.decode()
    for model in ("organization", "contact", "membership", "storefront", "apitoken", "user"):
        assert client.get(f"/ops/accounts/{model}/").status_code == 200
    pk = Account.everywhere.get().pk
    assert client.get(f"/ops/accounts/account/{pk}/change/").status_code == 200
    assert client.post(f"/ops/accounts/account/{pk}/change/", {"name": "X"}).status_code == 403
    assert client.get("/ops/accounts/account/add/").status_code == 403


@pytest.mark.usefixtures("ops")
def test_staff_of_an_organization_does_not_get_into_the_raw_admin(staff, client):
    assert staff.client.get("/ops/accounts/account/").status_code == 302
    assert ops_sign_in(client, staff.user).status_code == 200
    assert client.get("/ops/accounts/account/").status_code == 302


@pytest.mark.usefixtures("ops")
def test_an_operator_sets_a_second_factor_up_before_anything_else(client, operator):
    away = client.get("/ops/accounts/account/", follow=True)
    assert away.redirect_chain[-1][0] == f"{SIGN_IN}?next=%2Fops%2Faccounts%2Faccount%2F"
    assert ops_sign_in(client, operator)["Location"] == "/ops/"
    for path in ("/ops/", "/ops/accounts/account/", "/ops/password_change/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, SET_UP)
    pk = operator.pk
    answer = client.post(f"/ops/accounts/user/{pk}/change/", {"is_active": ""})
    assert (answer.status_code, answer["Location"]) == (302, SET_UP)
    assert User.objects.get(pk=pk).is_active
    assert client.get(SET_UP).status_code == 200

    second_factor_set_up(operator)
    assert client.get("/ops/accounts/account/").status_code == 200


@pytest.mark.usefixtures("ops")
def test_an_operator_with_a_second_factor_is_not_in_with_the_password_alone(client, operator):
    ops_sign_in(client, operator)
    codes = second_factor_set_up(operator)

    other = Client()
    assert ops_sign_in(other, operator)["Location"].startswith("/ops/account/2fa/authenticate/")
    assert other.get("/ops/accounts/account/").status_code == 302
    admins_own = {"username": operator.email, "password": PASSWORD}
    other.post("/ops/login/", admins_own)
    assert other.get("/ops/accounts/account/").status_code == 302
    ops_sign_in(other, operator)
    other.post("/ops/account/2fa/authenticate/", {"code": codes[-1]})
    assert other.get("/ops/accounts/account/").status_code == 200
    assert other.cookies["tw_ops"]["path"] == "/ops/"


@pytest.mark.usefixtures("ops")
def test_an_operator_whose_switch_is_turned_off_is_out_at_once_and_does_not_loop(client, operator):
    ops_sign_in(client, operator)
    second_factor_set_up(operator)
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    page = client.get("/ops/", follow=True)
    assert (page.status_code, page.redirect_chain[-1][0]) == (200, f"{SIGN_IN}?next=%2Fops%2F")


@pytest.mark.usefixtures("ops")
def test_the_demo_asks_its_operator_for_the_password_alone(client, operator, settings):
    settings.OPS_REQUIRE_MFA = False
    ops_sign_in(client, operator)
    assert client.get("/ops/accounts/account/").status_code == 200


def test_where_the_deployment_leaves_it_out_nothing_answers(client, shop, operator):
    for path in ("/ops/", "/ops/login/", "/ops/account/login/", "/ops/accounts/account/"):
        assert client.get(path).status_code == 404
    assert ops_sign_in(client, operator).status_code == 404
