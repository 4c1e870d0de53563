"""Forms of whole orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.core.fields import FieldSpec
from bss.orders.forms.lines import SpecsForm
from bss.orders.models import OrderField
from bss.orders.services import FIELD_TYPES
from bss.ui.fields import NumberField


class OrderForm(SpecsForm):
    """What an order is called, the buyer's own number for it, and what the organization asks of every order.

    A draft may be saved before everything is answered: it is asked again when it is placed.
    """

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        help_text=_("Left empty, the customer's name."),
    )
    purchase_order = forms.CharField(
        label=_("Purchase-order number"),
        max_length=80,
        required=False,
        help_text=_("The buyer's own number for this order; it stands on the invoice."),
    )

    def __init__(self, *args: Any, specs: Sequence[FieldSpec] = (), **kwargs: Any) -> None:
        optional = [replace(spec, required=False) for spec in specs]
        super().__init__(*args, specs=optional, **kwargs)


class ReasonForm(forms.Form):
    """Why, for the history."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Kept in the order's history."),
    )


class NothingToFill(forms.Form):
    """A question with one button."""


class TermsForm(forms.Form):
    """A new version of the terms that whoever buys from a seller accepts."""

    version = forms.CharField(
        label=_("Version"), max_length=30, help_text=_("Such as 2026-11, shown with each order.")
    )
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 16}))


class OrderFieldForm(forms.Form):
    """One question of the organization's own."""

    label = forms.CharField(
        label=_("Question"), max_length=100, help_text=_("Such as: Cost centre.")
    )
    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("How the API names it; it stays as it is.")
    )
    type = forms.ChoiceField(label=_("Type"))
    required = forms.BooleanField(label=_("Has to be answered"), required=False)
    help = forms.CharField(label=_("Help"), max_length=200, required=False)
    choices = forms.CharField(
        label=_("Values of a choice"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One per line: value | label"),
    )
    decimals = NumberField(_("Decimals of a number"), required=False, most=10)
    position = NumberField(_("Place"), most=10_000, initial=0, help_text=_("Smaller first."))
    is_active = forms.BooleanField(
        label=_("Asked"),
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )

    TYPES: ClassVar[dict[str, Any]] = {
        "text": _("Text"),
        "integer": _("Whole number"),
        "decimal": _("Number"),
        "choice": _("Choice"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [(t, self.TYPES[t]) for t in FIELD_TYPES]  # type: ignore[attr-defined]

    def spec(self, code: str = "") -> FieldSpec:
        """The question as a FieldSpec; `code` is that of one that exists. The form is valid."""
        given = self.cleaned_data
        own = FieldSpec("", "")
        return FieldSpec(
            code or given["code"].replace("-", "_"),
            given["label"],
            type=given["type"],
            required=given["required"],
            help=given["help"],
            decimals=own.decimals if given["decimals"] is None else given["decimals"],
            choices=choices_of(given["choices"]) if given["type"] == "choice" else (),
        )

    @staticmethod
    def initial_of(field: OrderField) -> dict[str, Any]:
        spec = FieldSpec.from_json(field.spec)
        lines = (v if v == label else f"{v} | {label}" for v, label in spec.choices)
        return {
            "label": spec.label,
            "code": spec.code,
            "type": spec.type,
            "required": spec.required,
            "help": spec.help,
            "choices": "\n".join(lines),
            "decimals": spec.decimals,
            "position": field.position,
            "is_active": field.is_active,
        }


class OrderFieldEditForm(OrderFieldForm):
    """One that is there: its code stays, since answers are kept under it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["code"]


def choices_of(text: str) -> tuple[tuple[str, str], ...]:
    """Lines of "value | label" (or a value alone) as choices; each value once."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        value, _bar, label = (part.strip() for part in line.partition("|"))
        if value:
            found.setdefault(value[:200], label or value)
    return tuple(found.items())
