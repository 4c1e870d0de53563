"""What is typed on the way to an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from bss.accounts.countries import country_choices
from bss.accounts.models import Account
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec, as_typed, form_field, parse
from bss.orders.models import BasketLine, CustomerDraft, TermsVersion
from bss.orders.selectors import ProspectView, Question
from bss.ui.fields import LongSelect
from storefront.choices import NEW_CUSTOMER

MOST = 1_000_000


class LineForm(forms.Form):
    """One line of the basket; names begin with the line's public id. What can be had only once has no quantity."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
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
        else:
            self.fields["quantity"].widget.attrs["max"] = line.product.type.max_quantity or MOST
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
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
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
    contact_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)

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
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
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


@dataclass(frozen=True, slots=True)
class Section:
    """What one line is asked. `problem`: why nobody knows whether that is all. `prospects`: what answers would save."""

    key: str
    title: str
    fields: Sequence[BoundField]
    problem: str = ""
    prospects: Sequence[ProspectView] = ()


class DetailsForm(forms.Form):
    """Everything Service Details asks, as "<line>-<field>", and the organization's own questions as "order-<field>".

    `kept` is what was typed before somebody went back: it is shown again letter by letter.
    """

    def __init__(
        self,
        *args: Any,
        questions: Sequence[Question],
        kept: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        initial = {name: as_typed(text) for name, text in (kept or {}).items()}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.questions = questions
        for question in questions:
            for spec in question.specs:
                name = f"{question.key}-{spec.code}"
                self.fields[name] = form_field(spec)
                if question.answers.get(spec.code) is not None:
                    self.fields[name].initial = question.answers[spec.code]

    def sections(self, prospects: Sequence[ProspectView] = ()) -> list[Section]:
        """The fields by line, each with what its answers would save."""
        return [
            Section(
                q.key,
                q.title,
                [self[f"{q.key}-{spec.code}"] for spec in q.specs],
                q.problem,
                [each for each in prospects if each.key == q.key],
            )
            for q in self.questions
        ]

    def readable(self) -> dict[str, dict[str, Any]]:
        """What was answered so far, canonical: line to field code to value. What cannot be read stays as it was."""
        return {q.key: {**q.answers, **dict(self._read(q))} for q in self.questions}

    def _read(self, question: Question) -> Iterator[tuple[str, Any]]:
        given = self.data if self.is_bound else self.initial
        for spec in question.specs:
            text = given.get(f"{question.key}-{spec.code}")
            if text is None:
                continue
            try:
                yield spec.code, parse(spec, text)
            except Invalid:
                continue

    def typed(self) -> dict[str, dict[str, Any]]:
        """What was typed, unread: line to field code to text."""
        return {
            q.key: {spec.code: self.data.get(f"{q.key}-{spec.code}") for spec in q.specs}
            for q in self.questions
        }

    def kept(self) -> dict[str, str]:
        """What may be kept until the buyer comes back to this step: everything but secrets."""
        return {
            f"{q.key}-{spec.code}": self.data.get(f"{q.key}-{spec.code}", "")
            for q in self.questions
            for spec in q.specs
            if spec.type != "secret"
        }

    def add_problems(self, errors: Mapping[str, Sequence[Any]]) -> None:
        """Put errors keyed "<line>.<field>" on their fields, each once; the rest stands over the form."""
        for key, texts in errors.items():
            name = key.replace(".", "-", 1)
            place = name if name in self.fields else None
            told = self.errors.get(place or NON_FIELD_ERRORS, ())
            for text in map(str, texts):
                if text not in told:
                    self.add_error(place, text)


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
