"""Products: the list, the record, its fields, prices, picture and add-ons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.catalog import selectors, services
from bss.catalog.access import access_add_on, access_product, access_product_type
from bss.catalog.choices import ProductKind, Unit
from bss.catalog.filters import ProductFilter
from bss.catalog.forms.fields import Confirmation
from bss.catalog.forms.products import (
    AddOnForm,
    PictureForm,
    PricesForm,
    ProductForm,
    TypeChoiceForm,
    initial_of,
)
from bss.catalog.models import AddOn, ListPrice, Product, ProductType
from bss.catalog.tables import ProductTable, product_badge
from bss.catalog.views.types import MANAGED_WORDS
from bss.core.errors import Invalid
from bss.core.fields import render, specs_from_json
from bss.core.money import Money
from bss.ui.components import Badge, Button, Crumb, EmptyState, Fact, SavedView, Tab
from bss.ui.generic import ConfirmView, DetailView, EditView, FormView, ListView


class ProductList(ListView):
    permission = Permission.CATALOG_VIEW
    title = _("Products")
    table = ProductTable
    filterset = ProductFilter
    search = ("name", "code", "vendor")
    search_label = _("Search products")
    saved_views = (
        SavedView("on-sale", _("On sale"), {"is_active": "true"}),
        SavedView("off-sale", _("Off sale"), {"is_active": "false"}),
        SavedView("add-ons", _("Add-ons"), {"kind": "add_on"}),
    )

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No products yet"),
            _(
                "A product is what buyers put into their basket: of one type, with a price per term."
            ),
            self.primary_action(),
            "cube",
        )

    def queryset(self) -> QuerySet[Product]:
        return selectors.products()

    def primary_action(self) -> Button | None:
        if not self.may(Permission.CATALOG_EDIT):
            return None
        return Button(_("New product"), reverse("catalog:product-create"), "plus", "primary")


class ProductDetail(DetailView):
    permission = Permission.CATALOG_VIEW
    slot = "product"
    tabs = (
        Tab("overview", _("Overview"), "catalog/_product_overview.html"),
        Tab("prices", _("Prices"), "catalog/_product_prices.html"),
        Tab("add_ons", _("Add-ons"), "catalog/_product_add_ons.html"),
    )
    object: Product

    def get_object(self) -> Product:
        return access_product(self.actor, self.kwargs["public_id"])

    def number(self) -> str:
        return self.object.code

    def badge(self) -> Badge:
        return product_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        type_url = reverse("catalog:type-detail", args=[self.object.type.public_id])
        return [
            Fact(_("Type"), self.object.type.name, type_url),
            Fact(_("Kind"), ProductKind(self.object.kind).label),
            Fact(_("Vendor"), self.object.vendor),
            Fact(_("Category"), self.object.category and self.object.category.name),
        ]

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Products"), reverse("catalog:product-list"))]

    def tab_overview(self) -> Mapping[str, Any]:
        product = self.object
        specs = specs_from_json(product.type.characteristics)
        return {
            "product": product,
            "characteristics": [
                Fact(spec.label, render(spec, product.characteristics.get(spec.code)) or _("Asked"))
                for spec in specs
                if spec.audience != "hidden"
            ],
            "sale": [
                Fact(_("Featured"), product.is_featured),
                Fact(_("Taxable"), product.taxable),
                Fact(_("Tax country"), product.tax_country or _("The customer's")),
                Fact(_("Tax class"), product.tax_class),
                Fact(_("Id at its owner"), product.external_id),
            ],
            "overridden": [name.replace("_", " ") for name in product.overridden],
        }

    def tab_prices(self) -> Mapping[str, Any]:
        return {
            "prices": [price_row(row) for row in selectors.list_prices_of(self.object)],
            "shows_cost": self.may(Permission.COST_VIEW),
            "edit": self._button(_("Edit prices"), "catalog:product-prices"),
        }

    def tab_add_ons(self) -> Mapping[str, Any]:
        return {
            "links": selectors.add_ons_of(self.object),
            "product": self.object,
            "may_edit": self.may(Permission.CATALOG_EDIT),
            "add": self._button(_("Offer an add-on"), "catalog:product-add-on-add"),
        }

    def _button(self, label: Any, name: str) -> Button | None:
        if not self.may(Permission.CATALOG_EDIT):
            return None
        return Button(label, reverse(name, args=[self.object.public_id]), "pencil")


class ProductCreate(FormView):
    """First of which type, then what it is."""

    permission = Permission.CATALOG_EDIT
    title = _("New product")
    submit_label = _("Create product")
    success_message: Any = _("%(it)s created. Next: its prices and price lists.")

    @property
    def form_class(self) -> Any:  # type: ignore[override]
        return ProductForm if self.product_type else TypeChoiceForm

    @cached_property
    def product_type(self) -> ProductType | None:
        public_id = self.request.GET.get("type", "")
        if not public_id:
            return None
        return access_product_type(self.actor, public_id, Permission.CATALOG_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Products"), reverse("catalog:product-list"))]

    def prepare(self) -> None:
        if self.product_type is None:
            self.submit_label = _("Continue")

    def build(self, **bound: Any) -> Any:
        form = super().build(**bound)
        if self.product_type is not None:
            self.fieldsets = form.fieldsets()
        return form

    def initial(self) -> Mapping[str, Any]:
        if self.product_type is None:
            return {}
        vendor = self.product_type.vendor
        return {"kind": ProductKind.PRIMARY, "is_active": True, "taxable": True, "vendor": vendor}

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"product_type": self.product_type} if self.product_type else {}

    def save(self, form: Any) -> Product | ProductType:
        if self.product_type is None:
            chosen: ProductType = form.cleaned_data["type"]
            self.success_message = ""
            return chosen
        return services.product_create(
            organization=selectors.organization_of(self.actor),
            type=self.product_type,
            actor=self.actor,
            **form.values(),
        )

    def success_url(self, result: Any) -> str:
        if isinstance(result, ProductType):
            return f"{reverse('catalog:product-create')}?type={result.public_id}"
        return reverse("catalog:product-detail", args=[result.public_id])


class _ProductScreen(EditView):
    """A page about one product."""

    permission = Permission.CATALOG_EDIT
    object: Product

    def get_object(self) -> Product:
        return access_product(self.actor, self.kwargs["public_id"], Permission.CATALOG_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Products"), reverse("catalog:product-list")),
            Crumb(self.object.name, self.success_url(self.object)),
        ]

    def success_url(self, result: Any) -> str:
        return reverse("catalog:product-detail", args=[self.object.public_id])


class ProductEdit(_ProductScreen):
    title = _("Edit product")
    form_class = ProductForm

    @property
    def consequence(self) -> Any:
        return MANAGED_WORDS if self.object.type.managed_by else ""

    def build(self, **bound: Any) -> Any:
        form = super().build(**bound)
        self.fieldsets = form.fieldsets()
        return form

    def initial(self) -> Mapping[str, Any]:
        return initial_of(self.object)

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"product_type": self.object.type}

    def save(self, form: Any) -> Product:
        return services.product_edit(
            product=self.object, version=self.object.version, actor=self.actor, **form.values()
        )


class ProductPrices(_ProductScreen):
    title = _("List prices")
    intro = _(
        "What one unit sells for and costs, net, before any price list. Blank rows are left out."
    )
    form_class = PricesForm
    template_name = "catalog/prices_form.html"

    @property
    def consequence(self) -> Any:
        return MANAGED_WORDS if self.object.type.managed_by else ""

    def initial(self) -> Mapping[str, Any]:
        return {}

    def form_kwargs(self) -> Mapping[str, Any]:
        rows = [
            {
                "unit": row.unit,
                "currency": row.currency,
                "price": row.price,
                "cost": row.cost,
                "is_active": row.is_active,
            }
            for row in selectors.list_prices_of(self.object)
        ]
        return {
            "rows": rows,
            "row_kwargs": {"shows_cost": self.may(Permission.COST_VIEW)},
        }

    def save(self, form: Any) -> Product:
        filled = form.filled()
        rows = [
            services.ListPriceRow(
                row["unit"], row["currency"], row["price"], row.get("cost"), row["is_active"]
            )
            for _index, row in filled
        ]
        try:
            services.list_prices_set(
                product=self.object, version=self.object.version, rows=rows, actor=self.actor
            )
        except Invalid as problem:
            raise form.tell_rows(problem, [index for index, _row in filled]) from problem
        return self.object

    def success_url(self, result: Any) -> str:
        return f"{super().success_url(result)}?tab=prices"


class ProductPicture(_ProductScreen):
    title = _("Picture")
    form_class = PictureForm
    template_name = "catalog/picture_form.html"
    submit_label = _("Show this picture")

    def initial(self) -> Mapping[str, Any]:
        return {}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "remove" in request.POST:
            self.prepare()
            services.product_picture_remove(product=self.object, actor=self.actor)
            return HttpResponseRedirect(self.success_url(self.object))
        return super().post(request, *args, **kwargs)

    def save(self, form: Any) -> Product:
        return services.product_picture_set(
            product=self.object, upload=form.cleaned_data["image"], actor=self.actor
        )


class ProductAddOnAdd(_ProductScreen):
    title = _("Offer an add-on")
    form_class = AddOnForm
    submit_label = _("Offer it")

    def initial(self) -> Mapping[str, Any]:
        return {}

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"product": self.object}

    def save(self, form: Any) -> AddOn:
        return services.add_on_set(product=self.object, actor=self.actor, **form.cleaned_data)

    def success_url(self, result: Any) -> str:
        return f"{super().success_url(result)}?tab=add_ons"


class ProductAddOnRemove(ConfirmView):
    permission = Permission.CATALOG_EDIT
    form_class = Confirmation
    danger = True
    intro = _("Subscriptions that have it keep it.")
    submit_label = _("Stop offering it")
    success_message = _("Buyers no longer see this add-on with the product.")

    def prepare(self) -> None:
        self.product = access_product(self.actor, self.kwargs["public_id"], Permission.CATALOG_EDIT)
        self.link = access_add_on(
            self.actor, self.product, self.kwargs["pk"], Permission.CATALOG_EDIT
        )

    def get_title(self) -> Any:
        return _("Stop offering %(add_on)s with %(product)s?") % {
            "add_on": self.link.add_on.name,
            "product": self.product.name,
        }

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(self.product.name, self.success_url(None))]

    def save(self, form: Any) -> AddOn:
        services.add_on_remove(link=self.link, actor=self.actor)
        return self.link

    def success_url(self, result: Any) -> str:
        return f"{reverse('catalog:product-detail', args=[self.product.public_id])}?tab=add_ons"


def price_row(row: ListPrice) -> Mapping[str, Any]:
    """A list price with its profit, as the record shows it."""
    return {
        "unit": Unit(row.unit).label,
        "currency": row.currency,
        "price": Money(row.price, row.currency),
        "cost": Money(row.cost, row.currency),
        "profit": Money(row.price - row.cost, row.currency),
        "is_active": row.is_active,
        "overridden": row.overridden,
    }
