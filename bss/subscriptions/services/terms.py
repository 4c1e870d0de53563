"""Terms: the paid periods, one after the other."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min

from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.money import round_half_up
from bss.pricing.contracts import PriceRequest
from bss.pricing.selectors import prices_for
from bss.subscriptions.choices import OPEN_CHANGE, SubscriptionState, SyncStatus
from bss.subscriptions.contracts import term_end
from bss.subscriptions.locks import subscription_locked
from bss.subscriptions.models import Subscription, Term
from bss.subscriptions.states import SUBSCRIPTION


def term_start(subscription: Subscription, *, starts_at: datetime) -> Term:
    """The next term of a locked subscription, from `starts_at`, at the prices frozen on it."""
    known = subscription.terms.aggregate(last=Max("number"), first=Min("starts_at"))
    ends_at = term_end(starts_at, subscription.unit, first=known["first"])
    term = Term.objects.create(
        organization_id=subscription.organization_id,
        scope=subscription.scope,
        subscription=subscription,
        number=(known["last"] or 0) + 1,
        starts_at=starts_at,
        ends_at=ends_at,
        product_id=subscription.product_id,
        unit=subscription.unit,
        quantity=subscription.quantity,
        currency=subscription.currency,
        unit_cost=subscription.unit_cost,
        unit_price=subscription.unit_price,
        unit_resale=subscription.unit_resale,
        total=round_half_up(subscription.unit_price * subscription.quantity, subscription.currency),
    )
    Subscription.objects.filter(pk=subscription.pk).update(ends_at=ends_at)
    subscription.ends_at = ends_at
    return term


def term_renew(*, subscription: Subscription, actor: Actor) -> Term | None:
    """Begin the next term of an active subscription whose last one ended, at today's prices; or let it expire.

    None when there is nothing to renew: it has not ended, is not active, or a planned change is due first.
    What is no longer on sale renews at the price it had.
    """
    with transaction.atomic():
        held = subscription_locked(subscription.pk)
        now = clock.now()
        if held.state != SubscriptionState.ACTIVE or held.ends_at is None or held.ends_at > now:
            return None
        if held.changes.filter(state__in=OPEN_CHANGE, due_at__lte=held.ends_at).exists():
            return None
        if not held.renews:
            changes = {"cancelled_at": held.ends_at, "sync_status": SyncStatus.NOT_SYNCHRONIZED}
            SUBSCRIPTION.fire(held, "expire", actor=actor, changes=changes)
            return None
        _take_todays_price(held)
        term = term_start(held, starts_at=held.ends_at)
        ends = [None, term.ends_at.isoformat()]
        history.record(held, actor=actor, action="subscription.renewed", changes={"ends_at": ends})
    return term


def _take_todays_price(subscription: Subscription) -> None:
    request = PriceRequest(subscription.product_id, subscription.unit, subscription.quantity)
    price = prices_for(
        payer=subscription.payer, requests=[request], customer=subscription.customer
    )[0]
    if price is None or price.currency != subscription.currency:
        return
    values = {"unit_cost": price.cost, "unit_price": price.price, "unit_resale": price.resale}
    Subscription.objects.filter(pk=subscription.pk).update(**values)
    for column, value in values.items():
        setattr(subscription, column, value)
