"""Buys what the story says was bought, and does what it says was done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bss.accounts.models import Account
from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.core.fields import FieldSpec
from bss.orders.choices import LineKind, OrderSource
from bss.orders.models import Basket, BasketLine, Order, OrderLine
from bss.orders.selectors import terms_of
from bss.orders.selectors.reviews import open_characteristics
from bss.orders.services import (
    basket_add,
    basket_answer,
    basket_choose_customer,
    basket_open_for,
    basket_place,
    order_cancel,
    order_create,
    order_execute,
    order_line_add,
)
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.orders import HELP, SALES, Item, Purchase, Step
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import change_request
from servicemanager.choices import ProvisioningState
from servicemanager.models import ProvisioningJob
from servicemanager.services import (
    provisioning_decline,
    provisioning_deliver,
    provisioning_retry,
)

Answers = Mapping[str, Mapping[str, Any]]


class Shelf:
    """The products of one organization's catalogue by their codes."""

    def __init__(self, stage: Stage, prefix: str = "") -> None:
        self._stage = stage
        self._prefix = prefix

    def __getitem__(self, code: str) -> Product:
        return self._stage.products[self._prefix + code]


def purchase_make(stage: Stage, row: Purchase, shelf: Shelf) -> Order:
    """The order of a purchase: from a basket where a customer's user places it, from a draft where staff do."""
    actor = stage.actor(row.by)
    customer = stage.account(row.customer)
    if actor.account_id is None:
        return _staff_order(row, customer, shelf, actor)
    basket = basket_filled(stage, row.by, row.items, shelf, customer=customer)
    basket_answer(basket=basket, answers=_basket_answers(basket, row.customer), actor=actor)
    return basket_placed(basket, actor, reference=row.reference)


def basket_filled(
    stage: Stage, email: str, items: Iterable[Item], shelf: Shelf, *, customer: Account
) -> Basket:
    """The user's open basket with these items in it, for `customer`."""
    actor = stage.actor(email)
    basket = _basket_of(stage, email, actor)
    if customer.pk != basket.customer_id:
        basket_choose_customer(basket=basket, customer=customer, actor=actor)
    for item in items:
        line = basket_add(
            basket=basket,
            product=shelf[item.product],
            unit=item.unit,
            quantity=item.quantity,
            actor=actor,
        )
        for code, quantity in item.add_ons:
            basket_add(
                basket=basket,
                product=shelf[code],
                unit=item.unit,
                quantity=quantity,
                parent=line,
                actor=actor,
            )
    return Basket.objects.get(pk=basket.pk)


def basket_placed(basket: Basket, actor: Actor, *, reference: str = "") -> Order:
    """Place it, with the terms of the day accepted: of whom its buyer buys from."""
    held = Basket.objects.get(pk=basket.pk)
    return basket_place(
        basket=held,
        actor=actor,
        terms=terms_of(held),
        purchase_order=reference,
    )


def basket_open(stage: Stage, email: str) -> Basket:
    """The open basket of a storefront user."""
    return _basket_of(stage, email, stage.actor(email))


