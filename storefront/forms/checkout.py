"""What is typed on the way to an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.accounts.countries import country_choices
from bss.accounts.forms.fields import PhoneField
from bss.accounts.models import Account
from bss.core.fields import FieldSpec, form_field
from bss.orders.models import BasketLine, CustomerDraft, TermsVersion
from bss.ui.fields import LongSelect, QuantityField
from storefront.choices import NEW_CUSTOMER


class LineForm(forms.Form):
    """One line of the basket; names begin with the line's public id. What can be had only once has no quantity."""

    quantity = QuantityField()
    unit = forms.ChoiceField(label=_("Term"))
    payment_plan = forms.ChoiceField(
        label=_("Payment"),
        required=False,
        error_messages={
            "invalid_choice": _("This payment is not possible here any more. Choose another one.")
        },
    )
    friendly_name = forms.CharField(
        label=_("Name it yourself"),
        max_length=200,
        required=False,
        help_text=_("So that you can tell it apart later."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        line: BasketLine,
        units: Sequence[tuple[str, Any]],
        payments: Sequence[tuple[str, str]] = (),
        plan: str = "",
    ) -> None:
        """`payments` are the ways to pay it (code to words), `plan` is the code of the present one."""
        initial = {
            "quantity": line.quantity,
            "unit": line.unit,
            "payment_plan": plan,
            "friendly_name": line.friendly_name,
        }
        super().__init__(data, prefix=line.public_id, initial=initial)
        self.line = line
        if line.product.type.max_quantity == 1:
            del self.fields["quantity"]
        if line.parent_id is not None:
            del self.fields["friendly_name"]
        if line.parent_id is not None or len(units) < 2:
            del self.fields["unit"]
        else:
            self.fields["unit"].choices = units  # type: ignore[attr-defined]
        if line.parent_id is not None or len(payments) < 2:
            del self.fields["payment_plan"]
        else:
            self.fields["payment_plan"].choices = list(payments)  # type: ignore[attr-defined]


class ForWhomForm(forms.Form):
    """Who will use what is in the basket: the reseller itself, a customer of its own, or the new one."""

    customer = forms.ChoiceField(
        label=_("Who is it for?"),
        required=False,
        widget=LongSelect,
        error_messages={"invalid_choice": _("This is none of your customers. Choose another one.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        chosen: str,
        own: str,
        draft: str,
        customers: Sequence[tuple[str, str]],
    ) -> None:
        """`own` is the reseller's name, `draft` the new customer's ("" when there is none)."""
        super().__init__(data, initial={"customer": chosen})
        choices = [("", _("Own use: %(name)s") % {"name": own})]
        if draft:
            choices.append((NEW_CUSTOMER, _("New customer: %(name)s") % {"name": draft}))
        self.fields["customer"].choices = [*choices, *customers]  # type: ignore[attr-defined]


class CustomerDraftForm(forms.Form):
    """A customer that does not exist yet."""

    name = forms.CharField(label=_("Company name"), max_length=200)
    corporate_email = forms.EmailField(label=_("Corporate e-mail"), required=False)
    phone = PhoneField()
    address_1 = forms.CharField(label=_("Address"), max_length=200, required=False)
    address_2 = forms.CharField(label=_("Address, second line"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    region = forms.CharField(label=_("State or region"), max_length=100, required=False)
    country = forms.ChoiceField(label=_("Country"), widget=LongSelect)
    vat_id = forms.CharField(label=_("VAT id"), max_length=30, required=False)
    contact_first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    contact_last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    contact_email = forms.EmailField(label=_("E-mail"), required=False)
    contact_phone = PhoneField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "\N{EM DASH}"), *country_choices()]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(draft: CustomerDraft | None, payer: Account) -> dict[str, Any]:
        """The draft as it is; for a new one the reseller's own country."""
        if draft is None:
            return {"country": payer.country}
        return {name: getattr(draft, name) or "" for name in CustomerDraftForm.base_fields}


class NumberForm(forms.Form):
    """The buyer's own number for the order."""

    purchase_order = forms.CharField(
        label=_("Purchase-order number"),
        max_length=80,
        required=False,
        help_text=_("Your own reference. It is printed on everything about this order."),
    )


class BillingForm(NumberForm):
    """How the company is billed, for whoever may edit it; name, country and tax are its seller's to change."""

    corporate_email = forms.EmailField(label=_("Corporate e-mail"), required=False)
    phone = PhoneField()
    address_1 = forms.CharField(label=_("Address"), max_length=200, required=False)
    address_2 = forms.CharField(label=_("Address, second line"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    region = forms.CharField(label=_("State or region"), max_length=100, required=False)

    COMPANY = ("corporate_email", "phone", "address_1", "address_2", "postcode", "city", "region")

    @classmethod
    def initial_of(cls, account: Account) -> dict[str, Any]:
        return {name: getattr(account, name) or "" for name in cls.COMPANY}

    def company(self) -> dict[str, Any]:
        """What the account's service takes. The form is valid."""
        return {name: self.cleaned_data[name] for name in self.COMPANY}


class ReviewForm(forms.Form):
    """The last word: the terms."""

    terms = forms.BooleanField(
        label=_("I have read the terms and accept them"),
        error_messages={"required": _("Accept the terms to place the order.")},
    )

    def __init__(self, *args: Any, terms: TermsVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if terms is None:
            del self.fields["terms"]


class CorrectionForm(forms.Form):
    """The one value a line waits for; without a field it is a plain "go on"."""

    def __init__(self, *args: Any, spec: FieldSpec | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec = spec
        if spec is not None:
            self.fields[spec.code] = form_field(spec)

    def parameters(self) -> dict[str, Any]:
        """The canonical value by its code. The form is valid."""
        return {} if self.spec is None else {self.spec.code: self.cleaned_data[self.spec.code]}
