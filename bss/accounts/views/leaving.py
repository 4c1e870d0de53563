"""From one surface to another."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _


def leave_to(request: HttpRequest, url: str) -> HttpResponse:
    """To a page that may be on another host, in answer to a form.

    The policy "form-action 'self'" also holds for where a form's answer redirects to; a page with a link may lead
    anywhere.
    """
    if urlsplit(url).netloc == request.get_host():
        return HttpResponseRedirect(url)
    return render(request, "accounts/leave.html", {"url": url, "title": _("Go on")})
