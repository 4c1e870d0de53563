"""What is to change about subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bss.catalog import selectors as catalog
from bss.catalog.choices import ProductKind
from bss.catalog.models import AddOn, Product
from bss.core import clock
from bss.core.actor import Actor
from bss.core.prepared import Prepared
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.subscriptions.choices import OPEN_CHANGE, RENEWING, ChangeKind, ChangeState
from bss.subscriptions.models import ScheduledChange, Subscription, SubscriptionAddOn

MOST_SHOWN = 50
_SELLERS = frozenset({ChangeKind.SUSPEND, ChangeKind.RESUME})


def open_change(subscription: Subscription) -> ScheduledChange | None:
    """The change that is planned, under way or failed; there is never more than one."""
    return (
        subscription.changes.filter(state__in=OPEN_CHANGE)
        .select_related("order_line__order", "product", "add_on__product")
        .first()
    )


def may_withdraw(change: ScheduledChange, subscription: Subscription, actor: Actor) -> bool:
    """Whether `actor` may take a change of `subscription` back, as far as that depends on who asked for it.

    The seller may, the side that asked, and who pays. What only the seller does (suspending, resuming, ending what its
    customers cannot cancel) the seller alone takes back.
    """
    if actor.account_id is None or actor.account_id == change.asked_by_id:
        return True
    if actor.account_id != subscription.payer_id or change.kind in _SELLERS:
        return False
    is_sellers_end = change.kind == ChangeKind.CANCEL and change.asked_by_id is None
    return not is_sellers_end or subscription.product.type.cancellable


def changes_of(subscription: Subscription, limit: int = MOST_SHOWN) -> list[ScheduledChange]:
    """The newest changes, with their orders, newest first (one query)."""
    rows = _CHANGES.all(subscription_id=subscription.pk)[:limit]
    for change in rows:
        change.subscription = subscription
    return rows


_CHANGES = Prepared(
    lambda subscription_id: (
        ScheduledChange.objects.filter(subscription_id=subscription_id)
        .select_related("order_line__order", "product", "add_on__product", "payment_plan")
        .order_by("-id")[:MOST_SHOWN]
    ),
    subscription_id=int,
)


def switch_targets(subscription: Subscription, actor: Actor) -> QuerySet[Product]:
    """Products of the same type on sale, other than the present one, which `actor` may choose; none where exchanging is
    not foreseen.
    """
    if not subscription.product.type.switchable:
        return Product.objects.none()
    reseller_id = choosing_reseller(subscription, actor)
    return (
        _of_type(subscription.product.type_id, reseller_id)
        .exclude(pk=subscription.product_id)
        .select_related("type")
        .order_by("name")
    )


def choosing_reseller(subscription: Subscription, actor: Actor) -> int | None:
    """The reseller out of whose shop alone `actor` chooses products; None where nobody limits the choice."""
    return catalog.choosing_reseller(subscription.payer_id, actor.account_id)


def is_hidden(product: Product, subscription: Subscription, actor: Actor) -> bool:
    """Whether the reseller of `actor` took a product out of its shop. Asked of the database only where it may."""
    reseller_id = choosing_reseller(subscription, actor)
    if reseller_id is None:
        return False
    one = Product.objects.filter(pk=product.pk)
    return not catalog.without_unlisted(one, reseller_id).exists()


def is_offered(subscription: Subscription, kind: str) -> bool:
    """Whether a page offers this change: no other is open (`pending_change`, set by the page) and the type has it."""
    if getattr(subscription, "pending_change", None) is not None:
        return False
    product_type = subscription.product.type
    if kind == ChangeKind.PRODUCT:
        return product_type.switchable
    if kind == ChangeKind.ADD_ON:
        return has_add_ons(subscription)
    return kind != ChangeKind.QUANTITY or product_type.max_quantity != 1


@dataclass(frozen=True, slots=True)
class Possible:
    """What there is to choose for a subscription: an add-on that it has or may have, a product to switch to."""

    add_ons: bool
    targets: bool


def possible_for(subscription: Subscription, actor: Actor) -> Possible:
    """What `actor` may choose: one query."""
    return _possible_out_of(subscription, choosing_reseller(subscription, actor))


def _possible_out_of(subscription: Subscription, reseller_id: int | None) -> Possible:
    of = subscription.product.type
    asked = {
        "subscription_id": subscription.pk, "product_id": subscription.product_id, "type_id": of.pk,
    }  # fmt: skip
    row = (
        _POSSIBLE.get(**asked)
        if reseller_id is None
        else _POSSIBLE_CHOSEN.get(**asked, reseller_id=reseller_id)
    )
    return Possible(add_ons=row["mine"] or row["offered"], targets=of.switchable and row["targets"])


def _possible(
    subscription_id: int, product_id: int, type_id: int, reseller_id: int | None = None
) -> QuerySet[Product, Any]:
    mine = SubscriptionAddOn.objects.filter(subscription_id=subscription_id, cancelled_at=None)
    offered = AddOn.objects.filter(product=OuterRef("pk"), is_active=True)
    targets = _of_type(type_id, reseller_id).exclude(pk=product_id)
    product = Product.objects.filter(pk=product_id)
    return product.values(mine=Exists(mine), offered=Exists(offered), targets=Exists(targets))


_POSSIBLE = Prepared(_possible, subscription_id=int, product_id=int, type_id=int)
_POSSIBLE_CHOSEN = Prepared(
    _possible, subscription_id=int, product_id=int, type_id=int, reseller_id=int
)


def _of_type(type_id: int, reseller_id: int | None) -> QuerySet[Product]:
    """What is on sale of a product type: in the shop of a reseller, or (None) at all."""
    found = Product.objects.filter(type_id=type_id, is_active=True, kind=ProductKind.PRIMARY)
    return found if reseller_id is None else catalog.without_unlisted(found, reseller_id)


def has_add_ons(subscription: Subscription) -> bool:
    """Whether it has an add-on, or may have one (one query)."""
    return _possible_out_of(subscription, None).add_ons


def add_ons_possible(subscription: Subscription) -> QuerySet[Product]:
    """Add-ons on sale with its product, whether it has them or not."""
    return Product.objects.filter(
        add_on_of__product_id=subscription.product_id, add_on_of__is_active=True, is_active=True
    ).select_related("type")


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
    """Subscriptions, active or suspended, whose term has ended and that wait for no change, in every organization."""
    # What waits for its payer's approval ends with the term, and is no reason to wait.
    first = ScheduledChange.everywhere.filter(
        ~Q(order_line__order__state=OrderState.PENDING_APPROVAL),
        subscription=OuterRef("pk"),
        state__in=OPEN_CHANGE,
        due_at__lte=clock.now(),
    )
    return Subscription.everywhere.filter(
        ~Exists(first), state__in=RENEWING, ends_at__lte=clock.now()
    ).order_by("ends_at")
