"""Forms of products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.utils.translation import gettext_lazy as _

from bss.accounts.countries import country_choices
from bss.catalog import selectors
from bss.catalog.choices import ProductKind, Unit
from bss.catalog.forms.fields import CurrencyField, switch
from bss.catalog.forms.rows import RowsForm
from bss.catalog.models import Category, Industry, Product, ProductType
from bss.core.fields import FieldSpec, form_field, specs_from_json
from bss.ui.components import Fieldset
from bss.ui.fields import AmountField, NumberField

PREFIX = "characteristic-"


def _tax_countries() -> list[tuple[str, Any]]:
    return [("", _("The customer's own")), *country_choices()]


class ProductForm(forms.Form):
    """What a product is. The fields of its type's characteristics follow, named "characteristic-<code>"."""

    name = forms.CharField(label=_("Name"), max_length=200)
    code = forms.CharField(label=_("Code"), max_length=80, help_text=_("Your unique article code."))
    kind = forms.ChoiceField(label=_("Kind"), choices=ProductKind.choices)
    vendor = forms.CharField(label=_("Vendor"), max_length=100, required=False)
    category: ModelChoiceField[Category] = ModelChoiceField(
        queryset=None,
        label=_("Category"),
        required=False,
        empty_label=_("None"),
    )
    industries: ModelMultipleChoiceField[Industry] = ModelMultipleChoiceField(
        queryset=None,
        label=_("Industries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    summary = forms.CharField(
        label=_("One line"), max_length=300, required=False, help_text=_("Shown on product cards.")
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    is_active = switch(_("On sale"), _("Buyers also need a price list that holds it."))
    is_featured = switch(_("Featured on the home page"))
    is_promoted = switch(_("On promotion"), _("Shown among the promoted products."))
    taxable = switch(_("Taxable"))
    tax_country = forms.ChoiceField(label=_("Tax country"), choices=_tax_countries, required=False)
    tax_class = forms.CharField(label=_("Tax class"), max_length=30, initial="standard")

    def __init__(self, *args: Any, product_type: ProductType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = selectors.category_choices()  # type: ignore[attr-defined]
        self.fields["industries"].queryset = selectors.industry_choices()  # type: ignore[attr-defined]
        self.specs = [s for s in specs_from_json(product_type.characteristics) if _shown(s)]
        for spec in self.specs:
            self.fields[f"{PREFIX}{spec.code}"] = form_field(_open(spec))

    def values(self) -> dict[str, Any]:
        """The service's arguments. Characteristics go as they were typed: the service reads them itself."""
        plain = {n: v for n, v in self.cleaned_data.items() if not n.startswith(PREFIX)}
        plain["characteristics"] = {
            spec.code: self[f"{PREFIX}{spec.code}"].data for spec in self.specs
        }
        return plain

    def fieldsets(self) -> Sequence[Fieldset]:
        """The groups of the page, with the characteristics where the type has any."""
        groups = [
            Fieldset(
                _("Product"),
                (
                    "name",
                    "code",
                    "kind",
                    "vendor",
                    "category",
                    "industries",
                    "summary",
                    "description",
                ),
                _("What buyers read in the catalogue."),
            ),
            Fieldset(
                _("Sale"),
                ("is_active", "is_featured", "is_promoted"),
                _("Whether and where it is shown."),
            ),
            Fieldset(
                _("Tax"), ("taxable", "tax_country", "tax_class"), _("How its sale is taxed.")
            ),
        ]
        if self.specs:
            names = tuple(f"{PREFIX}{spec.code}" for spec in self.specs)
            words = _("What this product fixes. What stays open is asked when it is bought.")
            groups.insert(1, Fieldset(_("Characteristics"), names, words))
        return groups


def initial_of(product: Product) -> dict[str, Any]:
    """The product's present values, as ProductForm shows them."""
    related = {"category", "industries"}
    names = [name for name in ProductForm.base_fields if name not in related]
    return {
        **{name: getattr(product, name) for name in names},
        "category": product.category_id,
        "industries": list(product.industries.values_list("pk", flat=True)),
        **{f"{PREFIX}{code}": value for code, value in product.characteristics.items()},
    }


class IndustryForm(forms.Form):
    """A trade that products are made for."""

    name = forms.CharField(label=_("Name"), max_length=100)
    slug = forms.SlugField(
        label=_("Address"),
        max_length=100,
        required=False,
        help_text=_("The last part of its web address; made from the name when empty."),
    )
    position = NumberField(_("Position"), most=100_000, initial=0, help_text=_("Lower is first."))


class TypeChoiceForm(forms.Form):
    """Of which type a new product is."""

    type: ModelChoiceField[ProductType] = ModelChoiceField(
        queryset=None, label=_("Product type"), to_field_name="public_id"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = selectors.product_type_choices()  # type: ignore[attr-defined]


class PictureForm(forms.Form):
    """A product's picture."""

    image = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG, WebP or GIF, at most 5 MB. It is scaled to 1200 pixels."),
        widget=forms.ClearableFileInput(
            attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}
        ),
    )


class AddOnForm(forms.Form):
    """An add-on to offer with a product."""

    add_on: ModelChoiceField[Product] = ModelChoiceField(
        queryset=None, label=_("Add-on"), to_field_name="public_id"
    )
    max_quantity = NumberField(_("Largest quantity"), required=False, least=1, most=1_000_000)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["add_on"].queryset = selectors.possible_add_ons(product)  # type: ignore[attr-defined]


class PriceRowForm(forms.Form):
    """The list price of one unit in one currency."""

    unit = forms.ChoiceField(label=_("Unit"), choices=[("", "—"), *Unit.choices])
    currency = CurrencyField()
    price = AmountField(_("List price"))
    cost = AmountField(_("Cost"), required=False)
    is_active = forms.BooleanField(label=_("On sale"), required=False, initial=True)

    def __init__(self, *args: Any, shows_cost: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not shows_cost:
            del self.fields["cost"]

    def has_changed(self) -> bool:
        """A blank row shows a currency already; that alone says nothing."""
        return bool({"unit", "price", "cost"} & set(self.changed_data)) or (
            "unit" in self.initial and super().has_changed()
        )


class PricesForm(RowsForm):
    """A product's list prices, one row for each unit and currency."""

    row_form = PriceRowForm


def _shown(spec: FieldSpec) -> bool:
    return spec.audience != "hidden"


def _open(spec: FieldSpec) -> FieldSpec:
    """The same field, not required: what a product leaves open the buyer may be asked."""
    return FieldSpec.from_json({**spec.to_json(), "required": False, "default": ""})
