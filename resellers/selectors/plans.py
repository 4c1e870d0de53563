"""Plans and what each reseller has of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from bss.accounts.choices import AccountKind, StorefrontState
from bss.accounts.models import Account
from bss.core.prepared import Prepared
from bss.orders.models import Order, OrderLine
from bss.pricing.contracts import UnitPrice
from bss.pricing.selectors import browsing_market, offers_under
from bss.subscriptions.choices import OPEN_CHANGE, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription
from resellers.choices import COMING, PLAN_TYPE
from resellers.models import Plan, ResellerProfile

HELD = frozenset(
    {SubscriptionState.ACTIVE, SubscriptionState.PENDING_CANCEL, SubscriptionState.SUSPENDED}
)

OPEN_FOR_BUSINESS = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PENDING_CANCEL})


def plans_of(organization_id: int) -> list[Plan]:
    """The organization's plans, Basic first."""
    return _PLANS.all(organization_id=organization_id)


_PLANS = Prepared(
    lambda organization_id: (
        Plan.everywhere.filter(organization_id=organization_id)
        .select_related("product__type")
        .order_by("position")
    ),
    organization_id=int,
)


def profile_of(account: Account) -> ResellerProfile | None:
    """What the account has of the plans; None for one that never had any."""
    return _PROFILE.first(account_id=account.pk)


_PROFILE = Prepared(
    lambda account_id: ResellerProfile.everywhere.filter(account_id=account_id).select_related(
        "plan__product", "subscription", "storefront", "account"
    ),
    account_id=int,
)


def held_profile(profile: ResellerProfile | None) -> ResellerProfile | None:
    """The profile while its plan subscription lives (suspended included); None on Basic."""
    if profile is None or profile.subscription is None:
        return None
    return profile if profile.subscription.state in HELD else None


def capabilities_of(account_id: int) -> frozenset[str]:
    """What the account's plan grants now: nothing while it is suspended, Basic's flags without one."""
    profile = _PLAN_HELD.first(account_id=account_id)
    if profile is None:
        return frozenset()
    if profile.subscription is not None and profile.subscription.state not in OPEN_FOR_BUSINESS:
        return frozenset()
    # What is announced but not built grants nothing yet, so that nobody orders on a reseller's account unapproved.
    return frozenset(profile.plan.capabilities) - COMING.keys()


def _plan_held(account_id: int) -> QuerySet[ResellerProfile]:
    found = ResellerProfile.everywhere.filter(account_id=account_id)
    return found.select_related("plan", "subscription").order_by("pk")[:1]


_PLAN_HELD = Prepared(_plan_held, account_id=int)


class PlanEntitlements:
    """Fills accounts' entitlements port."""

    def capabilities(self, account_id: int) -> frozenset[str]:
        return capabilities_of(account_id)


def plan_in_flight(account: Account) -> Subscription | None:
    """The plan subscription that is still being provisioned, if any."""
    return _IN_FLIGHT.first(customer_id=account.pk)


_IN_FLIGHT = Prepared(
    lambda customer_id: (
        Subscription.everywhere.filter(
            customer_id=customer_id,
            product__reseller_plan__isnull=False,
            state__in=[SubscriptionState.PENDING, SubscriptionState.FAILED],
        )
        .select_related("order_line__order")
        .order_by("-id")[:1]
    ),
    customer_id=int,
)


def change_in_flight(subscription: Subscription) -> bool:
    return ScheduledChange.everywhere.filter(
        subscription=subscription, state__in=OPEN_CHANGE
    ).exists()


def plan_prices(account: Account, plans: Sequence[Plan]) -> dict[int, list[UnitPrice]]:
    """The prices at which this reseller may buy each plan, by product. The plans' products are not read again."""
    market = browsing_market(account)
    return offers_under(market, [p.product for p in plans if p.product]) if market else {}


def plans_with_counts() -> QuerySet[Plan]:
    """The organization's plans with the number of resellers on each; who has no other plan is on Basic."""
    resellers = Account.everywhere.filter(
        organization=OuterRef("organization"), kind=AccountKind.RESELLER, tenant_organization=None
    )
    on_basic = (
        resellers.exclude(reseller_profile__plan__product__isnull=False)
        .order_by()
        .values("organization")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Plan.objects.select_related("product").annotate(
        resellers=Case(
            When(product=None, then=Coalesce(Subquery(on_basic), 0)), default=Count("profiles")
        )
    )


def storefront_is_open(profile: ResellerProfile) -> bool:
    return profile.storefront is not None and profile.storefront.state == StorefrontState.OPEN


def is_about_plan(order: Order) -> bool:
    """Whether an order buys, changes or ends a plan."""
    return OrderLine.everywhere.filter(order=order, product__type__external_id=PLAN_TYPE).exists()
