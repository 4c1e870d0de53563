"""Forms of price lists and categories."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.forms import ModelChoiceField
from django.utils.translation import gettext_lazy as _

from bss.accounts.countries import currency_choices
from bss.accounts.models import Account
from bss.catalog import selectors
from bss.catalog.choices import PriceRule, Unit
from bss.catalog.forms.fields import DateField, switch
from bss.catalog.models import Category, PriceList
from bss.ui.fields import AmountField, NumberField


class PriceListForm(forms.Form):
    """A price list's name and validity."""

    name = forms.CharField(label=_("Name"), max_length=100)
    valid_from = DateField(label=_("Valid from"))
    valid_until = DateField(
        label=_("Valid until"), required=False, help_text=_("The last day; empty for no end.")
    )
    is_active = switch(_("Active"))
    is_default = switch(
        _("For whoever has none of its own"), _("Also what visitors of your storefront see.")
    )


class NewPriceListForm(PriceListForm):
    """A new price list; its currency is for life."""

    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices)
    field_order = ("name", "currency")


class PriceListItemForm(forms.Form):
    """How a product's price is made on a price list."""

    unit = forms.ChoiceField(
        label=_("Unit"), choices=[("", _("Every unit")), *Unit.choices], required=False
    )
    rule = forms.ChoiceField(
        label=_("Rule"),
        choices=PriceRule.choices,
        widget=forms.RadioSelect(attrs={"data-layout": "cards"}),
        initial=PriceRule.LIST,
    )
    percent = AmountField(
        _("Percent"),
        required=False,
        maximum="99999",
        help_text=_(
            "10 is ten per cent. A margin is a part of the price, a mark-up a part of the cost."
        ),
    )

    def clean_percent(self) -> Decimal:
        return self.cleaned_data["percent"] or Decimal(0)


class RuleForAllForm(PriceListItemForm):
    """One rule for everything on a price list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["unit"]


class AccountNumberForm(forms.Form):
    """Which account buys from a price list."""

    account = forms.CharField(
        label=_("Account"), max_length=200, help_text=_("Its number, or its exact name.")
    )


class AssignForm(forms.Form):
    """Which price list an account buys from."""

    price_list: ModelChoiceField[PriceList] = ModelChoiceField(
        queryset=None,
        label=_("Price list"),
        required=False,
        to_field_name="public_id",
        empty_label=_("The default of its currency"),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price_list"].queryset = selectors.assignable_lists(account)  # type: ignore[attr-defined]


class CategoryForm(forms.Form):
    """A shelf of the catalogue."""

    name = forms.CharField(label=_("Name"), max_length=100)
    slug = forms.SlugField(
        label=_("Address"),
        max_length=100,
        required=False,
        help_text=_("The last part of its web address; made from the name when empty."),
    )
    parent: ModelChoiceField[Category] = ModelChoiceField(
        queryset=None,
        label=_("Below"),
        required=False,
        empty_label=_("Nothing: a shelf of its own"),
    )
    position = NumberField(_("Position"), most=100_000, initial=0, help_text=_("Lower is first."))

    def __init__(self, *args: Any, but: Category | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = selectors.category_choices()
        if but is not None:
            others = others.exclude(pk=but.pk)
        self.fields["parent"].queryset = others  # type: ignore[attr-defined]
