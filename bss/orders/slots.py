"""What orders put on the surfaces: navigation, search, actions, and their history in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.orders import selectors
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.orders.tables import order_badge
from bss.ui import slots, timeline
from bss.ui.components import Fact
from bss.ui.slots import Action, NavItem, Panel, SearchHit, SearchSource, TabItem

_MOST_COUNTED = 100
_CANCELLABLE = {OrderState.DRAFT, OrderState.PENDING_APPROVAL, OrderState.PLACED, OrderState.FAILED}


def register() -> None:
    """Fill the slots; called once when the app is ready."""
    slots.register(
        "portal.nav",
        NavItem(
            _("Orders"),
            "orders:list",
            icon="shopping-bag",
            section=_("Sales"),
            permission=Permission.ORDER_VIEW,
            count=_needing_staff,
            order=200,
            matches=("orders:",),
        ),
    )
    slots.register(
        "portal.create",
        NavItem(
            _("Order"),
            "orders:create",
            icon="shopping-bag",
            permission=Permission.ORDER_CREATE,
            order=20,
        ),
    )
    slots.register(
        "portal.search",
        SearchSource(_("Orders"), _found, permission=Permission.ORDER_VIEW, order=30),
    )
    slots.register(
        "setup.pages",
        NavItem(
            _("Terms of sale"),
            "orders:terms",
            icon="document-text",
            section=_("Orders"),
            permission=Permission.ORGANIZATION_EDIT,
            order=250,
            text=_("What buyers accept when they place an order, version by version."),
        ),
        NavItem(
            _("Order fields"),
            "orders:fields",
            icon="pencil-square",
            section=_("Orders"),
            permission=Permission.ORGANIZATION_EDIT,
            order=260,
            text=_("What you ask of every order: a cost centre, a contract number."),
        ),
    )
    slots.register("order.actions", *_order_actions())
    slots.register(
        "account.actions",
        Action(
            _("New order"),
            _new_order_url,
            icon="shopping-bag",
            permission=Permission.ORDER_CREATE,
            visible=_may_order,
            order=20,
        ),
    )
    slots.register(
        "account.tabs",
        TabItem(
            "orders",
            _("Orders"),
            "orders/_account_orders.html",
            _account_orders,
            permission=Permission.ORDER_VIEW,
            order=40,
        ),
    )
    for slot in ("subscription.panels", "storefront.subscription.panels"):
        slots.register(
            slot,
            Panel("orders/_answers.html", _answers_behind, permission=Permission.SUBSCRIPTION_VIEW),
        )
    _words()


def _order_actions() -> list[Action]:
    return [
        Action(
            _("Place order"),
            "orders:place",
            icon="paper-airplane",
            permission=Permission.ORDER_CREATE,
            visible=_places_only,
            order=10,
        ),
        Action(
            _("Edit name and number"),
            "orders:edit",
            icon="pencil",
            permission=Permission.ORDER_CREATE,
            order=20,
        ),
        Action(
            _("Cancel order"),
            "orders:cancel",
            icon="x-circle",
            kind="danger",
            permission=Permission.ORDER_CREATE,
            visible=lambda actor, order: order.state in _CANCELLABLE,
            order=90,
        ),
    ]


def _places_only(actor: Actor, order: Order) -> bool:
    """Staff who execute need no separate placing."""
    return order.state == OrderState.DRAFT and not actor.can(Permission.ORDER_EXECUTE)


def _needing_staff(request: HttpRequest) -> int:
    return selectors.count_needing_staff(_MOST_COUNTED)


def _found(request: HttpRequest, text: str) -> Iterable[SearchHit]:
    where = Q(number__icontains=text) | Q(customer__name__icontains=text) | Q(purchase_order=text)
    for order in selectors.orders_visible().filter(where)[:5]:
        url = reverse("orders:detail", args=[order.public_id])
        yield SearchHit(order.number, url, _("Order"), order.customer.name)


def _answers_behind(_request: HttpRequest, subscription: Any) -> dict[str, Any] | None:
    """What was said about the order that a subscription came of; nothing where nothing was asked."""
    shown = selectors.answers_shown(subscription.order_line.order)
    return {"answers": [Fact(label, text) for label, text in shown]} if shown else None


def _new_order_url(account: Account) -> str:
    return f"{reverse('orders:create')}?account={account.public_id}"


def _may_order(actor: Actor, account: Account) -> bool:
    return account.is_active and account.ordering_enabled


def _account_orders(request: HttpRequest, account: Account) -> dict[str, Any]:
    found = selectors.orders_of(account)
    return {
        "orders": [(order, order_badge(order)) for order in found],
        "all_url": f"{reverse('orders:list')}?q={account.number}",
        "account": account,
    }


def _words() -> None:
    tell = timeline.describe
    tell("order.created", _("Order created"), kind="order")
    tell("order.edited", _("Order edited"), kind="staff")
    tell("order.line_added", _("Item added"), kind="staff")
    tell("order.line_edited", _("Item changed"), kind="staff")
    tell("order.line_removed", _("Item removed"), kind="staff")
    tell("order.ask_approval", _("Approval asked"), kind="order", tone="warning")
    tell("order.reject", _("Order not approved"), kind="order", tone="danger")
    tell("order.withdraw", _("Order withdrawn"), kind="order")
    tell("order_line.end_moved", _("End of the first term accepted"), kind="order")
    tell("order_field.created", _("Order field created"), kind="staff")
    tell("order_field.edited", _("Order field changed"), kind="staff")
    tell("order.place", _("Order placed"), kind="order", tone="info")
    tell("order.execute", _("Order executing"), kind="order", tone="progress")
    tell("order.retry", _("Order tried again"), kind="order", tone="progress")
    tell("order.finish", _("Order executed"), kind="order", tone="success")
    tell("order.finish_partly", _("Order partly executed"), kind="order", tone="warning")
    tell("order.fail", _("Order failed"), kind="order", tone="danger")
    tell("order.cancel", _("Order cancelled"), kind="order")
    tell("orderline.release", _("Item handed to provisioning"), kind="provisioning")
    tell("orderline.ask", _("Item needs input"), kind="provisioning", tone="warning")
    tell("orderline.correct", _("Item tried again"), kind="provisioning", tone="progress")
    tell("orderline.deliver", _("Item delivered"), kind="provisioning", tone="success")
    tell("orderline.fail", _("Item failed"), kind="provisioning", tone="danger")
    tell("orderline.cancel", _("Item given up"), kind="provisioning")
