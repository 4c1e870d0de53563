"""Terms: the paid periods, one after the other, each with the seats it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import DomainError
from bss.orders.choices import OrderSource, OrderState
from bss.orders.locks import order_locked
from bss.orders.models import OrderLine, plan_columns
from bss.pricing.contracts import WHOLE, share_of
from bss.pricing.coterm import CoTerm
from bss.subscriptions.choices import RENEWING, ChangeKind
from bss.subscriptions.locks import change_locked, subscription_locked
from bss.subscriptions.models import ScheduledChange, Subscription, SubscriptionAddOn, Term
from bss.subscriptions.selectors import open_change
from bss.subscriptions.services.changes import change_request, change_withdraw
from bss.subscriptions.services.lots import lot_create
from bss.subscriptions.services.outcomes import lot_price
from bss.subscriptions.services.renewals import NextSeats, lapsed_words, next_seats, next_term_end

_NOTHING_ASKED = {
    "renewal_quantity": None, "renewal_plan_chosen": False, "renewal_plan_id": None,
}  # fmt: skip


def term_start(
    subscription: Subscription,
    *,
    at: datetime,
    seats: Sequence[NextSeats],
    coterm: CoTerm | None = None,
    actor: Actor,
) -> Term:
    """The next term of a locked subscription, with a lot for each of `seats`, the product's first.

    It runs from `at`, or for the days of `coterm`.

    The lots of a first term belong to the lines that bought them, those of a renewal to none.
    """
    last = subscription.terms.aggregate(last=Max("number"))["last"] or 0
    starts_at = coterm.starts_at if coterm else at
    ends_at = coterm.ends_at if coterm else next_term_end(subscription, at)
    share = coterm.share if coterm else WHOLE
    term = Term.objects.create(
        organization_id=subscription.organization_id,
        scope=subscription.scope,
        subscription=subscription,
        number=last + 1,
        starts_at=starts_at,
        ends_at=ends_at,
        priced_from=coterm.priced_from if coterm else None,
        product_id=subscription.product_id,
        unit=subscription.unit,
        quantity=subscription.quantity,
        currency=subscription.currency,
        unit_cost=subscription.unit_cost,
        unit_price=subscription.unit_price,
        unit_resale=subscription.unit_resale,
        total=share_of(
            subscription.unit_price, subscription.quantity, share, subscription.currency
        ),
        **plan_columns(subscription.plan),
    )
    _write(subscription, {"ends_at": ends_at})
    for each in seats:
        lot_create(
            subscription=subscription,
            term=term,
            product=each.product,
            price=lot_price(each.price, each.quantity, each.plan, term, starts_at),
            add_on=each.add_on,
            order_line=_line(subscription, each.add_on) if last == 0 else None,
            had_at=at,
            actor=actor,
        )
    return term


def term_renew(*, subscription: Subscription, actor: Actor) -> Term | None:
    """Begin the next term of a subscription whose last one ended, at today's prices; or have it ended. A suspended one
    is charged as any other, and stays suspended.

    None when there is nothing to renew yet: it has not ended, is neither active nor suspended, or a change that was due
    before must end first. One that its payer was asked for and has not let pass ends with the term. A next term with
    other seats is a change, and so is the end: the vendor is told before anybody pays or counts on it. What is no
    longer on sale renews at the price it had, what was paid by a plan that is not offered any more at once.
    """
    with transaction.atomic():
        held = subscription_locked(subscription.pk)
        now = clock.now()
        if held.state not in RENEWING or held.ends_at is None or held.ends_at > now:
            return None
        change = open_change(held)
        if change is not None and change.due_at <= now and not _unanswered(change, actor):
            return None
        if not held.renews:
            _end(held, actor)
            return None
        if _quantity_asked(held, actor):
            return None
        return _renewed(held, actor)


def _unanswered(change: ScheduledChange, actor: Actor) -> bool:
    """Whether a change only waited for its payer's approval: then it is given up, and its customer is told.

    What it would have cost was worked out for the term that is over; and the vendor goes on, so that billing must.
    """
    held = change_locked(change.pk)
    order = order_locked(held.order_line.order_id)
    if order.state != OrderState.PENDING_APPROVAL:
        return False
    with translation.override(order.customer.language):
        reason = _("%(payer)s did not answer before the term ended.") % {
            "payer": order.account.name
        }
    change_withdraw(change=held, actor=actor, reason=reason)
    return True


def _end(subscription: Subscription, actor: Actor) -> None:
    """Have a term that is not renewed ended at the vendor: the subscription expires when that agreed."""
    change_request(
        subscription=subscription,
        kind=ChangeKind.CANCEL,
        actor=actor,
        source=OrderSource.PORTAL,
    )


def _renewed(subscription: Subscription, actor: Actor) -> Term:
    seats = next_seats(subscription)
    own = seats[0]
    prices = _prices(own)
    _write(subscription, {**prices, **plan_columns(own.plan), **_NOTHING_ASKED})
    for each in seats[1:]:
        SubscriptionAddOn.objects.filter(pk=each.add_on.pk if each.add_on else 0).update(
            **_prices(each)
        )
    assert subscription.ends_at is not None  # noqa: S101 -- a term ended
    term = term_start(subscription, at=subscription.ends_at, seats=seats, actor=actor)
    ends = [None, term.ends_at.isoformat()]
    history.record(
        subscription, actor=actor, action="subscription.renewed", changes={"ends_at": ends}
    )
    for each in seats:
        if each.is_lapsed:
            history.record(
                subscription,
                actor=actor,
                action="subscription.plan_lapsed",
                reason=lapsed_words(each),
            )
    return term


def _quantity_asked(subscription: Subscription, actor: Actor) -> bool:
    """Whether the vendor is being told first of the seats that were asked for the next term.

    What cannot be had any more is given up: the term renews with the seats there are, and the history says why.
    """
    wanted = subscription.renewal_quantity
    if wanted is None or wanted == subscription.quantity:
        return False
    try:
        with transaction.atomic():
            change_request(
                subscription=subscription,
                kind=ChangeKind.QUANTITY,
                quantity=wanted,
                actor=actor,
                source=OrderSource.PORTAL,
            )
    except DomainError as refusal:
        _write(subscription, {"renewal_quantity": None})
        history.record(
            subscription,
            actor=actor,
            action="subscription.renewal_quantity_refused",
            reason=str(refusal.message),
        )
        return False
    return True


def _line(subscription: Subscription, add_on: SubscriptionAddOn | None) -> OrderLine:
    return add_on.order_line if add_on is not None else subscription.order_line


def _prices(seats: NextSeats) -> dict[str, object]:
    price = seats.price
    return {"unit_cost": price.cost, "unit_price": price.price, "unit_resale": price.resale}


def _write(subscription: Subscription, values: dict[str, object]) -> None:
    """Columns that are no state. The row is locked."""
    Subscription.objects.filter(pk=subscription.pk).update(**values)
    for column, value in values.items():
        setattr(subscription, column, value)
