"""The storefront's end of "view as customer": begin with a link from the portal, end with a button."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bss.accounts.contracts import Surface
from bss.accounts.links import surface_url
from bss.accounts.middleware import SESSION_VIEW_AS
from bss.accounts.models import Account
from bss.accounts.services import viewing_accept
from bss.accounts.views.leaving import leave_to
from bss.core.errors import NotFound


@require_GET
@never_cache
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Begin looking. Raises NotFound for a link that is forged, used or older than a minute."""
    surface: Surface = request.surface  # type: ignore[attr-defined]
    if surface.storefront is None:
        raise NotFound
    viewing = viewing_accept(token=token, storefront=surface.storefront)
    request.session[SESSION_VIEW_AS] = asdict(viewing)
    return HttpResponseRedirect(surface.home_url)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Stop looking, and go back to the account in the portal."""
    viewing = request.session.pop(SESSION_VIEW_AS, None)
    account = Account.everywhere.filter(pk=viewing["account_id"]).first() if viewing else None
    if account is None:
        return HttpResponseRedirect(request.surface.home_url)  # type: ignore[attr-defined]
    return leave_to(request, surface_url("portal", "accounts:detail", account.public_id))
