"""Reads of the catalogue: what exists, which price list somebody buys from, and what is on it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bss.accounts.models import Account, Organization
from bss.accounts.ports import capabilities_of
from bss.catalog.choices import UNIT_MONTHS, ProductAudience, ProductKind
from bss.catalog.models import (
    AddOn,
    Category,
    Industry,
    Listing,
    ListPrice,
    PriceList,
    PriceListAssignment,
    PriceListItem,
    Product,
    ProductType,
)
from bss.core import clock
from bss.core.actor import Actor
from bss.core.prepared import Prepared
from bss.core.scope import NOBODY

# The capability of a reseller's plan that lets its own price lists count, and the one to choose what is shown.
OWN_PRICES = "own_prices"
CATALOG_LISTING = "catalog_listing"

Audience = Collection[str]
EVERYBODY: Audience = frozenset(ProductAudience.values)
OWN_USE: Audience = frozenset({ProductAudience.ANYONE, ProductAudience.RESELLER})
CUSTOMERS: Audience = frozenset({ProductAudience.ANYONE, ProductAudience.CUSTOMER})


def local_date(organization: Organization) -> date:
    """Today where the organization is: validity dates begin and end there."""
    return clock.today(organization.time_zone)


def organization_of(actor: Actor) -> Organization:
    """The organization in which somebody acts."""
    return Organization.objects.get(pk=actor.organization_id or NOBODY)


# Staff's lists -----------------------------------------------------------------------------------------------


def product_types() -> QuerySet[ProductType]:
    """Every product type of the active organization with `product_count`, by name."""
    return ProductType.objects.annotate(product_count=Count("products")).order_by("name")


def products() -> QuerySet[Product]:
    """Every product of the active organization, with its type and category."""
    return Product.objects.select_related("type", "category")


def categories() -> QuerySet[Category]:
    """Every category with `product_count`, in the order of the shelves."""
    return (
        Category.objects.select_related("parent")
        .annotate(product_count=Count("products"))
        .order_by("position", "name")
    )


def industries() -> QuerySet[Industry]:
    """Every industry with `product_count`, in their order."""
    return Industry.objects.annotate(product_count=Count("products")).order_by("position", "name")


def industry_choices() -> QuerySet[Industry]:
    """The industries to choose from: without counting anything."""
    return Industry.objects.order_by("position", "name")


def product_type_choices() -> QuerySet[ProductType]:
    """The product types to choose from: without counting anything."""
    return ProductType.objects.order_by("name")


def category_choices() -> QuerySet[Category]:
    """The categories to choose from, with their parents: without counting anything."""
    return Category.objects.select_related("parent").order_by("position", "name")


def price_lists() -> QuerySet[PriceList]:
    """The organization's own price lists with `item_count` and `account_count`; resellers' are theirs."""
    return (
        PriceList.objects.filter(owner__isnull=True)
        .annotate(
            item_count=Count("items", distinct=True),
            account_count=Count("assignments", distinct=True),
        )
        .order_by("name")
    )


def price_list_items(price_list: PriceList) -> QuerySet[PriceListItem]:
    """What is on a price list, by product and unit."""
    return (
        PriceListItem.objects.filter(price_list=price_list)
        .select_related("product__type", "price_list")
        .order_by("product__name", "product_id", "unit")
    )


def products_not_on(price_list: PriceList) -> QuerySet[Product]:
    """What could still be put on a price list."""
    there = PriceListItem.objects.filter(price_list=price_list, product=OuterRef("pk"))
    return products().filter(~Exists(there), is_active=True)


def list_prices_of(product: Product) -> list[ListPrice]:
    """The product's list prices by currency, shortest unit first."""
    rows = list(ListPrice.objects.filter(product=product))
    return sorted(rows, key=lambda row: (row.currency, unit_months(row.unit)))


def list_prices_by_product(product_ids: Collection[int]) -> dict[int, list[ListPrice]]:
    """Product id to its list prices, by currency and unit."""
    found: dict[int, list[ListPrice]] = {}
    for row in ListPrice.objects.filter(product_id__in=product_ids):
        found.setdefault(row.product_id, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (row.currency, unit_months(row.unit)))
    return found


def add_ons_of(product: Product | int) -> QuerySet[AddOn]:
    """The add-ons a product (or its id) is offered with."""
    return (
        AddOn.objects.filter(product=product, is_active=True)
        .select_related("add_on__type", "product")
        .order_by("add_on__name")
    )


