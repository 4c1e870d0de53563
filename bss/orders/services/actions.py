"""Orders for what is done to subscriptions: no basket, one line, placed at once."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from bss.accounts.models import Account, Storefront
from bss.core import history
from bss.core.actor import Actor
from bss.core.money import Money
from bss.orders.choices import LineKind
from bss.orders.contracts import NO_HOLD, Action, CardHold
from bss.orders.locks import accounts_locked
from bss.orders.models import Order, OrderLine, plan_columns
from bss.orders.selectors import track_for
from bss.orders.services import rules
from bss.orders.services.approval import credit_asked, needs_approval
from bss.orders.services.cards import card_attach
from bss.orders.services.numbering import order_number
from bss.orders.services.placing import placed_by
from bss.orders.services.pricing import freeze, order_total
from bss.orders.states import ORDER


def action_order_create(
    *,
    account: Account,
    customer: Account,
    action: Action,
    source: str,
    actor: Actor,
    storefront: Storefront | None = None,
    hold: CardHold = NO_HOLD,
) -> tuple[Order, OrderLine]:
    """A placed, not executed order for one action on a subscription, as of `action.at`. `account` pays.

    An action due in the future is executed by nobody before. What staff ask for runs without asking staff again;
    what a customer asks for runs by itself when its product type is automatic, or when it is about the next term only.
    What a reseller's customer asks for at the reseller's expense waits for its approval where that is needed: then the
    order is not placed. Raises CreditExceeded.
    """
    with transaction.atomic():
        payer = accounts_locked([account.pk])[account.pk]
        order = Order.objects.create(
            organization_id=customer.organization_id,
            scope=customer.scope,
            # After what else is held: whoever asks for an action holds its subscription already.
            number=order_number(customer.organization_id),
            account=payer,
            customer=customer,
            storefront=storefront,
            source=source,
            name=action.name,
            currency=action.price.currency,
            due_at=action.due_at,
            preview=dict(action.preview),
        )
        is_nobodys_work = action.kind == LineKind.RENEWAL
        line = _line(order, action, automatic=actor.account_id is None or is_nobodys_work)
        order_total(order)
        total = Money(order.total, order.currency)
        waits = action_waits(payer, customer, total, actor)
        if not waits:
            _check_credit(payer, total, actor, hold.amount, is_next_term=action.is_next_term)
            card_attach(hold, order)
        history.record(order, actor=actor, action="order.created")
        placed = {**placed_by(actor), "placed_at": action.at}
        ORDER.fire(order, "ask_approval" if waits else "place", actor=actor, changes=placed)
    return order, line


def action_check_credit(
    *,
    payer: Account,
    customer: Account,
    total: Money,
    is_next_term: bool,
    actor: Actor,
    secured: Decimal,
) -> None:
    """Raises CreditExceeded where an action that costs `total` would be refused for it when `actor` orders it.

    What waits for its payer's approval is for the payer to say. `secured` is what its card holds for it, or would.
    """
    if not action_waits(payer, customer, total, actor):
        _check_credit(payer, total, actor, secured, is_next_term=is_next_term)


def _check_credit(
    payer: Account, total: Money, actor: Actor, secured: Decimal, *, is_next_term: bool
) -> None:
    asked = credit_asked(payer, total.amount, is_next_term=is_next_term)
    track = track_for(actor, payer.pk)
    rules.check_credit(payer, Money(asked, total.currency), track=track, secured=secured)


def action_waits(payer: Account, customer: Account, total: Money, actor: Actor) -> bool:
    """Whether an action that costs `total` waits until its payer has let it pass, when `actor` orders it."""
    return total.amount > 0 and needs_approval(payer=payer, customer=customer, actor=actor)


def _line(order: Order, action: Action, *, automatic: bool) -> OrderLine:
    line = OrderLine(
        organization_id=order.organization_id,
        scope=order.scope,
        order=order,
        kind=action.kind,
        product=action.product,
        product_name=action.product.name,
        unit=action.unit,
        quantity=action.quantity,
        previous_quantity=action.previous_quantity,
        parameters=dict(action.parameters),
        automatic=automatic or action.product.type.automatic,
        managed_by=action.product.type.managed_by,
        **plan_columns(action.plan),
    )
    freeze(line, action.price, charged=0)
    amounts = action.amounts
    line.total, line.total_cost, line.total_resale = amounts.price, amounts.cost, amounts.resale
    line.save(force_insert=True)
    return line
