"""Forms as HTML: every input tied to its label, help and error, and a summary that leads to each error."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from typing import Any

from babel.numbers import format_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from bss.core.fields import FieldSpec, SpecField
from bss.core.money import UNIT_PRICE_DECIMALS, known_currencies, minor_unit
from bss.ui import formats
from bss.ui.components import Fieldset

# Near an integer column's limit: beyond it a quantity is a typing mistake.
_MOST_OF_ANYTHING = 2_000_000
# What a column of amounts holds with room to add some up.
_MOST_MONEY = "99999999999999"


class NumberField(SpecField):
    """A whole number as people type it in their locale; its cleaned value is an int, or None where it may be left out.

    `least` and `most` are inclusive.
    """

    def __init__(
        self,
        label: Any,
        *,
        least: int = 0,
        most: int = _MOST_OF_ANYTHING,
        required: bool = True,
        initial: int | None = None,
        help_text: Any = "",
    ) -> None:
        super().__init__(
            FieldSpec(
                "number",
                label,
                type="integer",
                required=required,
                minimum=str(least),
                maximum=str(most),
                help=help_text,
            )
        )
        self.initial = initial
        self.widget.attrs["class"] = "short"


class QuantityField(NumberField):
    """How many of something are bought."""

    def __init__(
        self,
        *,
        label: Any = None,
        minimum: int = 1,
        maximum: int | None = None,
        required: bool = True,
    ) -> None:
        super().__init__(
            label or _("Quantity"),
            least=minimum,
            most=maximum or _MOST_OF_ANYTHING,
            required=required,
        )


class AmountField(SpecField):
    """A net amount or a percentage as people type it in their locale; its cleaned value is a Decimal or None."""

    def __init__(
        self,
        label: Any,
        *,
        required: bool = True,
        maximum: str = "",
        decimals: int = UNIT_PRICE_DECIMALS,
        help_text: Any = "",
    ) -> None:
        super().__init__(
            FieldSpec(
                "amount",
                label,
                type="decimal",
                required=required,
                minimum="0",
                maximum=maximum,
                decimals=decimals,
                help=help_text,
            )
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            # Cents are written out, groups are not: what is shown can be edited.
            return format_decimal(value, format="0.00########", locale=formats.current_locale())
        return super().prepare_value(value)

    def clean(self, value: Any) -> Decimal | None:
        canonical = super().clean(value)
        return None if canonical is None else Decimal(canonical)


class MoneyField(AmountField):
    """An amount that is paid or owed: with no more decimals than its currency has, which its form tells by `count_in`.

    One that `is_positive` is more than nothing.
    """

    def __init__(
        self, label: Any, *, required: bool = True, is_positive: bool = False, help_text: Any = ""
    ) -> None:
        super().__init__(label, required=required, maximum=_MOST_MONEY, help_text=help_text)
        self.is_positive = is_positive
        self.count_in("")

    def count_in(self, currency: str) -> None:
        """Take as many decimals as `currency` has; two for a code that nobody knows, which its own field refuses."""
        unit = minor_unit(currency) if currency in known_currencies() else Decimal("0.01")
        minimum = "" if self.is_positive else "0"
        decimals = -int(unit.as_tuple().exponent)
        self.spec = replace(self.spec, decimals=decimals, minimum=minimum)

    def clean(self, value: Any) -> Decimal | None:
        amount = super().clean(value)
        if self.is_positive and amount is not None and amount <= 0:
            raise ValidationError(_("The amount must be more than 0."), code="TOO_SMALL")
        return amount


class LongSelect(forms.Select):
    """A select of hundreds of options. Django renders each by a template of its own, which takes a fifth of a second
    for a thousand; here they are joined.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(v) for v in self.format_value(value)}
        options = "".join(_option(_text(key), label, chosen) for key, label in self.choices)
        built = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(built), mark_safe(options))


def _option(key: str, label: Any, chosen: Collection[str]) -> str:
    """One option, escaped by hand: a thousand through `format_html` took half of a list's page."""
    # A text that is nothing but a str is never safe, and most are.
    text = escape(label) if type(label) is str else conditional_escape(label)
    return f'<option value="{escape(key)}"{" selected" if key in chosen else ""}>{text}</option>'


