"""Forms of reseller plans and of the reseller's own storefront."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import Radius, Typeface
from bss.accounts.forms.fields import PhoneField
from bss.accounts.models import Account
from bss.catalog.choices import Unit
from bss.core.db import new_public_id
from bss.core.errors import Invalid
from bss.core.pictures import normalised
from bss.orders.forms.lines import SpecsForm
from bss.orders.models import TermsVersion
from bss.pricing.contracts import UnitPrice
from bss.ui.formats import amount
from bss.ui.theme import parse_accent
from resellers.choices import Capability
from resellers.contracts import alias_spec
from resellers.models import Plan
from resellers.selectors import alias_check

LOGO_SIDE = 600
HOME_SECTIONS = [
    ("hero", _("Welcome")),
    ("featured", _("Featured products")),
    ("categories", _("Categories")),
    ("about", _("About us")),
    ("contact", _("Contact")),
]


class PlanForm(forms.Form):
    """What a plan includes."""

    capabilities = forms.MultipleChoiceField(
        label=_("Includes"),
        choices=Capability.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class UpgradeForm(SpecsForm):
    """Staff put a reseller on a plan: plan and term, its address, and what the organization asks of every order."""

    offer = forms.ChoiceField(label=_("Plan"), widget=forms.RadioSelect)
    alias = forms.CharField(label=_("Storefront alias"), max_length=63, required=False)

    def __init__(
        self,
        *args: Any,
        account: Account,
        offers: Sequence[tuple[str, str]],
        alias: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["offer"].choices = offers  # type: ignore[attr-defined]
        self.fields["alias"].help_text = alias_spec().help
        self.fields["alias"].initial = alias

    def clean_alias(self) -> str:
        text: str = self.cleaned_data["alias"]
        if not text:
            return ""
        try:
            return alias_check(text, organization=self.account.organization, account=self.account)
        except Invalid as problem:
            raise ValidationError(str(problem.message), code=problem.code) from problem

    @staticmethod
    def offers_of(
        plans: Sequence[Plan], prices: Mapping[int, Sequence[UnitPrice]]
    ) -> list[tuple[str, str]]:
        """Choices "free:P1M" for each plan and unit this reseller may buy, with what it pays for it."""
        return [
            (f"{plan.code}:{price.unit}", f"{plan} · {Unit(price.unit).label}: {_cost(price)}")
            for plan in plans
            for price in prices.get(plan.product_id or 0, ())
        ]


def _cost(price: UnitPrice) -> str:
    if not price.price:
        return gettext("free of charge")
    return gettext("%(amount)s net") % {"amount": amount(price.money.rounded())}


class StorefrontForm(forms.Form):
    """The reseller's own storefront, as its plan lets it be changed.

    A browser chooses no file again by itself: the logo of a form that was not saved goes along with it as
    `logo_chosen`, and is looked at anew like any other upload.
    """

    # The chosen logo as the next form carries it; "" where none was chosen.
    logo_chosen = ""

    name = forms.CharField(label=_("Company name"), max_length=200)
    title = forms.CharField(
        label=_("Browser title"),
        max_length=200,
        required=False,
        help_text=_("Shown on the browser's tab."),
    )
    tagline = forms.CharField(label=_("Welcome line"), max_length=200, required=False)
    about = forms.CharField(
        label=_("About us"),
        required=False,
        max_length=4000,
        help_text=_("Plain text. Line breaks are kept, and an empty line begins a new paragraph."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    contact_email = forms.EmailField(label=_("Contact e-mail"), required=False)
    contact_phone = PhoneField(label=_("Contact phone"))
    logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG, JPEG, WebP or GIF, at most 5 MB.")
    )
    accent = forms.CharField(
        label=_("Accent colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"})
    )
    radius = forms.ChoiceField(label=_("Corners"), choices=Radius.choices)
    typeface = forms.ChoiceField(label=_("Typeface"), choices=Typeface.choices)
    home_sections = forms.MultipleChoiceField(
        label=_("Sections of the home page"),
        choices=HOME_SECTIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_accent(self) -> str:
        try:
            return str(parse_accent(self.cleaned_data["accent"]))
        except Invalid as problem:
            raise ValidationError(str(problem.message), code=problem.code) from problem

    def clean_logo(self) -> Any:
        upload = self.cleaned_data.get("logo") or self._carried()
        if not upload:
            return None
        try:
            data = normalised(upload, field="logo", longest_side=LOGO_SIDE)
        except Invalid as problem:
            raise ValidationError(str(problem.message), code=problem.code) from problem
        self.logo_chosen = b64encode(data).decode()
        return ContentFile(data, name=f"{new_public_id()}.webp")

    def _carried(self) -> UploadedFile[Any] | None:
        try:
            data = b64decode(self.data.get("logo_chosen", ""), validate=True)
        except ValueError:
            return None
        return SimpleUploadedFile("logo", data) if data else None


class InviteForm(forms.Form):
    """A login for a person of one of the reseller's customers."""

    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"))


class ApproveForm(forms.Form):
    """The terms under which the reseller buys what its customer ordered, where it has not accepted them yet."""

    terms = forms.BooleanField(
        label=_("I have read the terms and accept them"),
        error_messages={"required": _("Accept the terms to approve the order.")},
    )

    def __init__(self, *args: Any, terms: TermsVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if terms is None:
            del self.fields["terms"]


class RejectForm(forms.Form):
    """Why a customer's order does not pass."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Your customer reads it."),
        error_messages={"required": _("Tell your customer why.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
