"""The catalogue's lists: which columns they have and where a row leads."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.catalog.choices import ProductAudience, ProductKind
from bss.catalog.models import Category, Industry, PriceList, Product, ProductType
from bss.ui.components import Badge
from bss.ui.tables import Column, Table


def product_badge(product: Product) -> Badge:
    """Whether a product is on sale."""
    return Badge(_("On sale"), "success") if product.is_active else Badge(_("Off sale"), "neutral")


def price_list_badge(price_list: PriceList) -> Badge:
    """Whether a price list counts."""
    return (
        Badge(_("Active"), "success") if price_list.is_active else Badge(_("Inactive"), "neutral")
    )


class ProductTable(Table):
    name = Column("name", _("Product"), sortable=True, link=True)
    code = Column("code", _("Code"), sortable=True)
    type = Column("type__name", _("Type"))
    vendor = Column("vendor", _("Vendor"), sortable=True)
    category = Column("category__name", _("Category"))
    kind = Column(
        lambda row: ProductKind(row.kind).label, _("Kind"), sortable="kind", hidden_by_default=True
    )
    state = Column(product_badge, _("State"), kind="badge", sortable="is_active")
    created = Column("created_at", _("Created"), kind="date", sortable=True, hidden_by_default=True)
    default_order = "name"
    actions_slot = "product.row_actions"

    def row_url(self, row: Product) -> str:
        return reverse("catalog:product-detail", args=[row.public_id])


class AddableProductTable(ProductTable):
    """Products to choose from; none leads away from the choice."""

    actions_slot = ""

    def row_url(self, row: Product) -> str:
        return ""


class ProductTypeTable(Table):
    name = Column("name", _("Product type"), sortable=True, link=True)
    code = Column("code", _("Code"), sortable=True)
    vendor = Column("vendor", _("Vendor"), sortable=True)
    audience = Column(lambda row: ProductAudience(row.audience).label, _("Who may buy"))
    automatic = Column("automatic", _("Automatic"), kind="bool")
    owner = Column(
        lambda row: _("Service manager") if row.managed_by else _("Your staff"), _("Defined by")
    )
    product_count = Column("product_count", _("Products"), kind="number")
    default_order = "name"

    def row_url(self, row: ProductType) -> str:
        return reverse("catalog:type-detail", args=[row.public_id])


class PriceListTable(Table):
    name = Column("name", _("Price list"), sortable=True, link=True)
    currency = Column("currency", _("Currency"), sortable=True)
    state = Column(price_list_badge, _("State"), kind="badge", sortable="is_active")
    is_default = Column("is_default", _("Default"), kind="bool")
    valid_from = Column("valid_from", _("From"), kind="date", sortable=True)
    valid_until = Column("valid_until", _("Until"), kind="date", sortable=True)
    item_count = Column("item_count", _("Items"), kind="number")
    account_count = Column("account_count", _("Accounts"), kind="number")
    default_order = "name"

    def row_url(self, row: PriceList) -> str:
        return reverse("catalog:price-list-detail", args=[row.public_id])


class CategoryTable(Table):
    name = Column("name", _("Category"), sortable=True, link=True)
    parent = Column("parent__name", _("Below"))
    slug = Column("slug", _("Address"), kind="code")
    position = Column("position", _("Position"), kind="number", sortable=True)
    product_count = Column("product_count", _("Products"), kind="number")
    default_order = "position"

    def row_url(self, row: Category) -> Any:
        return reverse("catalog:category-edit", args=[row.slug])


class IndustryTable(Table):
    name = Column("name", _("Industry"), sortable=True, link=True)
    slug = Column("slug", _("Address"), kind="code")
    position = Column("position", _("Position"), kind="number", sortable=True)
    product_count = Column("product_count", _("Products"), kind="number")
    default_order = "position"

    def row_url(self, row: Industry) -> Any:
        return reverse("catalog:industry-edit", args=[row.slug])
