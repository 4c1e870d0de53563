"""The shop window: what a viewer sees of the catalogue, at which prices. Always in as many queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from django.db.models import (
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.fields import BooleanField, CharField

from bss.catalog import searching
from bss.catalog import selectors as catalog
from bss.catalog.choices import ProductAudience, ProductKind, SearchLanguage
from bss.catalog.models import Category, Industry, Product
from bss.core import clock
from bss.core.cache import kept
from bss.core.errors import NotFound
from bss.core.prepared import Prepared
from bss.ui.keyset import Cursor, page_of
from storefront.choices import Group, Sorting
from storefront.contracts import Asked, CataloguePage, GroupCards, ShelfView, Viewer, Way, Ways
from storefront.selectors.cards import cards, with_owned, with_owned_by

K = TypeVar("K")

PAGE_SIZE = 50
# A group shows a row of these on the home page, or two rows when it is alone.
ROW = 4
# From how many live subscriptions on a product is popular, and for how long it is new.
POPULAR_FROM = 3
NEW_FOR = timedelta(days=60)
# A catalogue of so many products is not counted for every page.
LARGE = 1000
NUMBERS_KEPT_SECONDS = 300
WAYS_KEPT_SECONDS = 60


# Lists -------------------------------------------------------------------------------------------------------


def visible(viewer: Viewer) -> QuerySet[Product]:
    """The products this viewer sees in the catalogue."""
    market, storefront = viewer.market, viewer.storefront
    if market is None:
        # A shop without a default list still shows visitors what it sells, only not for how much.
        return _unpriced() if viewer.is_visitor and storefront.owner is None else _nothing()
    found = catalog.visible_products(market.price_list, audience=market.audience)
    owner_id = _choosing_owner(viewer)
    return found if owner_id is None else catalog.without_unlisted(found, owner_id)


def visible_one(viewer: Viewer, public_id: str) -> Product:
    """One of the visible products, read `with_owned`. Raises NotFound for what this viewer does not see."""
    market, owner_id = viewer.market, _choosing_owner(viewer)
    if viewer.account is None or market is None or market.price_list is None:
        found = with_owned(viewer, visible(viewer)).filter(public_id=public_id).first()
    else:
        asked = {
            "public_id": public_id,
            "price_list_id": market.price_list.pk,
            "currency": market.price_list.currency,
            "audience": sorted(market.audience),
            "account_id": viewer.account.pk,
        }
        found = (
            _ONE.first(**asked)
            if owner_id is None
            else _ONE_CHOSEN.first(**asked, owner_id=owner_id)
        )
    if found is None:
        raise NotFound
    return found


def _choosing_owner(viewer: Viewer) -> int | None:
    """The reseller whose shop it is, when its plan lets it choose what is shown there."""
    market, owner = viewer.market, viewer.storefront.owner
    if owner is None or market is None or catalog.CATALOG_LISTING not in market.capabilities:
        return None
    return owner.pk


def _one(
    public_id: str,
    price_list_id: int,
    currency: str,
    audience: list[str],
    account_id: int,
    owner_id: int | None = None,
) -> QuerySet[Product]:
    found = catalog.products_on(price_list_id, currency, audience)
    if owner_id is not None:
        found = catalog.without_unlisted(found, owner_id)
    return with_owned_by(account_id, found).filter(public_id=public_id).order_by()[:1]


_ASKED = {
    "public_id": str,
    "price_list_id": int,
    "currency": str,
    "audience": list[str],
    "account_id": int,
}
_ONE = Prepared(_one, **_ASKED)
_ONE_CHOSEN = Prepared(_one, **_ASKED, owner_id=int)


def matching(viewer: Viewer, found: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Of `found` those that the words of a search name. The one place that knows how the catalogue is searched."""
    return searching.matching(found, text, _language(viewer))


