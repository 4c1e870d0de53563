"""Forms of the set-up: organizations, staff, payment methods, tokens."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bss.accounts import selectors
from bss.accounts.choices import PaymentKind, StaffRole
from bss.accounts.countries import country_choices, currency_choices
from bss.accounts.permissions import API_SCOPES
from bss.core import clock
from bss.core.actor import Actor
from bss.ui.fields import LongSelect, NumberField


class OrganizationForm(forms.Form):
    """An organization's own data."""

    name = forms.CharField(label=_("Name"), max_length=200)
    country = forms.ChoiceField(label=_("Country"), widget=LongSelect)
    vat_id = forms.CharField(label=_("VAT id"), max_length=30, required=False)
    currency = forms.ChoiceField(label=_("Currency"), widget=LongSelect)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), initial="UTC", widget=LongSelect)
    support_email = forms.EmailField(
        label=_("Support e-mail"), help_text=_("Where customers write to, and what e-mails name.")
    )
    bank_details = forms.CharField(
        label=_("Bank details"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands on invoices that are paid by transfer: account holder, IBAN, BIC."),
    )
    require_mfa = forms.BooleanField(
        label=_("Require a second factor from staff"),
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
        help_text=_("Whoever has none yet is asked to set one up before going on."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]
        self.fields["currency"].choices = currency_choices()  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [(z, z) for z in sorted(available_timezones())]  # type: ignore[attr-defined]


class TenantForm(OrganizationForm):
    """A tenant reseller's organization with its first administrator."""

    billing_account: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Billing account"),
        widget=LongSelect,
        queryset=None,
        to_field_name="public_id",
        help_text=_("The reseller account under which you bill it. It must not be on a plan."),
    )
    host = forms.CharField(
        label=_("Host of its shop"), max_length=200, help_text=_("Such as shop.example.com.")
    )
    admin_name = forms.CharField(label=_("First administrator"), max_length=200)
    admin_email = forms.EmailField(
        label=_("Its e-mail"), help_text=_("Gets an e-mail with a link to set a password.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["require_mfa"]
        self.fields["billing_account"].queryset = selectors.resellers_visible().filter(  # type: ignore[attr-defined]
            tenant_organization__isnull=True
        )


class StaffInviteForm(forms.Form):
    """A new member of staff."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=StaffRole.choices, widget=forms.RadioSelect)


class StaffRoleForm(forms.Form):
    """What a member of staff may do."""

    role = forms.ChoiceField(label=_("Role"), choices=StaffRole.choices, widget=forms.RadioSelect)


class PaymentMethodForm(forms.Form):
    """How accounts may pay."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("As the buyer reads it: Transfer, 30 days.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=PaymentKind.choices)
    payment_days = NumberField(_("Days to pay"), most=365, initial=30)


class TokenForm(forms.Form):
    """A key to the API."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What it is for, so that it can be told apart."),
    )
    account: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Acts for"),
        widget=LongSelect,
        queryset=None,
        required=False,
        to_field_name="public_id",
        empty_label=_("The whole organization"),
        help_text=_(
            "A reseller's key sees that reseller and its customers. Its plan must include the API."
        ),
    )
    scopes = forms.MultipleChoiceField(label=_("May"), widget=forms.CheckboxSelectMultiple)
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Without one it works until it is revoked."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = selectors.resellers_visible()  # type: ignore[attr-defined]
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (str(scope), words) for scope, words in API_SCOPES.items() if actor.can(scope)
        ]

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day is not None and day < clock.today():
            raise forms.ValidationError(_("This day has passed."))
        return day

    def expires_at(self) -> datetime | None:
        """The end of the last day."""
        day = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None
