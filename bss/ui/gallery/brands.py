"""Four brands a reseller might bring, for the gallery."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from bss.ui.theme import BrandTheme

KEY = "sample"
INPUTS: dict[str, tuple[str, str, str]] = {
    "coral": ("#ff6f61", "round", "geometric"),
    "sun": ("#ffd400", "square", "system"),
    "plum": ("#5b2a86", "soft", "serif"),
    "moss": ("#3f6b2a", "soft", "humanist"),
}


class SampleThemes:
    """All four, each under a class of its own: `.brand-coral` and so on."""

    def __init__(self) -> None:
        self.css = "".join(theme.css_for(f".brand-{name}") for name, theme in brands().items())
        self.digest = sha256(self.css.encode()).hexdigest()[:12]


@cache
def brands() -> dict[str, BrandTheme]:
    return {name: BrandTheme.from_inputs(*values) for name, values in INPUTS.items()}


@cache
def sheet() -> SampleThemes:
    return SampleThemes()


def sample_themes(key: str) -> SampleThemes | None:
    """The theme provider of the gallery."""
    return sheet() if key == KEY else None
