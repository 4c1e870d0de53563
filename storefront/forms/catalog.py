"""What the shop window is asked: how to narrow the catalogue, and what of a product is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bss.installments.contracts import PlanTerms
from bss.ui.fields import QuantityField
from storefront.choices import Group, Sorting
from storefront.contracts import Choice, ProductView

ADD_ON = "addon-"
PLAN = "plan-"


class ProductForm(forms.Form):
    """Term, plan, quantity and add-ons of one product; the same names are posted to the basket.

    Each term has a plan of its own ("plan-P1Y"), so that changing the term forgets nothing. "plan" alone is that of the
    chosen term, for links.
    """

    def __init__(self, *args: Any, view: ProductView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.view = view
        self.fields["unit"] = forms.ChoiceField(
            label=_("Term"),
            choices=[(term.unit, term.label) for term in view.terms],
            required=False,
        )
        self.fields["quantity"] = _quantity("quantity", _("Quantity"), 1, view.max_quantity)
        self.fields["plan"] = _plan([plan for term in view.terms for plan in term.plans])
        for term in view.terms:
            self.fields[f"{PLAN}{term.unit}"] = _plan(term.plans)
        for option in view.add_ons:
            name = f"{ADD_ON}{option.product.public_id}"
            self.fields[name] = _quantity(name, option.product.name, 0, option.max_quantity)

    def clean_quantity(self) -> int | None:
        """A link may name no quantity; a field that was emptied is no quantity."""
        quantity: int | None = self.cleaned_data["quantity"]
        if quantity is None and "quantity" in self.data:
            raise ValidationError(_("Enter how many you want."), code="required")
        return quantity

    def choice(self) -> Choice:
        """What was chosen, as far as it fits; before anything was, one of the shortest term."""
        given = self.cleaned_data if self.is_bound else {}
        unit = given.get("unit") or (self.view.terms[0].unit if self.view.terms else "")
        plans = {term.unit: given.get(f"{PLAN}{term.unit}") or "" for term in self.view.terms}
        if given.get("plan"):
            plans[unit] = given["plan"]
        return Choice(
            unit=unit,
            plans=plans,
            quantity=given.get("quantity") or 1,
            add_ons={
                option.product.public_id: given.get(f"{ADD_ON}{option.product.public_id}") or 0
                for option in self.view.add_ons
            },
        )


def sorting_of(text: str, default: Sorting = Sorting.NAME) -> Sorting:
    """The order an address asks for; the default for anything else. Only a search has a best match."""
    if text == Sorting.BEST or text not in Sorting.values:
        return default
    return Sorting(text)


def group_of(text: str) -> Group | None:
    """The group an address asks for; None for anything else."""
    return Group(text) if text in Group.values else None


def _plan(plans: Sequence[PlanTerms]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Payment plan"),
        choices=[("", _("At once")), *((plan.code, str(plan)) for plan in plans)],
        required=False,
        error_messages={"invalid_choice": _("This payment plan is not offered. Choose another.")},
    )


def _quantity(name: str, label: Any, least: int, most: int | None) -> QuantityField:
    found = QuantityField(label=label, minimum=least, maximum=most, required=False)
    found.initial = least
    found.widget.attrs |= {"autocomplete": "off", "aria-describedby": f"id_{name}-error"}
    return found
