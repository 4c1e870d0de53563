"""Forms of payment plans."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import ModelChoiceField
from django.utils.translation import gettext_lazy as _

from bss.catalog import selectors as catalog
from bss.catalog.choices import Unit
from bss.catalog.forms.fields import switch
from bss.catalog.models import Category, ProductType
from bss.installments.choices import PLANNED_UNITS, Frequency
from bss.installments.models import PaymentPlan
from bss.installments.selectors import fits
from bss.ui.fields import AmountField, NumberField


class PlanForm(forms.Form):
    """How often and how many times."""

    frequency = forms.ChoiceField(label=_("Frequency"), choices=Frequency.choices)
    count = NumberField(
        _("Installments"),
        least=2,
        most=60,
        help_text=_("How many there are. Together they last no longer than the term."),
    )


class OffersForm(forms.Form):
    """The plans of one product: a group of boxes for each term long enough, named like the term ("P1Y")."""

    def __init__(
        self, *args: Any, units: Sequence[Unit], plans: Sequence[PaymentPlan], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.plans = {plan.public_id: plan for plan in plans}
        for unit in units:
            self.fields[unit.value] = forms.MultipleChoiceField(
                label=unit.label,
                choices=[(p.public_id, str(p)) for p in plans if fits(unit, p)],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def offered(self) -> dict[str, list[PaymentPlan]]:
        """Unit to the chosen plans."""
        return {
            unit: [self.plans[public_id] for public_id in chosen]
            for unit, chosen in self.cleaned_data.items()
        }


class BulkOffersForm(forms.Form):
    """For which products and terms a plan is offered, or is no longer."""

    type: ModelChoiceField[ProductType] = ModelChoiceField(
        queryset=None,
        label=_("Product type"),
        to_field_name="public_id",
        required=False,
        empty_label=_("Every type"),
    )
    category: ModelChoiceField[Category] = ModelChoiceField(
        queryset=None,
        label=_("Category"),
        to_field_name="slug",
        required=False,
        empty_label=_("Every category"),
    )
    units = forms.MultipleChoiceField(
        label=_("Terms"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one term.")},
    )

    def __init__(self, *args: Any, plan: PaymentPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = catalog.product_type_choices()  # type: ignore[attr-defined]
        self.fields["category"].queryset = catalog.category_choices()  # type: ignore[attr-defined]
        units = [unit for unit in PLANNED_UNITS if fits(unit, plan)]
        self.fields["units"].choices = [(u.value, u.label) for u in units]  # type: ignore[attr-defined]
        self.fields["units"].initial = [unit.value for unit in units]


class AccessForm(forms.Form):
    """Whether an account may pay by installments, and what this adds to its prices."""

    is_enabled = switch(
        _("May pay by installments"),
        _("For itself and for what its end customers buy, wherever a payment plan is offered."),
    )
    extra_charge = AmountField(
        _("Extra charge, per cent"),
        required=False,
        maximum="1000",
        help_text=_("Added to the selling price of whatever is paid by a plan. 0 adds nothing."),
    )

    def values(self) -> dict[str, Any]:
        """The service's arguments."""
        charge: Decimal | None = self.cleaned_data["extra_charge"]
        return {
            "is_enabled": self.cleaned_data["is_enabled"],
            "extra_charge": Decimal(0) if charge is None else charge,
        }
