"""The stylesheet of a preview: a brand that is shown before it is saved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from django.urls import reverse

from bss.core.errors import Invalid
from bss.ui.theme import BrandTheme

_KEY = re.compile(r"preview-([0-9a-f]{6})-([a-z]+)-([a-z]+)")


@dataclass(frozen=True)
class PreviewSheet:
    """A brand's properties for the preview part of a page only."""

    css: str

    @property
    def digest(self) -> str:
        return sha256(self.css.encode()).hexdigest()[:12]


def preview_key(accent: str, radius: str, typeface: str) -> str:
    """The key under which a preview's stylesheet is served: it is its own content."""
    return f"preview-{accent.lstrip('#').lower()}-{radius}-{typeface}"


def preview_sheet(key: str) -> PreviewSheet | None:
    """The stylesheet of a preview key; None for any other key. Fills the design system's theme provider."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    try:
        brand = BrandTheme.from_inputs(f"#{found[1]}", found[2], found[3])
    except Invalid:
        return None
    return PreviewSheet(brand.css_for(".storefront-preview"))


def preview_url(key: str) -> str:
    sheet = preview_sheet(key)
    return reverse("ui:theme", args=[key, sheet.digest]) if sheet else ""
