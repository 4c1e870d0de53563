"""What may be asked of a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from bss.ui.formats import day
from storefront.selectors.subscriptions import Target

MOST = 1_000_000


class QuantityForm(forms.Form):
    """The new whole quantity."""

    quantity = forms.IntegerField(
        label=_("New quantity"),
        min_value=1,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, *, subscription: Subscription) -> None:
        super().__init__(data, initial={"quantity": subscription.quantity})
        limit = subscription.product.type.max_quantity or MOST
        self.fields["quantity"].widget.attrs["max"] = limit


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
    """When it ends."""

    when = forms.ChoiceField(label=_("When"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, subscription: Subscription) -> None:
        choices: list[tuple[str, Any]] = [("now", _("Now"))]
        ends = subscription.ends_at
        if ends is not None and subscription.state == SubscriptionState.ACTIVE:
            text = _("When its term ends, on %(day)s") % {"day": day(ends.date())}
            choices.insert(0, ("period_end", text))
        super().__init__(data, initial={"when": choices[0][0]})
        self.fields["when"].choices = choices  # type: ignore[attr-defined]
