"""Forms of product types."""

from __future__ import annotations

from typing import Any, get_args

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.catalog.choices import ProductAudience
from bss.catalog.forms.fields import switch
from bss.catalog.forms.rows import RowsForm
from bss.core.fields import Audience, FieldSpec, FieldType, form_field
from bss.ui.fields import NumberField

TYPES: dict[str, Any] = {
    "text": _("Text"),
    "long_text": _("Long text"),
    "integer": _("Whole number"),
    "decimal": _("Number"),
    "boolean": _("Yes or no"),
    "choice": _("Choice"),
    "date": _("Date"),
    "email": _("E-mail address"),
    "url": _("Web address"),
    "secret": _("Secret"),
}
AUDIENCES: dict[str, Any] = {
    "buyer": _("The buyer is asked"),
    "staff": _("Staff set it on the product"),
    "hidden": _("Nobody sees it"),
}


class ProductTypeForm(forms.Form):
    """What a product type is and how it is sold."""

    name = forms.CharField(label=_("Name"), max_length=200)
    code = forms.CharField(
        label=_("Code"), max_length=80, help_text=_("Unique; how imports and the API name it.")
    )
    vendor = forms.CharField(label=_("Vendor"), max_length=100, required=False)
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    audience = forms.ChoiceField(
        label=_("Who may buy"),
        choices=ProductAudience.choices,
        widget=forms.RadioSelect(attrs={"data-layout": "cards"}),
        initial=ProductAudience.ANYONE,
    )
    automatic = switch(
        _("Ordered automatically"),
        _("Otherwise an order waits until your staff execute it."),
    )
    max_quantity = NumberField(_("Largest quantity"), required=False, least=1, most=1_000_000)
    one_per_account = switch(_("One subscription per account"))
    cancellable = switch(_("Customers may cancel"))
    switchable = switch(_("Products may be exchanged for another of this type"))


class CharacteristicForm(forms.Form):
    """One characteristic: a FieldSpec."""

    code = forms.SlugField(label=_("Code"), max_length=60)
    label = forms.CharField(label=_("Label"), max_length=100)
    type = forms.ChoiceField(label=_("Type"), choices=[(t, TYPES[t]) for t in get_args(FieldType)])
    audience = forms.ChoiceField(
        label=_("Who fills it"), choices=[(a, AUDIENCES[a]) for a in get_args(Audience)]
    )
    required = forms.BooleanField(label=_("Required"), required=False)
    help = forms.CharField(label=_("Help"), max_length=200, required=False)
    minimum = form_field(FieldSpec("minimum", _("Smallest"), type="decimal", decimals=10))
    maximum = form_field(FieldSpec("maximum", _("Largest"), type="decimal", decimals=10))
    default = forms.CharField(label=_("Default"), max_length=200, required=False)
    choices = forms.CharField(
        label=_("Values of a choice"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One per line: value | label"),
    )
    # Kept as they are: only a service manager sets them.
    max_length = forms.IntegerField(required=False, widget=forms.HiddenInput)
    decimals = forms.IntegerField(required=False, widget=forms.HiddenInput)
    pattern = forms.CharField(required=False, widget=forms.HiddenInput)
    pattern_message = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A secret is refused when it is saved. One that is there already is shown as what it is, never as text.
        if self.initial.get("type") != "secret":
            self.fields["type"].choices = [(t, name) for t, name in TYPES.items() if t != "secret"]  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        """A blank row shows a type and an audience already; those alone say nothing."""
        return bool({"code", "label", "help", "choices", "default"} & set(self.changed_data)) or (
            bool(self.initial) and super().has_changed()
        )


class CharacteristicsForm(RowsForm):
    """The characteristics of a product type, one row each."""

    row_form = CharacteristicForm
    blank_rows = 1
    can_delete = True
    can_order = True

    def specs(self) -> tuple[list[int], list[FieldSpec]]:
        """The rows' places and what they say, in order."""
        filled = self.filled()
        return [index for index, _row in filled], [spec_of(row) for _index, row in filled]


def spec_of(row: dict[str, Any]) -> FieldSpec:
    """A cleaned row as a FieldSpec."""
    return FieldSpec(
        code=row["code"],
        label=row["label"],
        type=row["type"],
        audience=row["audience"],
        required=row["required"],
        help=row["help"],
        minimum=row["minimum"] or "",
        maximum=row["maximum"] or "",
        default=row["default"],
        choices=choices_of(row["choices"]),
        max_length=row["max_length"] or FieldSpec("", "").max_length,
        decimals=FieldSpec("", "").decimals if row["decimals"] is None else row["decimals"],
        pattern=row["pattern"],
        pattern_message=row["pattern_message"],
    )


def row_of(spec: FieldSpec) -> dict[str, Any]:
    """A FieldSpec as a row shows it."""
    return {
        **spec.to_json(),
        "choices": "\n".join(
            value if value == label else f"{value} | {label}" for value, label in spec.choices
        ),
    }


def choices_of(text: str) -> tuple[tuple[str, str], ...]:
    """Lines of "value | label" as pairs; a line without a label is its own."""
    pairs = []
    for line in text.splitlines():
        value, _bar, label = (part.strip() for part in line.partition("|"))
        if value:
            pairs.append((value, label or value))
    return tuple(pairs)
