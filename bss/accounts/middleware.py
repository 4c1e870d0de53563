"""From a request to a surface, its session, and the actor with its scope: fail closed at each step."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import get_script_prefix, reverse, set_script_prefix, set_urlconf
from django.utils.cache import patch_vary_headers
from django.utils.crypto import constant_time_compare
from django.utils.http import http_date
from django.utils.translation import gettext as _

from bss.accounts import selectors
from bss.accounts.contracts import Surface
from bss.accounts.models import Account, Membership, User
from bss.accounts.permissions import Permission
from bss.accounts.ports import entitlements_asked_once
from bss.core import clock, scope
from bss.core.actor import ANONYMOUS, Actor
from bss.core.errors import NotFound, PermissionDenied
from bss.ui.errors import error_response

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SESSION_SURFACE = "surface"
SESSION_VIEW_AS = "view_as"
# Neither changes anything of the customer's.
_ALLOWED_WHILE_VIEWING = ("/view-as/end/", "/appearance/")
# What a closed storefront still answers: its neutral page needs a style.
_OPEN_WHEN_CLOSED = ("/theme/", "/appearance/")


class SurfaceMiddleware:
    """Sets `request.surface` and the script prefix: host, then fixed first segments, then alias."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        surface = selectors.surface_for(_host(request), request.path_info)
        if surface is None:
            return HttpResponse(
                "There is no shop at this address.", status=404, content_type="text/plain"
            )
        request.surface = surface  # type: ignore[attr-defined]
        if surface.prefix:
            request.path_info = request.path_info[len(surface.prefix) :] or "/"
            if not request.path.startswith(f"{surface.prefix}/"):
                return redirect(f"{surface.prefix}/")
        if surface.kind in {"portal", "ops"}:
            is_portal = surface.kind == "portal"
            request.urlconf = settings.PORTAL_URLCONF if is_portal else settings.OPS_URLCONF
            set_urlconf(request.urlconf)
        before = get_script_prefix()
        set_script_prefix(f"{surface.prefix}/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(before)


class SurfaceSessionMiddleware(SessionMiddleware):
    """One session per surface: its own cookie name and path, so that a shop's cookie opens nothing else."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        surface: Surface = request.surface  # type: ignore[attr-defined]
        request.session = self.SessionStore(request.COOKIES.get(surface.cookie_name))
        if request.session.get(SESSION_SURFACE, surface.key) != surface.key:
            request.session = self.SessionStore()
        response = cast(HttpResponseBase, self.get_response(request))
        self._save(request, response, surface)
        return response

    def _save(self, request: HttpRequest, response: HttpResponseBase, surface: Surface) -> None:
        session = request.session
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        if surface.cookie_name in request.COOKIES and session.is_empty():
            response.delete_cookie(surface.cookie_name, path=surface.cookie_path)
            return
        if not session.modified or session.is_empty() or response.status_code >= 500:
            return
        session.setdefault(SESSION_SURFACE, surface.key)
        try:
            session.save()
        except UpdateError:
            # Deleted meanwhile, by a logout in another tab: nothing to keep.
            return
        self._set_cookie(response, session, surface)

    def _set_cookie(self, response: HttpResponseBase, session: Any, surface: Surface) -> None:
        lasting: dict[str, Any] = {}
        if not session.get_expire_at_browser_close():
            seconds = session.get_expiry_age()
            lasting = {"max_age": seconds, "expires": http_date(time.time() + seconds)}
        response.set_cookie(
            surface.cookie_name,
            session.session_key,
            path=surface.cookie_path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
            **lasting,
        )


class ActorMiddleware:
    """Sets `request.actor` and runs the view inside its scope. The API brings its own actor with its token."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        surface: Surface = request.surface  # type: ignore[attr-defined]
        if _is_closed(request, surface):
            return render(request, "accounts/storefront_closed.html", status=404)
        if request.method in {"GET", "HEAD"}:
            with entitlements_asked_once():
                return self._answer(request, surface)
        return self._answer(request, surface)

    def _answer(self, request: HttpRequest, surface: Surface) -> HttpResponseBase:
        actor = self._actor(request, surface)
        request.actor = actor  # type: ignore[attr-defined]
        if _is_stranger(request, surface, actor):
            logout(request)
        with scope.activate(actor.scope):
            if needs_second_factor(request, surface, actor):
                return redirect(reverse("mfa_activate_totp"))
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Refuse every write of somebody who only looks. Answered here: Django hands no view's error of a
        middleware to the others.
        """
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.read_only or request.method in {"GET", "HEAD", "OPTIONS"}:
            return None
        if request.path_info in _ALLOWED_WHILE_VIEWING:
            return None
        text = _("You are looking through a customer's eyes: nothing can be changed from here.")
        return error_response(request, PermissionDenied(text, code="VIEW_ONLY"))

    def _actor(self, request: HttpRequest, surface: Surface) -> Actor:
        if surface.kind == "portal":
            return self._staff(request)
        if surface.storefront is None:
            return ANONYMOUS
        return self._customer(request, surface) or selectors.visitor_actor(surface.storefront)

    def _staff(self, request: HttpRequest) -> Actor:
        user_id = _user_id_of(request.session)
        memberships = [] if user_id is None else selectors.staff_memberships(user_id)
        if not memberships:
            return ANONYMOUS
        _recognise(request, memberships[0].user)
        if not isinstance(request.user, User):
            return ANONYMOUS
        wanted = request.session.get(selectors.SESSION_ORGANIZATION)
        chosen = next((m for m in memberships if m.organization_id == wanted), memberships[0])
        request.membership = chosen  # type: ignore[attr-defined]
        request.memberships = memberships  # type: ignore[attr-defined]
        return selectors.staff_actor(chosen, request.user)

    def _customer(self, request: HttpRequest, surface: Surface) -> Actor | None:
        assert surface.storefront is not None  # noqa: S101
        viewing = request.session.get(SESSION_VIEW_AS)
        if viewing:
            actor = _viewing(viewing, surface)
            if actor is not None:
                return actor
            del request.session[SESSION_VIEW_AS]
        user_id = _user_id_of(request.session)
        if user_id is None:
            return None
        membership = selectors.storefront_membership(user_id, surface.storefront)
        if membership is None:
            return None
        _recognise(request, membership.user)
        if request.user != membership.user:
            return None
        request.membership = membership  # type: ignore[attr-defined]
        return selectors.storefront_actor(membership, request.user)


def _user_id_of(session: SessionBase) -> int | None:
    """Whom a session names; None where nobody signed in."""
    named = str(session.get(SESSION_KEY, ""))
    return int(named) if named.isascii() and named.isdecimal() else None


def _recognise(request: HttpRequest, user: User) -> None:
    """Keep whom a session opens something for as django.contrib.auth keeps whom it found; any other session it looks
    at itself.
    """
    if _is_signed_in(request.session, user):
        request._cached_user = user  # type: ignore[attr-defined]


def _is_signed_in(session: SessionBase, user: User) -> bool:
    """Whether a session that names this user still opens anything: what django.contrib.auth asks of each."""
    known = session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    given = session.get(HASH_SESSION_KEY) or ""
    return known and user.is_active and constant_time_compare(given, user.get_session_auth_hash())


def needs_second_factor(request: HttpRequest, surface: Surface, actor: Actor) -> bool:
    """Whether staff, or an operator, must set up a second factor before going on."""
    if not _second_factor_required(request, surface, actor):
        return False
    if request.path_info.startswith(("/account/", "/theme/")):
        return False
    return not request.user.authenticator_set.exists()  # type: ignore[union-attr]


def _second_factor_required(request: HttpRequest, surface: Surface, actor: Actor) -> bool:
    if surface.kind == "ops":
        return bool(settings.OPS_REQUIRE_MFA and request.user.is_authenticated)
    membership: Membership | None = getattr(request, "membership", None)
    return actor.kind == "staff" and membership is not None and membership.organization.require_mfa


def _is_closed(request: HttpRequest, surface: Surface) -> bool:
    if surface.kind != "storefront" or request.path_info.startswith(_OPEN_WHEN_CLOSED):
        return False
    return not selectors.is_open(surface)


def _is_stranger(request: HttpRequest, surface: Surface, actor: Actor) -> bool:
    """Whether somebody is signed in whose login here was taken away: the sign-in page would send it in circles."""
    if surface.kind not in {"portal", "storefront", "ops"} or not actor.is_anonymous:
        return False
    if not isinstance(request.user, User):
        return False
    return surface.kind != "ops" or not selectors.may_sign_in(request.user, surface)


def _viewing(viewing: dict[str, int], surface: Surface) -> Actor | None:
    """None once the hour is over, or when the member of staff may no longer look at this account from here."""
    storefront = surface.storefront
    if storefront is None or viewing.get("until", 0) < clock.now().timestamp():
        return None
    staff = User.objects.filter(pk=viewing["user_id"], is_active=True).first()
    account = Account.everywhere.filter(
        pk=viewing["account_id"], organization_id=storefront.organization_id
    ).first()
    if staff is None or account is None:
        return None
    if storefront.owner_id is not None and account.parent_id != storefront.owner_id:
        return None
    for membership in selectors.staff_memberships(staff.pk):
        if membership.organization_id == account.organization_id:
            looks = selectors.staff_actor(membership, staff).can(Permission.VIEW_AS)
            return selectors.viewing_actor(account, staff) if looks else None
    return None


def _host(request: HttpRequest) -> str:
    host = request.get_host().rsplit(":", 1)[0].lower()
    if not host:
        raise NotFound
    return host
