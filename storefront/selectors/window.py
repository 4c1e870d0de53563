"""The shop window: what a viewer sees of the catalogue, at which prices. Always in as many queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from bss.catalog import selectors as catalog
from bss.catalog.choices import ProductAudience, ProductKind, Unit
from bss.catalog.models import AddOn, Category, Product
from bss.core.errors import NotFound
from bss.core.money import Money
from bss.core.prepared import Prepared
from bss.pricing import selectors as pricing
from bss.pricing.contracts import UnitPrice
from bss.subscriptions.choices import LIVE
from bss.subscriptions.models import Subscription
from bss.ui.keyset import Cursor, page_of
from storefront.choices import Sorting
from storefront.contracts import (
    AddOnOption,
    CataloguePage,
    Choice,
    ProductCard,
    ProductView,
    ShelfView,
    SumLine,
    SumView,
    TermOption,
    Viewer,
)

PAGE_SIZE = 24
FEATURED = 8
RELATED = 4


# Lists -------------------------------------------------------------------------------------------------------


def visible(viewer: Viewer) -> QuerySet[Product]:
    """The products this viewer sees in the catalogue."""
    market, storefront = viewer.market, viewer.storefront
    if market is None:
        # A shop without a default list still shows visitors what it sells, only not for how much.
        return _unpriced() if viewer.is_visitor and storefront.owner is None else _nothing()
    found = catalog.visible_products(market.price_list, audience=market.audience)
    if storefront.owner is not None and catalog.CATALOG_LISTING in market.capabilities:
        found = catalog.without_unlisted(found, storefront.owner)
    return found


def matching(found: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Of `found` those that the words of a search name. The one place that knows how the catalogue is searched."""
    for word in text.split()[:8]:
        found = found.filter(
            Q(name__icontains=word) | Q(vendor__icontains=word) | Q(code__icontains=word)
        )
    return found


def listing(
    viewer: Viewer,
    *,
    text: str = "",
    shelf: Category | None = None,
    vendor: str = "",
    sorting: Sorting = Sorting.NAME,
    cursor: Cursor | None = None,
) -> CataloguePage:
    """One page of the catalogue with the vendors found in it; `count` is of all pages."""
    found = matching(visible(viewer), text)
    if shelf is not None:
        found = found.filter(category__in=_with_children(shelf))
    vendors = list(found.order_by("vendor").values_list("vendor").annotate(number=Count("pk")))
    if vendor:
        found = found.filter(vendor=vendor)
    page = page_of(found, sorting.order, cursor, PAGE_SIZE)
    return CataloguePage(
        cards=cards(viewer, page.rows),
        count=sum(number for name, number in vendors if not vendor or name == vendor),
        vendors=[(name, number) for name, number in vendors if viewer.vendor_of(name)],
        previous=page.previous,
        next=page.next,
    )


def featured(viewer: Viewer) -> tuple[Sequence[ProductCard], bool]:
    """What the home page shows first, and whether it is featured; without featured ones the newest."""
    newest = visible(viewer).order_by("-created_at", "-pk")
    # Asked for by themselves: sorting a long catalogue to find the few that are featured took 100 ms.
    chosen = list(newest.filter(is_featured=True)[:FEATURED])
    return cards(viewer, chosen or list(newest[:FEATURED])), bool(chosen)


def shelves(organization_id: int) -> list[ShelfView]:
    """The top categories that hold something on sale, in their order, with how much."""
    rows = (
        Category.objects.filter(organization_id=organization_id, parent=None)
        .annotate(
            own=_number_on_sale(category=OuterRef("pk")),
            below=_number_on_sale(category__parent=OuterRef("pk")),
        )
        .filter(Q(own__gt=0) | Q(below__gt=0))
        .order_by("position", "name")
    )
    return [ShelfView(category, category.own + category.below) for category in rows]


def shelves_open(organization_id: int) -> list[Category]:
    """The same categories without the numbers, which the bar on every page does not show."""
    return _SHELVES_OPEN.all(organization_id=organization_id)


def _shelves_open(organization_id: int) -> QuerySet[Category]:
    return (
        Category.objects.filter(organization_id=organization_id, parent=None)
        .filter(
            Exists(_on_sale(category=OuterRef("pk")))
            | Exists(_on_sale(category__parent=OuterRef("pk")))
        )
        .order_by("position", "name")
    )


_SHELVES_OPEN = Prepared(_shelves_open, organization_id=int)


def _on_sale(**where: Any) -> QuerySet[Product]:
    on_sale = Product.objects.filter(is_active=True, kind=ProductKind.PRIMARY, **where)
    return on_sale.exclude(type__audience=ProductAudience.RESELLER)


def _number_on_sale(**where: Any) -> Coalesce:
    """How many products on sale are `where`. A subquery per shelf finds them by its index: joining two levels of
    shelves with all products and counting them distinct took 150 ms with 20,000 products."""
    numbers = _on_sale(**where).order_by().values("organization_id").annotate(number=Count("pk"))
    return Coalesce(Subquery(numbers.values("number")), 0)


