"""From an order line to a live subscription: creation, what provisioning reports, another try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from bss.core import clock, events, history
from bss.core.actor import Actor
from bss.core.errors import StaleState
from bss.core.machine import mirror
from bss.core.numbers import next_number
from bss.orders.choices import LineKind, LineState
from bss.orders.models import OrderLine, plan_columns
from bss.orders.services import line_ask, line_correct, line_deliver, line_fail, retry_held
from bss.subscriptions import selectors
from bss.subscriptions.choices import ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.errors import NothingToRetry
from bss.subscriptions.events import SubscriptionCreated, SubscriptionProvisioningRequested
from bss.subscriptions.locks import subscription_locked
from bss.subscriptions.models import Subscription, SubscriptionAddOn
from bss.subscriptions.services.actions import present_price
from bss.subscriptions.services.changes import change_restart
from bss.subscriptions.services.renewals import NextSeats
from bss.subscriptions.services.terms import term_start
from bss.subscriptions.states import SUBSCRIPTION

NO_PROBLEM = {"problem_code": "", "problem_text": ""}


def subscription_create(*, line: OrderLine, actor: Actor) -> Subscription:
    """The subscription a released line asks for, pending, with its add-ons. The same line again gives the same one."""
    found = Subscription.objects.filter(order_line=line).first()
    if found is not None:
        return found
    order = line.order
    with transaction.atomic():
        subscription = Subscription.objects.create(
            organization_id=line.organization_id,
            scope=line.scope,
            number=next_number("SUB", line.organization_id),
            customer_id=order.customer_id,
            payer_id=order.account_id,
            order_line=line,
            product_id=line.product_id,
            name=line.friendly_name or line.product_name,
            unit=line.unit,
            quantity=line.quantity,
            parameters=line.parameters,
            currency=line.currency,
            unit_cost=line.unit_cost,
            unit_price=line.unit_price,
            unit_resale=line.unit_resale,
            sync_status=SyncStatus.PENDING,
            managed_by=line.managed_by,
            **plan_columns(line.plan),
        )
        SubscriptionAddOn.objects.bulk_create(
            _add_on(subscription, child) for child in line.children.all()
        )
        history.record(subscription, actor=actor, action="subscription.created")
        events.emit(SubscriptionCreated(subscription.pk), subject=subscription, actor=actor)
    return subscription


def _add_on(subscription: Subscription, line: OrderLine) -> SubscriptionAddOn:
    return SubscriptionAddOn(
        organization_id=line.organization_id,
        scope=line.scope,
        subscription=subscription,
        order_line=line,
        product_id=line.product_id,
        quantity=line.quantity,
        unit_cost=line.unit_cost,
        unit_price=line.unit_price,
        unit_resale=line.unit_resale,
    )


def subscription_activate(
    *, subscription: Subscription, external_id: str, actor: Actor, reason: str = ""
) -> Subscription:
    """Provisioning succeeded: active from now, its first term begins, its line is delivered. Again changes nothing.

    A co-termed first term is that of its line: the days that were counted when it was bought.

    Raises IllegalTransition when the subscription was withdrawn or failed meanwhile.
    """
    with transaction.atomic():
        held = subscription_locked(subscription.pk)
        if held.state == SubscriptionState.ACTIVE and held.external_id == external_id:
            return held
        line_deliver(line=held.order_line, actor=actor, reason=reason)
        now = clock.now()
        changes = {"external_id": external_id, "sync_status": SyncStatus.SYNCHRONIZED, **NO_PROBLEM}
        SUBSCRIPTION.fire(
            held, "activate", actor=actor, reason=reason, changes={**changes, "started_at": now}
        )
        term_start(held, at=now, seats=_bought(held), coterm=held.order_line.coterm, actor=actor)
    return held


def _bought(subscription: Subscription) -> list[NextSeats]:
    """What the first term begins with: as it was ordered."""
    own = subscription
    found = [NextSeats(own.product, own.quantity, present_price(own, own.product, own), own.plan)]
    for each in selectors.add_ons_of(own).select_related("product__type", "order_line"):
        price, plan = present_price(own, each.product, each), each.order_line.plan
        found.append(NextSeats(each.product, each.quantity, price, plan, add_on=each))
    return found


def subscription_fail(
    *, subscription: Subscription, code: str, text: str, actor: Actor
) -> Subscription:
    """Provisioning was refused or gave up: failed, with the cause, and its line too. Failed already is fine."""
    with transaction.atomic():
        held = subscription_locked(subscription.pk)
        if held.state == SubscriptionState.FAILED:
            return held
        line_fail(line=held.order_line, code=code, text=text, actor=actor)
        problem = {"problem_code": code, "problem_text": text}
        SUBSCRIPTION.fire(
            held,
            "fail",
            actor=actor,
            reason=text,
            changes={"sync_status": SyncStatus.FAILED, **problem},
        )
    return held


def subscription_ask(
    *, subscription: Subscription, code: str, text: str, field: str, actor: Actor
) -> Subscription:
    """It would work with another value of the parameter `field`: stays pending, its line needs input."""
    with transaction.atomic():
        held = subscription_locked(subscription.pk)
        if held.problem_code == code and held.order_line.state == LineState.NEEDS_INPUT:
            return held
        line_ask(line=held.order_line, code=code, text=text, field=field, actor=actor)
        _set(held, sync_status=SyncStatus.PENDING, problem_code=code, problem_text=text)
    return held


def subscription_retry(
    *, subscription: Subscription, actor: Actor, parameters: Mapping[str, Any] | None = None
) -> Subscription:
    """Try the provisioning that failed again, or the change that failed. Outside transactions.

    Raises NothingToRetry when neither did, and what `line_retry` raises.
    """
    line = _failed_line(subscription_locked_copy(subscription))
    with retry_held(order=line.order, only=line) as hold, transaction.atomic():
        held = subscription_locked(subscription.pk)
        change = selectors.open_change(held)
        if _failed_line(held) != line:
            raise StaleState(extra={"entity": "subscription"})
        line_correct(line=line, parameters=parameters or {}, actor=actor, hold=hold)
        if held.state == SubscriptionState.FAILED:
            return subscription_reprovision(subscription=subscription, line=line, actor=actor)
        if change is not None:
            change_restart(change=change, actor=actor)
    return subscription_locked_copy(subscription)


def _failed_line(subscription: Subscription) -> OrderLine:
    """The line of the provisioning or of the change that failed. Raises NothingToRetry when neither did."""
    if subscription.state == SubscriptionState.FAILED:
        return subscription.order_line
    change = selectors.open_change(subscription)
    if change is None or change.state != ChangeState.FAILED:
        raise NothingToRetry
    return change.order_line


def subscription_reprovision(
    *, subscription: Subscription, line: OrderLine, actor: Actor
) -> Subscription:
    """Take over a corrected line's parameters and ask for provisioning again. Asked already: nothing happens."""
    with transaction.atomic():
        held = subscription_locked(subscription.pk)
        values = {"parameters": line.parameters, "sync_status": SyncStatus.PENDING, **NO_PROBLEM}
        if held.state == SubscriptionState.FAILED:
            SUBSCRIPTION.fire(held, "retry", actor=actor, changes=values)
        elif held.state == SubscriptionState.PENDING and _is_waiting(held, line):
            changes = history.changed({"parameters": held.parameters}, values)
            _set(held, **values)
            history.record(held, actor=actor, action="subscription.corrected", changes=changes)
            happened = SubscriptionProvisioningRequested(held.pk)
            events.emit(happened, subject=held, actor=actor)
    return held


