"""Placing, executing and cancelling whole orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.core import clock
from bss.core.actor import Actor
from bss.core.errors import IllegalTransition, PermissionDenied, StaleState
from bss.core.money import Money
from bss.orders import selectors
from bss.orders.choices import LineKind, LineState, OrderState
from bss.orders.contracts import NO_HOLD, CardHold, Proceed, Reprice, ReviewStep, Wait
from bss.orders.errors import (
    AlreadyDelivered,
    AnswerAwaited,
    BasketEmpty,
    LinesInFlight,
    NotDue,
    PriceChanged,
    Repriced,
)
from bss.orders.locks import accounts_locked, order_locked
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.orders.ports import ACTIONS, CHECKOUT_REVIEW
from bss.orders.services import rules
from bss.orders.services.approval import needs_approval, require_waiting
from bss.orders.services.cards import (
    card_attach,
    card_authorise,
    due_at_once,
    let_go_when_refused,
    pays_by_card,
)
from bss.orders.services.placing import placed_by
from bss.orders.services.pricing import differences, line_prices, reprice
from bss.orders.services.quotes import is_quoted, order_quote
from bss.orders.services.reviews import outside_transactions, refuse_when_refused
from bss.orders.services.terms import accepted_terms
from bss.orders.services.waiting import order_wait, order_wait_over
from bss.orders.states import LINE, ORDER
from bss.pricing.stored import to_stored

_CANCELLABLE = frozenset({LineState.PENDING, LineState.NEEDS_INPUT, LineState.FAILED})
# What whoever buys from a reseller gives up by itself; what was let pass is its reseller's order.
_BUYERS_OWN = frozenset({OrderState.DRAFT, OrderState.PENDING_APPROVAL, OrderState.CANCELLED})


def order_place(
    *, order: Order, actor: Actor, terms: TermsVersion | None = None, seen: str | None = None
) -> Order:
    """Place a draft: the buyer's last word. Its automatic lines then run by themselves. Placed already is fine.

    An account's own user or token must give the current `terms`; staff place without. `seen` is the code of the preview
    that stood on the page (None: there was no page). Raises what `basket_place` raises; then the order is still a
    draft.
    """
    if order.state != OrderState.DRAFT and order.placed_at is not None:
        return order
    order_place_check(order=order, actor=actor, terms=terms)
    with order_held(order=order, actor=actor) as hold:
        return order_place_reviewed(order=order, actor=actor, terms=terms, hold=hold, seen=seen)


@contextmanager
def order_held(*, order: Order, actor: Actor) -> Iterator[CardHold]:
    """Around the writing half of placing a draft: what a card payer's first payment holds, for `hold` there.

    Nothing for who pays otherwise, for what waits for approval, and for what is placed already. Nobody is asked to
    confirm: a card that needs that is declined. Outside transactions. Raises the card's refusals. What is held for an
    order that is refused is let go.
    """
    hold = _held(order, actor)
    with let_go_when_refused(hold):
        yield hold


def _held(order: Order, actor: Actor) -> CardHold:
    payer, customer = order.account, order.customer
    if order.state != OrderState.DRAFT or not pays_by_card(payer):
        return NO_HOLD
    if needs_approval(payer=payer, customer=customer, actor=actor):
        return NO_HOLD
    previews = selectors.order_previews(order, selectors.order_lines(order), at=clock.now())
    return card_authorise(payer, due_at_once(previews["price"]), reference=order.public_id)


def order_place_check(*, order: Order, actor: Actor, terms: TermsVersion | None = None) -> None:
    """The asking half of `order_place`: the terms, then everything `order_review` asks."""
    _accepted(order, actor, terms)
    order_review(order=order, step="place", actor=actor)


def order_execute(
    *, order: Order, actor: Actor, accept_reprice: bool = False, seen: str | None = None
) -> Order:
    """Let an order's lines run; a draft is placed with it. Executing or executed already is fine.

    `seen` is the code of the preview that stood on a draft's page (None: there was no page). The service managers are
    asked first, outside any transaction. Raises Invalid (something is missing or refused), PriceChanged or Repriced
    (confirm with `accept_reprice`), NotDue, CreditExceeded, OnlyOne; then nothing ran.
    """
    if not is_executable(order):
        return _refuse_or_return(order)
    order_review(order=order, step="execute", actor=actor, accept_reprice=accept_reprice)
    with order_held(order=order, actor=actor) as hold:
        return order_execute_reviewed(order=order, actor=actor, hold=hold, seen=seen)


def _accepted(order: Order, actor: Actor, terms: TermsVersion | None) -> TermsVersion | None:
    """What the order keeps as accepted. Raises TermsNotAccepted; staff place without."""
    if actor.account_id is None:
        return terms
    seller_id = selectors.seller_id_for(actor, order.account_id)
    return accepted_terms(selectors.terms_current(order.organization_id, seller_id), terms)


def is_executable(order: Order) -> bool:
    """Whether *Execute Order* has something to do."""
    return order.state in {OrderState.DRAFT, OrderState.PLACED}


def is_due(order: Order) -> bool:
    """Whether its time has come: what is scheduled for later is executed by nobody before."""
    return order.due_at is None or order.due_at <= clock.now()


def order_review(
    *, order: Order, step: ReviewStep, actor: Actor, accept_reprice: bool = False
) -> None:
    """Everything that must be asked before an order may go on. Reads only, except that new prices of a draft are
    kept, so that the person sees them and confirms, and what it has to wait for, so that it is asked for.
    """
    outside_transactions()
    lines = selectors.order_lines(order)
    if not lines:
        raise BasketEmpty(_("The order has no items."))
    _require_due(order)
    if order.state == OrderState.DRAFT:
        is_answered = _check_draft(order, lines, staff=actor.account_id is None)
        _settle_prices(order, lines, actor, accept=accept_reprice, is_answered=is_answered)
    verdict = CHECKOUT_REVIEW.get().review(selectors.order_subject(order, lines), step)
    refuse_when_refused(verdict)
    if isinstance(verdict, Wait):
        order_wait(order=order, verdict=verdict, actor=actor)
        raise AnswerAwaited(verdict.message)
    order_wait_over(order=order)
    assert isinstance(verdict, Proceed | Reprice)  # noqa: S101 -- a refusal was raised
    is_news = isinstance(verdict, Reprice) and not is_quoted(lines, verdict)
    if order.state == OrderState.DRAFT and order_quote(lines=lines, verdict=verdict):
        _settle_prices(order, lines, actor, accept=accept_reprice or is_news)
    if isinstance(verdict, Reprice) and is_news and not accept_reprice:
        raise Repriced(verdict.told, extra={"cause": verdict.cause})


def order_place_reviewed(
    *,
    order: Order,
    actor: Actor,
    terms: TermsVersion | None = None,
    hold: CardHold = NO_HOLD,
    seen: str | None = None,
) -> Order:
    """The writing half of `order_place`, for callers that hold a transaction of their own after the review."""
    with transaction.atomic():
        held = order_locked(order.pk)
        if held.state != OrderState.DRAFT and held.placed_at is not None:
            return held
        if held.version != order.version:
            raise StaleState(extra={"entity": "order"})
        _place(held, actor, _accepted(held, actor, terms), hold, seen)
    return held


def order_execute_reviewed(
    *, order: Order, actor: Actor, hold: CardHold = NO_HOLD, seen: str | None = None
) -> Order:
    """The writing half of `order_execute`. Somebody else's execution at the same moment is fine: it ran once."""
    with transaction.atomic():
        held = order_locked(order.pk)
        if not is_executable(held):
            return _refuse_or_return(held)
        if held.version != order.version:
            raise StaleState(extra={"entity": "order"})
        if held.state == OrderState.DRAFT:
            _place(held, actor, None, hold, seen)
        _release(held, actor)
    return held


