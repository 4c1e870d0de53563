"""What is to change about subscriptions."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from bss.catalog.choices import ProductKind
from bss.catalog.models import Product
from bss.core import clock
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.subscriptions.choices import OPEN_CHANGE, ChangeKind, ChangeState, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription


def open_change(subscription: Subscription) -> ScheduledChange | None:
    """The change that is planned, under way or failed; there is never more than one."""
    return (
        subscription.changes.filter(state__in=OPEN_CHANGE)
        .select_related("order_line__order", "product", "add_on__product")
        .first()
    )


def changes_of(subscription: Subscription, limit: int = 50) -> list[ScheduledChange]:
    """The newest changes, with their orders, newest first (one query)."""
    rows = subscription.changes.select_related(
        "order_line__order", "product", "add_on__product", "payment_plan"
    ).order_by("-id")
    return list(rows[:limit])


def switch_targets(subscription: Subscription) -> QuerySet[Product]:
    """Products of the same type on sale, other than the present one; none where exchanging is not foreseen."""
    if not subscription.product.type.switchable:
        return Product.objects.none()
    return (
        Product.objects.filter(
            type_id=subscription.product.type_id, is_active=True, kind=ProductKind.PRIMARY
        )
        .exclude(pk=subscription.product_id)
        .select_related("type")
        .order_by("name")
    )


def is_offered(subscription: Subscription, kind: str) -> bool:
    """Whether a page offers this change: no other is open (`pending_change`, set by the page) and the type has it."""
    if getattr(subscription, "pending_change", None) is not None:
        return False
    product_type = subscription.product.type
    if kind == ChangeKind.PRODUCT:
        return product_type.switchable
    return kind != ChangeKind.QUANTITY or product_type.max_quantity != 1


def changes_due() -> QuerySet[ScheduledChange]:
    """Planned changes whose time has come and that run without staff, in every organization."""
    waiting = Order.everywhere.filter(pk=OuterRef("order_line__order_id"), state=OrderState.PLACED)
    return ScheduledChange.everywhere.filter(
        Exists(waiting),
        state=ChangeState.SCHEDULED,
        due_at__lte=clock.now(),
        order_line__automatic=True,
    ).order_by("due_at")


def terms_due() -> QuerySet[Subscription]:
    """Active subscriptions whose term has ended and that wait for no change, in every organization."""
    first = ScheduledChange.everywhere.filter(
        subscription=OuterRef("pk"), state__in=OPEN_CHANGE, due_at__lte=clock.now()
    )
    return Subscription.everywhere.filter(
        ~Exists(first), state=SubscriptionState.ACTIVE, ends_at__lte=clock.now()
    ).order_by("ends_at")
