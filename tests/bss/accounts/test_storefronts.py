"""Storefronts: aliases, hosts, texts, and what a closed one answers."""

from __future__ import annotations

import pytest

from bss.accounts.models import Storefront
from bss.accounts.selectors import surface_for
from bss.accounts.services import (
    alias_parse,
    storefront_alias_change,
    storefront_close,
    storefront_create,
    storefront_edit,
    storefront_open,
)
from bss.core import scope
from bss.core.errors import Conflict, Invalid, StaleState
from bss.core.models import Event
from tests.factories.accounts import make_storefront_user


def own(staff, reseller, alias="techsolutions"):
    account = reseller.account
    with scope.activate(account.organization.scope):
        return storefront_create(
            organization=account.organization, owner=account, alias=alias, actor=staff.actor
        )


@pytest.mark.parametrize("typed", ["techsolutions", " TechSolutions ", "TECHSOLUTIONS\n"])
def test_case_and_spaces_around_an_alias_do_not_matter(typed):
    assert alias_parse(typed) == "techsolutions"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "ALIAS_FORMAT"),
        ("ab", "ALIAS_FORMAT"),
        ("-abc", "ALIAS_FORMAT"),
        ("abc-", "ALIAS_FORMAT"),
        ("tech solutions", "ALIAS_FORMAT"),
        ("tech_solutions", "ALIAS_FORMAT"),
        ("técnica", "ALIAS_FORMAT"),
        ("a/b", "ALIAS_FORMAT"),
        ("a" * 64, "ALIAS_FORMAT"),
        ("portal", "ALIAS_RESERVED"),
        ("Basket", "ALIAS_RESERVED"),
        ("www", "ALIAS_RESERVED"),
    ],
)
def test_what_no_alias_can_be(typed, code):
    with pytest.raises(Invalid) as refusal:
        alias_parse(typed)
    assert (refusal.value.field, refusal.value.code) == ("alias", code)


def test_an_alias_belongs_to_one(staff, reseller, rival):
    own(staff, reseller)
    with pytest.raises(Invalid) as refusal:
        own(staff, rival, "TECHSOLUTIONS")
    assert (refusal.value.field, refusal.value.code) == ("alias", "ALIAS_TAKEN")
    assert not Storefront.everywhere.filter(owner=rival.account).exists()


def test_a_reseller_has_one_storefront(staff, reseller):
    own(staff, reseller)
    with pytest.raises(Conflict):
        own(staff, reseller, "another")
    assert Storefront.everywhere.filter(owner=reseller.account).count() == 1


def test_customers_who_signed_in_at_the_distributors_move_to_their_resellers(
    staff, reseller, customer_account, shop
):
    moved = make_storefront_user(customer_account, shop)
    storefront = own(staff, reseller)
    moved.refresh_from_db()
    reseller.membership.refresh_from_db()
    assert (moved.storefront, reseller.membership.storefront) == (storefront, shop)


def test_the_storefront_of_a_tenants_reseller_lives_at_the_tenants_host(tenant):
    from tests.factories.accounts import ResellerFactory

    account = ResellerFactory(organization=tenant.membership.organization)
    with scope.activate(tenant.actor.scope):
        storefront = storefront_create(
            organization=account.organization, owner=account, alias="fjord", actor=tenant.actor
        )
    assert storefront.host == "nordhaven.localhost"
    found = surface_for("nordhaven.localhost", "/fjord/catalog/")
    assert (found.storefront, found.prefix) == (storefront, "/fjord")
    assert (
        surface_for("testserver", "/fjord/") is None
        or not surface_for("testserver", "/fjord/").prefix
    )


def test_texts_of_resellers_are_reduced_to_plain_formatting(staff, reseller):
    storefront = own(staff, reseller)
    storefront_edit(
        storefront=storefront,
        version=1,
        actor=reseller.actor,
        about='<p onclick="x()">We <strong>care</strong></p><script>steal()</script>',
        accent="ABC",
    )
    stored = Storefront.everywhere.get(pk=storefront.pk)
    assert stored.about == "<p>We <strong>care</strong></p>"
    assert stored.accent == "#aabbcc"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"accent": "red"}, "accent"),
        ({"radius": "wild"}, "radius"),
        ({"contact_email": "x"}, "contact_email"),
    ],
)
def test_a_bad_look_is_refused_on_its_field(staff, reseller, changes, field):
    storefront = own(staff, reseller)
    with pytest.raises(Invalid) as refusal:
        storefront_edit(storefront=storefront, version=1, actor=reseller.actor, **changes)
    assert field in {refusal.value.field, *refusal.value.errors}
    assert Storefront.everywhere.get(pk=storefront.pk).version == 1


def test_a_stale_edit_of_a_storefront_changes_nothing(staff, reseller):
    storefront = own(staff, reseller)
    storefront_edit(storefront=storefront, version=1, actor=reseller.actor, tagline="First")
    with pytest.raises(StaleState):
        storefront_edit(storefront=storefront, version=1, actor=reseller.actor, tagline="Second")
    assert Storefront.everywhere.get(pk=storefront.pk).tagline == "First"


def test_an_alias_can_be_changed_and_the_old_one_is_free_again(staff, reseller, rival):
    storefront = own(staff, reseller)
    storefront_alias_change(storefront=storefront, alias="tech-solutions", actor=staff.actor)
    assert Storefront.everywhere.get(pk=storefront.pk).alias == "tech-solutions"
    assert own(staff, rival).alias == "techsolutions"


def test_closing_and_opening_twice_is_once(staff, reseller):
    storefront = own(staff, reseller)
    for _ in range(2):
        storefront_close(storefront=storefront, actor=staff.actor, reason="plan ended")
    for _ in range(2):
        storefront_open(storefront=storefront, actor=staff.actor)
    names = list(
        Event.objects.filter(name__startswith="storefront.").values_list("name", flat=True)
    )
    assert names == ["storefront.closed", "storefront.opened"]


def test_a_closed_storefront_answers_with_a_neutral_page_everywhere(staff, reseller, client):
    storefront = own(staff, reseller)
    storefront_close(storefront=storefront, actor=staff.actor)
    for path in ("/techsolutions/", "/techsolutions/account/login/", "/techsolutions/plans/"):
        response = client.get(path)
        assert response.status_code == 404
        text = response.content.decode()
        assert "This shop is closed at the moment" in text
        assert "Meridian" not in text


def test_the_theme_of_a_storefront_is_served_under_its_content(staff, reseller, client):
    from bss.accounts.contracts import theme_of

    storefront = own(staff, reseller)
    digest = theme_of(storefront).digest
    good = client.get(f"/techsolutions/theme/{storefront.public_id}.{digest}.css")
    assert (good.status_code, good["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert client.get(f"/techsolutions/theme/{storefront.public_id}.0000.css").status_code == 404