def order_release(*, order: Order, actor: Actor) -> Order:
    """Let a placed order run without asking anybody again. Running or ended already is fine; raises NotDue."""
    with transaction.atomic():
        held = order_locked(order.pk)
        if held.state == OrderState.PLACED:
            _require_due(held)
            _release(held, actor)
    return held


def order_withdraw(*, order: Order, actor: Actor) -> Order:
    """A customer takes back what waits for its reseller's approval. Withdrawn already is fine.

    Raises PermissionDenied for anybody but the customer, IllegalTransition for an order that waits no more.
    """
    if actor.account_id != order.customer_id:
        raise PermissionDenied(_("Only the company that asked for it can withdraw it."))
    with transaction.atomic():
        held = order_locked(order.pk)
        if held.state != OrderState.CANCELLED:
            require_waiting(held)
        return order_give_up(order=held, actor=actor)


def order_cancel(*, order: Order, actor: Actor, reason: str = "") -> Order:
    """Give a whole order up, and take back what it asks of a subscription. Cancelled already is fine.

    Raises LinesInFlight while a line is being provisioned, AlreadyDelivered when one was delivered, PermissionDenied
    for a reseller's customer whose purchase waits no more, and what ACTIONS raises. Then nothing changed.
    """
    with transaction.atomic():
        if _asks_of_subscription(order):
            # Before the order is held: whoever changes a subscription holds that first.
            ACTIONS.get().withdraw(order_id=order.pk, actor=actor, reason=reason)
        else:
            _require_buyers_own(order_locked(order.pk), actor)
        return order_give_up(order=order, actor=actor, reason=reason)


