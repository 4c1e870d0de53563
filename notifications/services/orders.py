"""What people are told about orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation

from bss.core import scope
from bss.orders.choices import LineState, OrderState
from bss.orders.models import Order, OrderLine
from notifications import kinds, selectors
from notifications.contracts import Recipient
from notifications.kinds import Kind
from notifications.rendering import known_language
from notifications.services.notify import notify

Facts = Callable[[Recipient], dict[str, Any]]


def order_placed_tell(order_id: int) -> None:
    """The order confirmation, to whoever placed it, with amounts at that person's level."""
    order = selectors.order_for_mail(order_id)
    kind = kinds.ORDER_APPROVED if order.approved_at else kinds.ORDER_PLACED
    with scope.activate(order.organization.scope):
        _tell_buyer(kind, order, "", lambda to: selectors.order_facts(order, to))


def order_approval_asked_tell(order_id: int) -> None:
    """That a customer's order waits: to everybody of its reseller who may order, and to whoever asked for it."""
    order = selectors.order_for_mail(order_id)
    with scope.activate(order.organization.scope):
        _tell_buyer(kinds.ORDER_WAITING, order, "", lambda to: selectors.waiting_facts(order, to))
        for to in selectors.recipients_who_approve(order.account):
            shop = selectors.storefront_of(order.organization, to.storefront_id)
            link = selectors.approval_page(order, shop)
            _tell(
                kinds.ORDER_APPROVAL_ASKED,
                order,
                "",
                lambda to: selectors.approval_facts(order, to),
                to,
                link,
            )


def order_rejected_tell(order_id: int) -> None:
    """That an order was not approved, and why: to whoever asked for it."""
    order = selectors.order_for_mail(order_id)
    with scope.activate(order.organization.scope):
        _tell_buyer(kinds.ORDER_REJECTED, order, "", lambda to: selectors.rejected_facts(order, to))


def order_withdrawn_tell(order_id: int) -> None:
    """That there is nothing to approve any more: to everybody who was asked."""
    order = selectors.order_for_mail(order_id)
    with scope.activate(order.organization.scope):
        for to in selectors.recipients_who_approve(order.account):
            shop = selectors.storefront_of(order.organization, to.storefront_id)
            link = selectors.order_page(order, shop)
            _tell(
                kinds.ORDER_WITHDRAWN,
                order,
                "",
                lambda to: selectors.withdrawn_facts(order, to),
                to,
                link,
            )


def order_cancelled_tell(order_id: int) -> None:
    """That an order that waited for approval was given up, unless its own buyer did it."""
    order = selectors.order_for_mail(order_id)
    entry = selectors.ended_by(order, "cancel")
    if entry is None or entry.from_state != OrderState.PENDING_APPROVAL:
        return
    if entry.actor_id is None or entry.actor_id != order.placed_by_id:
        order_rejected_tell(order_id)


def order_failed_tell(order_id: int) -> None:
    """That nothing of an order was delivered, and why: to the buyer and to staff."""
    order = selectors.order_for_mail(order_id)
    with scope.activate(order.organization.scope):
        time = selectors.times(order, "fail")
        _tell_buyer(kinds.ORDER_FAILED, order, time, lambda to: selectors.failed_facts(order, to))
        _tell_staff(
            kinds.ORDER_FAILED_STAFF, order, time, lambda to: selectors.failed_facts(order, to)
        )


def order_line_needs_input_tell(line_id: int) -> None:
    """That a line waits for an answer: to the buyer, who can give it, and to staff."""
    line = selectors.line_for_mail(line_id)
    with scope.activate(line.organization.scope):
        if _is_news(line) and line.state == LineState.NEEDS_INPUT:
            time = f"{line.pk}:{selectors.times(line, 'ask')}"
            _tell_both(line, kinds.ORDER_LINE_NEEDS_INPUT, kinds.ORDER_LINE_NEEDS_INPUT_STAFF, time)


def order_line_failed_tell(line_id: int) -> None:
    """That a line failed: to the buyer and to staff. The e-mail about a whole order that failed says it already."""
    line = selectors.line_for_mail(line_id)
    with scope.activate(line.organization.scope):
        is_told_with_order = line.order.state == OrderState.FAILED
        if _is_news(line) and line.state == LineState.FAILED and not is_told_with_order:
            time = f"{line.pk}:{selectors.times(line, 'fail')}"
            _tell_both(line, kinds.ORDER_LINE_FAILED, kinds.ORDER_LINE_FAILED_STAFF, time)


def _is_news(line: OrderLine) -> bool:
    # Add-ons move with their product's line: one e-mail says it.
    return line.parent_id is None


def _tell_both(line: OrderLine, to_buyer: Kind, to_staff: Kind, time: str) -> None:
    _tell_buyer(to_buyer, line.order, time, lambda to: selectors.line_facts(line, to))
    _tell_staff(to_staff, line.order, time, lambda to: selectors.line_facts(line, to))


def _tell_buyer(kind: Kind, order: Order, time: str, facts: Facts) -> None:
    to = selectors.recipient_of_order(order)
    if to is None:
        return
    shop = selectors.storefront_of(order.organization, to.storefront_id)
    _tell(kind, order, time, facts, to, selectors.order_page(order, shop))


def _tell_staff(kind: Kind, order: Order, time: str, facts: Facts) -> None:
    to = selectors.staff_of(order.organization)
    _tell(kind, order, time, facts, to, selectors.order_page(order, "portal"))


def _tell(kind: Kind, order: Order, time: str, facts: Facts, to: Recipient, link: str) -> None:
    with translation.override(known_language(to.language)):
        context = {**facts(to), "link": link}
    notify(
        kind,
        key=f"{order.pk}:{time}:{to.email}",
        recipient=to.email,
        recipient_name=to.name,
        language=to.language,
        context=context,
        subject=order,
        organization=order.organization,
        scope=to.scope,
        storefront_id=to.storefront_id,
    )
