"""Signing in: at the right surface, with a second factor where it is required, and ended at once when taken away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.test import Client

from bss.accounts.links import activation_url, password_reset_url
from bss.accounts.models import Organization, User
from bss.accounts.ports import MAIL
from bss.accounts.services import (
    membership_deactivate,
    membership_invite,
    membership_password_set,
    storefront_close,
    storefront_create,
)
from bss.core import scope
from bss.core.errors import Conflict
from bss.core.models import Event, HistoryEntry
from tests.factories.accounts import PASSWORD, ContactFactory, make_storefront_user
from tests.factories.ports import filled

WRONG = "This e-mail and this password do not sign in here."
SHOP_HOME, PORTAL_HOME = "/", "/portal/"


def sign_in(client, email, password=PASSWORD, prefix=""):
    return client.post(f"{prefix}/account/login/", {"login": email, "password": password})


def is_signed_in(client, prefix):
    """The page about one's own sign-in shows only to somebody who is."""
    return client.get(f"{prefix}/account/2fa/").status_code == 200


@pytest.fixture
def own_shop(reseller, staff):
    account = reseller.account
    with scope.activate(account.organization.scope):
        return storefront_create(
            organization=account.organization,
            owner=account,
            alias="techsolutions",
            actor=staff.actor,
        )


@pytest.fixture
def buyer(own_shop, customer_account):
    """Somebody of an end customer, who signs in at its reseller's own storefront."""
    return make_storefront_user(customer_account, own_shop).user


def test_staff_signs_in_at_the_portal(client, staff):
    response = sign_in(client, staff.user.email, prefix="/portal")
    assert (response.status_code, response["Location"]) == (302, PORTAL_HOME)
    assert is_signed_in(client, "/portal")


def test_a_reseller_signs_in_at_the_distributors_storefront(client, reseller):
    response = sign_in(client, reseller.user.email.upper())
    assert (response.status_code, response["Location"]) == (302, SHOP_HOME)
    assert is_signed_in(client, "")


def test_an_end_customer_signs_in_at_its_resellers_storefront(client, buyer):
    response = sign_in(client, buyer.email, prefix="/techsolutions")
    assert (response.status_code, response["Location"]) == (302, "/techsolutions/")
    assert is_signed_in(client, "/techsolutions")


@pytest.mark.parametrize(
    "who", ["stranger", "wrong password", "nobody", "inactive login", "inactive account"]
)
def test_whoever_does_not_belong_gets_one_answer(client, reseller, staff, who):
    email, password = reseller.user.email, PASSWORD
    if who == "stranger":
        email = staff.user.email
    elif who == "wrong password":
        password = "wrong"
    elif who == "nobody":
        email = "nobody@example.org"
    elif who == "inactive login":
        User.objects.filter(pk=reseller.user.pk).update(is_active=False)
    else:
        reseller.account.is_active = False
        reseller.account.save(update_fields=["is_active"])

    response = sign_in(client, email, password)

    assert response.status_code == 200
    assert WRONG in response.content.decode()
    assert not is_signed_in(client, "")


@pytest.mark.parametrize(
    ("person", "prefix"), [("reseller", "/portal"), ("reseller", "/techsolutions"), ("buyer", "")]
)
def test_the_right_password_opens_no_foreign_surface(client, request, own_shop, person, prefix):
    found = request.getfixturevalue(person)
    user = getattr(found, "user", found)

    response = sign_in(client, user.email, prefix=prefix)

    assert WRONG in response.content.decode()
    assert not is_signed_in(client, prefix)


def test_strangers_use_up_the_attempts_like_wrong_passwords(client, staff):
    for _ in range(5):
        assert WRONG in sign_in(client, staff.user.email).content.decode()
    assert (
        "Too many attempts. Wait five minutes" in sign_in(client, staff.user.email).content.decode()
    )