def _require_buyers_own(order: Order, actor: Actor) -> None:
    is_customer = selectors.track_for(actor, order.account_id) == "resale"
    if is_customer and order.state not in _BUYERS_OWN:
        raise PermissionDenied(_("Your supplier has this order by now. Ask them to cancel it."))


def _asks_of_subscription(order: Order) -> bool:
    """Whether it is an action that nobody has begun, or that failed."""
    actions = order.lines.exclude(kind=LineKind.NEW)
    return actions.filter(state__in=_CANCELLABLE).exists()


def order_give_up(*, order: Order, actor: Actor, reason: str = "") -> Order:
    """The order's half of `order_cancel`, for whoever answers for the rest. Its reseller is told what a customer
    withdraws. Raises LinesInFlight, AlreadyDelivered.
    """
    with transaction.atomic():
        held = order_locked(order.pk)
        if held.state == OrderState.CANCELLED:
            return held
        lines = list(held.lines.all())
        if any(line.state == LineState.PROVISIONING for line in lines):
            raise LinesInFlight
        if any(line.state == LineState.DELIVERED for line in lines):
            raise AlreadyDelivered
        for line in lines:
            if line.state in _CANCELLABLE:
                LINE.fire(line, "cancel", actor=actor, reason=reason)
        changes = {"finished_at": clock.now()}
        ORDER.fire(held, _giving_up(held, actor), actor=actor, reason=reason, changes=changes)
    return held


def _giving_up(order: Order, actor: Actor) -> str:
    """The transition: what waits for a reseller is withdrawn by its customer, and cancelled by everybody else."""
    is_own = actor.account_id == order.customer_id != order.account_id
    return "withdraw" if is_own and order.state == OrderState.PENDING_APPROVAL else "cancel"


def orders_give_up_waiting(*, payer: Account, actor: Actor, reason: str) -> list[Order]:
    """Cancel every order that waits for a reseller's approval, told with `reason`; those that were cancelled."""
    waiting = Order.everywhere.filter(account=payer, state=OrderState.PENDING_APPROVAL)
    return [order_give_up(order=each, actor=actor, reason=reason) for each in waiting]


def order_locked_copy(order: Order) -> Order:
    """The order as it is now, with its accounts."""
    return Order.objects.select_related("account", "customer", "storefront").get(pk=order.pk)


def _refuse_or_return(order: Order) -> Order:
    """An order that is under way or done was executed before; one that was given up never will be."""
    if order.state in {OrderState.CANCELLED, OrderState.REJECTED, OrderState.PENDING_APPROVAL}:
        raise IllegalTransition(extra={"entity": "order", "state": order.state})
    return order


