"""Error handlers, the stylesheet of a brand, and the choice of light or dark."""

from __future__ import annotations

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from bss.ui import theme
from bss.ui.errors import explanation, page

logger = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return page(request, explanation(request, 404, code="NOT_FOUND"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return page(request, explanation(request, 403, code="PERMISSION_DENIED"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    return page(request, explanation(request, 400, code="BAD_REQUEST"))


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: touches neither database nor session, since either may be what broke."""
    html = render_to_string(
        "ui/server_error.html", {"error": explanation(request, 500, code="INTERNAL")}
    )
    return HttpResponse(html, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's safety token did not match: mostly a page left open over a new sign-in."""
    logger.warning("csrf failure", extra={"reason": reason, "path": request.path})
    return page(
        request,
        explanation(
            request,
            403,
            code="CSRF",
            cause=_("This form was opened before you signed in, or in another window."),
            remedy=_("Go back, reload the page, and send it again. Nothing was changed."),
        ),
    )


@cache_control(public=True, max_age=31_536_000, immutable=True)
def theme_css(request: HttpRequest, key: str, digest: str) -> HttpResponse:
    """A brand's stylesheet under an address that changes with its content. Raises Http404 for another content."""
    found: Any = theme.provided(key)
    if found is None or found.digest != digest:
        raise Http404
    return HttpResponse(found.css, content_type="text/css; charset=utf-8")


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's choice in a cookie, and go back."""
    back = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(back if safe else "/")
    choice = request.POST.get("appearance", "")
    if choice in {"light", "dark"}:
        response.set_cookie(
            "appearance", choice, max_age=31_536_000, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie("appearance", samesite="Lax")
    return response
