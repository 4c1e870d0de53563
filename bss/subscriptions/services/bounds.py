"""Seats that cannot be given up: whoever provisions a subscription may hold some of them."""

from __future__ import annotations

from bss.core.actor import SYSTEM, Actor
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.contracts import Reduction
from bss.subscriptions.errors import SeatsBound
from bss.subscriptions.models import Subscription
from bss.subscriptions.ports import SEAT_BOUNDS
from bss.subscriptions.services.rules import ChangeWish, check_wish


def check_change(subscription: Subscription, wish: ChangeWish, actor: Actor) -> None:
    """Raises the reason why this cannot be asked for now; asks the same of a preview and of the request.

    What the product asks by itself was decided before: there whoever provisions it has the last word.
    """
    check_wish(subscription, wish, actor)
    if actor.kind != SYSTEM.kind:
        check_bound(subscription, wish)


def check_bound(subscription: Subscription, wish: ChangeWish) -> None:
    """Raises SeatsBound, on the field that asks for too few, with the number that can be had in `extra`."""
    reduction = reduction_of(subscription, wish)
    if reduction is None:
        return
    bound = SEAT_BOUNDS.get().bound(reduction)
    if bound is not None:
        raise SeatsBound(bound.message, field=_field_of(wish), extra={"least": bound.least})


def reduction_of(subscription: Subscription, wish: ChangeWish) -> Reduction | None:
    """What a wish takes away of the product's seats; None for what takes none, and where nobody provisions it."""
    asked = _asked(subscription, wish)
    if asked is None or not subscription.managed_by:
        return None
    left, is_next_term = asked
    held = subscription.renewing if is_next_term else subscription.quantity
    if left >= held:
        return None
    product = subscription.product
    return Reduction(
        managed_by=subscription.managed_by,
        organization_id=subscription.organization_id,
        customer_id=subscription.customer_id,
        sku=product.external_id or product.code,
        held=held,
        left=left,
        is_next_term=is_next_term,
    )


def _asked(subscription: Subscription, wish: ChangeWish) -> tuple[int, bool] | None:
    """How many seats a wish leaves, and whether in the next term; None for a wish about something else."""
    match wish.kind:
        case ChangeKind.QUANTITY:
            return wish.quantity or 0, False
        case ChangeKind.CANCEL:
            return 0, wish.when == "period_end"
        case ChangeKind.RENEWAL:
            renews = subscription.renews if wish.renews is None else wish.renews
            present = subscription.renewal_quantity or subscription.quantity
            return (wish.quantity or present) if renews else 0, True
    return None


def _field_of(wish: ChangeWish) -> str:
    if wish.kind == ChangeKind.CANCEL:
        return "when"
    return "renews" if wish.renews is False else "quantity"