def _place(
    order: Order, actor: Actor, terms: TermsVersion | None, hold: CardHold, seen: str | None
) -> None:
    """A locked draft becomes placed: limits are checked against rows that nobody can change meanwhile."""
    lines = selectors.order_lines(order)
    found = accounts_locked([order.account_id, order.customer_id])
    payer, customer = found[order.account_id], found[order.customer_id]
    rules.check_ordering(payer, customer)
    products = [line.product for line in lines if line.kind == LineKind.NEW]
    rules.check_only_one(products, customer, except_order=order.pk)
    track = selectors.track_for(actor, payer.pk)
    order.account, order.customer = payer, customer
    previews = selectors.order_previews(order, lines, at=clock.now())
    rules.check_seen(seen, previews, track)
    accepted = {"terms": terms, "terms_accepted_at": clock.now()} if terms else {}
    changes = {**placed_by(actor), **accepted, "preview": to_stored(previews)}
    if needs_approval(payer=payer, customer=customer, actor=actor):
        ORDER.fire(order, "ask_approval", actor=actor, changes=changes)
        return
    rules.check_credit(payer, Money(order.total, order.currency), track=track, secured=hold.amount)
    card_attach(hold, order)
    ORDER.fire(order, "place", actor=actor, changes=changes)


def _release(order: Order, actor: Actor) -> None:
    ORDER.fire(order, "execute", actor=actor)
    for line in order.lines.all():
        if line.state == LineState.PENDING:
            LINE.fire(line, "release", actor=actor)


def _require_due(order: Order) -> None:
    if order.due_at is not None and not is_due(order):
        raise NotDue(extra={"due_at": order.due_at.isoformat()})


def _check_draft(order: Order, lines: Sequence[OrderLine], *, staff: bool) -> bool:
    """Raises what stands in the way; answers as of `read_answers`."""
    rules.check_ordering(order.account, order.customer)
    rules.check_customer(order.customer, order.account)
    products = [line.product for line in lines]
    rules.check_audience(products, payer=order.account, customer=order.customer)
    by_pk = {line.pk: line.product for line in lines}
    for line in lines:
        rules.check_quantity(line.product, line.quantity, parent=by_pk.get(line.parent_id or 0))
    return read_answers(order, lines, staff=staff)


def read_answers(order: Order, lines: Sequence[OrderLine], *, staff: bool = False) -> bool:
    """Read what Service Details asks into each line's parameters and the order's answers, canonical. Saves nothing;
    True when something is other than it was.

    Raises Invalid keyed "<line>.<field>", or "order.<field>", for what nobody has answered well.
    """
    questions = selectors.order_questions(order, lines, staff=staff)
    given = selectors.answers_given(questions)
    before = [order.answers, *(line.parameters for line in lines)]
    for line in lines:
        line.parameters = {**line.parameters, **given.get(line.public_id, {})}
    for own in (each for each in questions if each.key == selectors.ORDER_KEY):
        order.answers = selectors.frozen_answers(own.specs, given[own.key])
    return before != [order.answers, *(line.parameters for line in lines)]


def _settle_prices(
    order: Order,
    lines: Sequence[OrderLine],
    actor: Actor,
    *,
    accept: bool,
    is_answered: bool = False,
) -> None:
    """Freeze today's prices on a draft, and keep answers that were read. Raises PriceChanged when prices differ,
    after keeping them.
    """
    bought = line_prices(order, lines)
    track: Literal["price", "resale"] = selectors.track_for(actor, order.account_id)
    changed = differences(lines, bought, track)
    with transaction.atomic():
        held = order_locked(order.pk)
        if held.state != OrderState.DRAFT:
            # Placed by somebody else meanwhile: the writing half answers for that.
            return
        if held.version != order.version:
            raise StaleState(extra={"entity": "order"})
        reprice(held, lines, bought)
        if is_answered:
            OrderLine.objects.bulk_update(lines, ["parameters"])
            held.answers = order.answers
            held.save(update_fields=["answers"])
    order.currency, order.total, order.total_cost = held.currency, held.total, held.total_cost
    order.total_resale = held.total_resale
    if changed and not accept:
        raise PriceChanged(extra={"lines": [asdict(difference) for difference in changed]})
