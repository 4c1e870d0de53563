"""Each list with each of its tabs: a filter that fails takes the page with it."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from bss.ui.generic.list import ListView

pytestmark = pytest.mark.django_db
SURFACES = {
    "config.urls_portal": ("administrator", "/portal/"),
    "config.urls": ("reseller", "/"),
}


def lists_of(urlconf):
    """The path and view class of each list without an argument."""

    def walk(resolver, prefix):
        for entry in resolver.url_patterns:
            path = f"{prefix}{entry.pattern}"
            if isinstance(entry, URLResolver):
                yield from walk(entry, path)
            elif isinstance(entry, URLPattern):
                view = getattr(entry.callback, "view_class", None)
                if view is not None and issubclass(view, ListView) and "<" not in path:
                    yield path, view

    return sorted(set(walk(get_resolver(urlconf), "")), key=lambda found: found[0])


LISTS = [(surface, path) for surface in SURFACES for path, _view in lists_of(surface)]


@pytest.mark.parametrize(("surface", "path"), LISTS)
def test_each_tab_of_each_list_answers(world, surface, path):
    who, prefix = SURFACES[surface]
    client = world.client(who)

    page = client.get(f"{prefix}{path}")

    tabs = set(re.findall(r"[?&;]view=([a-z_-]+)", page.content.decode()))
    answers = {tab: client.get(f"{prefix}{path}", {"view": tab}).status_code for tab in tabs}
    assert {page.status_code, *answers.values()} <= {200, 302}, answers


def test_there_are_lists_with_tabs_on_both_surfaces(world):
    for surface, path in (("config.urls_portal", "invoices/"), ("config.urls", "orders/")):
        who, prefix = SURFACES[surface]
        assert (surface, path) in LISTS
        assert b"view=" in world.client(who).get(f"{prefix}{path}").content