def subscription_withdraw(
    *, subscription: Subscription, actor: Actor, reason: str = ""
) -> Subscription:
    """Its line was given up before it was delivered: cancelled without ever having been active."""
    held = subscription_locked_copy(subscription)
    if not SUBSCRIPTION.can(held, "withdraw"):
        return held
    changes = {"cancelled_at": clock.now(), "sync_status": SyncStatus.NOT_SYNCHRONIZED}
    return SUBSCRIPTION.fire(held, "withdraw", actor=actor, reason=reason, changes=changes)


def sync_status_set(
    *, subscription: Subscription, status: str, actor: Actor, reason: str = ""
) -> bool:
    """Mirror how far the vendor's side is. True when it changed; somebody else's change at this moment wins."""
    try:
        return mirror(subscription, "sync_status", status, actor=actor, reason=reason)
    except StaleState:
        return False


def subscription_locked_copy(subscription: Subscription) -> Subscription:
    """The subscription as it is now."""
    return Subscription.objects.select_related("customer", "payer", "product__type").get(
        pk=subscription.pk
    )


def is_purchase(line: OrderLine) -> bool:
    """Whether the line buys a subscription, as opposed to an add-on below one or an action."""
    return line.kind == LineKind.NEW and line.parent_id is None


def _is_waiting(subscription: Subscription, line: OrderLine) -> bool:
    return bool(subscription.problem_code) or subscription.parameters != line.parameters


def _set(subscription: Subscription, **values: Any) -> None:
    """Columns that are no state. The row is locked."""
    Subscription.objects.filter(pk=subscription.pk).update(**values)
    for column, value in values.items():
        setattr(subscription, column, value)
