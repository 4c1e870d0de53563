"""What every template of a surface may use, prepared once per request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from bss.ui import slots

PORTAL = "portal"
STOREFRONT = "storefront"
_LAYOUTS = {PORTAL: "ui/portal.html", STOREFRONT: "ui/storefront.html"}


@dataclass(frozen=True, slots=True)
class Brand:
    """How a surface presents itself; a reseller's storefront carries the reseller's."""

    name: str = "Tradewind"
    logo_url: str = ""
    theme_url: str = ""
    # The reseller's words for the browser's title, where it has any.
    title: str = ""
    # Whether the product's own sail may stand beside the name: never on a reseller's storefront.
    is_house: bool = True


BrandProvider = Callable[[HttpRequest], Brand | None]
_providers: list[BrandProvider] = []


def register_brand(provider: BrandProvider) -> None:
    """Say whose brand a request wears; the accounts app knows the storefront. None wears the house's."""
    if provider not in _providers:
        _providers.append(provider)


def brand_of(request: HttpRequest) -> Brand:
    """The brand of this request, found once."""
    if not hasattr(request, "_ui_brand"):
        found = (provider(request) for provider in _providers)
        request._ui_brand = next((b for b in found if b is not None), Brand())  # type: ignore[attr-defined]
    return request._ui_brand  # type: ignore[attr-defined]


def surface(request: HttpRequest) -> dict[str, Any]:
    """`layout`, `brand`, `surface`, `surface_kind`, `home_url`, `appearance`, `actor`. `request.surface` needs
    `kind` ("portal" or "storefront") and `prefix`, the script prefix without its last slash.
    """
    found = getattr(request, "surface", None)
    kind = getattr(found, "kind", STOREFRONT)
    return {
        "layout": _LAYOUTS.get(kind, "ui/plain.html"),
        "surface": found,
        "surface_kind": kind,
        "home_url": f"{getattr(found, 'prefix', '')}/",
        "brand": SimpleLazyObject(lambda: brand_of(request)),
        "appearance": request.COOKIES.get("appearance", ""),
        "actor": slots.actor_of(request),
    }
