"""What a reseller's customers ask for at its expense: it waits for the reseller, who lets it pass or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.accounts.ports import ENTITLEMENTS
from bss.core import clock
from bss.core.actor import Actor
from bss.core.errors import IllegalTransition, Invalid, StaleState
from bss.core.money import Money
from bss.orders import selectors
from bss.orders.choices import LineKind, LineState, OrderState
from bss.orders.contracts import Bought, CardHold, Reprice, Wait
from bss.orders.errors import AnswerAwaited, EndMoved, PriceChanged, Repriced
from bss.orders.locks import accounts_locked, order_locked
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import rules
from bss.orders.services.cards import (
    card_attach,
    card_authorise,
    due_at_once,
    let_go_when_refused,
    pays_by_card,
)
from bss.orders.services.pricing import differences, line_prices, reprice, total_of
from bss.orders.services.quotes import is_quoted, order_quote
from bss.orders.services.reviews import outside_transactions, refuse_when_refused
from bss.orders.services.terms import agreed_terms
from bss.orders.states import LINE, ORDER
from bss.pricing.contracts import Preview, Track
from bss.pricing.stored import from_stored, to_stored


def needs_approval(*, payer: Account, customer: Account, actor: Actor) -> bool:
    """Whether what `actor` asks for waits until `payer` has let it pass.

    So it is when an end customer asks by itself and its reseller wants to see each of its orders, pays by card, or has
    no plan any more that lets it choose.
    """
    if not rules.asks_by_itself(payer, customer, actor):
        return False
    if customer.order_approval or pays_by_card(payer):
        return True
    return "order_approval" not in ENTITLEMENTS.get().capabilities(payer.pk)


def approval_prices(order: Order, lines: Sequence[OrderLine]) -> list[Bought]:
    """Today's prices of what a waiting order buys, the resale price as its customer was shown it; an action on a
    subscription keeps its own.

    Raises NotForSale or PlanNotPossible naming the lines, and EndMoved for a first term that would end on another day
    than its customer was shown.
    """
    if any(line.kind != LineKind.NEW for line in lines):
        return []
    found = list(zip(lines, line_prices(order, lines), strict=True))
    if any(line.ends_at != (each.coterm and each.coterm.ends_at) for line, each in found):
        raise EndMoved
    return [
        replace(each, price=replace(each.price, resale=line.unit_resale)) for line, each in found
    ]


def approval_previews(
    order: Order, lines: Sequence[OrderLine], bought: Sequence[Bought]
) -> dict[Track, Preview]:
    """What a waiting purchase puts on which documents when it is let pass now, `bought` being `approval_prices`.

    Nothing for an action: it keeps what was shown.
    """
    if not bought:
        return {}
    return selectors.purchase_previews(
        ((x.product, x.quantity, each) for x, each in zip(lines, bought, strict=True)),
        payer=order.account,
        customer=order.customer,
        at=clock.now(),
    )


def order_approve(
    *,
    order: Order,
    actor: Actor,
    seen_total: Decimal | None = None,
    accept_reprice: bool = False,
    return_url: str = "",
    seen: str | None = None,
    terms: TermsVersion | None = None,
) -> Order:
    """Let a customer's order pass: it is placed, and runs as any other. Approved already is fine.

    `seen_total` is what the approver saw it costs today (None: what it cost when it was ordered), `seen` the code of
    the preview beside it (None: there was no page); today's is kept with the order. An action costs what it did when
    it was asked for. A purchase is its payer's own order from its organization, whose `terms` it accepts, unless it has
    accepted this version before. The last review runs again, outside any transaction. Raises TermsNotAccepted, Invalid,
    AnswerAwaited, Repriced (confirm with `accept_reprice`), PriceChanged, EndMoved, OnlyOne, CreditExceeded, the card's
    refusals, or IllegalTransition for one that waits no more; then it still waits.
    """
    if _is_approved(order):
        return order
    require_waiting(order)
    outside_transactions()
    lines = selectors.order_lines(order)
    agreed = agreed_terms(order, lines, terms)
    bought = _reviewed(order, lines, seen_total, accept_reprice=accept_reprice)
    previews = approval_previews(order, lines, bought)
    shown = previews or _as_shown(order)
    rules.check_seen(seen, shown, "price")
    payment = card_authorise(
        order.account,
        _due(order, shown),
        reference=order.public_id,
        return_url=return_url,
    )
    with let_go_when_refused(payment), transaction.atomic():
        held = order_locked(order.pk)
        if _is_approved(held):
            return held
        require_waiting(held)
        if held.version != order.version:
            raise StaleState(extra={"entity": "order"})
        if bought:
            reprice(held, lines, bought)
        _check_parties(held, lines, payment)
        changes = _approved_by(held, actor, bool(bought)) | agreed
        if previews:
            changes["preview"] = to_stored(previews)
        ORDER.fire(held, "place", actor=actor, changes=changes)
        card_attach(payment, held)
    return held


def order_reject(*, order: Order, actor: Actor, reason: str) -> Order:
    """Do not let a customer's order pass: nothing of it is delivered or charged. Rejected already is fine.

    `reason` is told to the customer. Raises Invalid without one, IllegalTransition for an order that waits no more.
    """
    if not reason.strip():
        raise Invalid(_("Tell your customer why."), field="reason", code="REQUIRED")
    with transaction.atomic():
        held = order_locked(order.pk)
        if held.state == OrderState.REJECTED:
            return held
        require_waiting(held)
        for line in held.lines.all():
            if line.state == LineState.PENDING:
                LINE.fire(line, "cancel", actor=actor, reason=reason)
        ORDER.fire(held, "reject", actor=actor, reason=reason, changes={"finished_at": clock.now()})
    return held


def _as_shown(order: Order) -> Mapping[Track, Preview]:
    """What an order put on its payer's documents when it was asked for."""
    preview = from_stored(order.preview, "price")
    return {"price": preview} if preview else {}


