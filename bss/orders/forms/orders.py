"""Forms of whole orders."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class OrderForm(forms.Form):
    """What an order is called and the buyer's own number for it."""

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
    """A new version of the terms buyers accept."""

    version = forms.CharField(
        label=_("Version"), max_length=30, help_text=_("Such as 2026-11, shown with each order.")
    )
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 16}))