def listing(viewer: Viewer, asked: Asked, cursor: Cursor | None = None) -> CataloguePage:
    """One page of the catalogue with the vendors and groups found in it; `count` is of all pages."""
    found = visible(viewer)
    if asked.text:
        found = matching(viewer, found, asked.text)
    if asked.shelf is not None:
        found = found.filter(category__in=_with_children(asked.shelf))
    if asked.industry:
        found = found.filter(_made_for(asked.industry))
    facets = _Facets(_numbers(viewer, found, asked), asked)
    rows = _ordered(viewer, with_owned(viewer, _narrowed(found, asked)), asked)
    page = page_of(rows, asked.sorting.order, cursor, PAGE_SIZE)
    return CataloguePage(
        cards=cards(viewer, page.rows),
        count=facets.count,
        vendors=[pair for pair in facets.vendors if viewer.vendor_of(pair[0])],
        groups=facets.groups,
        previous=page.previous,
        next=page.next,
    )


def suggestion(viewer: Viewer, text: str) -> str | None:
    """What somebody may have meant who found nothing, in words of what this viewer sees; None where nothing is near.

    A word that finds something by itself, in a code or a description too, is what was meant. Reads the names of all of
    it: three queries, asked only when a search found nothing.
    """
    seen = visible(viewer).order_by().values_list("name", "vendor")
    texts = (f"{name} {viewer.vendor_of(vendor)}" for name, vendor in seen.iterator(2000))
    alone = _found_alone(viewer, searching.searched(text))
    near = searching.nearest(text, searching.vocabulary_of(texts), found_alone=alone)
    return near if near and matching(viewer, visible(viewer), near).exists() else None


def _found_alone(viewer: Viewer, words: Sequence[str]) -> frozenset[str]:
    """Those words of a search that found nothing which find something by themselves; one query."""
    if len(words) < 2:
        return frozenset()
    parts = [
        matching(viewer, visible(viewer), word)
        .order_by()
        .annotate(word=Value(word, output_field=CharField()))
        .values_list("word", flat=True)[:1]
        for word in words
    ]
    return frozenset(parts[0].union(*parts[1:], all=True))


def front(viewer: Viewer) -> list[GroupCards]:
    """What the shop puts forward on its home page, group by group, each product once. Where there is nothing, what is
    newest."""
    picks = list(_picks(viewer))
    groups = _shared_out(picks, ROW)
    if len(groups) == 1:
        groups = _shared_out(picks, 2 * ROW)
    wanted = [pk for keys in groups.values() for pk in keys]
    rows = {p.pk: p for p in with_owned(viewer, visible(viewer)).filter(pk__in=wanted)}
    if not rows:
        newest = with_owned(viewer, visible(viewer)).order_by("-created_at", "-pk")[: 2 * ROW]
        rows = {product.pk: product for product in newest}
        groups = {Group.NEW: list(rows)}
    shown = dict(zip(rows, cards(viewer, list(rows.values())), strict=True))
    by_group = {g: [shown[pk] for pk in keys if pk in shown] for g, keys in groups.items()}
    return [GroupCards(group, each) for group, each in by_group.items() if each]


def _shared_out(picks: Sequence[tuple[int, Group]], most: int) -> dict[Group, list[int]]:
    """The products of each group that has some, at most so many: each in the first group with room for it."""
    found: dict[Group, list[int]] = {}
    taken: set[int] = set()
    for group in Group:
        own = [pk for pk, of in picks if of is group]
        free = [pk for pk in own if pk not in taken][:most]
        # Where the others stand above already, the last popular one is no row.
        if free and not (group is Group.POPULAR and len(free) == 1 < len(own)):
            found[group] = free
            taken.update(free)
    return found


