"""Inputs the catalogue's forms share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django import forms
from django.utils.translation import gettext_lazy as _

from bss.core.fields import FieldSpec, SpecField
from bss.core.money import UNIT_PRICE_DECIMALS
from bss.ui import formats


class AmountField(SpecField):
    """A net amount or a percentage as people type it in their locale; its cleaned value is a Decimal or None."""

    def __init__(
        self, label: Any, *, required: bool = True, maximum: str = "", help_text: Any = ""
    ) -> None:
        spec = FieldSpec(
            "amount",
            label,
            type="decimal",
            required=required,
            minimum="0",
            maximum=maximum,
            decimals=UNIT_PRICE_DECIMALS,
            help=help_text,
        )
        super().__init__(spec)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            # Cents are written out, groups are not: what is shown can be edited.
            return format_decimal(value, format="0.00########", locale=formats.current_locale())
        return super().prepare_value(value)

    def clean(self, value: Any) -> Decimal | None:
        canonical = super().clean(value)
        return None if canonical is None else Decimal(canonical)


class CurrencyField(forms.CharField):
    """A three-letter ISO code, in whatever case it is typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Currency"))
        widget = forms.TextInput(attrs={"autocapitalize": "characters", "size": "4"})
        super().__init__(max_length=3, min_length=3, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).upper()


class DateField(forms.DateField):
    """A date with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)


def switch(label: Any, help_text: Any = "") -> forms.BooleanField:
    """An on-off switch."""
    return forms.BooleanField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )


class Confirmation(forms.Form):
    """A question with one button and nothing to fill."""
