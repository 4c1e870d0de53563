"""Small pieces of HTML that Python declarations and template tags both need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Literal
from zipfile import ZipFile

from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from bss.core.money import Money
from bss.ui import formats
from bss.ui.components import Badge

# "whole" stays on one line: the hyphens of a number such as SUB-000012 are no places to break it.
CellKind = Literal["text", "whole", "badge", "amount", "number", "when", "date", "code", "bool"]


_SOLID = '<circle class="solid" cx="6" cy="6" r="5.25"/><path class="cut" d="{}"/>'
_RING = '<circle class="ring" cx="6" cy="6" r="4.6"/>'
_SHAPES: dict[str, str] = {
    "success": _SOLID.format("m3.7 6.2 1.6 1.6 3-3.4"),
    "danger": _SOLID.format("m4.2 4.2 3.6 3.6m0-3.6L4.2 7.8"),
    "warning": '<path class="solid" d="M6 .9 11.4 10.6H.6z"/><path class="cut" d="M6 4.4v2.8m0 1.4v.2"/>',
    "progress": f'{_RING}<path class="solid" d="M6 3.2a2.8 2.8 0 0 1 0 5.6z"/>',
    "info": f'{_RING}<circle class="solid" cx="6" cy="6" r="1.9"/>',
    "neutral": '<circle class="ring dashed" cx="6" cy="6" r="4.6"/>',
}
_MARKS: dict[str, SafeString] = {
    tone: mark_safe(f'<svg class="badge-mark" viewBox="0 0 12 12" aria-hidden="true">{shape}</svg>')
    for tone, shape in _SHAPES.items()
}


def icon_html(name: str, size: int = 20, *, label: str = "", css: str = "") -> SafeString:
    """A heroicon. Without `label` it is decoration beside text; with one it stands alone. "" draws nothing."""
    if not name:
        return SafeString("")
    if not label:
        return _icon(name, size, css)
    return format_html(
        '<span role="img" aria-label="{}" title="{}">{}</span>',
        label,
        label,
        _icon(name, size, css),
    )


@lru_cache(maxsize=512)
def _icon(name: str, size: int, css: str) -> SafeString:
    style = "micro" if size <= 16 else "mini" if size <= 20 else "outline"
    # `name` comes from declarations, never from a request.
    drawing = " ".join(_icons().read(f"{style}/{name}.svg").decode().split())
    inline = drawing.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    opening, _end, shapes = inline.partition(">")
    attrs = {"width": size, "height": size, "class": f"icon {css}".strip(), "focusable": "false"}
    return format_html("{}{}>{}", mark_safe(opening), flatatt(attrs), mark_safe(shapes))


@cache
def _icons() -> ZipFile:
    """The package's drawings. It would open its archive anew for each icon, which takes 20 ms."""
    return ZipFile(BytesIO((files("heroicons") / "heroicons.zip").read_bytes()))


@lru_cache(maxsize=4096)
def avatar_html(name: str) -> SafeString:
    """A large square with a name's initials, in a colour of its own: what stands where there is no picture."""
    return format_html(
        '<span class="avatar square large" data-hue="{}" aria-hidden="true">{}</span>',
        formats.hue(name),
        formats.initials(name),
    )


def badge_html(badge: Badge) -> SafeString:
    """A badge: the tone's own shape, then the word. Built here, since a table draws hundreds."""
    return _badge(badge.tone, str(badge.label), str(badge.title))


# By type, since a safe string equals the same text that is none.
@lru_cache(maxsize=1024, typed=True)
def _badge(tone: str, label: str, title: str) -> SafeString:
    return format_html(
        '<span class="badge" data-tone="{}"{}>{}{}</span>',
        tone,
        format_html(' title="{}"', title) if title else "",
        _MARKS.get(tone, _MARKS["neutral"]),
        label,
    )


def when_html(value: Any, kind: str = "when") -> SafeString:
    """A <time> with a human text, the machine's form, and the exact instant on hover."""
    if isinstance(value, datetime):
        local = timezone.localtime(value).date()
        text = formats.day(local) if kind == "date" else formats.instant(value)
        return format_html(
            '<time datetime="{}" title="{}">{}</time>',
            value.isoformat(),
            formats.exact(value),
            text,
        )
    if isinstance(value, date):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day(value))
    return format_html("{}", value)


def lines_html(text: str) -> SafeString:
    """Each line of a text on a line of its own."""
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.split("\n")))


def shown(value: Any, kind: CellKind = "text") -> Any:
    """A value as people read it; a dash where there is none."""
    if value is None or value == "":
        return formats.none_html()
    if kind == "date":
        return when_html(value, kind)
    if not isinstance(value, str):
        for of_type, rendered in _BY_TYPE.items():
            if isinstance(value, of_type):
                return rendered(value)
    return _BY_KIND[kind](value) if kind in _BY_KIND else value


def _yes_no(value: Any) -> Any:
    return icon_html("check", label=_("Yes")) if value else _("No")


_BY_TYPE: dict[type, Callable[[Any], Any]] = {
    Badge: badge_html,
    Money: formats.amount_html,
    bool: _yes_no,
    int: formats.number,
    Decimal: formats.number,
    date: when_html,  # and so for an instant, which is a date too
}
_BY_KIND: dict[str, Callable[[Any], Any]] = {
    "number": formats.number,
    "code": lambda value: format_html("<code>{}</code>", value),
    "bool": _yes_no,
}