def shelves(organization_id: int) -> list[ShelfView]:
    """The top categories that hold something on sale, in their order, with how much."""
    numbers = _kept(f"shelves:{organization_id}", _numbers_by_shelf)
    below: Counter[int] = Counter()
    rows = list(
        Category.objects.filter(organization_id=organization_id).order_by("position", "name")
    )
    for shelf in rows:
        below[shelf.parent_id or shelf.pk] += numbers.get(shelf.pk, 0)
    return [
        ShelfView(shelf, below[shelf.pk])
        for shelf in rows
        if not shelf.parent_id and below[shelf.pk]
    ]


def _numbers_by_shelf() -> dict[int, int]:
    rows = _on_sale(category__isnull=False).order_by().values("category_id")
    return dict(rows.annotate(number=Count("pk")).values_list("category_id", "number"))


def ways(organization_id: int) -> Ways:
    """The top categories and the industries that hold something on sale, in their order; as of a minute ago at most,
    since every page of a shop shows them.
    """
    found = kept(
        f"storefront.ways:{organization_id}",
        WAYS_KEPT_SECONDS,
        lambda: _WAYS.all(organization_id=organization_id),
    )
    return Ways(
        shelves=[Way(row["name"], row["slug"]) for row in found if row["what"] == "shelf"],
        industries=[Way(row["name"], row["slug"]) for row in found if row["what"] == "trade"],
    )


def _ways(organization_id: int) -> QuerySet[Any, Any]:
    shelf = Exists(_on_sale(category=OuterRef("pk"))) | Exists(
        _on_sale(category__parent=OuterRef("pk"))
    )
    trade = Exists(_on_sale(industries=OuterRef("pk")))
    shelves_open = Category.objects.filter(shelf, organization_id=organization_id, parent=None)
    trades = Industry.objects.filter(trade, organization_id=organization_id)
    rows = _as_ways(shelves_open, "shelf").union(_as_ways(trades, "trade"), all=True)
    return rows.order_by("position", "name")


def _as_ways(found: QuerySet[Any], what: str) -> QuerySet[Any, Any]:
    rows = found.order_by().annotate(what=Value(what, output_field=CharField()))
    return rows.values("what", "name", "slug", "position")


def _on_sale(**where: Any) -> QuerySet[Product]:
    on_sale = Product.objects.filter(is_active=True, kind=ProductKind.PRIMARY, **where)
    return on_sale.exclude(type__audience=ProductAudience.RESELLER)


_WAYS = Prepared(_ways, organization_id=int)


def shelf_called(slug: str) -> Category:
    """Raises NotFound for a category that is not there."""
    found = Category.objects.filter(slug=slug).select_related("parent").first()
    if found is None:
        raise NotFound
    return found


# What they share ---------------------------------------------------------------------------------------------


class _Sort(NamedTuple):
    """Products of one vendor that are in the same groups."""

    vendor: str
    groups: frozenset[Group]


def _numbers(viewer: Viewer, found: QuerySet[Product], asked: Asked) -> Mapping[_Sort, int]:
    """How many of `found` there are of each vendor and set of groups; one query."""
    if asked.text:
        return _count(found)
    shelf = asked.shelf.pk if asked.shelf else ""
    return _kept(f"vendors:{_sight(viewer)}:{shelf}:{asked.industry}", lambda: _count(found))


def _kept(name: str, count: Callable[[], dict[K, int]]) -> dict[K, int]:
    """Numbers of products. Large ones are kept for minutes, for all who see the same: to count 20,000 products takes
    longer than the rest of a page.
    """
    return kept(
        f"storefront.numbers:{name}",
        NUMBERS_KEPT_SECONDS,
        count,
        worth=lambda numbers: sum(numbers.values()) >= LARGE,
    )


def _count(found: QuerySet[Product]) -> dict[_Sort, int]:
    flags = {group.value: _flag(group) for group in Group}
    rows: Any = found.order_by().values("vendor", **flags).annotate(number=Count("pk"))
    return {
        _Sort(row["vendor"], frozenset(group for group in Group if row[group.value])): row["number"]
        for row in rows
    }


