"""What resellers and staff ask for: choose, switch, cancel. Both surfaces call these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from bss.accounts.models import Account
from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.orders.choices import OrderSource
from bss.orders.contracts import NO_HOLD, CardHold
from bss.orders.models import Basket, BasketLine, Order
from bss.orders.services import basket_add, order_create, order_line_add
from bss.subscriptions.choices import ChangeKind, SubscriptionState
from bss.subscriptions.contracts import ChangePreview
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_confirm, change_held, change_preview, change_request
from resellers.choices import ALIAS_FIELD
from resellers.errors import (
    NoPlan,
    NotAReseller,
    PlanInProgress,
    PlanNotSold,
    PlanSuspended,
    SamePlan,
    TenantReseller,
)
from resellers.models import Plan
from resellers.selectors import (
    HELD,
    alias_check,
    change_in_flight,
    plan_in_flight,
    plan_prices,
    profile_of,
)


def plan_choose(*, basket: Basket, plan: Plan, unit: str, actor: Actor) -> BasketLine:
    """Put a plan into the reseller's basket, in place of another plan there.

    Raises NotAReseller, TenantReseller, SamePlan, PlanInProgress or PlanNotSold.
    """
    refuse_unless_reseller(basket.account)
    if held_subscription(basket.account) is not None:
        raise SamePlan(code="PLAN_HELD")
    refuse_while_busy(basket.account)
    return basket_add(
        basket=basket,
        product=sold(basket.account, plan, unit),
        unit=unit,
        quantity=1,
        actor=actor,
        replace_same_type=True,
    )


def plan_switch(
    *, account: Account, plan: Plan, actor: Actor, source: str, token: str = ""
) -> ScheduledChange:
    """Move to another plan on the same subscription, at once.

    With the `token` of a preview it is as it was shown then, or PriceChanged. Raises NoPlan, SamePlan, PlanSuspended,
    PlanInProgress, PlanNotSold, NotAReseller, TenantReseller or CreditExceeded.
    """
    subscription, product = _switchable(account, plan)
    return change_confirm(
        subscription=subscription,
        kind=ChangeKind.PRODUCT,
        product=product,
        actor=actor,
        source=source,
        token=token,
    )


@contextmanager
def plan_switch_held(*, account: Account, plan: Plan, actor: Actor) -> Iterator[CardHold]:
    """Around `plan_switch_request`: what the move makes due at once, held on a card as `change_held` does.

    Outside transactions. Raises what `plan_switch` raises.
    """
    subscription, product = _switchable(account, plan)
    with change_held(
        subscription=subscription, kind=ChangeKind.PRODUCT, product=product, actor=actor
    ) as hold:
        yield hold


def plan_switch_request(
    *, account: Account, plan: Plan, actor: Actor, source: str, hold: CardHold = NO_HOLD
) -> ScheduledChange:
    """`plan_switch` inside a transaction, with what was held before. Raises what `plan_switch` raises."""
    subscription, product = _switchable(account, plan)
    return change_request(
        subscription=subscription,
        kind=ChangeKind.PRODUCT,
        product=product,
        actor=actor,
        source=source,
        hold=hold,
    )


def plan_cancel(*, account: Account, actor: Actor, source: str, token: str = "") -> ScheduledChange:
    """Cancel the plan at once: back to Basic. With the `token` of a preview as it was shown, or PriceChanged.

    Raises NoPlan or PlanInProgress.
    """
    return change_request(
        subscription=_endable(account),
        kind=ChangeKind.CANCEL,
        actor=actor,
        source=source,
        token=token,
    )


def plan_change_preview(*, account: Account, plan: Plan, actor: Actor) -> ChangePreview:
    """What moving to `plan` (without a product: cancelling) puts on which invoice. Raises what the move would."""
    if plan.product_id is None:
        return change_preview(subscription=_endable(account), kind=ChangeKind.CANCEL, actor=actor)
    subscription, product = _switchable(account, plan)
    return change_preview(
        subscription=subscription, kind=ChangeKind.PRODUCT, product=product, actor=actor
    )


def upgrade_draft(
    *,
    account: Account,
    plan: Plan,
    unit: str,
    alias: str,
    actor: Actor,
    source: str = OrderSource.PORTAL,
    answers: Mapping[str, Any] | None = None,
) -> Order:
    """The order of a plan as staff or a token write it, ready to be looked at and executed or placed.

    Raises NotAReseller, TenantReseller, SamePlan (it has a plan: switch it), PlanInProgress, PlanNotSold, or Invalid
    for the alias and for `answers` to the organization's own questions.
    """
    refuse_unless_reseller(account)
    if held_subscription(account) is not None:
        raise SamePlan(code="PLAN_HELD")
    refuse_while_busy(account)
    product = sold(account, plan, unit)
    profile = profile_of(account)
    wanted = alias or (profile.alias if profile else "")
    parameters = {
        ALIAS_FIELD: alias_check(wanted, organization=account.organization, account=account)
    }
    with transaction.atomic():
        order = order_create(
            account=account,
            customer=account,
            source=source,
            actor=actor,
            answers=answers,
        )
        order_line_add(
            order=order, product=product, unit=unit, quantity=1, parameters=parameters, actor=actor
        )
    # Adding a line counts as an edit of the order: hand out what it is now.
    order.refresh_from_db()
    return order


def refuse_unless_reseller(account: Account) -> None:
    """Raises NotAReseller or TenantReseller."""
    if not account.is_reseller:
        raise NotAReseller
    if hasattr(account, "tenant_organization"):
        raise TenantReseller


def refuse_while_busy(account: Account) -> None:
    if plan_in_flight(account) is not None:
        raise PlanInProgress


def _switchable(account: Account, plan: Plan) -> tuple[Subscription, Product]:
    """The plan subscription and what it would become."""
    refuse_unless_reseller(account)
    subscription = held_subscription(account)
    if subscription is None:
        raise NoPlan
    if subscription.state == SubscriptionState.SUSPENDED:
        raise PlanSuspended
    if subscription.product_id == plan.product_id:
        raise SamePlan
    if change_in_flight(subscription):
        raise PlanInProgress
    return subscription, sold(account, plan, subscription.unit)


def _endable(account: Account) -> Subscription:
    subscription = held_subscription(account)
    if subscription is None:
        raise NoPlan
    if change_in_flight(subscription):
        raise PlanInProgress
    return subscription


def held_subscription(account: Account) -> Subscription | None:
    """The subscription of the plan the account is on; None on Basic."""
    profile = profile_of(account)
    if profile is None or profile.subscription is None:
        return None
    return profile.subscription if profile.subscription.state in HELD else None


def sold(account: Account, plan: Plan, unit: str) -> Product:
    """The plan's product, when this reseller may buy it for this unit. Raises PlanNotSold."""
    product = plan.product
    offers = plan_prices(account, [plan]).get(plan.product_id or 0, [])
    if product is None or all(offer.unit != unit for offer in offers):
        raise PlanNotSold
    return product
