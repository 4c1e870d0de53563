"""What subscriptions put on the surfaces: navigation, search, actions, and their history in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import track_for
from bss.pricing.stored import from_stored
from bss.subscriptions import selectors
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import is_possible
from bss.subscriptions.tables import subscription_badge
from bss.ui import slots, timeline
from bss.ui.components import Kind
from bss.ui.slots import Action, NavItem, Panel, SearchHit, SearchSource, TabItem

_MOST_COUNTED = 100


def register() -> None:
    """Fill the slots; called once when the app is ready."""
    slots.register(
        "portal.nav",
        NavItem(
            _("Subscriptions"),
            "subscriptions:list",
            icon="arrow-path",
            section=_("Sales"),
            permission=Permission.SUBSCRIPTION_VIEW,
            count=_needing_staff,
            order=210,
            matches=("subscriptions:",),
        ),
    )
    slots.register(
        "portal.search",
        SearchSource(_("Subscriptions"), _found, permission=Permission.SUBSCRIPTION_VIEW, order=40),
    )
    slots.register("subscription.actions", *_actions())
    slots.register(
        "order.panels",
        Panel(
            "subscriptions/_of_order.html",
            _of_order,
            permission=Permission.SUBSCRIPTION_VIEW,
            order=20,
        ),
    )
    shown = Panel(
        "pricing/_shown_preview.html", _preview_of, permission=Permission.ORDER_VIEW, order=30
    )
    slots.register("order.panels", shown)
    slots.register("storefront.order.panels", shown)
    slots.register(
        "account.tabs",
        TabItem(
            "subscriptions",
            _("Subscriptions"),
            "subscriptions/_account_subscriptions.html",
            _of_account,
            permission=Permission.SUBSCRIPTION_VIEW,
            order=50,
        ),
    )
    _words()


def _actions() -> list[Action]:
    manage, suspend = Permission.SUBSCRIPTION_MANAGE, Permission.SUBSCRIPTION_SUSPEND
    return [
        _action(ChangeKind.QUANTITY, _("Change quantity"), "hashtag", manage, 10, "primary"),
        _action(ChangeKind.PRODUCT, _("Change product"), "arrows-right-left", manage, 20),
        _action(ChangeKind.ADD_ON, _("Change add-ons"), "puzzle-piece", manage, 25),
        _action(ChangeKind.RENEWAL, _("Manage renewal"), "calendar-days", manage, 28),
        _action(ChangeKind.SUSPEND, _("Suspend"), "pause", suspend, 30),
        _action(ChangeKind.RESUME, _("Resume"), "play", suspend, 30, "primary"),
        _action(ChangeKind.CANCEL, _("Cancel subscription"), "x-circle", manage, 90, "danger"),
    ]


def _action(
    kind: str, label: Any, icon: str, permission: str, order: int, look: Kind = "normal"
) -> Action:
    return Action(
        label,
        _change_url(kind),
        icon=icon,
        kind=look,
        permission=permission,
        visible=_offered(kind),
        order=order,
    )


def _change_url(kind: str) -> Callable[[Subscription], str]:
    return lambda subscription: reverse(
        "subscriptions:change", args=[subscription.public_id, str(kind)]
    )


def _offered(kind: str) -> Callable[[Actor, Subscription], bool]:
    return lambda actor, subscription: (
        selectors.is_offered(subscription, kind) and is_possible(subscription, kind)
    )


def _needing_staff(request: HttpRequest) -> int:
    return selectors.count_needing_staff(_MOST_COUNTED)


def _found(request: HttpRequest, text: str) -> Iterable[SearchHit]:
    where = Q(number__icontains=text) | Q(name__icontains=text) | Q(customer__name__icontains=text)
    for found in selectors.subscriptions_visible().filter(where)[:5]:
        url = reverse("subscriptions:detail", args=[found.public_id])
        yield SearchHit(found.number, url, _("Subscription"), f"{found.name}, {found.customer}")


def _of_order(request: HttpRequest, order: Order) -> dict[str, Any] | None:
    # By their keys: an OR over two joins would read every subscription there is.
    lines = list(OrderLine.objects.filter(order=order).values_list("pk", flat=True))
    bought = Subscription.objects.filter(order_line__in=lines).values("pk")
    changed = ScheduledChange.objects.filter(order_line__in=lines).values("subscription")
    found = selectors.subscriptions_visible().filter(pk__in=bought.union(changed))[:_MOST_COUNTED]
    shown = [(subscription, subscription_badge(subscription)) for subscription in found]
    return {"subscriptions": shown} if shown else None


def _preview_of(request: HttpRequest, order: Order) -> dict[str, Any] | None:
    """What an order was shown to put on invoices before it was confirmed, in the reader's own track."""
    track = track_for(slots.actor_of(request), order.account_id)
    preview = from_stored(order.preview, track)
    return {"preview": preview} if preview is not None and preview.documents else None