def _sight(viewer: Viewer) -> str:
    """The same for all viewers for whom `visible` finds the same."""
    market, owner = viewer.market, viewer.storefront.owner_id
    if market is None:
        return f"{viewer.organization.pk}:{viewer.is_visitor}:{owner}"
    audience = ",".join(sorted(market.audience))
    listed = owner if catalog.CATALOG_LISTING in market.capabilities else None
    return f"{viewer.organization.pk}:{market.price_list.pk}:{audience}:{listed}"


class _Facets:
    """How many products there are by vendor and by group.

    A group's number is that within the chosen vendor and the other way round, so that each says what a click leaves.
    """

    def __init__(self, numbers: Mapping[_Sort, int], asked: Asked) -> None:
        vendors: Counter[str] = Counter()
        groups: Counter[Group] = Counter()
        self.count = 0
        for sort, number in numbers.items():
            of_vendor = asked.vendor in {"", sort.vendor}
            of_group = asked.group is None or asked.group in sort.groups
            if of_group:
                vendors[sort.vendor] += number
            if of_vendor:
                groups.update(dict.fromkeys(sort.groups, number))
            if of_vendor and of_group:
                self.count += number
        self.vendors = sorted(vendors.items())
        self.groups = [(group, groups[group]) for group in Group if groups[group]]


def _narrowed(found: QuerySet[Product], asked: Asked) -> QuerySet[Product]:
    if asked.vendor:
        found = found.filter(vendor=asked.vendor)
    return found.filter(_of(asked.group)) if asked.group else found


def _ordered(viewer: Viewer, found: QuerySet[Product], asked: Asked) -> QuerySet[Product]:
    """`found` with what it is ordered by, where that is no column."""
    if asked.sorting is not Sorting.BEST:
        return found
    return searching.by_relevance(found, asked.text, _language(viewer))


def _picks(viewer: Viewer) -> Iterator[tuple[int, Group]]:
    """(product id, group) of the first of each group, in the groups' order and enough to fill the last one's row;
    one query.
    """
    parts = [
        visible(viewer)
        .filter(_of(group))
        .order_by(_FRONT_ORDERS[group], "-pk")
        .annotate(shown_in=Value(group.value, output_field=CharField()))
        .values_list("pk", "shown_in")[: ROW * len(Group)]
        for group in Group
    ]
    rows = list(parts[0].union(*parts[1:], all=True))
    for group in Group:
        yield from ((pk, group) for pk, shown_in in rows if shown_in == group.value)


_FRONT_ORDERS = {
    Group.FEATURED: "-created_at",
    Group.PROMOTED: "-created_at",
    Group.POPULAR: "-popularity",
    Group.NEW: "-created_at",
}


def _of(group: Group) -> Q:
    """What belongs to a group."""
    return {
        Group.FEATURED: Q(is_featured=True),
        Group.PROMOTED: Q(is_promoted=True),
        Group.POPULAR: Q(popularity__gte=POPULAR_FROM),
        Group.NEW: Q(created_at__gte=clock.now() - NEW_FOR),
    }[group]


def _flag(group: Group) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(_of(group), output_field=BooleanField())


def _made_for(industry: str) -> Exists:
    rows = Product.industries.through.objects.filter(
        product_id=OuterRef("pk"), industry__slug=industry
    )
    return Exists(rows)


def _language(viewer: Viewer) -> SearchLanguage:
    return SearchLanguage.of(viewer.organization.language)


def _with_children(shelf: Category) -> QuerySet[Category]:
    return Category.objects.filter(Q(pk=shelf.pk) | Q(parent=shelf) | Q(parent__parent=shelf))


def _unpriced() -> QuerySet[Product]:
    return catalog.products().filter(
        is_active=True, kind=ProductKind.PRIMARY, type__audience__in=catalog.CUSTOMERS
    )


def _nothing() -> QuerySet[Product]:
    return Product.objects.none()
