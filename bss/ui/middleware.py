"""Domain errors as pages people understand, once for every view."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bss.core.errors import DomainError
from bss.ui.errors import error_response


class DomainErrorMiddleware:
    """Maps a DomainError to a page with its status, or to a toast for a partial request.

    The API answers for itself (bss.core.api): its exceptions never get here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return error_response(request, error) if isinstance(error, DomainError) else None