def possible_add_ons(product: Product) -> QuerySet[Product]:
    """Add-ons of the organization that are not offered with this product yet."""
    offered = AddOn.objects.filter(product=product, add_on=OuterRef("pk"), is_active=True)
    return (
        Product.objects.filter(~Exists(offered), kind=ProductKind.ADD_ON)
        .exclude(pk=product.pk)
        .order_by("name")
    )


def price_lists_with(product: Product) -> QuerySet[PriceListItem]:
    """On which of the organization's price lists a product is, and how it is priced there."""
    return (
        PriceListItem.objects.filter(product=product, price_list__owner__isnull=True)
        .select_related("price_list", "product")
        .order_by("price_list__name", "unit")
    )


def vendors() -> list[str]:
    """The vendors of the active organization's products, by name."""
    found = Product.objects.exclude(vendor="").values_list("vendor", flat=True)
    return list(found.distinct().order_by("vendor"))


def accounts_on(price_list: PriceList) -> QuerySet[PriceListAssignment]:
    """Which accounts buy from a price list, by name."""
    return (
        PriceListAssignment.objects.filter(price_list=price_list)
        .select_related("account", "price_list")
        .order_by("account__name")
    )


def assignment_of(account: Account) -> PriceListAssignment | None:
    """The list that was assigned to an account, valid or not."""
    return PriceListAssignment.objects.filter(account=account).select_related("price_list").first()


def account_called(text: str) -> Account | None:
    """The account with this number or exact name; None for nobody, or for several of one name."""
    found = list(Account.objects.filter(Q(number__iexact=text) | Q(name__iexact=text))[:2])
    return found[0] if len(found) == 1 else None


def assignable_lists(account: Account) -> QuerySet[PriceList]:
    """The price lists this account may be given: its seller's active ones in the currency it is invoiced in."""
    currency = account.parent.currency if account.parent else account.currency
    return PriceList.objects.filter(
        organization_id=account.organization_id,
        owner_id=account.parent_id,
        currency=currency,
        is_active=True,
    ).order_by("name")


# Which price list ----------------------------------------------------------------------------------------------


def price_list_for(payer: Account, on: date) -> PriceList | None:
    """The list a payer buys from on a date: its assigned one while valid, else its organization's default.

    Always in the payer's currency; None when there is none, and then nothing can be bought.
    """
    return _assigned_or_default(payer, owner_id=None, currency=payer.currency, on=on)


def resale_list_for(reseller: Account, customer: Account | None, on: date) -> PriceList | None:
    """The reseller's own list for one of its customers, or for a visitor of its storefront (None).

    None when it has no valid one: then the list price applies. Its plan must include OWN_PRICES: ask before.
    """
    return _assigned_or_default(customer, owner_id=reseller.pk, currency=reseller.currency, on=on)


def lists_for(
    reseller: Account, customer: Account | None, on: date
) -> tuple[PriceList | None, PriceList | None]:
    """`price_list_for` a reseller and its `resale_list_for` a customer (None: a visitor), in one query."""
    rows = _BOTH_LISTS.all(
        account_id=reseller.pk,
        customer_id=(customer.pk if customer else None) or NOBODY,
        owner_id=reseller.pk,
        currency=reseller.currency,
        on=on,
    )
    house = next((row for row in rows if row.owner_id is None), None)
    return house, next((row for row in rows if row.owner_id is not None), None)


def visitor_list_for(organization: Organization, on: date) -> PriceList | None:
    """The default list in the organization's currency, which visitors of its shop see; None shows no prices."""
    return _assigned_or_default(None, owner_id=None, currency=organization.currency, on=on)


def _assigned_or_default(
    account: Account | None, *, owner_id: int | None, currency: str, on: date
) -> PriceList | None:
    """One query: the valid list assigned to `account`, else the valid default. None asks for the default alone.

    Beyond the active scope on purpose: an end customer's price is made from its reseller's assignment.
    """
    account_id = account.pk if account else NOBODY
    if owner_id is None:
        return _HOUSE_LIST.first(account_id=account_id, currency=currency, on=on)
    return _RESELLERS_LIST.first(account_id=account_id, owner_id=owner_id, currency=currency, on=on)


def _lists(
    account_id: int, currency: str, on: date, owner_id: int | None = None
) -> QuerySet[PriceList]:
    own = _valid_lists(account_id, currency, on).filter(owner_id=owner_id)
    return own.order_by("-is_assigned")[:1]


