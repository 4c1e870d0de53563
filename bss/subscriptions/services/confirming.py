"""Changes as a person or a token confirms them: a payer by card pays what is due at once before it is ordered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Unpack

from bss.accounts.models import Storefront
from bss.core import clock
from bss.core.actor import Actor
from bss.core.db import new_public_id
from bss.orders.contracts import NO_HOLD, CardHold
from bss.orders.services import (
    card_authorise,
    due_at_once,
    let_go_when_refused,
    needs_approval,
    pays_by_card,
)
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services.actions import planned_of
from bss.subscriptions.services.bounds import check_change
from bss.subscriptions.services.changes import change_request
from bss.subscriptions.services.moments import moment_of, require_shown
from bss.subscriptions.services.rules import ChangeWish, Wished, wish_of


def change_confirm(
    *,
    subscription: Subscription,
    kind: str,
    actor: Actor,
    source: str,
    token: str = "",
    reason: str = "",
    storefront: Storefront | None = None,
    **wished: Unpack[Wished],
) -> ScheduledChange:
    """`change_request`, with what `change_held` holds. Outside transactions. Raises what both raise."""
    with change_held(
        subscription=subscription, kind=kind, actor=actor, token=token, **wished
    ) as hold:
        return change_request(
            subscription=subscription,
            kind=kind,
            actor=actor,
            source=source,
            token=token,
            reason=reason,
            storefront=storefront,
            hold=hold,
            **wished,
        )


@contextmanager
def change_held(
    *,
    subscription: Subscription,
    kind: str,
    actor: Actor,
    token: str = "",
    **wished: Unpack[Wished],
) -> Iterator[CardHold]:
    """Around a request: what it makes due at once, held on the card of a payer by card, for `hold` of the request.

    Nothing for who pays otherwise, for what costs nothing now, and for what waits for approval. Nobody is asked to
    confirm, as for what recurs: a card that needs that is declined. Outside transactions. Raises what `change_request`
    raises, and the card's refusals. What is held for a request that is refused is let go.
    """
    wish = wish_of(ChangeWish(kind, **wished))
    hold = _held(subscription, wish, actor, token)
    with let_go_when_refused(hold):
        yield hold


def _held(subscription: Subscription, wish: ChangeWish, actor: Actor, token: str) -> CardHold:
    payer = subscription.payer
    if not pays_by_card(payer):
        return NO_HOLD
    if needs_approval(payer=payer, customer=subscription.customer, actor=actor):
        return NO_HOLD
    check_change(subscription, wish, actor)
    at = moment_of(token, subscription) if token else clock.now()
    planned = planned_of(subscription, wish, at=at, actor=actor)
    if token:
        require_shown(token, subscription, wish, planned)
    reference = f"change-{new_public_id()}"
    return card_authorise(payer, due_at_once(planned.previews["price"]), reference=reference)
