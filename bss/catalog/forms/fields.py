"""Inputs the catalogue's forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


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
