"""Subscriptions as their customer sees them: how they are, and what may be done about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from bss.accounts.permissions import Permission
from bss.catalog.choices import ProductAudience, Unit
from bss.catalog.models import Product
from bss.core import clock
from bss.core.actor import Actor
from bss.core.money import Money
from bss.installments.choices import SHORTEST_TERM_MONTHS, Frequency
from bss.orders import selectors as orders
from bss.orders.selectors import Question, track_for
from bss.subscriptions import selectors as subscriptions
from bss.subscriptions.choices import LIVE, ChangeKind, ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.models import ScheduledChange, SeatLot, Subscription
from bss.subscriptions.selectors import SubscriptionAmounts, amounts_of, switch_targets
from bss.subscriptions.services.changes import is_parked
from bss.subscriptions.services.offers import switch_choices
from bss.subscriptions.services.rules import blocked_words, is_possible, remedy_words
from bss.subscriptions.tables import change_words
from bss.ui.components import Badge, badge_of
from bss.ui.formats import day
from storefront.selectors.checkout import Answer, answers_of

# What a customer may ask for by itself; suspending and resuming are the seller's.
OFFERED = (
    ChangeKind.QUANTITY, ChangeKind.ADD_ON, ChangeKind.PRODUCT, ChangeKind.RENEWAL, ChangeKind.CANCEL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Want:
    """One thing a customer may do with a subscription, once nothing stands in its way."""

    label: str
    hint: str
    url: str
    icon: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A product that may take the place of the present one, at this reader's price of today for a whole term."""

    product: Product
    unit_price: Money
    total: Money
    per: str


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that is planned, under way or failed, in words."""

    change: ScheduledChange
    title: str
    text: str
    badge: Badge
    is_withdrawable: bool
    # Why nothing else can be asked for meanwhile, and what gets it out of the way.
    blocks: str = ""
    remedy: str = ""

    @property
    def due_at(self) -> datetime | None:
        """When it happens, while it is only planned."""
        return self.change.due_at if self.change.state == ChangeState.SCHEDULED else None


@dataclass(frozen=True, slots=True)
class LotView:
    """Licences bought together: how many are gone, and how many of those stay paid until the term ends."""

    lot: SeatLot
    unit_price: Money
    plan: str
    gone: int
    still_paid: int
    refundable_until: datetime | None


@dataclass(frozen=True, slots=True)
class Priced:
    """An add-on or a term with what this reader pays for it."""

    subject: Any
    amounts: SubscriptionAmounts


def offers(subscription: Subscription, actor: Actor, kind: str) -> bool:
    """Whether this kind of change is offered to this actor now: by its role, the product type and the state."""
    return _is_foreseen(subscription, actor, kind) and is_possible(subscription, kind)


def _is_foreseen(subscription: Subscription, actor: Actor, kind: str) -> bool:
    """Whether it would be offered in another state."""
    kind_of = subscription.product.type
    if actor.read_only or not actor.can(Permission.SUBSCRIPTION_MANAGE):
        return False
    if kind not in OFFERED or kind_of.audience == ProductAudience.RESELLER:
        return False
    allowed = {
        ChangeKind.QUANTITY: kind_of.max_quantity != 1,
        ChangeKind.ADD_ON: True,
        ChangeKind.PRODUCT: kind_of.switchable,
        ChangeKind.RENEWAL: kind_of.cancellable or _has_next_term(subscription),
        ChangeKind.CANCEL: kind_of.cancellable,
    }
    return allowed[ChangeKind(kind)]


def _has_next_term(subscription: Subscription) -> bool:
    """Whether there is anything to choose for the next term: how many, or how it is paid."""
    kind_of = subscription.product.type
    is_long = Unit(subscription.unit).months >= SHORTEST_TERM_MONTHS
    return kind_of.max_quantity != 1 or is_long


def wants_of(subscription: Subscription, actor: Actor, *, is_blocked: bool = False) -> list[Want]:
    """What the actor may do with it; with `is_blocked` what it could do if no other change were open."""
    offered = _is_foreseen if is_blocked and subscription.state in LIVE else offers
    kinds = [kind for kind in OFFERED if offered(subscription, actor, kind)]
    if not kinds:
        return []
    possible = subscriptions.possible_for(subscription, actor)
    found = []
    for kind in kinds:
        if kind == ChangeKind.PRODUCT and not possible.targets:
            continue
        if kind == ChangeKind.ADD_ON and not possible.add_ons:
            continue
        if kind == ChangeKind.RENEWAL:
            found += _renewal_wants(subscription)
        else:
            found.append(_want(subscription, *_wants(subscription)[kind]))
    return found


def _wants(subscription: Subscription) -> dict[str, tuple[str, str, str, str, str]]:
    return {
        ChangeKind.QUANTITY: (
            _("Buy licences"), _("More or fewer than %(n)s") % {"n": subscription.quantity},
            "subscription-quantity", "plus-circle", "",
        ),
        ChangeKind.ADD_ON: (
            _("Buy add-ons"), _("New ones, more or fewer of them"),
            "subscription-add-ons", "puzzle-piece", "",
        ),
        ChangeKind.PRODUCT: (
            _("Upgrade or downgrade"), _("Keep the subscription, swap what it is"),
            "subscription-product", "arrows-right-left", "",
        ),
        ChangeKind.CANCEL: (
            _("Cancel"), _("All or some licences, now or when the term ends"),
            "subscription-cancel", "x-circle", "danger",
        ),
    }  # fmt: skip


def _renewal_wants(subscription: Subscription) -> list[Want]:
    """Preparing the next term, and whether there is to be one."""
    if not subscription.renews:
        text = _("Let it renew"), _("It ends with its term as it is")
        return [_want(subscription, *text, "subscription-auto-renewal", "arrow-path", "")]
    found = []
    if _has_next_term(subscription):
        manage = _("Manage renewal"), _("Quantity and payment from the next term")
        found.append(_want(subscription, *manage, "subscription-renewal", "calendar-days", ""))
    if subscription.product.type.cancellable:
        off = _("Switch automatic renewal off"), _("It ends with its term")
        found.append(_want(subscription, *off, "subscription-auto-renewal", "no-symbol", ""))
    return found


def _want(
    subscription: Subscription, label: str, hint: str, name: str, icon: str, css: str
) -> Want:
    url = reverse(f"storefront:{name}", args=[subscription.public_id])
    return Want(label, hint, url, icon, css)


def targets_of(subscription: Subscription, actor: Actor) -> list[Target]:
    """The products on sale to its payer that may take its place, cheapest first (a constant number of queries)."""
    track = track_for(actor, subscription.payer_id)
    products = list(switch_targets(subscription, actor))
    per = Unit(subscription.unit).per
    return [
        Target(each.product, each.unit_price, each.total, per)
        for each in switch_choices(subscription, products, track)
    ]


def open_change_of(subscription: Subscription, actor: Actor) -> OpenChange | None:
    """The one change that is open, with whether this actor may take it back."""
    return _as_open(subscriptions.open_change(subscription), subscription, actor)


def open_change_among(
    newest: Sequence[ScheduledChange], subscription: Subscription, actor: Actor
) -> OpenChange | None:
    """The same out of changes that were read already, newest first: none begins while another is open."""
    return _as_open(newest[0] if newest and newest[0].is_open else None, subscription, actor)


def _as_open(
    change: ScheduledChange | None, subscription: Subscription, actor: Actor
) -> OpenChange | None:
    if change is None:
        return None
    held = change.state in {ChangeState.SCHEDULED, ChangeState.FAILED} or is_parked(change)
    may = actor.can(Permission.SUBSCRIPTION_MANAGE) and not actor.read_only
    is_withdrawable = held and may and change.kind in OFFERED
    if is_withdrawable and not subscriptions.may_withdraw(change, subscription, actor):
        is_withdrawable, remedy = False, _("Ask your supplier to withdraw it.")
    else:
        remedy = remedy_words(change)
    return OpenChange(
        change=change,
        title=_change_title(change),
        text=_change_text(change),
        badge=badge_of(change.state, ChangeState(change.state).label),
        is_withdrawable=is_withdrawable,
        blocks=blocked_words(change),
        remedy=remedy,
    )


def health_of(subscription: Subscription) -> Badge:
    """How a subscription is, in a word."""
    state, sync = subscription.state, subscription.sync_status
    if state == SubscriptionState.ACTIVE:
        if sync in {SyncStatus.IN_PROGRESS, SyncStatus.PENDING}:
            return Badge(_("Being changed"), "progress")
        if sync == SyncStatus.FAILED:
            return Badge(_("Active; a change failed"), "warning")
        return Badge(_("Active"), "success")
    if state == SubscriptionState.PENDING_CANCEL and subscription.ends_at is not None:
        return Badge(_("Ends on %(day)s") % {"day": day(subscription.ends_at.date())}, "warning")
    if state == SubscriptionState.PENDING:
        return Badge(_("Being set up"), "progress")
    return badge_of(state, SubscriptionState(state).label)


def services_of(account_id: int) -> QuerySet[Subscription]:
    """What an account itself uses or is about to use, newest first."""
    used = [*LIVE, SubscriptionState.PENDING]
    return subscriptions.subscriptions_visible().filter(customer_id=account_id, state__in=used)


def answers_for(subscription: Subscription) -> Sequence[Answer]:
    """What was answered when it was bought, as it holds now. Asks its service manager: outside transactions only."""
    if not subscription.parameters:
        return ()
    line = subscription.order_line
    line.product = subscription.product
    subject = orders.order_subject(line.order, [line])
    found: list[Answer] = []
    for question in orders.questions_for(subject, [line]):
        given: Mapping[str, Any] = subscription.parameters
        found += answers_of(Question(question.key, question.title, question.specs, dict(given)))
    return found


def add_ons_of(subscription: Subscription, actor: Actor) -> list[Priced]:
    """Its add-ons that were not cancelled, priced (one query)."""
    rows = subscription.add_ons.filter(cancelled_at=None).select_related("product")
    return [_priced(row, subscription, actor) for row in rows]


def terms_of(subscription: Subscription, actor: Actor) -> list[Priced]:
    """Its paid periods, newest first, priced (one query)."""
    rows = subscription.terms.select_related("product").order_by("-number")[:12]
    return [_priced(row, subscription, actor) for row in rows]


def happened_to(newest: Sequence[ScheduledChange]) -> list[ScheduledChange]:
    """Of its newest changes what came about, or was taken back."""
    ended = {ChangeState.APPLIED, ChangeState.CANCELLED}
    return [change for change in newest if change.state in ended][:12]


def lots_of(subscription: Subscription, actor: Actor) -> list[LotView]:
    """What was bought when, newest first, with what the reader paid for a unit (one query)."""
    track = track_for(actor, subscription.payer_id)
    found = []
    for lot in subscriptions.lots_shown(subscription):
        is_hidden = track == "resale" and lot.unit_resale is not None
        unit = lot.unit_resale if is_hidden else lot.unit_price
        found.append(
            LotView(
                lot=lot,
                unit_price=Money(unit, lot.currency),
                plan=Frequency(lot.plan.frequency).installments(lot.plan.count) if lot.plan else "",
                gone=lot.bought - lot.quantity,
                still_paid=lot.charged_quantity - lot.quantity,
                refundable_until=_open_until(lot),
            )
        )
    return found


def _open_until(lot: SeatLot) -> datetime | None:
    """Until when its seats can be given back, while that is so."""
    until = lot.refundable_until
    return until if until is not None and lot.quantity and until > clock.now() else None


def change_in_words(change: ScheduledChange) -> str:
    """ "From 5 to 8": what a change makes of a subscription."""
    if change.kind == ChangeKind.QUANTITY:
        return _("Quantity from %(old)s to %(new)s") % {
            "old": change.previous_quantity,
            "new": change.quantity,
        }
    if change.kind == ChangeKind.PRODUCT and change.product is not None:
        return _("Change to %(product)s") % {"product": change.product.name}
    if change.kind in {ChangeKind.ADD_ON, ChangeKind.RENEWAL}:
        return change_words(change)
    return str(ChangeKind(change.kind).label)


def _priced(row: Any, subscription: Subscription, actor: Actor) -> Priced:
    return Priced(
        row,
        amounts_of(row, actor, payer_id=subscription.payer_id, currency=subscription.currency),
    )


def _change_title(change: ScheduledChange) -> str:
    titles = {
        ChangeState.SCHEDULED: _("Planned: %(what)s"),
        ChangeState.IN_PROGRESS: _("Under way: %(what)s"),
        ChangeState.FAILED: _("It failed: %(what)s"),
    }
    return titles[ChangeState(change.state)] % {"what": change_in_words(change)}


def _change_text(change: ScheduledChange) -> str:
    if change.state == ChangeState.FAILED:
        return change.problem_text or _("The service refused it. Nothing changed.")
    if change.state == ChangeState.SCHEDULED:
        return _("Until then everything stays as it is.")
    return change.problem_text or _("It takes effect as soon as the service confirms it.")
