"""What a change will mean, told before it is confirmed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Unpack

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bss.accounts.models import Account
from bss.core import clock
from bss.core.actor import Actor
from bss.core.money import Money, round_half_up
from bss.orders.contracts import Track, seen_by
from bss.orders.errors import CreditExceeded, NotForSale
from bss.orders.selectors import track_for
from bss.orders.services import action_check_credit, action_waits, due_at_once, pays_by_card
from bss.pricing.contracts import UnitPrice
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.contracts import ChangePreview, Consequence
from bss.subscriptions.models import Subscription, SubscriptionAddOn
from bss.subscriptions.services.actions import Planned, planned_of, present_price
from bss.subscriptions.services.bounds import check_change
from bss.subscriptions.services.moments import token_of
from bss.subscriptions.services.renewals import lapsed_words
from bss.subscriptions.services.rules import ChangeWish, Wished, wish_of
from bss.ui.formats import day


def change_preview(
    *,
    subscription: Subscription,
    kind: str,
    actor: Actor,
    **wished: Unpack[Wished],
) -> ChangePreview:
    """The same checks and amounts as `change_request`, without writing. Raises what that would raise."""
    wish = wish_of(ChangeWish(kind, **wished))
    check_change(subscription, wish, actor)
    at = clock.now()
    planned = planned_of(subscription, wish, at=at, actor=actor)
    track = track_for(actor, subscription.payer_id)
    if track == "resale" and subscription.unit_resale is None:
        raise NotForSale(_("Your seller has not set what you pay for this."))
    asked = planned.asked
    before, after = _terms(subscription, planned, track)
    added = planned.added
    charged = added.price if track == "price" or added.resale is None else added.resale
    at_work = asked.product.type.automatic or wish.kind == ChangeKind.RENEWAL
    needs_staff = not (actor.account_id is None or at_work)
    payer = subscription.payer
    total = Money(added.price, subscription.currency)
    needs_approval = action_waits(payer, subscription.customer, total, actor)
    return ChangePreview(
        kind=wish.kind,
        quantity=asked.quantity if asked.quantity is not None else subscription.quantity,
        previous_quantity=_present(subscription, asked.kind, asked.add_on),
        product=asked.product.name,
        unit_price=Money(seen_by(track, asked.price), asked.price.currency),
        before=before,
        after=after,
        charged=Money(charged, subscription.currency),
        due_at=planned.due_at,
        counts_from=_counts_from(subscription, wish, planned),
        stays_paid=_stays_paid(planned),
        needs_staff=needs_staff,
        needs_approval=needs_approval,
        invoices=planned.previews[track if track in planned.previews else "price"],
        token=token_of(subscription, wish, planned, at),
        consequences=(
            *([_waits_for(payer)] if needs_approval else []),
            *_consequences(subscription, wish, planned, needs_staff),
        ),
        refusal=_refusal(subscription, planned, actor),
    )


def _counts_from(subscription: Subscription, wish: ChangeWish, planned: Planned) -> datetime | None:
    """When what a term costs becomes another: with the change, or with the next term where none is paid less before."""
    if wish.kind == ChangeKind.RENEWAL or _stays_paid(planned):
        return subscription.ends_at
    return planned.due_at


def _stays_paid(planned: Planned) -> bool:
    """Whether seats go of which any stays paid: after the days in which it could be given back."""
    return any(not each.refund for each in planned.outcome.taken)


def _gives_nothing_back(planned: Planned) -> bool:
    taken = planned.outcome.taken
    return bool(taken) and not any(each.refund for each in taken)


def _refusal(subscription: Subscription, planned: Planned, actor: Actor) -> CreditExceeded | None:
    """Why it would be too much for its payer's credit. What a card is asked for with it needs none."""
    payer = subscription.payer
    secured = due_at_once(planned.previews["price"]).amount if pays_by_card(payer) else Decimal(0)
    try:
        action_check_credit(
            payer=payer,
            customer=subscription.customer,
            total=Money(planned.added.price, planned.asked.price.currency),
            is_next_term=planned.is_next_term,
            actor=actor,
            secured=secured,
        )
    except CreditExceeded as problem:
        return problem
    return None


def _present(subscription: Subscription, kind: str, add_on: SubscriptionAddOn | None) -> int:
    if kind == ChangeKind.ADD_ON:
        return add_on.quantity if add_on else 0
    return subscription.quantity


def _terms(subscription: Subscription, planned: Planned, track: Track) -> tuple[Money, Money]:
    """What a whole term costs before and after: of the product, of the add-on, or of everything in the next term."""
    asked = planned.asked
    currency = subscription.currency
    if asked.kind == ChangeKind.ADD_ON:
        before = _per_term(asked.price, asked.add_on.quantity if asked.add_on else 0, track)
        return before, _per_term(asked.price, asked.quantity or 0, track)
    own = present_price(subscription, subscription.product, subscription)
    before = _per_term(own, subscription.quantity, track)
    if asked.kind == ChangeKind.RENEWAL:
        seats = planned.next_term[:1]
        return before, Money.total((_per_term(s.price, s.quantity, track) for s in seats), currency)
    if asked.kind == ChangeKind.CANCEL:
        return before, Money.zero(currency)
    if asked.kind in {ChangeKind.QUANTITY, ChangeKind.PRODUCT}:
        return before, _per_term(asked.price, asked.quantity or 0, track)
    return before, before


