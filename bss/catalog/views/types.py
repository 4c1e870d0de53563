"""Product types: the list, the record, its fields and its characteristics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.catalog import selectors, services
from bss.catalog.access import access_product_type
from bss.catalog.choices import ProductAudience
from bss.catalog.filters import ProductTypeFilter
from bss.catalog.forms.types import AUDIENCES, TYPES, CharacteristicsForm, ProductTypeForm, row_of
from bss.catalog.models import ProductType
from bss.catalog.tables import ProductTypeTable
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec, specs_from_json
from bss.ui.components import Button, Crumb, EmptyState, Fact, Fieldset, Tab
from bss.ui.generic import DetailView, EditView, FormView, ListView

FIELDSETS = (
    Fieldset(_("Service"), ("name", "code", "vendor", "description"), _("What it is.")),
    Fieldset(
        _("Sale"),
        ("audience", "max_quantity", "automatic", "one_per_account"),
        _("Who buys it and how much."),
    ),
    Fieldset(
        _("Subscriptions"),
        ("cancellable", "switchable"),
        _("What customers may do once they have it."),
    ),
)


class ProductTypeList(ListView):
    permission = Permission.CATALOG_VIEW
    title = _("Product types")
    intro = _("What you can sell: each product is of one type, which says how it is delivered.")
    table = ProductTypeTable
    filterset = ProductTypeFilter
    search = ("name", "code", "vendor")
    search_label = _("Search product types")

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No product types yet"),
            _("A service manager brings its own with Get Services Definition, or you define one."),
            self.primary_action(),
            "squares-2x2",
        )

    def queryset(self) -> QuerySet[ProductType]:
        return selectors.product_types()

    def primary_action(self) -> Button | None:
        if not self.may(Permission.CATALOG_EDIT):
            return None
        return Button(_("New product type"), reverse("catalog:type-create"), "plus", "primary")


class ProductTypeDetail(DetailView):
    permission = Permission.CATALOG_VIEW
    slot = "product_type"
    tabs = (Tab("overview", _("Overview"), "catalog/_type_overview.html"),)
    object: ProductType

    def get_object(self) -> ProductType:
        return access_product_type(self.actor, self.kwargs["public_id"])

    def number(self) -> str:
        return self.object.code

    def facts(self) -> Sequence[Fact]:
        products = f"{reverse('catalog:product-list')}?type={self.object.public_id}"
        return [
            Fact(_("Vendor"), self.object.vendor),
            Fact(_("Who may buy"), ProductAudience(self.object.audience).label),
            Fact(
                _("Delivered"),
                _("Automatically") if self.object.automatic else _("After your staff execute"),
            ),
            Fact(_("Products"), self.object.products.count(), products),
        ]

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Product types"), reverse("catalog:type-list"))]

    def tab_overview(self) -> Mapping[str, Any]:
        specs = specs_from_json(self.object.characteristics)
        return {
            "type": self.object,
            "characteristics": [described(spec) for spec in specs],
            "rules": [
                Fact(_("Largest quantity"), self.object.max_quantity),
                Fact(_("One subscription per account"), self.object.one_per_account),
                Fact(_("Customers may cancel"), self.object.cancellable),
                Fact(_("Products may be exchanged"), self.object.switchable),
            ],
            "overridden": [name.replace("_", " ") for name in self.object.overridden],
            "edit": Button(
                _("Edit characteristics"),
                reverse("catalog:type-characteristics", args=[self.object.public_id]),
                "pencil",
            )
            if self.may(Permission.CATALOG_EDIT)
            else None,
        }


class ProductTypeCreate(FormView):
    permission = Permission.CATALOG_EDIT
    title = _("New product type")
    form_class = ProductTypeForm
    fieldsets = FIELDSETS
    submit_label = _("Create product type")
    success_message = _("Product type %(it)s created. Next: its characteristics and products.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Product types"), reverse("catalog:type-list"))]

    def initial(self) -> Mapping[str, Any]:
        return {"automatic": True, "cancellable": True, "switchable": True}

    def save(self, form: Any) -> ProductType:
        return services.product_type_create(
            organization=selectors.organization_of(self.actor),
            actor=self.actor,
            **form.cleaned_data,
        )

    def success_url(self, result: Any) -> str:
        return reverse("catalog:type-detail", args=[result.public_id])


class _TypeScreen(EditView):
    """A page about one product type."""

    permission = Permission.CATALOG_EDIT
    object: ProductType

    def get_object(self) -> ProductType:
        return access_product_type(self.actor, self.kwargs["public_id"], Permission.CATALOG_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Product types"), reverse("catalog:type-list")),
            Crumb(self.object.name, self.success_url(self.object)),
        ]

    def success_url(self, result: Any) -> str:
        return reverse("catalog:type-detail", args=[result.public_id])


class ProductTypeEdit(_TypeScreen):
    title = _("Edit product type")
    form_class = ProductTypeForm
    fieldsets = FIELDSETS

    @property
    def consequence(self) -> Any:
        return MANAGED_WORDS if self.object.managed_by else ""

    def save(self, form: Any) -> ProductType:
        return services.product_type_edit(
            product_type=self.object,
            version=self.object.version,
            actor=self.actor,
            **form.cleaned_data,
        )


class ProductTypeCharacteristics(_TypeScreen):
    title = _("Characteristics")
    intro = _(
        "What a product of this type fixes, and what its buyer is asked. Blank rows are left out."
    )
    form_class = CharacteristicsForm
    template_name = "catalog/characteristics_form.html"

    def initial(self) -> Mapping[str, Any]:
        return {}

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"rows": [row_of(spec) for spec in specs_from_json(self.object.characteristics)]}

    def save(self, form: Any) -> ProductType:
        places, specs = form.specs()
        try:
            return services.product_type_characteristics_set(
                product_type=self.object,
                version=self.object.version,
                characteristics=specs,
                actor=self.actor,
            )
        except Invalid as problem:
            raise form.tell_rows(problem, places) from problem


MANAGED_WORDS = _(
    "A service manager owns this. What you change here is yours from now on: "
    "Get Services Definition will leave it alone."
)


def described(spec: FieldSpec) -> dict[str, Any]:
    """A characteristic as the record shows it."""
    limits = " \N{EN DASH} ".join(filter(None, (spec.minimum, spec.maximum)))
    return {
        "label": spec.label,
        "code": spec.code,
        "type": TYPES[spec.type],
        "audience": AUDIENCES[spec.audience],
        "required": spec.required,
        "detail": ", ".join(label for _value, label in spec.choices) or limits,
    }