def step_do(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    """Do to an order, or to what it bought, what the story says."""
    _DOERS[step.verb](stage, Order.objects.get(pk=order.pk), step, row)


def change_make(subscription: Subscription, kind: str, actor: Actor, **details: Any) -> None:
    """Ask for a change from the surface the actor works on."""
    source = OrderSource.PORTAL if actor.account_id is None else OrderSource.STOREFRONT
    change_request(subscription=subscription, kind=kind, actor=actor, source=source, **details)


def _basket_of(stage: Stage, email: str, actor: Actor) -> Basket:
    membership = stage.memberships[email]
    assert membership.storefront is not None and actor.account_id is not None  # noqa: S101, PT018
    account = Account.everywhere.select_related("parent").get(pk=actor.account_id)
    return basket_open_for(
        user_id=membership.user_id, storefront=membership.storefront, account=account
    )


def _staff_order(row: Purchase, customer: Account, shelf: Shelf, actor: Actor) -> Order:
    order = order_create(
        account=customer.parent or customer,
        customer=customer,
        actor=actor,
        purchase_order=row.reference,
    )
    for item in row.items:
        product = shelf[item.product]
        line = order_line_add(
            order=order,
            product=product,
            unit=item.unit,
            quantity=item.quantity,
            parameters=_answers(open_characteristics(product), row.customer),
            actor=actor,
        )
        for code, quantity in item.add_ons:
            order_line_add(
                order=order,
                product=shelf[code],
                unit=item.unit,
                quantity=quantity,
                parent=line,
                actor=actor,
            )
    if not row.is_draft:
        order_execute(order=Order.objects.get(pk=order.pk), actor=actor)
    return order


def _basket_answers(basket: Basket, customer: str) -> Answers:
    lines = BasketLine.objects.filter(basket=basket).select_related("product__type")
    return {
        line.public_id: _answers(open_characteristics(line.product), customer) for line in lines
    }


def _answers(specs: Iterable[FieldSpec], customer: str) -> dict[str, str]:
    """What a customer would have typed: its domain, and the value offered where there is one."""
    told = {"domain": f"{customer}.example", "workspace": f"{customer}-help"}
    found = {
        spec.code: told.get(spec.code) or spec.default or _first_choice(spec) for spec in specs
    }
    return {code: value for code, value in found.items() if value}


def _first_choice(spec: FieldSpec) -> str:
    return spec.choices[0][0] if spec.required and spec.choices else ""


def _lines(order: Order, step: Step) -> list[OrderLine]:
    lines = list(order.lines.filter(parent=None, kind=LineKind.NEW).order_by("position", "id"))
    return lines if step.line is None else [lines[step.line]]


def _subscriptions(order: Order, step: Step) -> list[Subscription]:
    lines = _lines(order, step)
    return list(Subscription.objects.filter(order_line__in=lines).order_by("id"))


def _provisioning(order: Order, step: Step, state: str) -> list[ProvisioningJob]:
    found = ProvisioningJob.objects.filter(
        subscription__in=_subscriptions(order, step), state=state
    )
    return list(found.select_related("instance", "change", "subscription").order_by("id"))


def _execute(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    order_execute(order=order, actor=stage.actor(_staff(order, SALES)))


def _deliver(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    actor = stage.actor(_staff(order, HELP))
    for job in _provisioning(order, step, ProvisioningState.IN_PROGRESS):
        note = step.text or f"Set up for {job.subscription.customer.name} and tried out."
        provisioning_deliver(job=job, note=note, actor=actor)


def _decline(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    actor = stage.actor(_staff(order, HELP))
    for job in _provisioning(order, step, ProvisioningState.IN_PROGRESS):
        provisioning_decline(job=job, reason=step.text, actor=actor)


def _retry(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    actor = stage.actor(_staff(order, HELP))
    for job in _provisioning(order, step, ProvisioningState.FAILED):
        provisioning_retry(job=job, actor=actor)


def _cancel_order(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    order_cancel(order=order, actor=stage.actor(_staff(order, SALES)), reason=step.text)


def _quantity(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    for subscription in _subscriptions(order, step):
        change_make(subscription, ChangeKind.QUANTITY, stage.actor(row.by), quantity=step.quantity)


def _product(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    for subscription in _subscriptions(order, step):
        product = stage.products[step.product]
        change_make(subscription, ChangeKind.PRODUCT, stage.actor(row.by), product=product)


def _suspend(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    for subscription in _subscriptions(order, step):
        actor = stage.actor(_staff(order, HELP))
        change_make(subscription, ChangeKind.SUSPEND, actor, reason=step.text)


def _resume(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    for subscription in _subscriptions(order, step):
        change_make(subscription, ChangeKind.RESUME, stage.actor(_staff(order, HELP)))


def _cancel_now(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    for subscription in _subscriptions(order, step):
        change_make(subscription, ChangeKind.CANCEL, stage.actor(row.by), reason=step.text)


def _cancel_at_end(stage: Stage, order: Order, step: Step, row: Purchase) -> None:
    for subscription in _subscriptions(order, step):
        change_make(
            subscription,
            ChangeKind.CANCEL,
            stage.actor(row.by),
            when="period_end",
            reason=step.text,
        )


def _staff(order: Order, wished: str) -> str:
    """The member of staff who does it: the wished one at Meridian, the tenant's own administrator elsewhere."""
    return wished if order.organization.is_root else "admin@nordhaven.example"


_DOERS: dict[str, Callable[[Stage, Order, Step, Purchase], None]] = {
    "execute": _execute,
    "deliver": _deliver,
    "decline": _decline,
    "retry": _retry,
    "cancel_order": _cancel_order,
    "quantity": _quantity,
    "product": _product,
    "suspend": _suspend,
    "resume": _resume,
    "cancel_now": _cancel_now,
    "cancel_at_end": _cancel_at_end,
}