def _text(key: Any) -> str:
    return "" if key is None else str(key)


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary: `target` is the id of the input at fault, "" for the whole form."""

    label: Any
    text: Any
    target: str


def kind_of(bound: BoundField) -> str:
    """How a field is laid out: check, switch, choices, cards, file, hidden or input."""
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "switch" if widget.attrs.get("role") == "switch" else "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "cards" if widget.attrs.get("data-layout") == "cards" else "choices"
    return "file" if isinstance(widget, forms.FileInput) else "input"


def field_html(
    bound: BoundField, *, label: Any = "", help_text: Any = "", prefix: Any = "", suffix: Any = ""
) -> SafeString:
    """One field. `prefix` and `suffix` stand inside the input's frame ("€", "per month")."""
    kind = kind_of(bound)
    if kind == "hidden":
        return mark_safe(str(bound))
    help_text = help_text or bound.help_text
    errors = list(bound.errors)
    context = {
        "field": bound,
        "kind": kind,
        "label": label or bound.label,
        "help": help_text,
        "errors": errors,
        "optional": kind == "input" and _may_stay_empty(bound.field),
        "prefix": prefix,
        "suffix": suffix,
        "widget": _widget(bound, kind, bool(help_text), bool(errors)),
    }
    return mark_safe(render_to_string("ui/_field.html", context))


def _may_stay_empty(field: forms.Field) -> bool:
    """Whether "optional" helps: a choice of which something always holds, if only "At once", is none that somebody may
    skip. Choices that are read from the database are not looked at.
    """
    if field.required or _is_said_otherwise(field):
        return False
    choices = getattr(field, "choices", None)
    return not isinstance(choices, list) or any(
        value in {"", None} and not str(label).strip("-– ")  # noqa: RUF001 -- a dash stands for nothing
        for value, label in choices
    )


def _is_said_otherwise(field: forms.Field) -> bool:
    """Whether a declared field says in words what nothing means, or is wanted though an answer elsewhere spares it."""
    return isinstance(field, SpecField) and (field.spec.is_wanted or "" in dict(field.spec.choices))


def form_html(
    bound: Any, fieldsets: Sequence[Fieldset], request: HttpRequest | None = None
) -> SafeString:
    """Error summary and fields; fields that no fieldset names follow at the end."""
    named = {name for fieldset in fieldsets for name in fieldset.fields}
    context = {
        "form": bound,
        "hidden": bound.hidden_fields(),
        "fieldsets": [
            {
                "legend": f.legend,
                "text": f.text,
                "fields": [bound[n] for n in f.fields if n in bound.fields],
            }
            for f in fieldsets
        ],
        "rest": [f for f in bound.visible_fields() if f.name not in named],
    }
    return mark_safe(render_to_string("ui/_form.html", context, request=request))


def problems(bound: Any) -> list[Problem]:
    """Everything wrong with a form, the whole form's first, then field by field in order."""
    if not bound.is_bound and not bound.errors:
        return []
    found = [Problem("", text, "") for text in bound.non_field_errors()]
    for item in bound:
        found += [
            Problem(item.label, text, item.id_for_label or item.auto_id) for text in item.errors
        ]
    return found


def summary_html(bound: Any) -> SafeString:
    return problems_html(problems(bound))


def problems_html(found: Sequence[Problem]) -> SafeString:
    """The summary over a form, also over one that is drawn by hand; nothing while nothing is wrong."""
    if not found:
        return SafeString("")
    context = {"problems": found, "title": _("Check these before you go on")}
    return mark_safe(render_to_string("ui/_error_summary.html", context))


def _widget(bound: BoundField, kind: str, helped: bool, failed: bool) -> str:
    described = [f"{bound.auto_id}-help"] * helped + [f"{bound.auto_id}-error"] * failed
    attrs: dict[str, Any] = {}
    if kind not in {"choices", "cards"}:
        if described:
            attrs["aria-describedby"] = " ".join(described)
        if failed:
            attrs["aria-invalid"] = "true"
    widget = bound.field.widget
    if (
        isinstance(bound.field, forms.DecimalField | forms.IntegerField)
        and "inputmode" not in widget.attrs
    ):
        attrs["inputmode"] = "decimal" if isinstance(bound.field, forms.DecimalField) else "numeric"
    return str(bound.as_widget(attrs=attrs))
