"""What the shop window is asked: how to narrow the catalogue, and what of a product is wanted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from storefront.choices import Sorting
from storefront.contracts import Choice, ProductView

MOST = 1_000_000
ADD_ON = "addon-"


class ProductForm(forms.Form):
    """Term, quantity and add-ons of one product; the same names are posted to the basket."""

    def __init__(self, *args: Any, view: ProductView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.view = view
        self.fields["unit"] = forms.ChoiceField(
            label=_("Term"),
            choices=[(term.unit, term.label) for term in view.terms],
            required=False,
        )
        self.fields["quantity"] = _quantity(_("Quantity"), 1, view.max_quantity)
        for option in view.add_ons:
            name = f"{ADD_ON}{option.product.public_id}"
            self.fields[name] = _quantity(option.product.name, 0, option.max_quantity)

    def choice(self) -> Choice:
        """What was chosen; before anything was, one of the shortest term."""
        given = self.cleaned_data if self.is_bound else {}
        return Choice(
            unit=given.get("unit") or (self.view.terms[0].unit if self.view.terms else ""),
            quantity=given.get("quantity") or 1,
            add_ons={
                option.product.public_id: given.get(f"{ADD_ON}{option.product.public_id}") or 0
                for option in self.view.add_ons
            },
        )


def sorting_of(text: str) -> Sorting:
    """The order an address asks for; by name for anything else."""
    return Sorting(text) if text in Sorting.values else Sorting.NAME


def _quantity(label: Any, least: int, most: int | None) -> forms.IntegerField:
    limit = most or MOST
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=limit,
        initial=least,
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
