"""The gallery's form: one field of each kind."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.ui.components import Fieldset
from bss.ui.fields import MoneyField, NumberField


class SampleForm(forms.Form):
    company = forms.CharField(label=_("Company"), max_length=60)
    email = forms.EmailField(
        label=_("Corporate e-mail"),
        required=False,
        help_text=_("Invoices and order confirmations go here."),
    )
    country = forms.ChoiceField(
        label=_("Country"), choices=[("gr", _("Greece")), ("de", _("Germany")), ("in", _("India"))]
    )
    limit = MoneyField(_("Credit limit"), required=False)
    day = NumberField(_("Billing day"), least=1, most=28)
    since = forms.DateField(
        label=_("Customer since"), widget=forms.DateInput(attrs={"type": "date"})
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("direct", _("Direct customer")), ("reseller", _("Reseller"))],
        widget=forms.RadioSelect(attrs={"data-layout": "cards"}),
    )
    ordering = forms.BooleanField(
        label=_("May order by itself"),
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
        help_text=_("Otherwise your staff order for it."),
    )
    terms = forms.BooleanField(label=_("The terms of sale were accepted"))
    logo = forms.FileField(label=_("Logo"), required=False)
    note = forms.CharField(
        label=_("Note for your team"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


FIELDSETS = (
    Fieldset(
        _("Company"),
        ("company", "email", "country", "kind"),
        _("Who it is, and where its mail goes."),
    ),
    Fieldset(
        _("Ordering"),
        ("limit", "day", "since", "ordering"),
        _("What it may order, and when it is invoiced."),
    ),
    Fieldset(_("Extras"), ("logo", "note", "terms")),
)


def filled() -> SampleForm:
    """As it stands for an existing customer."""
    return SampleForm(
        initial={
            "company": "Nordlicht Logistik GmbH",
            "email": "it@nordlicht.example",
            "country": "de",
            "limit": "25000.00",
            "day": 5,
            "since": "2024-03-11",
            "kind": "direct",
            "ordering": True,
        },
        auto_id="filled_%s",
    )


def refused() -> SampleForm:
    """As it comes back with mistakes."""
    form = SampleForm(
        {
            "company": "Nordlicht Logistik GmbH",
            "email": "it@nordlicht",
            "country": "de",
            "day": "31",
            "kind": "direct",
        },
        auto_id="refused_%s",
    )
    form.full_clean()
    return form
