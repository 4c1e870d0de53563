"""What a change will mean, told before it is confirmed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.core.money import Money, round_half_up
from bss.orders.contracts import Track, seen_by
from bss.orders.selectors import track_for
from bss.pricing.contracts import UnitPrice
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.contracts import ChangePreview, Consequence, When
from bss.subscriptions.models import Subscription
from bss.subscriptions.services.rules import ChangeWish, action_of, check_wish, price_of


def change_preview(
    *,
    subscription: Subscription,
    kind: str,
    actor: Actor,
    quantity: int | None = None,
    product: Product | None = None,
    when: When = "now",
) -> ChangePreview:
    """The same checks and prices as `change_request`, without writing. Raises what that would raise."""
    wish = ChangeWish(kind, quantity, product, when)
    check_wish(subscription, wish, actor)
    action = action_of(subscription, wish)
    track = track_for(actor, subscription.payer_id)
    present = price_of(subscription, subscription.product, subscription.quantity)
    before = _per_term(present, subscription.quantity, track)
    after = _after(kind, action.price, action.quantity, track, before)
    needs_staff = not (actor.account_id is None or action.product.type.automatic)
    return ChangePreview(
        kind=kind,
        quantity=action.quantity,
        product=action.product.name,
        unit_price=Money(seen_by(track, action.price), action.price.currency),
        before=before,
        after=after,
        charged=_per_term(action.price, action.charged, track),
        due_at=action.due_at,
        needs_staff=needs_staff,
        consequences=tuple(_consequences(subscription, wish, needs_staff)),
    )


def _per_term(price: UnitPrice, quantity: int, track: Track) -> Money:
    return Money(round_half_up(seen_by(track, price) * quantity, price.currency), price.currency)


def _after(kind: str, price: UnitPrice, quantity: int, track: Track, before: Money) -> Money:
    if kind == ChangeKind.CANCEL:
        return Money.zero(price.currency)
    if kind in {ChangeKind.QUANTITY, ChangeKind.PRODUCT}:
        return _per_term(price, quantity, track)
    return before


def _consequences(
    subscription: Subscription, wish: ChangeWish, needs_staff: bool
) -> list[Consequence]:
    found = list(_of_kind(subscription, wish))
    if needs_staff:
        found.append(
            Consequence(_("Your seller's staff carry this out. You see here when it is done."))
        )
    return found


def _of_kind(subscription: Subscription, wish: ChangeWish) -> list[Consequence]:
    name = subscription.name
    if wish.kind == ChangeKind.CANCEL:
        return _of_cancelling(subscription, wish)
    if wish.kind == ChangeKind.SUSPEND:
        return [
            Consequence(
                _("%(name)s stops working for its users until it is resumed.") % {"name": name},
                "warning",
            ),
            Consequence(_("A suspended subscription keeps its data and is still charged.")),
        ]
    if wish.kind == ChangeKind.RESUME:
        return [Consequence(_("%(name)s works again as before.") % {"name": name})]
    if wish.kind == ChangeKind.QUANTITY and (wish.quantity or 0) < subscription.quantity:
        fewer = subscription.quantity - (wish.quantity or 0)
        return [
            Consequence(
                _("%(count)s of the present users lose access.") % {"count": fewer}, "warning"
            )
        ]
    return [Consequence(_("It takes effect as soon as the service confirms it."))]


def _of_cancelling(subscription: Subscription, wish: ChangeWish) -> list[Consequence]:
    name = subscription.name
    final = Consequence(_("A cancelled subscription cannot be brought back."), "danger")
    if wish.when == "period_end":
        return [
            Consequence(_("%(name)s works until the period ends.") % {"name": name}),
            Consequence(_("Until then you can withdraw the cancellation.")),
            final,
        ]
    return [
        Consequence(
            _("%(name)s stops working as soon as the service confirms it.") % {"name": name},
            "warning",
        ),
        final,
    ]