def test_the_cookie_of_one_storefront_is_worthless_at_another(client, reseller, own_shop, shop):
    sign_in(client, reseller.user.email)
    key = client.cookies[f"tw_shop_{shop.pk}"].value

    thief = Client()
    thief.cookies[f"tw_shop_{own_shop.pk}"] = key
    thief.cookies["tw_portal"] = key

    assert not is_signed_in(thief, "/techsolutions")
    assert not is_signed_in(thief, "/portal")
    assert is_signed_in(client, "")


def test_a_cookie_is_sent_to_its_own_surface_alone(client, staff, buyer):
    sign_in(client, staff.user.email, prefix="/portal")
    assert client.cookies["tw_portal"]["path"] == "/portal/"
    sign_in(client, buyer.email, prefix="/techsolutions")
    cookie = next(c for name, c in client.cookies.items() if name.startswith("tw_shop_"))
    assert (cookie["path"], bool(cookie["httponly"]), cookie["samesite"]) == (
        "/techsolutions/",
        True,
        "Lax",
    )


def test_a_deactivated_login_ends_in_open_sessions_and_does_not_loop(staff, reseller, shop):
    make_storefront_user(reseller.account, shop)
    assert is_signed_in(reseller.client, "")
    membership_deactivate(membership=reseller.membership, actor=staff.actor)

    assert not is_signed_in(reseller.client, "")
    assert reseller.client.get("/account/login/").status_code == 200


def test_nobody_signs_in_at_a_closed_storefront(client, buyer, own_shop, staff):
    sign_in(client, buyer.email, prefix="/techsolutions")
    storefront_close(storefront=own_shop, actor=staff.actor)
    assert client.get("/techsolutions/account/2fa/").status_code == 404
    assert sign_in(Client(), buyer.email, prefix="/techsolutions").status_code == 404


def test_signing_out_ends_the_session(client, reseller):
    sign_in(client, reseller.user.email)
    response = client.post("/account/logout/")
    assert response["Location"] == "/account/login/"
    assert not is_signed_in(client, "")


def test_signing_out_by_a_link_asks_first(client, reseller):
    sign_in(client, reseller.user.email)
    assert client.get("/account/logout/").status_code == 200
    assert is_signed_in(client, "")


@pytest.mark.parametrize("path", ["/account/signup/", "/account/email/", "/account/confirm-email/"])
def test_what_the_product_does_not_offer_has_no_page(client, shop, path):
    assert client.get(path).status_code == 404


# Activation ------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(reseller, staff):
    contact = ContactFactory(account=reseller.account, email="maria@example.org")
    with scope.activate(reseller.account.organization.scope):
        return membership_invite(contact=contact, actor=staff.actor)


def path_of(url):
    assert url.startswith(settings.PUBLIC_BASE_URL)
    return url.removeprefix(settings.PUBLIC_BASE_URL)


def test_an_invited_person_sets_a_password_once_and_signs_in(client, invited):
    path = path_of(activation_url(invited))
    page = client.get(path)
    assert "maria@example.org" in page.content.decode()

    new = {"password1": "a long enough secret", "password2": "a long enough secret"}
    assert client.post(path, new)["Location"] == "/account/login/"

    assert sign_in(client, "maria@example.org", new["password1"]).status_code == 302
    assert Event.objects.filter(name="membership.activated").count() == 1
    used = Client().post(
        path, {"password1": "another long secret", "password2": "another long secret"}
    )
    assert used.status_code == 404
    assert User.objects.get(email="maria@example.org").check_password(new["password1"])


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [("short", "short", "password1"), ("password123", "password123", "password1"),
     ("a long enough secret", "something else entirely", "password2")],
)  # fmt: skip
def test_a_bad_first_password_is_refused_on_its_field(client, invited, first, second, field):
    response = client.post(
        path_of(activation_url(invited)), {"password1": first, "password2": second}
    )
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]
    assert not User.objects.get(email="maria@example.org").has_usable_password()


def test_an_activation_link_works_on_its_own_surface_alone(client, invited, own_shop):
    path = path_of(activation_url(invited))
    assert client.get(f"/portal{path}").status_code == 404
    assert client.get(f"/techsolutions{path}").status_code == 404
    assert client.get(path).status_code == 200


