"""Forms of changes: they clean what somebody wishes; the view asks for its preview and requests it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bss.catalog.models import Product
from bss.orders.forms.lines import QuantityField
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.models import Subscription


@dataclass(frozen=True, slots=True)
class Target:
    """A product the subscription may change to, with its price per unit and term in words."""

    product: Product
    words: str


class ChangeForm(forms.Form):
    """A change with nothing to fill but why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    # What the person saw in the preview: a price that moved since is told before anything is ordered.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, subscription: Subscription, targets: Sequence[Target] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.subscription = subscription
        self.targets = {target.product.public_id: target for target in targets}

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
    field_order = ("quantity",)

    def wish(self) -> dict[str, Any]:
        return {"quantity": self.cleaned_data["quantity"]}


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
    ChangeKind.SUSPEND: SuspendForm,
    ChangeKind.RESUME: ChangeForm,
    ChangeKind.CANCEL: CancelForm,
}
