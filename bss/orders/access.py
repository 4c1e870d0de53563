"""From an id in a URL to a basket or an order the actor may use: the only such way.

Outside the active scope, or somebody else's draft: NotFound. Visible, but not allowed: PermissionDenied.
"""

from __future__ import annotations

from bss.accounts.models import Storefront
from bss.accounts.permissions import Permission
from bss.core.access import found
from bss.core.actor import Actor
from bss.core.errors import NotFound
from bss.core.prepared import Prepared
from bss.orders.models import Basket, BasketLine, Order, OrderField, OrderLine
from bss.orders.selectors import basket_whole, is_shown


def access_order(actor: Actor, public_id: str, permission: str = Permission.ORDER_VIEW) -> Order:
    """The order with its accounts and storefront."""
    order = _ORDER.first(public_id=public_id)
    if order is None or not is_shown(order, actor):
        raise NotFound
    actor.require(permission)
    return order


_ORDER = Prepared(
    lambda public_id: Order.objects.filter(public_id=public_id).select_related(
        "account__organization", "customer", "storefront", "terms__organization", "terms__seller"
    ),
    public_id=str,
)


def access_order_field(actor: Actor, public_id: str) -> OrderField:
    """A question of the organization's own, for whoever sets it up."""
    return found(OrderField.objects.all(), actor, Permission.ORGANIZATION_EDIT, public_id=public_id)


def access_order_line(
    actor: Actor, public_id: str, permission: str = Permission.ORDER_VIEW
) -> OrderLine:
    """The line with its order, product and type."""
    line = (
        OrderLine.objects.filter(public_id=public_id)
        .select_related("order__account", "order__customer", "product__type")
        .first()
    )
    if line is None or not is_shown(line.order, actor):
        raise NotFound
    actor.require(permission)
    return line


def access_basket(
    actor: Actor,
    public_id: str,
    storefront: Storefront,
    permission: str = Permission.ORDER_CREATE,
) -> Basket:
    """The actor's own basket at this storefront; somebody else's is not there, even inside one account."""
    basket = basket_whole(public_id, user_id=actor.user_id or 0, storefront=storefront)
    if basket is None:
        raise NotFound
    actor.require(permission)
    return basket


def access_basket_line(
    actor: Actor,
    public_id: str,
    storefront: Storefront,
    permission: str = Permission.ORDER_CREATE,
) -> BasketLine:
    """A line of the actor's own basket at this storefront."""
    line = (
        BasketLine.objects.filter(public_id=public_id)
        .select_related("basket__account", "basket__customer", "product__type", "parent__product")
        .first()
    )
    if line is None:
        raise NotFound
    access_basket(actor, line.basket.public_id, storefront, permission)
    return line