def test_a_forged_or_old_activation_link_opens_nothing(client, invited, monkeypatch):
    path = path_of(activation_url(invited))
    assert client.get(path[:-3] + "xx/").status_code == 404
    real = signing.time.time
    later = timedelta(days=settings.ACTIVATION_DAYS, minutes=1).total_seconds()
    monkeypatch.setattr(signing.time, "time", lambda: real() + later)
    assert client.get(path).status_code == 404


def test_a_withdrawn_invitation_opens_nothing(client, invited, staff):
    path = path_of(activation_url(invited))
    membership_deactivate(membership=invited, actor=staff.actor)
    assert client.get(path).status_code == 404


def test_somebody_with_a_password_is_led_to_the_sign_in_page(reseller):
    assert activation_url(reseller.membership) == f"{settings.PUBLIC_BASE_URL}/account/login/"


def test_a_first_password_is_set_only_once(invited):
    membership_password_set(membership=invited, password="a long enough secret")
    with pytest.raises(Conflict):
        membership_password_set(membership=invited, password="a different secret here")
    assert User.objects.get(pk=invited.user_id).check_password("a long enough secret")


# A new password ----------------------------------------------------------------------------------------------


def test_who_signs_in_here_and_who_does_not_get_the_same_answer_to_a_reset(client, reseller, staff):
    answers = []
    for email in (reseller.user.email, staff.user.email, "nobody@example.org"):
        response = client.post("/account/password/reset/", {"email": email})
        answers.append((response.status_code, response["Location"]))
    assert answers == [(302, "/account/password/reset/done/")] * 3

    asked = Event.objects.get(name="membership.password_reset_requested")
    assert asked.payload["membership_id"] == reseller.membership.pk


def test_two_requests_are_two_events(client, reseller):
    for _ in range(2):
        client.post("/account/password/reset/", {"email": reseller.user.email})
    asked = Event.objects.filter(name="membership.password_reset_requested")
    assert len({event.payload["request"] for event in asked}) == 2


def test_a_reset_link_sets_a_new_password_once_and_ends_every_session(client, reseller):
    path = path_of(password_reset_url(reseller.membership))
    form = client.get(path, follow=True)
    action = form.redirect_chain[-1][0]
    assert "set-password" in action
    assert reseller.user.email in form.content.decode()

    new = {"password1": "a brand new secret", "password2": "a brand new secret"}
    assert client.post(action, new)["Location"] == "/account/password/reset/key/done/"

    assert not is_signed_in(reseller.client, "")
    assert sign_in(Client(), reseller.user.email, "a brand new secret").status_code == 302
    assert "This link no longer works" in Client().get(path, follow=True).content.decode()
    assert HistoryEntry.objects.filter(action="membership.password_changed").count() == 1


def test_a_reset_link_of_a_resellers_storefront_stays_under_its_alias(client, buyer, own_shop):
    url = password_reset_url(buyer.memberships(manager="everywhere").get())
    assert url.startswith(f"{settings.PUBLIC_BASE_URL}/techsolutions/account/password/reset/key/")
    page = client.get(path_of(url), follow=True)
    assert page.redirect_chain[-1][0].startswith("/techsolutions/")
    assert "Techsolutions" in page.content.decode()
    assert "Meridian" not in page.content.decode()


def test_changing_the_password_is_told(client, reseller):
    told = []

    class Post:
        def security_notice(self, *, membership_id, change, notice):
            told.append((membership_id, change))

    sign_in(client, reseller.user.email)
    new = {
        "oldpassword": PASSWORD,
        "password1": "a brand new secret",
        "password2": "a brand new secret",
    }
    with filled(MAIL, Post()):
        client.post("/account/password/change/", {**new, "oldpassword": "wrong"})
        assert told == []
        client.post("/account/password/change/", new)
    assert told == [(reseller.membership.pk, "password_changed")]
    assert is_signed_in(client, "")


# The second factor -------------------------------------------------------------------------------------------


