"""What a request is about before anybody is asked who they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from bss.core.errors import Invalid
from bss.ui.theme import BrandTheme

if TYPE_CHECKING:
    from bss.accounts.models import Organization, Storefront

DEFAULT_ACCENT = "#1f6feb"
SurfaceKind = Literal["portal", "storefront", "ops", "api", "system"]


@dataclass(frozen=True, slots=True)
class Surface:
    """Where a request arrived: which surface, under which script prefix, at whose storefront."""

    kind: SurfaceKind
    prefix: str
    storefront: Storefront | None = None

    @property
    def key(self) -> str:
        """What a session is bound to: a session of one surface is nothing on another."""
        return f"storefront:{self.storefront.pk}" if self.storefront else self.kind

    @property
    def cookie_name(self) -> str:
        if self.kind in {"portal", "ops"}:
            return f"tw_{self.kind}"
        return f"tw_shop_{self.storefront.pk}" if self.storefront else "tw_session"

    @property
    def cookie_path(self) -> str:
        return f"{self.prefix}/"

    @property
    def organization(self) -> Organization | None:
        return self.storefront.organization if self.storefront else None

    @property
    def home_url(self) -> str:
        return f"{self.prefix}/"


def theme_of(storefront: Storefront) -> BrandTheme:
    """The storefront's brand as a theme; the product's own look for values that are none."""
    try:
        return _theme(storefront.accent, storefront.radius, storefront.typeface)
    except Invalid:
        return _theme(DEFAULT_ACCENT, "soft", "system")


@lru_cache(maxsize=1024)
def _theme(accent: str, radius: str, typeface: str) -> BrandTheme:
    return BrandTheme.from_inputs(accent, radius, typeface)