def shelf_called(slug: str) -> Category:
    """Raises NotFound for a category that is not there."""
    found = Category.objects.filter(slug=slug).select_related("parent").first()
    if found is None:
        raise NotFound
    return found


# Cards -------------------------------------------------------------------------------------------------------


def cards(viewer: Viewer, products: Sequence[Product]) -> list[ProductCard]:
    """Products as cards: the lowest price and what the viewer already has."""
    offers = _offers(viewer, products)
    owned = owned_by(viewer, [product.pk for product in products])
    return [
        _card(viewer, product, offers.get(product.pk, ()), owned.get(product.pk, 0))
        for product in products
    ]


def owned_by(viewer: Viewer, product_ids: Collection[int]) -> dict[int, int]:
    """How many units of each product the viewer's own account has."""
    if viewer.account is None or not product_ids:
        return {}
    rows = (
        Subscription.objects.filter(
            customer=viewer.account, product_id__in=product_ids, state__in=LIVE
        )
        .values_list("product_id")
        .annotate(number=Sum("quantity"))
    )
    return dict(rows)


def _card(viewer: Viewer, product: Product, offers: Sequence[UnitPrice], owned: int) -> ProductCard:
    cheapest = min(offers, key=lambda offer: viewer.money_of(offer).amount, default=None)
    return ProductCard(
        product=product,
        vendor=viewer.vendor_of(product.vendor),
        price=_in_short(viewer.money_of(cheapest)) if cheapest else None,
        per=Unit(cheapest.unit).per if cheapest else "",
        is_from=len(offers) > 1,
        owned=owned,
        note=audience_note(viewer, product),
    )


def _in_short(money: Money) -> Money:
    """A unit price for a card: to the cent, unless that would say that it is free."""
    return money.rounded() or money


def audience_note(viewer: Viewer, product: Product) -> str:
    """For whom a reseller may buy this, where that is not everybody."""
    if not viewer.is_reseller:
        return ""
    return {
        ProductAudience.RESELLER: _("For yourself only"),
        ProductAudience.CUSTOMER: _("For your customers"),
    }.get(ProductAudience(product.type.audience), "")


def _offers(viewer: Viewer, products: Sequence[Product]) -> dict[int, list[UnitPrice]]:
    if viewer.market is None or not viewer.shows_prices:
        return {}
    return pricing.offers_under(viewer.market, products)


# One product -------------------------------------------------------------------------------------------------


def product_view(viewer: Viewer, public_id: str) -> ProductView:
    """A product with its terms and add-ons. Raises NotFound for what this viewer does not see."""
    product = visible(viewer).filter(public_id=public_id).first()
    if product is None:
        raise NotFound
    links = list(_add_ons(viewer, product))
    offers = _offers(viewer, [product, *(link.add_on for link in links)])
    return ProductView(
        product=product,
        vendor=viewer.vendor_of(product.vendor),
        terms=[_term(viewer, price) for price in offers.get(product.pk, ())],
        add_ons=[
            AddOnOption(
                link.add_on,
                {price.unit: price for price in offers[link.add_on_id]},
                link.max_quantity,
            )
            for link in links
            if offers.get(link.add_on_id)
        ],
        owned=owned_by(viewer, [product.pk]).get(product.pk, 0),
        note=audience_note(viewer, product),
    )


def sum_of(viewer: Viewer, view: ProductView, choice: Choice) -> SumView | None:
    """What a choice costs, line by line, rounded as an order would round it; None without a price."""
    term = view.term(choice.unit)
    if term is None:
        return None
    lines = [_sum_line(viewer, view.product.name, term.price, choice.quantity)]
    for option in view.add_ons:
        quantity = choice.add_ons.get(option.product.public_id, 0)
        price = option.prices.get(term.unit)
        if quantity and price is not None:
            lines.append(_sum_line(viewer, option.product.name, price, quantity))
    total = Money.total((line.total for line in lines), term.money.currency)
    return SumView(lines, total, term.per)


def _sum_line(viewer: Viewer, label: str, price: UnitPrice, quantity: int) -> SumLine:
    money = viewer.money_of(price)
    return SumLine(label, quantity, money, (money * quantity).rounded())


def _add_ons(viewer: Viewer, product: Product) -> QuerySet[AddOn]:
    if viewer.market is None:
        return AddOn.objects.none()
    return catalog.add_ons_of(product).filter(add_on__is_active=True)


def _term(viewer: Viewer, price: UnitPrice) -> TermOption:
    unit = Unit(price.unit)
    return TermOption(price.unit, unit.label, unit.per, viewer.money_of(price), price)


def _with_children(shelf: Category) -> QuerySet[Category]:
    return Category.objects.filter(Q(pk=shelf.pk) | Q(parent=shelf) | Q(parent__parent=shelf))


def _unpriced() -> QuerySet[Product]:
    return catalog.products().filter(
        is_active=True, kind=ProductKind.PRIMARY, type__audience__in=catalog.CUSTOMERS
    )


def _nothing() -> QuerySet[Product]:
    return Product.objects.none()
