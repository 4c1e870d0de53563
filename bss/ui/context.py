"""What every template of a surface may use, prepared once per request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

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
    home_url: str = "/"


def surface(request: HttpRequest) -> dict[str, Any]:
    """`layout`, `brand`, `surface`, `appearance`, `actor`.

    `request.surface` needs `kind` and may have `brand_name`, `logo_url`, `theme_url` and `home_url`.
    """
    found = getattr(request, "surface", None)
    kind = getattr(found, "kind", STOREFRONT)
    blank = Brand()
    brand = Brand(
        name=getattr(found, "brand_name", "") or blank.name,
        logo_url=getattr(found, "logo_url", "") or "",
        theme_url=getattr(found, "theme_url", "") or "",
        home_url=getattr(found, "home_url", "") or blank.home_url,
    )
    return {
        "layout": _LAYOUTS.get(kind, "ui/plain.html"),
        "surface": found,
        "surface_kind": kind,
        "brand": brand,
        "appearance": request.COOKIES.get("appearance", ""),
        "actor": slots.actor_of(request),
    }
