"""Forms of changes: they clean what somebody wishes; the view asks for its preview and requests it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bss.catalog.models import Product
from bss.pricing.coterm import split_words
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.contracts import PaymentChoice, PlanOption
from bss.subscriptions.models import Subscription
from bss.subscriptions.services.offers import AddOnChoice
from bss.ui import formats
from bss.ui.fields import QuantityField


def quantity_in(data: Mapping[str, Any]) -> int | None:
    """The quantity a form of a change asks for so far; None where it is no quantity."""
    try:
        quantity: int | None = QuantityField().clean(data.get("quantity", ""))
    except ValidationError:
        return None
    return quantity


def option_key(option: PlanOption) -> str:
    """What a form calls a way to pay."""
    return str(option.plan.plan_id) if option.plan else "once"


def option_words(option: PlanOption) -> str:
    """ "12 monthly installments of 8.33, the last 8.37, 100.00 EUR for the term"."""
    total = formats.amount(option.total.amount, option.total.currency)
    return str(_("%(way)s, %(total)s for the term")) % {"way": _way_of(option), "total": total}


def _way_of(option: PlanOption) -> str:
    if option.plan is None or option.split is None:
        return str(_("At once"))
    return split_words(option.plan, option.split)


def payment_of(key: str) -> PaymentChoice:
    """The choice behind a key."""
    return PaymentChoice(None if key == "once" else int(key))


@dataclass(frozen=True, slots=True)
class Choices:
    """What the fields of a change choose from, priced for whoever looks."""

    targets: Sequence[Target] = ()
    add_ons: Sequence[AddOnChoice] = ()
    payments: Sequence[PlanOption] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A product the subscription may change to, with its price per unit and term in words."""

    product: Product
    words: str


_NOTHING = Choices()


class ChangeForm(forms.Form):
    """A change with nothing to fill but why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    # The signed moment of the preview that was seen: what moved since is told before anything is ordered.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, subscription: Subscription, choices: Choices = _NOTHING, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.subscription = subscription
        self.choices = choices
        self.targets = {target.product.public_id: target for target in choices.targets}

    def wish(self) -> dict[str, Any]:
        """The arguments `change_preview` and `change_request` share."""
        return {}


class SuspendForm(ChangeForm):
    """Who reads the reason must be known before it is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = (
            _("%(payer)s reads it, %(customer)s does not.")
            if self.subscription.payer_id != self.subscription.customer_id
            else _("%(payer)s reads it.")
        ) % {"payer": self.subscription.payer.name, "customer": self.subscription.customer.name}


class QuantityForm(ChangeForm):
    quantity = QuantityField(label=_("New quantity"))
    when = forms.ChoiceField(
        label=_("From when"),
        choices=[("now", _("At once")), ("period_end", _("From the next term"))],
        widget=forms.RadioSelect,
        required=False,
        initial="now",
    )
    field_order = ("quantity", "when")

    def wish(self) -> dict[str, Any]:
        return {
            "quantity": self.cleaned_data["quantity"],
            "when": self.cleaned_data["when"] or "now",
        }


class AddOnForm(ChangeForm):
    add_on = forms.ChoiceField(label=_("Add-on"), widget=forms.RadioSelect)
    quantity = QuantityField(label=_("How many there are to be"), minimum=0)
    field_order = ("add_on", "quantity")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {choice.key: choice for choice in self.choices.add_ons}
        self.fields["add_on"].choices = [  # type: ignore[attr-defined]
            (key, add_on_words(choice)) for key, choice in self.offered.items()
        ]

    def wish(self) -> dict[str, Any]:
        chosen = self.offered[self.cleaned_data["add_on"]]
        return add_on_wish(chosen, self.cleaned_data["quantity"])


class RenewalForm(ChangeForm):
    renews = forms.ChoiceField(
        label=_("When the term ends"),
        choices=[("yes", _("It renews")), ("no", _("It ends"))],
        widget=forms.RadioSelect,
    )
    quantity = QuantityField(label=_("Quantity from the next term"), required=False)
    payment = forms.ChoiceField(
        label=_("Payment from the next term"), widget=forms.RadioSelect, required=False
    )
    field_order = ("renews", "quantity", "payment")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        payments = self.choices.payments
        self.fields["payment"].choices = [  # type: ignore[attr-defined]
            (option_key(each), option_words(each)) for each in payments
        ]

    def wish(self) -> dict[str, Any]:
        given = self.cleaned_data
        return renewal_wish(
            self.subscription,
            self.choices.payments,
            renews=given["renews"] == "yes",
            quantity=given["quantity"],
            payment=given["payment"],
        )


def add_on_words(choice: AddOnChoice) -> str:
    """ "Archive (2), 10.00 EUR each"."""
    each = formats.amount(choice.unit_price.amount, choice.unit_price.currency)
    name = choice.product.name
    if choice.quantity:
        name = f"{name} ({formats.number(choice.quantity)})"
    return str(_("%(name)s, %(price)s each")) % {"name": name, "price": each}


def add_on_wish(choice: AddOnChoice, quantity: int) -> dict[str, Any]:
    """The arguments of a change of one add-on, be it new or there already."""
    if choice.add_on is not None:
        return {"add_on": choice.add_on, "quantity": quantity}
    return {"product": choice.product, "quantity": quantity}


def renewal_wish(
    subscription: Subscription,
    options: Sequence[PlanOption],
    *,
    renews: bool,
    quantity: int | None,
    payment: str,
) -> dict[str, Any]:
    """Only what differs from how the next term would begin anyhow."""
    if not renews:
        return {"renews": False}
    asked: dict[str, Any] = {} if subscription.renews else {"renews": True}
    if quantity is not None and quantity != (
        subscription.renewal_quantity or subscription.quantity
    ):
        asked["quantity"] = quantity
    current = next((option_key(each) for each in options if each.is_current), "")
    if payment and payment != current:
        asked["payment"] = payment_of(payment)
    return asked


class ProductForm(ChangeForm):
    product = forms.ChoiceField(label=_("New product"), widget=forms.RadioSelect)
    field_order = ("product",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [  # type: ignore[attr-defined]
            (public_id, target.words) for public_id, target in self.targets.items()
        ]

    def wish(self) -> dict[str, Any]:
        return {"product": self.targets[self.cleaned_data["product"]].product}


class CancelForm(ChangeForm):
    when = forms.ChoiceField(
        label=_("When"),
        choices=[
            ("period_end", _("At the end of the period that is paid for")),
            ("now", _("At once")),
        ],
        widget=forms.RadioSelect,
        initial="period_end",
    )
    field_order = ("when",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.subscription.can_end_later:
            self.fields["when"].choices = [("now", _("At once"))]  # type: ignore[attr-defined]
            self.initial["when"] = "now"

    def wish(self) -> dict[str, Any]:
        return {"when": self.cleaned_data["when"]}


FORMS: dict[str, type[ChangeForm]] = {
    ChangeKind.QUANTITY: QuantityForm,
    ChangeKind.PRODUCT: ProductForm,
    ChangeKind.ADD_ON: AddOnForm,
    ChangeKind.RENEWAL: RenewalForm,
    ChangeKind.SUSPEND: SuspendForm,
    ChangeKind.RESUME: ChangeForm,
    ChangeKind.CANCEL: CancelForm,
}
