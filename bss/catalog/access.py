"""From an id in a URL to an object of the catalogue that the actor may use."""

from __future__ import annotations

from bss.accounts.permissions import Permission
from bss.catalog import selectors
from bss.catalog.models import (
    AddOn,
    Category,
    Industry,
    ListPrice,
    PriceList,
    PriceListItem,
    Product,
    ProductType,
)
from bss.core.access import found
from bss.core.actor import Actor


def access_product_type(
    actor: Actor, public_id: str, permission: str = Permission.CATALOG_VIEW
) -> ProductType:
    """Raises NotFound outside the actor's organization, PermissionDenied without the permission."""
    return found(ProductType.objects.all(), actor, permission, public_id=public_id)


def access_product(
    actor: Actor, public_id: str, permission: str = Permission.CATALOG_VIEW
) -> Product:
    """Raises NotFound outside the actor's organization, PermissionDenied without the permission."""
    return found(selectors.products(), actor, permission, public_id=public_id)


def access_add_on(actor: Actor, product: Product, pk: int, permission: str) -> AddOn:
    """One of a product's add-ons, by its row. Raises NotFound, PermissionDenied."""
    return found(selectors.add_ons_of(product), actor, permission, pk=pk)


def access_category(actor: Actor, slug: str, permission: str = Permission.CATALOG_VIEW) -> Category:
    """Raises NotFound outside the actor's organization, PermissionDenied without the permission."""
    return found(Category.objects.select_related("parent"), actor, permission, slug=slug)


def access_industry(actor: Actor, slug: str, permission: str = Permission.CATALOG_VIEW) -> Industry:
    """Raises NotFound outside the actor's organization, PermissionDenied without the permission."""
    return found(Industry.objects.all(), actor, permission, slug=slug)


def access_list_price(actor: Actor, product: Product, pk: int, permission: str) -> ListPrice:
    """Raises NotFound, PermissionDenied."""
    return found(ListPrice.objects.filter(product=product), actor, permission, pk=pk)


def access_price_list(
    actor: Actor, public_id: str, permission: str = Permission.CATALOG_VIEW
) -> PriceList:
    """One of the organization's own lists for its staff; for a reseller one that it owns itself.

    Raises NotFound for anybody else's, PermissionDenied without the permission.
    """
    owner = {"owner_id": actor.account_id} if actor.account_id else {"owner__isnull": True}
    return found(PriceList.objects.filter(**owner), actor, permission, public_id=public_id)


def access_price_list_item(
    actor: Actor, price_list: PriceList, pk: int, permission: str
) -> PriceListItem:
    """Raises NotFound, PermissionDenied."""
    return found(selectors.price_list_items(price_list), actor, permission, pk=pk)
