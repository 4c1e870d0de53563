"""What the shop window puts into the Storefront's frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.ui import slots
from bss.ui.slots import Figure, NavItem, Panel
from storefront.selectors import window

# A bar of more shelves than this is no bar any more; the catalogue page has them all.
SHELVES_SHOWN = 8


def register() -> None:
    """Put this app's items into their slots."""
    slots.register("storefront.search_url", Figure(lambda _request: reverse("storefront:search")))
    slots.register("storefront.categories", Panel("storefront/_shelves.html", _shelves))
    slots.register(
        "storefront.footer",
        NavItem(_("All products"), "storefront:catalog", section=_("Shop"), order=10),
        NavItem(_("About us"), "storefront:about", section=_("Shop"), order=20),
    )


def _shelves(request: HttpRequest, _subject: Any) -> Mapping[str, Any] | None:
    surface = getattr(request, "surface", None)
    if surface is None or surface.storefront is None:
        return None
    found = window.shelves(surface.storefront.organization_id)
    match = request.resolver_match
    return {
        "shelves": found[:SHELVES_SHOWN],
        "current": match.kwargs.get("slug", "") if match else "",
        "everything": bool(match and match.view_name == "storefront:catalog"),
    }
