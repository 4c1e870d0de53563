"""What ships: small, self-contained, and nothing inline that the content security policy would refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from bss.core.errors import NotFound
from bss.ui.gallery.views import Gallery

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "bss" / "ui" / "static" / "ui"
# A mail carries its styles inline, since mail programs drop everything else.
MAIL_LAYOUT = ROOT / "templates" / "notifications" / "_layout.html"
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if path != MAIL_LAYOUT and not (path.parent / "subject.txt").exists()
)
SCREENS = [
    "list",
    "record",
    "form",
    "work",
    "dashboard",
    "shop",
    "product",
    "checkout",
    "plans",
    "sign-in",
    "error",
]


def size(*names: str) -> int:
    return sum((STATIC / name).stat().st_size for name in names)


@pytest.mark.parametrize("surface", ["portal.css", "storefront.css"])
def test_the_styles_of_a_surface_are_under_60_kb(surface):
    assert size("base.css", surface) < 60_000


def test_our_own_javascript_is_under_15_kb():
    assert sum(path.stat().st_size for path in STATIC.glob("*.js")) < 15_000


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda p: p.name)
def test_stylesheets_load_nothing_from_elsewhere(path):
    text = path.read_text()
    addresses = re.findall(r"url\(\s*[\"']?([^)\"']{0,8})", text)
    assert all(address.startswith("data:") for address in addresses)
    assert "@import" not in text


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda p: p.name)
def test_sides_are_logical_so_that_right_to_left_works(path):
    physical = re.findall(
        r"[\s;{](?:margin|padding|border)-(?:left|right|top|bottom)\b|[\s;{](?:left|right):",
        path.read_text(),
    )
    assert physical == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda p: p.name)
def test_scripts_evaluate_nothing_and_call_nobody(path):
    text = path.read_text()
    for word in (
        "eval(",
        "new Function",
        "innerHTML",
        "insertAdjacentHTML",
        "document.write",
        "fetch(",
        "http:",
        ".style",
    ):
        assert word not in text.replace('protocol === "https:"', ""), word


INLINE = {
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "event handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\shx-on\b", re.IGNORECASE),
    "htmx evaluation": re.compile(r"\"js:|hx-vars", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "foreign address": re.compile(r"(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_templates_hold_nothing_inline(path):
    text = re.sub(
        r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.DOTALL
    )
    assert {name for name, pattern in INLINE.items() if pattern.search(text)} == set()


@pytest.fixture
def as_visitor(settings):
    """The gallery without the surfaces' own middleware, which needs shops and logins."""
    settings.MIDDLEWARE = [
        "csp.middleware.CSPMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
        "bss.ui.middleware.DomainErrorMiddleware",
    ]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    return Client()


def test_the_gallery_shows_every_component(as_visitor):
    html = as_visitor.get("/design/").content.decode()
    for name in (
        "btn",
        "badge",
        "card",
        "facts",
        "field",
        "table",
        "pager",
        "chip",
        "tabs",
        "menu",
        "empty",
        "dialog",
        "steps",
        "toast",
        "timeline",
        "progress",
        "log",
        "price",
        "amount",
        "tile",
        "chart",
        "skeleton",
        "notice",
        "crumbs",
        "plans",
        "avatar",
        "skip",
        "product",
        "summary",
    ):
        assert re.search(rf'class="[^"]*\b{name}\b', html), name
    assert {name for name, pattern in INLINE.items() if pattern.search(html)} == set()


def test_ids_in_the_gallery_are_unique_where_something_points_to_them(as_visitor):
    html = as_visitor.get("/design/").content.decode()
    for target in set(re.findall(r'(?:popovertarget|commandfor|for)="([^"]+)"', html)):
        assert html.count(f'id="{target}"') >= 1, target


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("query", ["", "?dir=rtl&brand=coral"])
def test_each_screen_of_the_gallery_opens(as_visitor, name, query):
    response = as_visitor.get(f"/design/{name}/{query}")
    html = response.content.decode()
    assert response.status_code == 200
    assert ('dir="rtl"' in html) == bool(query and name not in {"sign-in", "error"})


def test_a_screen_that_is_not_there_is_not_found(as_visitor):
    response = as_visitor.get("/design/nothing/")
    assert response.status_code == 404
    assert "This page does not exist" in response.content.decode()


def test_a_storefront_has_no_gallery(nobody, request_by):
    with pytest.raises(NotFound):
        Gallery.as_view()(request_by(nobody, "/design/", kind="storefront"))


def test_the_chosen_appearance_is_remembered(as_visitor):
    response = as_visitor.post(
        "/appearance/", {"appearance": "dark"}, headers={"referer": "http://testserver/design/"}
    )
    assert (response.status_code, response.url) == (302, "http://testserver/design/")
    assert 'data-theme="dark"' in as_visitor.get("/design/").content.decode()
    as_visitor.post("/appearance/", {"appearance": ""})
    assert '<html class="" lang="en" dir="ltr">' in as_visitor.get("/design/").content.decode()
