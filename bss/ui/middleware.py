"""What holds for every view: domain errors as pages people understand, and no text that cannot be kept."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from bss.core.errors import DomainError, Invalid
from bss.core.fields import has_null
from bss.ui.errors import error_response

_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class NullCharacterMiddleware:
    """Answers 400 where an address or a form holds U+0000, which PostgreSQL refuses in every text.

    Before the first that asks the database by the address. JSON is read field by field, and refused there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if has_null(request.path_info):
            return HttpResponse("Bad request.", status=400, content_type="text/plain")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        is_api = request.surface.kind == "api"  # type: ignore[attr-defined]
        # The API reads JSON alone, and its body only once it knows who asks.
        is_form = not is_api and request.method == "POST" and request.content_type in _FORMS
        if "%00" not in request.META["QUERY_STRING"] and not (
            is_form and has_null(dict(request.POST.lists()))
        ):
            return None
        problem = Invalid(
            _("What was sent holds an invisible character that cannot be kept. Take it out."),
            code="NULL_CHARACTER",
        )
        if is_api:
            body = {"code": problem.code, "detail": problem.message}
            return JsonResponse(body, status=problem.status)
        return error_response(request, problem)


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
