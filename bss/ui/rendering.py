"""Small pieces of HTML that Python declarations and template tags both need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

import heroicons
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from bss.core.money import Money
from bss.ui import formats
from bss.ui.components import Badge

CellKind = Literal["text", "badge", "amount", "number", "when", "date", "code", "bool"]


def icon_html(name: str, size: int = 20, *, label: str = "", css: str = "") -> SafeString:
    """A heroicon. Without `label` it is decoration beside text; with one it stands alone."""
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
    attrs: dict[str, object] = {"class": f"icon {css}".strip(), "focusable": "false"}
    # The package's own drawing of an SVG; `name` comes from declarations, never from a request.
    return mark_safe(heroicons._render_icon(style, name, size, attrs))


def badge_html(badge: Badge) -> SafeString:
    return mark_safe(render_to_string("ui/_badge.html", {"badge": badge}).strip())


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


def shown(value: Any, kind: CellKind = "text") -> Any:
    """A value as people read it; a dash where there is none."""
    if value is None or value == "":
        return formats.none_html()
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
}
_BY_KIND: dict[str, Callable[[Any], Any]] = {
    "number": formats.number,
    "code": lambda value: format_html("<code>{}</code>", value),
    "bool": _yes_no,
    "when": when_html,
    "date": lambda value: when_html(value, "date"),
}