def _due(order: Order, shown: Mapping[Track, Preview]) -> Money:
    """What the order makes due at once: by today's prices for a purchase, as it was shown for an action."""
    preview = shown.get("price")
    return due_at_once(preview) if preview else Money(order.total, order.currency)


def _is_approved(order: Order) -> bool:
    return order.approved_at is not None


def require_waiting(order: Order) -> None:
    """Raises IllegalTransition for an order that waits for no approval any more."""
    if order.state != OrderState.PENDING_APPROVAL:
        raise IllegalTransition(
            _("This order waits no more: it is %(state)s.")
            % {"state": order.get_state_display().lower()},
            extra={"entity": "order", "state": order.state},
        )


def _reviewed(
    order: Order, lines: Sequence[OrderLine], seen_total: Decimal | None, *, accept_reprice: bool
) -> list[Bought]:
    """Everything that may have changed since the customer ordered, asked again. Today's prices; none for actions."""
    rules.check_customer(order.customer, order.account)
    rules.check_ordering(order.account, order.customer)
    bought = approval_prices(order, lines)
    seen = order.total if seen_total is None else seen_total
    if seen != _costs(order, lines, bought):
        changed = differences(lines, bought, "price") if bought else []
        raise PriceChanged(extra={"lines": [asdict(each) for each in changed]})
    verdict = CHECKOUT_REVIEW.get().review(selectors.order_subject(order, lines), "place")
    refuse_when_refused(verdict)
    if isinstance(verdict, Wait):
        raise AnswerAwaited(verdict.message)
    if not isinstance(verdict, Reprice) or is_quoted(lines, verdict):
        return bought
    if not accept_reprice:
        raise Repriced(verdict.told, extra={"cause": verdict.cause})
    order_quote(lines=lines, verdict=verdict)
    return approval_prices(order, lines)


def _costs(order: Order, lines: Sequence[OrderLine], bought: Sequence[Bought]) -> Decimal:
    """What letting it pass costs its payer: a purchase by today's prices, an action as it was asked for."""
    if not bought:
        return order.total
    return total_of((line.quantity, each) for line, each in zip(lines, bought, strict=True))


def _check_parties(order: Order, lines: Sequence[OrderLine], payment: CardHold) -> None:
    """Limits, against rows that nobody can change meanwhile. The order is locked."""
    found = accounts_locked([order.account_id, order.customer_id])
    payer, customer = found[order.account_id], found[order.customer_id]
    rules.check_ordering(payer, customer)
    products = [line.product for line in lines if line.kind == LineKind.NEW]
    rules.check_only_one(products, customer, except_order=order.pk)
    is_next_term = all(line.kind == LineKind.RENEWAL for line in lines)
    asked = credit_asked(payer, order.total, is_next_term=is_next_term)
    rules.check_credit(payer, Money(asked, order.currency), secured=payment.amount)


def credit_asked(payer: Account, total: Decimal, *, is_next_term: bool) -> Decimal:
    """What credit is asked for. Who pays by card is asked nothing for a next term: it is paid when it is invoiced, as
    every term that goes on by itself.
    """
    return Decimal(0) if is_next_term and pays_by_card(payer) else total


def _approved_by(order: Order, actor: Actor, is_purchase: bool) -> dict[str, object]:
    """Who approved it, and when. A purchase is placed only then; an action counts from when it was asked for, as its
    amounts do.
    """
    now = clock.now()
    placed_at = now if is_purchase else order.placed_at
    return {"placed_at": placed_at, "approved_at": now, "approved_by_label": actor.label}
