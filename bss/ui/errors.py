"""The page of an error: what happened, why, what to do, and the button that does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.encoding import force_str
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from bss.core.errors import Busy, DomainError
from bss.ui import slots
from bss.ui.components import Button
from bss.ui.context import PORTAL

RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """`title` says what happened, `cause` why, `remedy` what to do."""

    status: int
    code: str
    title: Any
    cause: Any
    remedy: Any
    button: Button


_TITLES: dict[int, Any] = {
    400: _("That input does not fit"),
    403: _("You may not do this"),
    404: _("This page does not exist"),
    409: _("This has changed meanwhile"),
    500: _("Something broke on our side"),
    503: _("Busy right now"),
}
_REMEDIES: dict[int, Any] = {
    400: _("Go back and correct it; nothing was changed."),
    403: _("Ask an administrator of your organization for the permission, or go back."),
    404: _("Check the address, or start from the home page."),
    409: _("Go back, look at the present state, and decide again."),
    500: _("It was recorded. Try again; if it stays, tell your administrator when it happened."),
    503: _("Try again in a moment. Nothing was changed."),
}


def explain(request: HttpRequest, error: DomainError) -> Explanation:
    """A domain error in the order a person needs it."""
    return explanation(
        request, error.status, code=error.code, cause=error.message, remedy=error.remedy
    )


def explanation(
    request: HttpRequest, status: int, *, code: str = "", cause: Any = "", remedy: Any = ""
) -> Explanation:
    """An explanation for a status, in default words where none are given."""
    remedy = remedy or _REMEDIES.get(status, "")
    return Explanation(
        status, code, _TITLES.get(status, _TITLES[400]), cause, remedy, _way_on(request, status)
    )


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page, or for a partial request an empty answer with a toast."""
    if getattr(request, "htmx", None) and not request.htmx.boosted:  # type: ignore[attr-defined]
        response = _toast(error)
    else:
        response = page(request, explain(request, error))
    if isinstance(error, Busy):
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def page(request: HttpRequest, found: Explanation) -> HttpResponse:
    """The page: to staff who are signed in within the portal's frame, to anybody else by itself. Where the frame cannot
    be drawn, Django goes on to `bss.ui.views.server_error`, which needs nothing.
    """
    template = "ui/error_portal.html" if _is_in_portal(request) else "ui/error.html"
    return render(request, template, {"error": found, "title": found.title}, status=found.status)


def _is_in_portal(request: HttpRequest) -> bool:
    kind = getattr(getattr(request, "surface", None), "kind", "")
    return kind == PORTAL and not slots.actor_of(request).is_anonymous


def _toast(error: DomainError) -> HttpResponse:
    response = HttpResponse(status=error.status)
    toast = {"kind": "danger", "text": force_str(error.message), "detail": force_str(error.remedy)}
    response["HX-Trigger"] = json.dumps({"toast": toast})
    response["HX-Reswap"] = "none"
    return response


def _way_on(request: HttpRequest, status: int) -> Button:
    back = request.headers.get("Referer", "")
    same = url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    )
    if status == 503 and request.method == "GET":
        return Button(_("Try again"), request.get_full_path(), "arrow-path", "primary")
    if back and same and status != 404:
        return Button(_("Go back"), back, "arrow-left", "primary")
    home = f"{getattr(getattr(request, 'surface', None), 'prefix', '')}/"
    return Button(_("Go to the home page"), home, "home", "primary")
