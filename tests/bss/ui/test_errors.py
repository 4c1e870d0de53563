"""Domain errors as pages and toasts: what happened, why, what to do, and the button."""

from __future__ import annotations

import json

import pytest
from django.http import Http404

from bss.core.errors import (
    Busy,
    Conflict,
    DomainError,
    Invalid,
    NotFound,
    PermissionDenied,
    StaleState,
)
from bss.ui import views
from bss.ui.middleware import DomainErrorMiddleware


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(), 404),
        (PermissionDenied(), 403),
        (Conflict(), 409),
        (StaleState(), 409),
        (Invalid("Too long", field="name"), 400),
        (Busy(), 503),
        (DomainError(), 400),
    ],
)
@pytest.mark.parametrize("kind", ["portal", "storefront"])
def test_each_error_has_a_page_with_its_status_code_and_cause(
    clerk, request_by, error, status, kind
):
    middleware = DomainErrorMiddleware(lambda request: None)
    response = middleware.process_exception(request_by(clerk, "/", kind=kind), error)
    html = response.content.decode()
    assert response.status_code == status
    assert error.code in html
    assert str(error.message) in html
    assert "btn primary" in html


def test_the_remedy_of_an_error_is_told(clerk, request_by):
    error = Conflict("The alias is taken.", code="ALIAS_TAKEN", remedy="Choose another alias.")
    response = DomainErrorMiddleware(lambda r: None).process_exception(request_by(clerk), error)
    assert "Choose another alias." in response.content.decode()


def test_a_partial_request_gets_a_toast_and_keeps_its_page(clerk, request_by):
    error = Conflict("The alias is taken.", remedy="Choose another alias.")
    response = DomainErrorMiddleware(lambda r: None).process_exception(
        request_by(clerk, htmx=True), error
    )
    assert (response.status_code, response.content) == (409, b"")
    assert response["HX-Reswap"] == "none"
    toast = json.loads(response["HX-Trigger"])["toast"]
    assert toast == {
        "kind": "danger",
        "text": "The alias is taken.",
        "detail": "Choose another alias.",
    }


def test_busy_says_when_to_come_back(clerk, request_by):
    response = DomainErrorMiddleware(lambda r: None).process_exception(request_by(clerk), Busy())
    assert response["Retry-After"] == "5"
    assert "Try again" in response.content.decode()


def test_other_exceptions_are_left_alone(clerk, request_by):
    assert (
        DomainErrorMiddleware(lambda r: None).process_exception(request_by(clerk), ValueError("x"))
        is None
    )


def test_the_way_back_stays_on_this_host(clerk, request_by):
    inside, outside = request_by(clerk), request_by(clerk)
    inside.META["HTTP_REFERER"] = "http://testserver/runs/"
    outside.META["HTTP_REFERER"] = "http://evil.example/runs/"
    middleware = DomainErrorMiddleware(lambda r: None)
    assert (
        'href="http://testserver/runs/"'
        in middleware.process_exception(inside, Conflict()).content.decode()
    )
    assert "evil.example" not in middleware.process_exception(outside, Conflict()).content.decode()


def test_djangos_own_errors_have_the_same_pages(clerk, request_by):
    request = request_by(clerk)
    assert views.not_found(request, Http404()).status_code == 404
    assert views.forbidden(request, Exception()).status_code == 403
    assert views.bad_request(request, Exception()).status_code == 400
    assert views.csrf_failure(request, "CSRF token missing").status_code == 403
    response = views.server_error(request)
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


@pytest.mark.parametrize("error", [NotFound(), PermissionDenied(), Busy()])
def test_staff_keep_the_portals_navigation_on_an_error(clerk, nobody, request_by, error):
    page = DomainErrorMiddleware(lambda r: None).process_exception

    assert '<nav class="side"' in page(request_by(clerk), error).content.decode()
    for reader, kind in ((nobody, "portal"), (clerk, "ops"), (clerk, "storefront")):
        assert "<nav" not in page(request_by(reader, kind=kind), error).content.decode()


def test_a_broken_server_needs_no_frame(clerk, request_by):
    assert "<nav" not in views.server_error(request_by(clerk)).content.decode()


def test_no_exception_text_reaches_the_screen(clerk, request_by):
    html = views.not_found(request_by(clerk), Http404("secret path")).content.decode()
    assert "secret path" not in html
