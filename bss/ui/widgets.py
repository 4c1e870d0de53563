"""The inputs of forms as markup.

Django renders each option of each select, and the attributes of each, by a template of its own: on a list with a few
filters that took a fifth of the page. What is drawn here is what those templates print, but for white space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


class WidgetRenderer(DjangoTemplates):
    """Draws Django's usual widgets itself, and anything else by its template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        if draw is None:
            return str(super().render(template_name, context, request))
        return mark_safe(draw(context["widget"]))


def _input(widget: Mapping[str, Any]) -> str:
    value = widget["value"]
    given = "" if value is None else f' value="{_escaped(value)}"'
    name, kind = _escaped(widget["name"]), _escaped(widget["type"])
    return f'<input type="{kind}" name="{name}"{given}{_attrs(widget)}>'


def _textarea(widget: Mapping[str, Any]) -> str:
    text = _printed(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_escaped(widget["name"])}"{_attrs(widget)}>\n{text}</textarea>'


def _select(widget: Mapping[str, Any]) -> str:
    options = "".join(_grouped(widget, _option, ' label="{}">', "optgroup"))
    return f'<select name="{_escaped(widget["name"])}"{_attrs(widget)}>{options}</select>'


def _option(option: Mapping[str, Any]) -> str:
    label = _printed(option["label"])
    return f'<option value="{_escaped(option["value"])}"{_attrs(option)}>{label}</option>'


def _choices(widget: Mapping[str, Any]) -> str:
    """Radio buttons or boxes to tick, one under the other."""
    attrs = widget["attrs"]
    named = "".join(f' {k}="{_escaped(attrs[k])}"' for k in ("id", "class") if attrs.get(k))
    return f"<div{named}>{''.join(_grouped(widget, _choice, '><label>{}</label>', 'div'))}</div>"


def _choice(option: Mapping[str, Any]) -> str:
    drawn = _input(option)
    if option.get("wrap_label"):
        of = option["attrs"].get("id")
        named = f' for="{_escaped(of)}"' if of else ""
        drawn = f"<label{named}>{drawn} {_printed(option['label'])}</label>"
    return f"<div>{drawn}</div>"


def _grouped(
    widget: Mapping[str, Any], draw: Callable[[Mapping[str, Any]], str], head: str, tag: str
) -> Iterator[str]:
    """The options, those of a group inside a `tag` whose start ends with `head`."""
    for name, options, _index in widget["optgroups"]:
        inner = "".join(map(draw, options))
        yield f"<{tag}{head.format(_printed(name))}{inner}</{tag}>" if name else inner


def _attrs(widget: Mapping[str, Any]) -> str:
    return "".join(
        f" {_escaped(name)}" if value is True else f' {_escaped(name)}="{_escaped(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _escaped(value: Any) -> str:
    """A value as it is sent: never for a locale."""
    return escape(value) if type(value) is str else _of_another_type(value)


def _of_another_type(value: Any) -> str:
    return value if type(value) is SafeString else conditional_escape(str(value))


def _printed(value: Any) -> str:
    """A text as a template prints it."""
    if type(value) is str:
        return escape(value)
    return conditional_escape(value if isinstance(value, str) else localize(value))


_INPUTS = (
    "input", "text", "number", "email", "url", "password", "hidden", "search", "tel", "color", "date",
    "datetime", "time", "file", "checkbox",
)  # fmt: skip
_DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/radio.html": _choices,
    "django/forms/widgets/checkbox_select.html": _choices,
}
