"""Forms of My account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import AccountKind, StorefrontRole, UserType
from bss.accounts.forms.fields import PhoneField
from bss.accounts.models import Account
from bss.accounts.permissions import API_SCOPES, ORGANIZATION_SCOPES
from bss.core.actor import Actor


class ProfileForm(forms.Form):
    """One's own name and language."""

    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As the shop speaks")), *settings.LANGUAGES],
        required=False,
    )


class CompanyForm(forms.Form):
    """What a company changes about itself; name, country and tax are staff's."""

    corporate_email = forms.EmailField(label=_("Corporate e-mail"), required=False)
    phone = PhoneField()
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    address_1 = forms.CharField(label=_("Address"), max_length=200, required=False)
    address_2 = forms.CharField(label=_("Address, second line"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    region = forms.CharField(label=_("State or region"), max_length=100, required=False)


class UserForm(forms.Form):
    """Admin, or a simple user with roles."""

    user_type = forms.ChoiceField(
        label=_("Type"),
        choices=[
            (UserType.ADMIN, _("Admin: everything, and the other users")),
            (UserType.SIMPLE, _("Simple user: what its roles allow")),
        ],
        widget=forms.RadioSelect,
        initial=UserType.SIMPLE,
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles of a simple user"),
        choices=StorefrontRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if account.kind != AccountKind.RESELLER:
            self.fields["roles"].choices = [  # type: ignore[attr-defined]
                pair
                for pair in StorefrontRole.choices
                if pair[0] != StorefrontRole.STOREFRONT_MANAGER
            ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("user_type") == UserType.ADMIN:
            values["roles"] = []
        return values


class UserInviteForm(UserForm):
    """Somebody new."""

    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"))
    field_order = ("first_name", "last_name", "email", "user_type", "roles")


class TokenForm(forms.Form):
    """A key to the API and what it may do: never more than its creator."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What it is for, so that it can be told apart."),
    )
    scopes = forms.MultipleChoiceField(label=_("May"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (str(scope), words)
            for scope, words in API_SCOPES.items()
            if actor.can(scope) and scope not in ORGANIZATION_SCOPES
        ]
