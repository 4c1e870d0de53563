"""Colour arithmetic: WCAG 2.2 contrast, and shades of one hue in OKLab (Ottosson, "A perceptual color space")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """An sRGB colour, eight bits a channel."""

    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, text: str) -> Colour:
        """From "#abc" or "#aabbcc". Raises ValueError otherwise."""
        digits = text.removeprefix("#")
        if len(digits) == 3:
            digits = "".join(c * 2 for c in digits)
        if len(digits) != 6:
            raise ValueError(f"not a colour: {text!r}")
        return cls(*(int(digits[i : i + 2], 16) for i in (0, 2, 4)))

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def linear(self) -> tuple[float, float, float]:
        r, g, b = (_linear(c / 255) for c in (self.red, self.green, self.blue))
        return r, g, b

    @property
    def luminance(self) -> float:
        r, g, b = self.linear
        return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio, 1 to 21."""
    high, low = sorted((one.luminance, other.luminance), reverse=True)
    return (high + 0.05) / (low + 0.05)


def readable(colour: Colour, grounds: Sequence[Colour], ratio: float) -> Colour:
    """The nearest shade of `colour` that has `ratio` against every ground; itself when it already has."""
    darker = sum(g.luminance for g in grounds) / len(grounds) > 0.18
    step = -0.01 if darker else 0.01
    found = colour
    for count in range(1, 101):
        if all(contrast(found, ground) >= ratio for ground in grounds):
            return found
        found = shade(colour, step * count)
    return found


def shade(colour: Colour, lightness: float) -> Colour:
    """The colour with its OKLab lightness moved by `lightness` (-1 to 1), its hue kept."""
    light, a, b = _oklab(colour)
    target = min(1.0, max(0.0, light + lightness))
    # Towards black and white there is less chroma to have.
    keep = min(1.0, (1 - target) / max(1 - light, 1e-6)) if target > light else 1.0
    if target > light:
        keep = max(keep, 0.35)
    return _from_oklab(target, a * keep, b * keep)


def mix(top: Colour, bottom: Colour, share: float) -> Colour:
    """`share` of `top` over `bottom`, as a translucent layer would look."""
    pairs = ((top.red, bottom.red), (top.green, bottom.green), (top.blue, bottom.blue))
    return Colour(*(round(t * share + b * (1 - share)) for t, b in pairs))


def _linear(c: float) -> float:
    return float(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)


def _encoded(c: float) -> int:
    c = min(1.0, max(0.0, c))
    value = 12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055
    return round(255 * value)


def _oklab(colour: Colour) -> tuple[float, float, float]:
    r, g, b = colour.linear
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(light: float, a: float, b: float) -> Colour:
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return Colour(
        _encoded(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _encoded(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _encoded(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )
