"""Contrast: computed from the tokens that ship, and for any colour a reseller may bring."""

from __future__ import annotations

import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from bss.core.errors import Invalid
from bss.ui import theme
from bss.ui.colour import Colour, contrast
from bss.ui.gallery.tokens import colours
from bss.ui.theme import DARK, LIGHT, BrandTheme, palette_on
from bss.ui.views import theme_css

GROUNDS = ("canvas", "surface", "raised", "sunken", "hover")
TONES = ("success", "warning", "danger", "info", "progress", "neutral")
PAIRS = [
    *[(text, ground) for text in ("text", "muted", "accent-text") for ground in GROUNDS],
    *[
        (tone, ground)
        for tone in TONES
        for ground in ("canvas", "surface", "raised", f"{tone}-soft")
    ],
    *[(text, f"{tone}-soft") for text in ("text", "muted") for tone in TONES],
    ("accent-text", "accent-soft"),
    ("text", "accent-soft"),
    ("muted", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-danger", "danger"),
]


def pair(role: str) -> tuple[Colour, Colour]:
    light, dark = colours()[role]
    return Colour.parse(light), Colour.parse(dark)


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_reads_on_every_ground_it_stands_on(text, ground):
    for mode in (0, 1):
        assert contrast(pair(text)[mode], pair(ground)[mode]) >= 4.5, ("light", "dark")[mode]


@pytest.mark.parametrize("ground", ["surface", "canvas", "raised"])
def test_the_edges_of_inputs_are_seen(ground):
    for mode in (0, 1):
        assert contrast(pair("line-strong")[mode], pair(ground)[mode]) >= 2.9
    assert contrast(pair("line-strong")[0], pair("surface")[0]) >= 3


def test_contrast_is_the_one_of_wcag():
    assert contrast(Colour.parse("#000"), Colour.parse("#ffffff")) == pytest.approx(21)
    assert contrast(Colour.parse("#777777"), Colour.parse("#fff")) == pytest.approx(4.48, abs=0.01)


def test_a_brand_stands_on_the_grounds_of_the_stylesheet():
    assert (LIGHT.surface, DARK.surface) == pair("surface")
    assert (LIGHT.canvas, DARK.canvas) == pair("canvas")


@given(st.integers(0, 0xFFFFFF))
def test_any_accent_becomes_readable_on_light_and_dark(number):
    asked = Colour.parse(f"#{number:06x}")
    for ground in (LIGHT, DARK):
        palette = palette_on(ground, asked)
        assert contrast(palette.on_accent, palette.accent) >= 4.5
        assert contrast(palette.on_accent, palette.hover) >= 4.5
        for below in (ground.surface, ground.canvas, palette.soft):
            assert contrast(palette.text, below) >= 4.5


def test_a_readable_accent_is_kept_and_nothing_is_told():
    found = BrandTheme.from_inputs("#0b5d6e")
    assert str(found.light.accent) == str(found.light.text) == "#0b5d6e"
    assert [a for a in found.adjustments if "dark" not in str(a.role)] == []


def test_a_faint_accent_is_adjusted_and_the_reseller_is_told():
    found = BrandTheme.from_inputs("#ffd400")
    assert str(found.light.accent) == "#ffd400"
    assert str(found.light.on_accent) == str(LIGHT.ink)
    told = [str(adjustment) for adjustment in found.adjustments]
    assert len(told) == 1
    assert "#ffd400" in told[0]
    assert "1.3 to 1" in told[0]


@pytest.mark.parametrize(
    "text", ["", "red", "#12", "#12345", "#1234567", "url(x)", "#fff;}body{", "var(--x)", "#gggggg"]
)
def test_only_parsed_colours_are_accepted(text):
    with pytest.raises(Invalid) as refusal:
        BrandTheme.from_inputs(text)
    assert refusal.value.field == "accent"


@pytest.mark.parametrize(
    ("inputs", "field"), [({"radius": "99px"}, "radius"), ({"typeface": "Comic"}, "typeface")]
)
def test_only_known_corners_and_typefaces_are_accepted(inputs, field):
    with pytest.raises(Invalid) as refusal:
        BrandTheme.from_inputs("#0b5d6e", **inputs)
    assert refusal.value.field == field


def test_the_stylesheet_holds_values_alone():
    css = BrandTheme.from_inputs("abc", "round", "serif").css
    assert css.startswith("@layer brand{:root{--accent:light-dark(#")
    assert "--radius:14px" in css
    assert "--font:Charter" in css
    assert "url(" not in css


def test_a_theme_is_served_under_its_content_for_ever(monkeypatch, clerk, request_by):
    found = BrandTheme.from_inputs("#5b2a86")
    monkeypatch.setattr(theme, "_providers", [lambda key: found if key == "cloudline" else None])
    assert found.url("cloudline") == f"/theme/cloudline.{found.digest}.css"
    response = theme_css(request_by(clerk), "cloudline", found.digest)
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in response["Cache-Control"]
    assert response.content.decode() == found.css


@pytest.mark.parametrize(("key", "digest"), [("cloudline", "0"), ("nobody", "")])
def test_another_content_or_key_is_not_there(monkeypatch, clerk, request_by, key, digest):
    found = BrandTheme.from_inputs("#5b2a86")
    monkeypatch.setattr(theme, "_providers", [lambda key: found if key == "cloudline" else None])
    with pytest.raises(Http404):
        theme_css(request_by(clerk), key, digest or found.digest)
