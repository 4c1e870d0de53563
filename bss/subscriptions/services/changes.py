"""Changes of subscriptions: asked for, carried out by provisioning, applied, failed or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from django.db import IntegrityError, transaction

from bss.accounts.models import Storefront
from bss.core import clock, events, history
from bss.core.actor import Actor
from bss.orders.choices import LineState, OrderState
from bss.orders.contracts import NO_HOLD, Action, CardHold
from bss.orders.models import OrderLine
from bss.orders.services import (
    action_order_create,
    line_ask,
    line_cancel,
    line_deliver,
    line_fail,
    order_give_up,
    order_release,
)
from bss.subscriptions.choices import ChangeKind, ChangeState, SyncStatus
from bss.subscriptions.errors import ChangeOpen, ChangeUnderWay, WithdrawalDenied
from bss.subscriptions.events import ScheduledChangeStarted
from bss.subscriptions.locks import change_locked, subscription_locked
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.selectors import may_withdraw
from bss.subscriptions.services.actions import action_of, planned_of
from bss.subscriptions.services.bounds import check_change
from bss.subscriptions.services.effects import take_effect
from bss.subscriptions.services.moments import moment_of, require_shown
from bss.subscriptions.services.rules import ChangeWish, Wished, wish_of
from bss.subscriptions.states import CHANGE, SUBSCRIPTION

NO_PROBLEM = {"problem_code": "", "problem_text": ""}


def change_request(
    *,
    subscription: Subscription,
    kind: str,
    actor: Actor,
    source: str,
    token: str = "",
    reason: str = "",
    storefront: Storefront | None = None,
    hold: CardHold = NO_HOLD,
    **wished: Unpack[Wished],
) -> ScheduledChange:
    """Ask for a change: an order with one action line and a planned change, in one transaction.

    What is wished is told in `rules.ChangeWish`. Due now it is carried out at once, when staff ask or the product type
    is automatic; otherwise it waits for staff to execute its order. `period_end` (to cancel, or for a quantity) waits
    for the end of the term; what is asked of the next term is written down at once. With the `token` of a preview the
    order is as it was shown then, or PriceChanged. Of two requests at the same moment the second gets ChangeOpen.
    Raises StateForbids, QuantityNotPossible, NotSwitchable, NotForSale, NotCancellable, NothingChanges, AddOnUnknown,
    PlanNotOffered, SeatsBound, OrderingDisabled, CreditExceeded; then nothing was written. `hold` is what the payer's
    card holds for it: see `confirming.change_held`.
    """
    wish = wish_of(ChangeWish(kind, **wished))
    with transaction.atomic():
        held = subscription_locked(subscription.pk)
        at = moment_of(token, held) if token else clock.now()
        check_change(held, wish, actor)
        planned = planned_of(held, wish, at=at, actor=actor)
        if token:
            require_shown(token, held, wish, planned)
        action = action_of(held, wish, planned, at)
        order, line = action_order_create(
            account=held.payer,
            customer=held.customer,
            action=action,
            source=source,
            actor=actor,
            storefront=storefront,
            hold=hold,
        )
        change = _written(held, wish, action, line, actor, reason)
        history.record(
            held,
            actor=actor,
            action=f"subscription.{wish.kind}_requested",
            reason=reason,
            changes={"order": [None, order.number]},
        )
        if wish.when == "period_end":
            SUBSCRIPTION.fire(held, "schedule_cancel", actor=actor, reason=reason)
        elif line.automatic and order.state == OrderState.PLACED:
            order_release(order=order, actor=actor)
            change_start(change=change, actor=actor)
    return change_copy(change)


def _written(
    subscription: Subscription,
    wish: ChangeWish,
    action: Action,
    line: OrderLine,
    actor: Actor,
    reason: str,
) -> ScheduledChange:
    payment = wish.payment
    try:
        with transaction.atomic():
            return ScheduledChange.objects.create(
                organization_id=subscription.organization_id,
                scope=subscription.scope,
                subscription=subscription,
                order_line=line,
                kind=wish.kind,
                due_at=action.due_at or clock.now(),
                quantity=wish.quantity,
                product=wish.product,
                add_on=wish.add_on,
                previous_quantity=action.previous_quantity,
                previous_product=subscription.product,
                renews=wish.renews,
                plan_chosen=payment is not None,
                payment_plan_id=payment.plan_id if payment else None,
                asked_by_id=actor.account_id,
                reason=reason[:200],
            )
    except IntegrityError as error:
        if "change_open_once" not in str(error):
            raise
        raise ChangeOpen from error


def change_start(*, change: ScheduledChange, actor: Actor) -> ScheduledChange:
    """Its line was released: provisioning is to tell the vendor. Started already is fine.

    What concerns the next term only is nobody's work: it is done at once.
    """
    with transaction.atomic():
        subscription_locked(change.subscription_id)
        held = change_locked(change.pk)
        if held.state != ChangeState.SCHEDULED:
            return held
        CHANGE.fire(held, "start", actor=actor)
        if held.kind == ChangeKind.RENEWAL:
            return change_apply(change=held, actor=actor)
        _sync(held, SyncStatus.IN_PROGRESS)
    return held


def change_apply(
    *, change: ScheduledChange, actor: Actor, external_id: str = "", reason: str = ""
) -> ScheduledChange:
    """The vendor agreed: the subscription is as asked, the line is delivered. Applied already is fine."""
    with transaction.atomic():
        subscription = subscription_locked(change.subscription_id)
        held = change_locked(change.pk)
        if held.state == ChangeState.APPLIED:
            return held
        line_deliver(line=held.order_line, actor=actor, reason=reason)
        done = {"applied_at": clock.now(), **NO_PROBLEM}
        CHANGE.fire(held, "apply", actor=actor, reason=reason, changes=done)
        take_effect(subscription, held, actor=actor, external_id=external_id)
    return held


def change_fail(*, change: ScheduledChange, code: str, text: str, actor: Actor) -> ScheduledChange:
    """The vendor refused or gave no answer in time: the subscription stays as it was. Failed already is fine."""
    problem = {"problem_code": code, "problem_text": text}
    with transaction.atomic():
        subscription_locked(change.subscription_id)
        held = change_locked(change.pk)
        if held.state == ChangeState.FAILED:
            return held
        line_fail(line=held.order_line, code=code, text=text, actor=actor)
        CHANGE.fire(held, "fail", actor=actor, reason=text, changes=problem)
        _sync(held, SyncStatus.FAILED, **problem)
    return held


def change_ask(
    *, change: ScheduledChange, code: str, text: str, field: str, actor: Actor
) -> ScheduledChange:
    """It would work with another value of the parameter `field`: stays in progress, its line needs input."""
    problem = {"problem_code": code, "problem_text": text}
    with transaction.atomic():
        subscription_locked(change.subscription_id)
        held = change_locked(change.pk)
        if held.problem_code == code and held.order_line.state == LineState.NEEDS_INPUT:
            return held
        line_ask(line=held.order_line, code=code, text=text, field=field, actor=actor)
        ScheduledChange.objects.filter(pk=held.pk).update(**problem)
        _sync(held, SyncStatus.PENDING, **problem)
    return held


def change_restart(*, change: ScheduledChange, actor: Actor) -> ScheduledChange:
    """Its line was corrected or is tried again: provisioning is asked once more. Asked already: nothing happens."""
    with transaction.atomic():
        subscription_locked(change.subscription_id)
        held = change_locked(change.pk)
        if held.state == ChangeState.FAILED:
            CHANGE.fire(held, "retry", actor=actor, changes=NO_PROBLEM)
        elif held.state == ChangeState.IN_PROGRESS and held.problem_code:
            ScheduledChange.objects.filter(pk=held.pk).update(**NO_PROBLEM)
            events.emit(ScheduledChangeStarted(held.pk), subject=held, actor=actor)
        else:
            return held
        _take_parameters(held)
        _sync(held, SyncStatus.IN_PROGRESS, **NO_PROBLEM)
    return held


def change_withdraw(*, change: ScheduledChange, actor: Actor, reason: str = "") -> ScheduledChange:
    """Take a planned or failed change back, with its order. Withdrawn already is fine.

    Raises WithdrawalDenied for whoever neither asked nor pays for it, ChangeUnderWay.
    """
    with transaction.atomic():
        subscription = subscription_locked(change.subscription_id)
        held = change_locked(change.pk)
        if held.state == ChangeState.CANCELLED:
            return held
        if not may_withdraw(held, subscription, actor):
            raise WithdrawalDenied
        if held.state == ChangeState.IN_PROGRESS and not is_parked(held):
            raise ChangeUnderWay(extra={"state": held.state})
        failed = held.state != ChangeState.SCHEDULED
        CHANGE.fire(held, "cancel", actor=actor, reason=reason)
        if SUBSCRIPTION.can(subscription, "keep"):
            SUBSCRIPTION.fire(subscription, "keep", actor=actor, reason=reason)
        if failed:
            _sync(held, SyncStatus.SYNCHRONIZED, **NO_PROBLEM)
        if held.kind == ChangeKind.QUANTITY and held.quantity == subscription.renewal_quantity:
            # The seats of the next term were asked for and are not to be had: it renews with those there are.
            _write(subscription.pk, {"renewal_quantity": None})
        _give_order_up(held, actor, reason)
    return held


def change_copy(change: ScheduledChange) -> ScheduledChange:
    """The change as it is now, with what its page shows."""
    return ScheduledChange.objects.select_related(
        "order_line__order", "product", "add_on__product", "subscription__product__type"
    ).get(pk=change.pk)


def is_parked(change: ScheduledChange) -> bool:
    """In progress, but waiting for input: nothing is under way at the vendor (its line may be cancelled by now)."""
    return change.state == ChangeState.IN_PROGRESS and change.order_line.state in {
        LineState.NEEDS_INPUT,
        LineState.CANCELLED,
    }


def _give_order_up(change: ScheduledChange, actor: Actor, reason: str) -> None:
    line = change.order_line
    if line.order.state in {OrderState.PLACED, OrderState.PENDING_APPROVAL}:
        order_give_up(order=line.order, actor=actor, reason=reason)
    elif line.state in {LineState.FAILED, LineState.NEEDS_INPUT}:
        line_cancel(line=line, actor=actor, reason=reason)


def _sync(change: ScheduledChange, status: str, **values: Any) -> None:
    _write(change.subscription_id, {"sync_status": status, **values})


def _take_parameters(change: ScheduledChange) -> None:
    """What was corrected on the line is what the subscription's target carries from now on."""
    given = change.order_line.parameters
    if given:
        subscription = subscription_locked(change.subscription_id)
        _write(subscription.pk, {"parameters": {**subscription.parameters, **given}})


def _write(subscription_id: int, values: Mapping[str, Any]) -> None:
    Subscription.objects.filter(pk=subscription_id).update(**values)
