"""What may be asked of a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.contracts import PlanOption
from bss.subscriptions.forms import option_key, option_words
from bss.subscriptions.models import Subscription
from bss.subscriptions.services.offers import AddOnChoice
from bss.ui.fields import QuantityField
from bss.ui.formats import day
from storefront.selectors.subscriptions import Target


class QuantityForm(forms.Form):
    """The new whole quantity, and from when on."""

    quantity = QuantityField(label=_("New quantity"))
    when = forms.ChoiceField(label=_("From when"), widget=forms.RadioSelect, required=False)

    def __init__(self, data: Any = None, *, subscription: Subscription) -> None:
        super().__init__(data, initial={"quantity": subscription.quantity, "when": "now"})
        choices: list[tuple[str, Any]] = [("now", _("Now"))]
        if subscription.ends_at is not None and subscription.renews:
            text = _("From the next term, on %(day)s") % {"day": day(subscription.ends_at.date())}
            choices.append(("period_end", text))
        self.fields["when"].choices = choices  # type: ignore[attr-defined]

    def clean_when(self) -> str:
        return self.cleaned_data["when"] or "now"


class AddOnForm(forms.Form):
    """One of the add-ons and how many of it there are to be: 0 takes it away."""

    add_on = forms.ChoiceField(
        label=_("Add-on"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose an add-on."),
            "invalid_choice": _("This add-on cannot be had with the subscription."),
        },
    )
    quantity = QuantityField(label=_("How many there are to be"), minimum=0)

    def __init__(self, data: Any = None, *, choices: Sequence[AddOnChoice]) -> None:
        super().__init__(data)
        self.choices = {choice.key: choice for choice in choices}
        self.fields["add_on"].choices = [  # type: ignore[attr-defined]
            (key, choice.product.name) for key, choice in self.choices.items()
        ]


class RenewalForm(forms.Form):
    """What the next term begins with: how many, and how they are paid."""

    quantity = QuantityField(label=_("Quantity from the next term"))
    payment = forms.ChoiceField(label=_("Payment from the next term"), widget=forms.RadioSelect)

    def __init__(
        self, data: Any = None, *, subscription: Subscription, options: Sequence[PlanOption]
    ) -> None:
        current = next((each for each in options if each.is_current), options[0])
        initial = {
            "quantity": subscription.renewal_quantity or subscription.quantity,
            "payment": option_key(current),
        }
        super().__init__(data, initial=initial)
        self.fields["payment"].choices = [  # type: ignore[attr-defined]
            (option_key(each), option_words(each)) for each in options
        ]


class ProductForm(forms.Form):
    """The product that takes the present one's place."""

    product = forms.ChoiceField(
        label=_("New product"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the new product."),
            "invalid_choice": _("This product is not on sale to you for this term."),
        },
    )

    def __init__(self, data: Any = None, *, targets: Sequence[Target]) -> None:
        super().__init__(data)
        self.fields["product"].choices = [  # type: ignore[attr-defined]
            (target.product.public_id, target.product.name) for target in targets
        ]


class CancelForm(forms.Form):
    """How much of it ends, and when."""

    when = forms.ChoiceField(label=_("When"), widget=forms.RadioSelect)
    some = forms.ChoiceField(
        label=_("What"),
        choices=[("", _("All of it")), ("some", _("Some of the licences"))],
        widget=forms.RadioSelect,
        required=False,
    )
    licences = QuantityField(label=_("How many licences end, if only some"), required=False)

    def __init__(self, data: Any = None, *, subscription: Subscription) -> None:
        choices: list[tuple[str, Any]] = [("now", _("Now"))]
        ends = subscription.ends_at
        if ends is not None and subscription.state == SubscriptionState.ACTIVE:
            text = _("When its term ends, on %(day)s") % {"day": day(ends.date())}
            choices.insert(0, ("period_end", text))
        super().__init__(data, initial={"when": choices[0][0], "some": ""})
        self.subscription = subscription
        self.fields["when"].choices = choices  # type: ignore[attr-defined]
        if subscription.quantity == 1 or subscription.state != SubscriptionState.ACTIVE:
            del self.fields["some"], self.fields["licences"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("some") and not self.errors:
            licences = given.get("licences")
            if not licences:
                self.add_error("licences", _("Enter how many licences end."))
            elif licences >= self.subscription.quantity:
                self.add_error(
                    "licences",
                    _("There are %(n)s. To end them all, choose “All of it”.")
                    % {"n": self.subscription.quantity},
                )
        return given


class AutoRenewalForm(forms.Form):
    """Nothing to fill in: the page says what switching over means."""