def _both_lists(
    account_id: int, customer_id: int, owner_id: int, currency: str, on: date
) -> QuerySet[PriceList]:
    """The payer's of the house, and its own for a customer; the assigned one of each before the default."""
    house = _valid_lists(account_id, currency, on).filter(owner_id=None)
    own = _valid_lists(customer_id, currency, on).filter(owner_id=owner_id)
    return house.union(own, all=True).order_by("-is_assigned")


def _valid_lists(account_id: int, currency: str, on: date) -> QuerySet[Any, Any]:
    """Lists that are assigned to an account or the default of somebody, and valid on a day."""
    mine = PriceListAssignment.everywhere.filter(account_id=account_id, price_list=OuterRef("pk"))
    return (
        PriceList.objects.annotate(is_assigned=Exists(mine))
        .filter(Q(is_assigned=True) | Q(is_default=True))
        .filter(currency=currency, is_active=True, valid_from__lte=on)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on))
        .order_by()
    )


_HOUSE_LIST = Prepared(_lists, account_id=int, currency=str, on=date)
_BOTH_LISTS = Prepared(
    _both_lists, account_id=int, customer_id=int, owner_id=int, currency=str, on=date
)
_RESELLERS_LIST = Prepared(_lists, account_id=int, owner_id=int, currency=str, on=date)


# What is on it -------------------------------------------------------------------------------------------------


def visible_products(price_list: PriceList | None, *, audience: Audience) -> QuerySet[Product]:
    """The products on sale that a buyer with this list sees, of the types meant for `audience`.

    Add-ons are seen with their product, not in lists. No list, nothing to see.
    """
    if price_list is None:
        return Product.objects.none()
    return products_on(price_list.pk, price_list.currency, list(audience))


def products_on(price_list_id: int, currency: str, audience: list[str]) -> QuerySet[Product]:
    """`visible_products` of a list by its id, whose currency it is."""
    on_list = PriceListItem.objects.filter(price_list_id=price_list_id, product=OuterRef("pk"))
    return (
        products()
        .filter(
            Exists(on_list),
            is_active=True,
            kind=ProductKind.PRIMARY,
            type__audience__any=audience,
        )
        .filter(_has_price(currency))
    )


def choosing_reseller(payer_id: int, buyer_id: int | None) -> int | None:
    """The reseller whose choice of what is shown holds for an account that buys at its expense, when its plan lets it
    choose. None for who pays itself, and for staff (`buyer_id` None): they sell what they like.
    """
    is_below = buyer_id not in {None, payer_id}
    return payer_id if is_below and CATALOG_LISTING in capabilities_of(payer_id) else None


def without_unlisted(found: QuerySet[Product], reseller_id: int) -> QuerySet[Product]:
    """`found` without what the reseller chose not to show. Its plan must include CATALOG_LISTING: ask before."""
    return found.filter(~is_unlisted(reseller_id, "pk"))


def is_unlisted(reseller_id: int, product: str) -> Exists:
    """Whether a reseller chose not to show the product to which the path `product` leads."""
    hidden = Listing.everywhere.filter(
        reseller_id=reseller_id, product=OuterRef(product), is_listed=False
    )
    return Exists(hidden)


def offered_to(account: Account) -> QuerySet[Product]:
    """The products and add-ons on the list this account buys from: its own, or an end customer's reseller's, without
    what that chose not to show.
    """
    payer = account.parent or account
    price_list = price_list_for(payer, local_date(account.organization))
    if price_list is None:
        return Product.objects.none()
    audience = EVERYBODY if account.is_reseller else CUSTOMERS
    on_list = PriceListItem.objects.filter(price_list=price_list, product=OuterRef("pk"))
    found = products().filter(Exists(on_list), is_active=True, type__audience__in=list(audience))
    found = found.filter(_has_price(price_list.currency))
    reseller_id = choosing_reseller(payer.pk, account.pk)
    return found if reseller_id is None else without_unlisted(found, reseller_id)


def audience_of(payer: Account, customer: Account | None) -> Audience:
    """For whom something is bought: a reseller's own use, or a customer's (its own, or itself when direct)."""
    if customer is None or customer.pk == payer.pk:
        return OWN_USE if payer.is_reseller else CUSTOMERS
    return CUSTOMERS


def unit_months(unit: str) -> int:
    """The length of a unit, for sorting; unknown ones last."""
    return UNIT_MONTHS.get(unit, 10_000)


def _has_price(currency: str) -> Q:
    """Has a list price in this currency, or an owner that may quote one."""
    listed = ListPrice.objects.filter(product=OuterRef("pk"), currency=currency, is_active=True)
    return Q(Exists(listed)) | ~Q(type__managed_by="")
