"""A reseller's brand as a set of values, never as CSS of its own.

Three inputs (an accent colour, a radius, a typeface) become custom properties for light and dark pages. The colour
of text on the accent is computed; where the brand's colour would be too faint to read, the nearest shade of the same
hue that reads takes its place, and the adjustment is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Protocol

from django.urls import reverse
from django.utils.translation import gettext as _

from bss.core.errors import Invalid
from bss.ui.colour import Colour, contrast, mix, readable, shade

TEXT_CONTRAST = 4.5
EDGE_CONTRAST = 3.0

RADII: dict[str, tuple[str, str]] = {
    "square": ("2px", "3px"),
    "soft": ("8px", "12px"),
    "round": ("14px", "20px"),
}
# System fonts only: a brand loads no file and no third party learns of a visit.
TYPEFACES: dict[str, str] = {
    "system": "",
    "humanist": 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", "Noto Sans", sans-serif',
    "geometric": 'Avenir, Montserrat, Corbel, "URW Gothic", "Noto Sans", sans-serif',
    "serif": 'Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif", Georgia, serif',
}
_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class Ground:
    """The surfaces of base.css that a brand's colours stand on (a test holds them equal)."""

    surface: Colour
    canvas: Colour
    ink: Colour
    paper: Colour


LIGHT = Ground(
    Colour.parse("#ffffff"),
    Colour.parse("#f5f4f0"),
    Colour.parse("#17212b"),
    Colour.parse("#ffffff"),
)
DARK = Ground(
    Colour.parse("#151b21"),
    Colour.parse("#0d1217"),
    Colour.parse("#06181d"),
    Colour.parse("#ffffff"),
)


@dataclass(frozen=True, slots=True)
class Palette:
    """A brand's colours on one ground."""

    accent: Colour
    hover: Colour
    on_accent: Colour
    text: Colour
    soft: Colour


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A colour that was changed to be readable: which, from what, to what, and the contrast it had."""

    role: Any
    asked: str
    used: str
    contrast: float

    def __str__(self) -> str:
        return _(
            "%(role)s: %(used)s instead of %(asked)s, which reads at only %(contrast).1f to 1."
        ) % {
            "role": self.role,
            "used": self.used,
            "asked": self.asked,
            "contrast": self.contrast,
        }


@dataclass(frozen=True)
class BrandTheme:
    """A brand, ready to serve."""

    light: Palette
    dark: Palette
    radius: str
    typeface: str
    adjustments: tuple[Adjustment, ...]

    @classmethod
    def from_inputs(cls, accent: str, radius: str = "soft", typeface: str = "system") -> BrandTheme:
        """A theme from a reseller's inputs. Raises Invalid naming the field that is not one of its values."""
        colour = parse_accent(accent)
        if radius not in RADII:
            raise Invalid(
                _("Choose one of the corner styles."), field="radius", code="THEME_RADIUS"
            )
        if typeface not in TYPEFACES:
            raise Invalid(
                _("Choose one of the typefaces."), field="typeface", code="THEME_TYPEFACE"
            )
        light, dark = palette_on(LIGHT, colour), palette_on(DARK, colour)
        return cls(light, dark, radius, typeface, _told(colour, light, dark))

    @cached_property
    def css(self) -> str:
        """The stylesheet: custom properties alone, in the cascade layer made for it."""
        return self.css_for(":root")

    def css_for(self, selector: str) -> str:
        """The same for a part of a page, such as a preview. `selector` is the product's own, never an input."""
        pairs = {
            "accent": (self.light.accent, self.dark.accent),
            "accent-hover": (self.light.hover, self.dark.hover),
            "on-accent": (self.light.on_accent, self.dark.on_accent),
            "accent-text": (self.light.text, self.dark.text),
            "accent-soft": (self.light.soft, self.dark.soft),
        }
        lines = [f"--{name}:light-dark({light},{dark})" for name, (light, dark) in pairs.items()]
        small, large = RADII[self.radius]
        lines += [f"--radius:{small}", f"--radius-lg:{large}"]
        if TYPEFACES[self.typeface]:
            lines.append(f"--font:{TYPEFACES[self.typeface]}")
        return f"@layer brand{{{selector}{{{';'.join(lines)}}}}}\n"

    @cached_property
    def digest(self) -> str:
        return sha256(self.css.encode()).hexdigest()[:12]

    def url(self, key: str) -> str:
        """Where this theme is served for the brand `key`: cacheable for ever, since content names it."""
        return reverse("ui:theme", args=[key, self.digest])


def parse_accent(text: str) -> Colour:
    """A colour from "#0b5d6e", "0b5d6e" or "#abc". Raises Invalid on the field accent."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        raise Invalid(
            _("A colour is written as # and six digits or letters a to f, such as #0b5d6e."),
            field="accent",
            code="THEME_ACCENT",
        )
    return Colour.parse(f"#{found[1]}")


def palette_on(ground: Ground, asked: Colour) -> Palette:
    """The brand's colour made to work on a ground: seen as a button, read as text."""
    fill = readable(asked, [ground.surface], EDGE_CONTRAST) if ground is DARK else asked
    on_fill = max((ground.paper, ground.ink), key=lambda c: contrast(c, fill))
    if contrast(on_fill, fill) < TEXT_CONTRAST:
        fill = readable(fill, [on_fill], TEXT_CONTRAST)
    # The hover moves away from the text on it, so that it never reads worse.
    hover = shade(fill, -0.06 if on_fill == ground.paper else 0.05)
    soft = mix(fill, ground.surface, 0.11 if ground is LIGHT else 0.17)
    text = readable(asked, [ground.surface, ground.canvas, soft], TEXT_CONTRAST)
    return Palette(fill, hover, on_fill, text, soft)


class Stylesheet(Protocol):
    """What a provider gives: a BrandTheme, or anything with its two properties."""

    @property
    def css(self) -> str: ...
    @property
    def digest(self) -> str: ...


Provider = Callable[[str], Stylesheet | None]
_providers: list[Provider] = []


def register_provider(provider: Provider) -> None:
    """Say where themes come from: `provider(key)` gives the brand's stylesheet, or None for a key not its own."""
    if provider not in _providers:
        _providers.append(provider)


def provided(key: str) -> Stylesheet | None:
    """The stylesheet of the first provider that knows `key`."""
    return next((found for provider in _providers if (found := provider(key)) is not None), None)


def _told(asked: Colour, light: Palette, dark: Palette) -> tuple[Adjustment, ...]:
    told = []
    if light.accent != asked:
        on = contrast(asked, light.on_accent)
        told.append(Adjustment(_("Buttons"), str(asked), str(light.accent), on))
    if light.text != asked:
        told.append(
            Adjustment(
                _("Links and text"), str(asked), str(light.text), contrast(asked, LIGHT.canvas)
            )
        )
    if dark.accent != asked:
        on = contrast(asked, DARK.surface)
        told.append(Adjustment(_("Buttons on a dark page"), str(asked), str(dark.accent), on))
    return tuple(told)
