"""View as customer: seen through the customer's eyes, changed by nobody, written down."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from bss.accounts.choices import StaffRole
from bss.accounts.models import Account, Contact
from bss.accounts.selectors import viewing_actor
from bss.accounts.services import (
    membership_deactivate,
    storefront_close,
    storefront_create,
    viewing_start,
)
from bss.core import scope
from bss.core.errors import PermissionDenied
from bss.core.models import HistoryEntry
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff


def start(person, account, client=None):
    """The portal's button and then the link it leads to; returns the browser that looks."""
    response = person.client.post(f"/portal/accounts/{account.public_id}/view-as/")
    url = urlsplit(response["Location"] if response.status_code == 302 else response.context["url"])
    browser = client or Client()
    return browser, browser.get(url.path, headers={"host": url.hostname})


def probe(browser):
    """Who the storefront thinks is looking."""
    return browser.get("/account/2fa/").wsgi_request.actor


def test_staff_sees_what_the_account_sees_and_it_is_written_down(staff, reseller):
    browser, response = start(staff, reseller.account)

    assert (response.status_code, response["Location"]) == (302, "/")
    actor = probe(browser)
    assert (actor.account_id, actor.read_only) == (reseller.account.pk, True)
    assert actor.viewed_by == staff.user.get_full_name()
    entry = HistoryEntry.objects.get(action="account.viewed_as")
    assert (entry.subject_id, entry.actor_id) == (reseller.account.pk, staff.user.pk)


def test_the_banner_names_both_and_offers_the_way_back(staff, reseller):
    browser, _response = start(staff, reseller.account)
    page = browser.get("/account/login/")
    assert page.status_code in {200, 302}
    from django.template.loader import render_to_string

    html = render_to_string(
        "accounts/_viewing.html", {"account": "A", "staff": "B"}, page.wsgi_request
    )
    assert "You look at this shop as A" in html

    ended = browser.post("/view-as/end/")
    target = ended["Location"] if ended.status_code == 302 else ended.context["url"]
    assert target.endswith(f"/portal/accounts/{reseller.account.public_id}/")
    assert probe(browser).is_anonymous


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/my-storefront/", 403)])
def test_a_page_that_is_not_the_accounts_says_whom_one_looks_as(staff, reseller, path, status):
    browser, _response = start(staff, reseller.account)

    response = browser.get(path)

    html = response.content.decode()
    assert response.status_code == status
    assert f"You look at this shop as {reseller.account.name}" in html
    assert 'action="/view-as/end/"' in html
    assert "Stop looking" not in Client().get("/nowhere/").content.decode()


@pytest.mark.parametrize("path", ["/account/password/change/", "/plans/", "/account/login/"])
def test_every_write_is_refused_while_looking(staff, reseller, path):
    browser, _response = start(staff, reseller.account)
    before = list(Account.everywhere.values()), list(Contact.everywhere.values())

    response = browser.post(path, {"name": "Changed"})

    assert response.status_code == 403
    assert (list(Account.everywhere.values()), list(Contact.everywhere.values())) == before


def test_a_link_works_once(staff, reseller, distributor):
    with scope.activate(distributor.scope):
        path = urlsplit(viewing_start(account=reseller.account, actor=staff.actor)).path
    assert Client().get(path).status_code == 302
    thief = Client()
    assert thief.get(path).status_code == 404
    assert probe(thief).is_anonymous


def test_a_forged_link_opens_nothing(shop, client):
    assert client.get("/view-as/abc:def:ghi/").status_code == 404


def test_the_link_of_one_storefront_opens_no_other(staff, reseller, distributor):
    with scope.activate(distributor.scope):
        storefront_create(
            organization=distributor,
            owner=reseller.account,
            alias="techsolutions",
            actor=staff.actor,
        )
        path = urlsplit(viewing_start(account=reseller.account, actor=staff.actor)).path
    assert Client().get(f"/techsolutions{path}").status_code == 404


def test_an_end_customer_is_looked_at_in_its_resellers_storefront(
    staff, reseller, customer_account, distributor
):
    with scope.activate(distributor.scope):
        own = storefront_create(
            organization=distributor,
            owner=reseller.account,
            alias="techsolutions",
            actor=staff.actor,
        )
        url = viewing_start(account=customer_account, actor=staff.actor)
        assert "/techsolutions/view-as/" in url
        storefront_close(storefront=own, actor=staff.actor)
        assert "/techsolutions/" not in viewing_start(account=customer_account, actor=staff.actor)


def test_looking_ends_after_an_hour(staff, reseller, travel):
    browser, _response = start(staff, reseller.account)
    travel(timedelta(minutes=61))
    assert probe(browser).is_anonymous


def test_taking_the_role_away_ends_the_look(staff, reseller, distributor):
    helper = person_of_staff(make_staff(distributor, StaffRole.SUPPORT))
    browser, _response = start(helper, reseller.account)
    assert not probe(browser).is_anonymous
    membership_deactivate(membership=helper.membership, actor=staff.actor)
    assert probe(browser).is_anonymous


@pytest.mark.parametrize("role", [StaffRole.BILLING, StaffRole.READ_ONLY])
def test_some_roles_may_not_look(distributor, reseller, role):
    person = person_of_staff(make_staff(distributor, role))
    response = person.client.post(f"/portal/accounts/{reseller.account.public_id}/view-as/")
    assert response.status_code == 403
    assert not HistoryEntry.objects.filter(action="account.viewed_as").exists()


def test_a_foreign_account_is_not_there(tenant, reseller):
    response = tenant.client.post(f"/portal/accounts/{reseller.account.public_id}/view-as/")
    assert response.status_code == 404
    assert not HistoryEntry.objects.exists()


def test_who_looks_holds_no_right_that_changes_anything(staff, reseller):
    actor = viewing_actor(reseller.account, staff.user)
    with pytest.raises(PermissionDenied):
        actor.require("order.create")
    assert all(code.endswith((".view", ".use")) for code in actor.permissions)