def _per_term(price: UnitPrice, quantity: int, track: Track) -> Money:
    return Money(round_half_up(seen_by(track, price) * quantity, price.currency), price.currency)


def _consequences(
    subscription: Subscription, wish: ChangeWish, planned: Planned, needs_staff: bool
) -> list[Consequence]:
    found = [*_of_kind(subscription, wish, planned), *_of_money(planned)]
    if _gives_nothing_back(planned) and subscription.ends_at is not None:
        ends = day(subscription.ends_at.date())
        text = _("Nothing is given back, and nothing changes on any invoice before %(day)s.")
        found.append(Consequence(text % {"day": ends}))
    if needs_staff:
        found.append(
            Consequence(_("Your seller's staff carry this out. You see here when it is done."))
        )
    return found


def _waits_for(payer: Account) -> Consequence:
    words = _("%(name)s has to approve it. Nothing starts before.")
    return Consequence(words % {"name": payer.name}, "warning")


def _of_kind(subscription: Subscription, wish: ChangeWish, planned: Planned) -> list[Consequence]:
    name = subscription.name
    match wish.kind:
        case ChangeKind.CANCEL:
            return _of_cancelling(subscription, wish)
        case ChangeKind.RENEWAL:
            return _of_renewing(subscription, wish, planned)
        case ChangeKind.SUSPEND:
            return [
                Consequence(
                    _("%(name)s stops working for its users until it is resumed.") % {"name": name},
                    "warning",
                ),
                Consequence(_("A suspended subscription keeps its data and is still charged.")),
            ]
        case ChangeKind.RESUME:
            return [Consequence(_("%(name)s works again as before.") % {"name": name})]
    left = planned.asked.quantity or 0
    fewer = _present(subscription, wish.kind, wish.add_on) - left
    if wish.kind in {ChangeKind.QUANTITY, ChangeKind.ADD_ON} and fewer > 0:
        return [Consequence(_losing(planned, fewer, left), "warning")]
    behind = [
        Consequence(
            _("%(add_on)s cannot be had with it and ends; its unused time is given back.")
            % {"add_on": each.product.name},
            "warning",
        )
        for each in planned.outcome.ended_add_ons
    ]
    return [Consequence(_("It takes effect as soon as the service confirms it.")), *behind]


def _losing(planned: Planned, fewer: int, left: int) -> str:
    """How many users lose access, and when: at once, though what is paid may stay until the term ends."""
    if planned.due_at is not None:
        text = ngettext(
            "%(count)s of the present users loses access on %(day)s: %(left)s licences are left.",
            "%(count)s of the present users lose access on %(day)s: %(left)s licences are left.",
            fewer,
        )
        return text % {"count": fewer, "left": left, "day": day(planned.due_at.date())}
    text = ngettext(
        "%(count)s of the present users loses access as soon as the service confirms it: %(left)s licences are left.",
        "%(count)s of the present users lose access as soon as the service confirms it: %(left)s licences are left.",
        fewer,
    )
    return text % {"count": fewer, "left": left}


def _of_money(planned: Planned) -> list[Consequence]:
    """What is given back for seats that go, and what is not."""
    taken = planned.outcome.taken
    kept = sum(each.quantity for each in taken if not each.refund)
    if kept:
        return [
            Consequence(
                ngettext(
                    "The days in which %(count)s of these licences can be given back are over:"
                    " it stays paid until the term ends.",
                    "The days in which %(count)s of these licences can be given back are over:"
                    " they stay paid until the term ends.",
                    kept,
                )
                % {"count": kept},
                "warning",
            )
        ]
    return [
        Consequence(lapsed_words(each), "warning") for each in planned.next_term if each.is_lapsed
    ]


def _of_renewing(
    subscription: Subscription, wish: ChangeWish, planned: Planned
) -> list[Consequence]:
    ends = day(subscription.ends_at.date()) if subscription.ends_at else ""
    if wish.renews is False:
        return [
            Consequence(
                _("%(name)s ends on %(day)s.") % {"name": subscription.name, "day": ends}, "warning"
            ),
            Consequence(_("Until then you can let it renew again.")),
        ]
    found = [Consequence(_("Nothing changes before %(day)s.") % {"day": ends})]
    if wish.quantity is not None and wish.quantity < subscription.quantity:
        fewer = subscription.quantity - wish.quantity
        found.append(
            Consequence(
                ngettext(
                    "From then on %(count)s of the present users loses access.",
                    "From then on %(count)s of the present users lose access.",
                    fewer,
                )
                % {"count": fewer},
                "warning",
            )
        )
    found.append(Consequence(_("The price of that day counts; today's is shown.")))
    return found


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