def _of_account(request: HttpRequest, account: Account) -> dict[str, Any]:
    found = selectors.subscriptions_of(account)
    return {
        "subscriptions": [
            (subscription, subscription_badge(subscription)) for subscription in found
        ],
        "all_url": f"{reverse('subscriptions:list')}?q={account.number}",
    }


def _words() -> None:
    tell = timeline.describe
    tell("subscription.created", _("Subscription created"), kind="order")
    tell("subscription.activate", _("Activated"), kind="provisioning", tone="success")
    tell("subscription.fail", _("Provisioning failed"), kind="provisioning", tone="danger")
    tell("subscription.retry", _("Provisioning tried again"), kind="provisioning", tone="progress")
    tell("subscription.corrected", _("Input corrected"), kind="order")
    tell("subscription.withdraw", _("Given up before it was delivered"), kind="order")
    tell("subscription.suspend", _("Suspended"), kind="provisioning", tone="warning")
    tell("subscription.resume", _("Resumed"), kind="provisioning", tone="success")
    tell("subscription.schedule_cancel", _("Cancellation planned"), kind="order", tone="warning")
    tell("subscription.keep", _("Cancellation withdrawn"), kind="order", tone="info")
    tell("subscription.cancel", _("Cancelled"), kind="provisioning")
    tell("subscription.expire", _("Expired"), kind="system")
    tell("subscription.renewed", _("Next term began"), kind="system")
    tell("subscription.changed", _("Changed"), kind="provisioning", tone="success")
    tell("subscription.quantity_requested", _("Change of quantity ordered"), kind="order")
    tell("subscription.product_requested", _("Change of product ordered"), kind="order")
    tell("subscription.add_on_requested", _("Change of add-ons ordered"), kind="order")
    tell("subscription.renewal_requested", _("Change of the renewal ordered"), kind="order")
    tell(
        "subscription.plan_lapsed",
        _("Payment plan no longer offered"),
        kind="system",
        tone="warning",
    )
    tell(
        "subscription.renewal_quantity_refused", _("Renewed with the seats there were"), kind="system",
        tone="warning",
    )  # fmt: skip
    tell("subscription.suspend_requested", _("Suspension ordered"), kind="order")
    tell("subscription.resume_requested", _("Resumption ordered"), kind="order")
    tell("subscription.cancel_requested", _("Cancellation ordered"), kind="order")
    tell("scheduledchange.start", _("Change started"), kind="provisioning", tone="progress")
    tell("scheduledchange.apply", _("Change applied"), kind="provisioning", tone="success")
    tell("scheduledchange.fail", _("Change failed"), kind="provisioning", tone="danger")
    tell("scheduledchange.retry", _("Change tried again"), kind="provisioning", tone="progress")
    tell("scheduledchange.cancel", _("Change withdrawn"), kind="order")
    tell("sync_status.changed", _("Service status changed"), kind="provisioning")
