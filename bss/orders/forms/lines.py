"""Forms of order lines: quantity and term, and the answers that a line waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.core.fields import FieldSpec, form_field
from bss.ui.fields import QuantityField

PREFIX = "spec-"


class SpecsForm(forms.Form):
    """One field per FieldSpec, beside the form's own."""

    def __init__(
        self,
        *args: Any,
        specs: Sequence[FieldSpec] = (),
        answers: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.specs = tuple(specs)
        for spec in self.specs:
            self.fields[PREFIX + spec.code] = form_field(spec)
            if answers and spec.code in answers:
                self.initial[PREFIX + spec.code] = answers[spec.code]

    def answers(self) -> dict[str, Any]:
        """What was answered, canonical, by field code; what was left empty is missing."""
        found = {spec.code: self.cleaned_data.get(PREFIX + spec.code) for spec in self.specs}
        return {code: value for code, value in found.items() if value is not None}

    @property
    def spec_names(self) -> list[str]:
        return [PREFIX + spec.code for spec in self.specs]


class LineForm(forms.Form):
    """A draft's line: how many, for which term, paid how, and under which name."""

    quantity = QuantityField()
    unit = forms.ChoiceField(label=_("Billing term"))
    payment_plan = forms.ChoiceField(
        label=_("Payment"),
        required=False,
        help_text=_("Installments are possible for a term of a year or more."),
    )
    friendly_name = forms.CharField(
        label=_("Friendly name"),
        max_length=200,
        required=False,
        help_text=_("What the subscription will be called; left empty, the product's name."),
    )

    def __init__(
        self,
        *args: Any,
        units: Sequence[tuple[str, str]],
        plans: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = list(units)  # type: ignore[attr-defined]
        if plans:
            self.fields["payment_plan"].choices = [("", _("At once")), *plans]  # type: ignore[attr-defined]
        else:
            del self.fields["payment_plan"]


class AddForm(forms.Form):
    """One product, term and quantity out of a list of many."""

    product = forms.CharField()
    unit = forms.CharField()
    quantity = QuantityField()
    parent = forms.CharField(required=False)