def code_of(page):
    from allauth.mfa.totp.internal import auth

    secret = re.search(r"<code>([A-Z2-7]{16,})</code>", page.content.decode())[1]
    return auth.format_hotp_value(
        auth.hotp_value(secret, next(auth.yield_hotp_counters_from_time()))
    )


def test_required_of_staff_it_is_asked_for_before_anything_else(client, staff, distributor):
    Organization.objects.filter(pk=distributor.pk).update(require_mfa=True)
    sign_in(client, staff.user.email, prefix="/portal")

    away = client.get("/portal/accounts/")
    assert (away.status_code, away["Location"]) == (302, "/portal/account/2fa/totp/activate/")

    page = client.get("/portal/account/2fa/totp/activate/")
    done = client.post("/portal/account/2fa/totp/activate/", {"code": code_of(page)})
    assert done["Location"] == "/portal/account/2fa/recovery-codes/"
    assert client.get("/portal/accounts/").status_code == 200
    assert Authenticator.objects.filter(user=staff.user).count() == 2


def test_a_login_with_a_second_factor_is_not_in_with_the_password_alone(client, staff):
    sign_in(client, staff.user.email, prefix="/portal")
    page = client.get("/portal/account/2fa/totp/activate/")
    client.post("/portal/account/2fa/totp/activate/", {"code": code_of(page)})
    codes = client.get("/portal/account/2fa/recovery-codes/download/").content.decode().split()

    other = Client()
    response = sign_in(other, staff.user.email, prefix="/portal")
    assert response["Location"].startswith("/portal/account/2fa/authenticate/")
    assert not is_signed_in(other, "/portal")
    assert other.post("/portal/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not is_signed_in(other, "/portal")

    other.post("/portal/account/2fa/authenticate/", {"code": codes[-1]})
    assert is_signed_in(other, "/portal")


def test_it_is_required_of_one_organizations_staff_and_not_of_anothers(tenant, distributor):
    Organization.objects.filter(pk=distributor.pk).update(require_mfa=True)
    assert tenant.client.get("/portal/accounts/").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["2fa/", "2fa/totp/activate/", "password/change/", "2fa/recovery-codes/generate/"],
)
@pytest.mark.parametrize("surface", ["portal", "shop"])
def test_the_pages_about_ones_own_sign_in_show_on_both_surfaces(
    client, staff, reseller, path, surface
):
    prefix, person = ("/portal", staff) if surface == "portal" else ("", reseller)
    sign_in(client, person.user.email, prefix=prefix)
    assert client.get(f"{prefix}/account/{path}").status_code == 200


def age_session(client, prefix):
    """As if the person had signed in ten minutes ago."""
    from django.contrib.sessions.backends.db import SessionStore

    cookie = next(c for c in client.cookies.values() if c.value and c["path"] == f"{prefix}/")
    session = SessionStore(cookie.value)
    for record in session["account_authentication_methods"]:
        record["at"] -= 600
    session.save()


@pytest.mark.parametrize("surface", ["portal", "shop"])
def test_after_a_while_the_password_is_asked_again_and_the_way_goes_on(
    client, staff, reseller, surface
):
    prefix, person = ("/portal", staff) if surface == "portal" else ("", reseller)
    sign_in(client, person.user.email, prefix=prefix)
    page = f"{prefix}/account/2fa/totp/activate/"
    code = code_of(client.get(page))
    age_session(client, prefix)

    asked = client.post(page, {"code": code})
    assert asked["Location"].startswith(f"{prefix}/account/reauthenticate/")
    wrong = client.post(asked["Location"], {"password": "wrong"})
    assert "This is not your password." in wrong.content.decode()
    back = client.post(asked["Location"], {"password": PASSWORD})

    assert back["Location"] == page
    assert client.get(page).status_code == 200
    assert not Authenticator.objects.exists()


def test_with_redis_down_people_still_sign_in(client, staff, settings):
    down = "unix:///nowhere/redis.sock"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": down}}
    assert WRONG in sign_in(client, staff.user.email, "wrong", "/portal").content.decode()
    assert sign_in(client, staff.user.email, prefix="/portal").status_code == 302
