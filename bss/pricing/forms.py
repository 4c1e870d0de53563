"""Forms of registrations and rates: they clean, and the view calls the service."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.accounts.countries import country_choices
from bss.catalog.forms.fields import DateField
from bss.ui.fields import AmountField, LongSelect


class _Valid(forms.Form):
    country = forms.ChoiceField(label=_("Country"), widget=LongSelect)
    valid_from = DateField(label=_("Valid from"))
    valid_until = DateField(
        label=_("Valid until"), required=False, help_text=_("Empty while no end is known.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["country"].choices = [("", "—"), *country_choices()]  # type: ignore[attr-defined]


class TaxRegistrationForm(_Valid):
    """That the organization charges a country's tax."""

    number = forms.CharField(
        label=_("Tax number"), max_length=30, help_text=_("As it stands on invoices.")
    )
    field_order = ("country", "number", "valid_from", "valid_until")


class TaxRateForm(_Valid):
    """What a country takes of a class of products."""

    tax_class = forms.CharField(
        label=_("Tax class"),
        max_length=30,
        initial="standard",
        help_text=_("As products name it: standard, reduced."),
    )
    percent = AmountField(_("Per cent"), maximum="100", decimals=4)
    field_order = ("country", "tax_class", "percent", "valid_from", "valid_until")


class EndForm(forms.Form):
    """The last day of a registration or rate."""

    valid_until = DateField(label=_("Last day"))
