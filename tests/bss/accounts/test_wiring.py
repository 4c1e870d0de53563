"""Links, checks, the command, the raw admin."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.urls import get_script_prefix, set_script_prefix
from django.urls import path as route

from bss.accounts.checks import first_segments, fixed_segments_known, live_aliases_free
from bss.accounts.links import home_url, login_url, surface_url
from bss.accounts.models import Account, Membership, Organization, Storefront
from tests.factories.accounts import (
    AccountFactory,
    ResellerFactory,
    StorefrontFactory,
    UserFactory,
    make_storefront_user,
)

pytestmark = pytest.mark.django_db


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


def test_superusers_look_at_raw_rows_and_change_none(client, distributor):
    AccountFactory(organization=distributor, name="Kavala Marine")
    operator = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(operator)
    key = client.cookies["sessionid"].value
    client.cookies["tw_session"] = key

    assert "Kavala Marine" in client.get("/ops/accounts/account/").content.decode()
    for model in ("organization", "contact", "membership", "storefront", "apitoken", "user"):
        assert client.get(f"/ops/accounts/{model}/").status_code == 200
    pk = Account.everywhere.get().pk
    assert client.get(f"/ops/accounts/account/{pk}/change/").status_code == 200
    assert client.post(f"/ops/accounts/account/{pk}/change/", {"name": "X"}).status_code == 403
    assert client.get("/ops/accounts/account/add/").status_code == 403


def test_staff_of_an_organization_does_not_get_into_the_raw_admin(staff):
    assert staff.client.get("/ops/accounts/account/").status_code == 302
