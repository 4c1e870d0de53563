"""Subscriptions, and which of their amounts somebody may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.db.models import Q, QuerySet

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.core.money import Money
from bss.core.prepared import Prepared
from bss.core.scope import active
from bss.orders.selectors import track_for
from bss.pricing.contracts import WHOLE, share_of
from bss.subscriptions.choices import LIVE, NOT_ENDED, SubscriptionState, SyncStatus
from bss.subscriptions.models import Subscription, SubscriptionAddOn, Term


@dataclass(frozen=True, slots=True)
class SubscriptionAmounts:
    """What one actor may see of a price per unit and per term; None is hidden, not zero.

    `unit` and `total` are what the actor's side pays; `resale` is what a reseller charges on.
    """

    unit: Money | None
    total: Money | None
    resale: Money | None = None
    cost: Money | None = None
    profit: Money | None = None


def amounts_of(
    subject: Subscription | SubscriptionAddOn | Term,
    actor: Actor,
    *,
    payer_id: int,
    currency: str,
) -> SubscriptionAmounts:
    """The amounts per term that `actor` may see. Never shows a level above its own."""
    coterm = subject.coterm if isinstance(subject, Term) else None
    share = coterm.share if coterm else WHOLE

    def total(unit: Decimal | None) -> Money | None:
        if unit is None:
            return None
        return Money(share_of(unit, subject.quantity, share, currency), currency)

    if track_for(actor, payer_id) == "resale":
        return SubscriptionAmounts(
            unit=None if subject.unit_resale is None else Money(subject.unit_resale, currency),
            total=total(subject.unit_resale),
        )
    price = total(subject.unit_price)
    staff = actor.account_id is None and actor.can(Permission.COST_VIEW)
    cost = total(subject.unit_cost) if staff else None
    return SubscriptionAmounts(
        unit=Money(subject.unit_price, currency),
        total=price,
        resale=total(subject.unit_resale),
        cost=cost,
        profit=price - cost if price is not None and cost is not None else None,
    )


def may_read_reasons(actor: Actor, payer_id: int) -> bool:
    """Whether the words with which staff suspend, resume or cancel are for this reader: for staff and for whoever pays.
    To a reseller's customer they may tell what lies between its reseller and the organization."""
    return track_for(actor, payer_id) == "price"


def subscriptions_visible() -> QuerySet[Subscription]:
    """The subscriptions below the active scope with their accounts and product, newest first."""
    return Subscription.objects.select_related("customer", "payer", "product__type").order_by("-id")


def subscriptions_listed() -> QuerySet[Subscription]:
    """`subscriptions_visible` with what a list shows of them: of accounts and products no more than their names. Whole,
    those took longer to read than the rest of a list of fifty.
    """
    own = [field.attname for field in Subscription._meta.concrete_fields]
    return Subscription.objects.select_related("customer", "payer", "product").only(
        *own, "customer__name", "payer__name", "product__name"
    )


def add_ons_of(subscription: Subscription) -> QuerySet[SubscriptionAddOn]:
    """What came with it, as long as it is there."""
    return (
        subscription.add_ons.filter(cancelled_at=None)
        .select_related("product__type")
        .order_by("pk")
    )


def terms_of(subscription: Subscription, limit: int = 60) -> list[Term]:
    """The paid periods, newest first."""
    return list(subscription.terms.select_related("product").order_by("-number")[:limit])


def subscriptions_of(account: Account, limit: int = 20) -> list[Subscription]:
    """The newest subscriptions an account pays or uses."""
    mine = Q(customer=account) | Q(payer=account)
    return list(subscriptions_visible().filter(mine)[:limit])


def subscriptions_needing_staff(
    subscriptions: QuerySet[Subscription] | None = None,
) -> QuerySet[Subscription]:
    """Those somebody must look at: never provisioned, or a change of which failed. Found by a partial index."""
    found = Subscription.objects.all() if subscriptions is None else subscriptions
    return found.filter(
        organization_id=active().organization_id,
        sync_status=SyncStatus.FAILED,
        state__in=[SubscriptionState.FAILED, *LIVE],
    )


def count_needing_staff(most: int) -> int:
    """How many `subscriptions_needing_staff` has, counted up to `most`. Every page of the portal shows it."""
    return len(_some_needing_staff(most).all())


@cache
def _some_needing_staff(most: int) -> Prepared[tuple[int]]:
    return Prepared(lambda: subscriptions_needing_staff().values_list("pk")[:most])


class SubscriptionOwnership:
    """Tells orders which product types a customer has: everything not cancelled, expired or withdrawn."""

    def owned_types(self, customer_id: int, product_type_ids: Collection[int]) -> frozenset[int]:
        rows = Subscription.everywhere.filter(
            customer_id=customer_id, state__in=NOT_ENDED, product__type__in=product_type_ids
        )
        return frozenset(rows.values_list("product__type_id", flat=True))
