"""Template tags of the design system; builtins, so no template loads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from bss.ui import charts, fields, formats, rendering, slots
from bss.ui.components import Button, Step, badge_of

register = template.Library()


# Values --------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "", css: str = "") -> SafeString:
    """`{% icon "users" %}` beside text; `{% icon "x-mark" label="Close" %}` alone."""
    return rendering.icon_html(str(name), size, label=label, css=css)


@register.simple_tag
def badge(state: Any, label: Any = "", tone: str = "") -> SafeString:
    """`{% badge order.state order.get_state_display %}`, or a Badge."""
    return rendering.badge_html(badge_of(state, label, tone))


@register.simple_tag(name="amount")
def amount_tag(value: Any, currency: str = "") -> SafeString:
    """`{% amount money %}` or `{% amount value "EUR" %}`."""
    return formats.amount_html(value, currency)


@register.filter(name="amount")
def amount_filter(value: Any, currency: str = "") -> SafeString:
    """`{{ line.total|amount:line.currency }}`."""
    return formats.amount_html(value, currency)


@register.filter
def number(value: Any) -> str:
    """`{{ seats|number }}` with the locale's separators."""
    return "" if value in {None, ""} else formats.number(value)


@register.simple_tag
def when(value: Any, kind: str = "when") -> SafeString:
    """`{% when instant %}`: a human date with the exact instant on hover; `kind="date"` leaves the time out."""
    return formats.none_html() if value in {None, ""} else rendering.when_html(value, kind)


@register.filter
def clock_time(value: Any) -> str:
    """The time of day with seconds, for a log's lines."""
    return formats.time_of_day(value)


@register.filter
def shown(value: Any) -> Any:
    """Any value as people read it: Money, instants, badges, numbers; a dash for nothing."""
    return rendering.shown(value)


@register.filter
def initials(name: Any) -> str:
    """Up to two letters that stand for a name."""
    return formats.initials(str(name))


@register.filter
def hue(name: Any) -> int:
    """A stable number from 1 to 6 for a name's avatar."""
    return formats.hue(str(name))


@register.simple_tag
def attrs(**values: Any) -> SafeString:
    """HTML attributes from the values that are not empty."""
    return format_html(
        "".join(f' {name.replace("_", "-")}="{{}}"' for name, v in values.items() if v),
        *[v for v in values.values() if v],
    )


# Forms ---------------------------------------------------------------------------------------------------


@register.simple_tag
def field(
    bound: BoundField, label: Any = "", help: Any = "", prefix: Any = "", suffix: Any = ""
) -> SafeString:
    """One field of a form: label, input, help and error, tied together for assistive technology."""
    return fields.field_html(bound, label=label, help_text=help, prefix=prefix, suffix=suffix)


@register.simple_tag(takes_context=True)
def form(context: Context, bound: Any, fieldsets: Sequence[Any] = ()) -> SafeString:
    """A form's error summary and fields, by fieldset; the `<form>` and its buttons are the template's."""
    return fields.form_html(bound, fieldsets, request=context.get("request"))


@register.simple_tag
def error_summary(bound: Any) -> SafeString:
    """What is wrong in a form, linked to the fields."""
    return fields.summary_html(bound)


# Slots ---------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, subject: Any = None) -> SafeString:
    """Everything a slot holds for this subject: panels, then actions."""
    return mark_safe(slot_panels(context, name, subject) + slot_actions(context, name, subject))


@register.simple_tag(takes_context=True)
def slot_panels(context: Context, name: str, subject: Any = None) -> SafeString:
    """The slot's panels, rendered for this subject."""
    request: HttpRequest = context["request"]
    found = slots.items(name, slots.actor_of(request), slots.Panel)
    return mark_safe("".join(_panel(request, panel, subject) for panel in found))


@register.simple_tag(takes_context=True)
def slot_actions(context: Context, name: str, subject: Any) -> SafeString:
    """The slot's actions as buttons, with their confirming dialogs."""
    request: HttpRequest = context["request"]
    found = slots.buttons(name, request, subject)
    return mark_safe("".join(button(context, item) for item in found))


@register.simple_tag(takes_context=True)
def slot_nav(context: Context, name: str) -> list[Mapping[str, Any]]:
    """A navigation slot by section: `{% slot_nav "portal.nav" as sections %}`."""
    return slots.navigation(name, context["request"])


@register.simple_tag(takes_context=True)
def slot_figure(context: Context, name: str) -> Any:
    """The first figure of a slot, such as the basket's count; None when nobody gives one."""
    request: HttpRequest = context["request"]
    found = slots.items(name, slots.actor_of(request), slots.Figure)
    return found[0].value(request) if found else None


def _panel(request: HttpRequest, panel: slots.Panel, subject: Any) -> str:
    values = panel.context(request, subject) if panel.context else {}
    if values is None:
        return ""
    inner = {"subject": subject, "panel": panel, **values}
    return render_to_string(panel.template, inner, request=request)


# Components ----------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def button(context: Context, item: Button, css: str = "") -> SafeString:
    """A Button: a link, a posting form, or either behind a confirming dialog."""
    return mark_safe(_render(context, "ui/_button.html", button=item, css=css))


@register.simple_tag(takes_context=True)
def row_menu(context: Context, buttons: Sequence[Button], key: str, label: Any = "") -> SafeString:
    """A menu of Buttons behind three dots; nothing when there are none."""
    if not buttons:
        return SafeString("")
    return mark_safe(_render(context, "ui/_row_menu.html", buttons=buttons, key=key, label=label))


@register.simple_tag
def steps(items: Sequence[Step], label: Any = "") -> SafeString:
    return mark_safe(render_to_string("ui/_steps.html", {"steps": items, "label": label}))


@register.simple_tag
def chart(data: charts.Chart) -> SafeString:
    """A bar, line or stacked chart as SVG, with its figures as a table behind it."""
    return charts.chart_html(data)


@register.simple_tag
def sparkline(series: Sequence[float], label: Any = "") -> SafeString:
    return charts.sparkline_html(series, label)


@register.simple_tag(takes_context=True)
def component(context: Context, name: str, **values: Any) -> SafeString:
    """`{% component "empty" state=empty %}`: the partial templates/ui/_empty.html with these variables only."""
    return mark_safe(_render(context, f"ui/_{name}.html", **values))


def _render(context: Context, name: str, **values: Any) -> str:
    return render_to_string(name, values, request=context.get("request"))


@register.simple_tag(takes_context=True)
def component_of(context: Context, name: str, values: Mapping[str, Any]) -> SafeString:
    """Another template with everything this page knows and some values of its own."""
    inner: dict[str, Any] = {**context.flatten(), **values}  # type: ignore[dict-item]
    return mark_safe(render_to_string(name, inner, request=context.get("request")))
