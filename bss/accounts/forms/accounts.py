"""Forms of accounts, their contacts and logins, and of the import."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bss.accounts import selectors
from bss.accounts.choices import AccountKind, StorefrontRole, UserType
from bss.accounts.countries import country_choices, currency_choices
from bss.accounts.forms.fields import PhoneField
from bss.accounts.models import Account
from bss.accounts.vat_ids import is_vat_id, vat_id_plain, vat_id_words
from bss.ui.components import Fieldset
from bss.ui.fields import LongSelect, MoneyField, NumberField

CREDIT_CHOICES = [
    ("none", _("None: nothing may ever be owed")),
    ("amount", _("Up to an amount")),
    ("unlimited", _("Unlimited")),
]

IDENTITY = Fieldset(
    _("Identity"), ("kind", "parent", "name", "corporate_email", "phone", "website", "language")
)
ADDRESS = Fieldset(
    _("Address"), ("address_1", "address_2", "postcode", "city", "region", "country")
)
TAX = Fieldset(
    _("Tax"),
    ("tax_country", "vat_id", "taxable"),
    _("Invoices take the tax rate from here. Without a tax country the address counts."),
)
ORDERING = Fieldset(
    _("Ordering options"),
    (
        "ordering_enabled", "reselling_enabled", "currency", "credit", "credit_amount", "payment_method",
        "billing_day", "separate_invoices",
    ),
)  # fmt: skip


class _AccountFields(forms.Form):
    name = forms.CharField(label=_("Company name"), max_length=200)
    corporate_email = forms.EmailField(label=_("Corporate e-mail"), required=False)
    phone = PhoneField()
    website = forms.URLField(
        label=_("Website"), required=False, assume_scheme="https", max_length=200
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of e-mails and documents.")
    )
    address_1 = forms.CharField(label=_("Address"), max_length=200, required=False)
    address_2 = forms.CharField(label=_("Address, second line"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    region = forms.CharField(label=_("State or region"), max_length=100, required=False)
    country = forms.ChoiceField(label=_("Country"), widget=LongSelect)
    tax_country = forms.ChoiceField(label=_("Tax country"), required=False, widget=LongSelect)
    vat_id = forms.CharField(label=_("VAT id"), max_length=30, required=False)
    taxable = forms.BooleanField(label=_("Charge tax"), required=False, initial=True)
    ordering_enabled = forms.BooleanField(label=_("May order"), required=False, initial=True)
    reselling_enabled = forms.BooleanField(
        label=_("May resell"),
        required=False,
        initial=True,
        help_text=_("Counts for a reseller alone."),
    )
    currency = forms.ChoiceField(label=_("Currency"), widget=LongSelect)
    credit = forms.ChoiceField(
        label=_("Credit limit"), choices=CREDIT_CHOICES, widget=forms.RadioSelect, initial="none"
    )
    credit_amount = MoneyField(
        _("Credit amount"), required=False, help_text=_("In the account's currency.")
    )
    payment_method: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Payment method"),
        queryset=None,
        required=False,
        to_field_name="public_id",
        empty_label=_("None"),
    )
    billing_day = NumberField(
        _("Billing day"),
        least=1,
        most=28,
        initial=1,
        help_text=_("The day of the month on which what recurs is invoiced: 1 to 28."),
    )

    separate_invoices = forms.BooleanField(
        label=_("One invoice per end customer"),
        required=False,
        help_text=_("Of a reseller: an invoice for each of its customers instead of one for all."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = country_choices()
        self.fields["country"].choices = [("", "—"), *countries]  # type: ignore[attr-defined]
        self.fields["tax_country"].choices = [("", _("As in the address")), *countries]  # type: ignore[attr-defined]
        self.fields["currency"].choices = currency_choices()  # type: ignore[attr-defined]
        self.fields["credit_amount"].count_in(str(self["currency"].value() or ""))  # type: ignore[attr-defined]
        self.fields["payment_method"].queryset = selectors.payment_methods_offered()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        missing = values.get("credit") == "amount" and values.get("credit_amount") is None
        if missing and "credit_amount" not in self.errors:
            self.add_error("credit_amount", _("Enter the amount."))
        if not values.get("tax_country"):
            values["tax_country"] = values.get("country", "")
        country, vat_id = values["tax_country"], vat_id_plain(values.get("vat_id") or "")
        if country and vat_id and not is_vat_id(vat_id, country):
            self.add_error("vat_id", vat_id_words(country))
        return values

    def account_values(self) -> dict[str, Any]:
        """What the service takes: the three ways to say a credit limit become one value."""
        values = dict(self.cleaned_data)
        amount = values.pop("credit_amount")
        limits = {"none": Decimal(0), "unlimited": None}
        values["credit_limit"] = limits.get(values.pop("credit"), amount)
        return values


class AccountCreateForm(_AccountFields):
    """A new account of any kind."""

    kind = forms.ChoiceField(label=_("Kind"), choices=AccountKind.choices, widget=forms.RadioSelect)
    parent: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Reseller"),
        widget=LongSelect,
        queryset=None,
        required=False,
        to_field_name="public_id",
        empty_label=_("None"),
        help_text=_("Whose end customer this is. Only for an end customer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = selectors.resellers_visible()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("kind") == AccountKind.CUSTOMER:
            if not values.get("parent") and "parent" not in self.errors:
                self.add_error("parent", _("Choose the reseller of this end customer."))
        else:
            values["parent"] = None
        if values.get("kind") != AccountKind.RESELLER:
            values["reselling_enabled"] = values["separate_invoices"] = False
        return values


class AccountEditForm(_AccountFields):
    """An account as it is. Its kind and its reseller are part of every order it has, and stay."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = selectors.payment_methods_offered(account.payment_method)
        self.fields["payment_method"].queryset = offered  # type: ignore[attr-defined]
        if account.kind != AccountKind.RESELLER:
            del self.fields["reselling_enabled"]
            del self.fields["separate_invoices"]

    @staticmethod
    def initial_of(account: Account) -> dict[str, Any]:
        """The form's values of an account."""
        names = _AccountFields.base_fields.keys() - {"credit", "credit_amount", "payment_method"}
        method = account.payment_method
        values = {name: getattr(account, name) for name in names}
        values["payment_method"] = method.public_id if method else None
        limit = account.credit_limit
        if limit is None:
            return {**values, "credit": "unlimited"}
        if limit == 0:
            return {**values, "credit": "none"}
        return {**values, "credit": "amount", "credit_amount": limit}


class ContactForm(forms.Form):
    """A person of an account."""

    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"))
    phone = PhoneField()
    job_title = forms.CharField(label=_("Job title"), max_length=100, required=False)
    is_primary = forms.BooleanField(label=_("Primary contact"), required=False)
    receives_invoices = forms.BooleanField(label=_("Receives invoices"), required=False)


class InviteForm(forms.Form):
    """What a contact may do in the storefront."""

    user_type = forms.ChoiceField(
        label=_("Type"),
        choices=[
            (UserType.ADMIN, _("Admin: everything, and the other users")),
            (UserType.SIMPLE, _("Simple user: what its roles allow")),
        ],
        widget=forms.RadioSelect,
        initial=UserType.ADMIN,
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


class ImportForm(forms.Form):
    """A CSV file of accounts."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "At most 5 MB and 20,000 rows. Commas, semicolons or tabs; the first line names the columns."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
