"""What pricing shows on the catalogue's records: resulting prices and margins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.catalog import selectors as catalog
from bss.catalog.choices import Unit
from bss.catalog.models import PriceList, PriceListItem, Product
from bss.core.money import Money
from bss.pricing import engine, selectors
from bss.pricing.contracts import UnitPrice
from bss.ui import slots
from bss.ui.components import Button
from bss.ui.slots import NavItem, TabItem
from bss.ui.timeline import describe

PAGE_SIZE = 50
WORDS: Mapping[str, Any] = {
    "tax_rate.added": _("Tax rate added"),
    "tax_rate.ended": _("Last day set"),
    "tax_rate.deleted": _("Tax rate deleted"),
    "tax_registration.added": _("Tax registration added"),
    "tax_registration.ended": _("Last day set"),
    "tax_registration.deleted": _("Tax registration deleted"),
}


@dataclass(frozen=True, slots=True)
class PreviewPrice:
    """One unit of an item: what it sells for and what is left of it. `cost` and `margin` None for who may not see."""

    unit: Any
    price: Money
    list_price: Money
    cost: Money | None
    margin: str
    explanation: str


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """One item of a price list with the prices its rule makes."""

    item: PriceListItem
    unit: Any
    prices: Sequence[PreviewPrice]


def register() -> None:
    """Put this app's items into their slots."""
    slots.register(
        "price_list.tabs",
        TabItem(
            "items",
            _("Products"),
            "pricing/_price_list_items.html",
            _price_list_items,
            permission=Permission.CATALOG_VIEW,
            order=10,
        ),
    )
    slots.register(
        "setup.pages",
        NavItem(
            _("Taxes"), "pricing:tax_rates", "receipt-percent", section=_("Billing"),
            permission=Permission.ORGANIZATION_EDIT, order=310,
            text=_("Where you are registered, and what each country takes."),
        ),
    )  # fmt: skip
    for action, words in WORDS.items():
        describe(action, words)
    slots.register(
        "product.tabs",
        TabItem(
            "lists",
            _("Price lists"),
            "pricing/_product_price_lists.html",
            _product_price_lists,
            permission=Permission.CATALOG_VIEW,
            order=40,
        ),
    )


def _price_list_items(request: HttpRequest, price_list: PriceList) -> Mapping[str, Any]:
    text = request.GET.get("q", "").strip()
    items = catalog.price_list_items(price_list)
    if text:
        items = items.filter(Q(product__name__icontains=text) | Q(product__code__icontains=text))
    page = Paginator(items, PAGE_SIZE).get_page(request.GET.get("page"))
    shows_cost = slots.actor_of(request).can(Permission.COST_VIEW)
    prices = selectors.preview(price_list, list(page.object_list))
    add = Button(
        _("Add products"),
        reverse("catalog:price-list-items-add", args=[price_list.public_id]),
        "plus",
        "primary",
    )
    may_edit = slots.actor_of(request).can(Permission.CATALOG_EDIT)
    return {
        "price_list": price_list,
        "page": page,
        "rows": [_row(item, prices.get(item.pk, []), shows_cost) for item in page.object_list],
        "shows_cost": shows_cost,
        "may_edit": may_edit,
        "add": add if may_edit else None,
        "q": text,
    }


def _product_price_lists(request: HttpRequest, product: Product) -> Mapping[str, Any]:
    """On every list of the organization: at most a few, each priced by itself."""
    shows_cost = slots.actor_of(request).can(Permission.COST_VIEW)
    by_list: dict[int, list[PriceListItem]] = {}
    for item in catalog.price_lists_with(product):
        by_list.setdefault(item.price_list_id, []).append(item)
    rows = []
    for items in by_list.values():
        prices = selectors.preview(items[0].price_list, items)
        rows += [_row(item, prices.get(item.pk, []), shows_cost) for item in items]
    return {"rows": rows, "shows_cost": shows_cost, "product": product}


def _row(item: PriceListItem, prices: Sequence[UnitPrice], shows_cost: bool) -> PreviewItem:
    return PreviewItem(
        item,
        Unit(item.unit).label if item.unit else _("Every unit"),
        [_preview(price, shows_cost) for price in prices],
    )


def _preview(price: UnitPrice, shows_cost: bool) -> PreviewPrice:
    margin = engine.margin_percent(price.price, price.cost) if shows_cost else None
    return PreviewPrice(
        unit=Unit(price.unit).label,
        price=price.money,
        list_price=Money(price.list_price, price.currency),
        cost=Money(price.cost, price.currency) if shows_cost else None,
        margin="" if margin is None else f"{margin} %",
        explanation=engine.explanation(price) if shows_cost else "",
    )
