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
from bss.core.actor import Actor
from bss.core.money import Money, round_half_up
from bss.orders import selectors as orders
from bss.orders.contracts import seen_by
from bss.orders.selectors import Question, track_for
from bss.pricing.contracts import PriceRequest
from bss.pricing.selectors import prices_for
from bss.subscriptions import selectors as subscriptions
from bss.subscriptions.choices import LIVE, ChangeKind, ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.selectors import SubscriptionAmounts, amounts_of, switch_targets
from bss.subscriptions.services.changes import is_parked
from bss.subscriptions.services.rules import is_possible
from bss.ui.components import Badge, badge_of
from bss.ui.formats import day
from storefront.selectors.checkout import Answer, answers_of

# What a customer may ask for by itself; suspending and resuming are the seller's.
OFFERED = (ChangeKind.QUANTITY, ChangeKind.PRODUCT, ChangeKind.CANCEL)


@dataclass(frozen=True, slots=True)
class Want:
    """One thing a customer may do with a subscription."""

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

    @property
    def due_at(self) -> datetime | None:
        """When it happens, while it is only planned."""
        return self.change.due_at if self.change.state == ChangeState.SCHEDULED else None


@dataclass(frozen=True, slots=True)
class Priced:
    """An add-on or a term with what this reader pays for it."""

    subject: Any
    amounts: SubscriptionAmounts


def offers(subscription: Subscription, actor: Actor, kind: str) -> bool:
    """Whether this kind of change is offered to this actor at all: by its role, the product type and the state."""
    kind_of = subscription.product.type
    if actor.read_only or not actor.can(Permission.SUBSCRIPTION_MANAGE):
        return False
    if kind not in OFFERED or kind_of.audience == ProductAudience.RESELLER:
        return False
    allowed = {
        ChangeKind.QUANTITY: kind_of.max_quantity != 1,
        ChangeKind.PRODUCT: kind_of.switchable,
        ChangeKind.CANCEL: kind_of.cancellable,
    }
    return allowed[ChangeKind(kind)] and is_possible(subscription, kind)


def wants_of(subscription: Subscription, actor: Actor) -> list[Want]:
    """What the actor may do now; nothing while another change is open."""
    texts = {
        ChangeKind.QUANTITY: (
            _("Change the quantity"), _("More or fewer than %(n)s") % {"n": subscription.quantity},
            "subscription-quantity", "arrows-up-down", "",
        ),
        ChangeKind.PRODUCT: (
            _("Change to another product"), _("Keep the subscription, swap what it is"),
            "subscription-product", "arrows-right-left", "",
        ),
        ChangeKind.CANCEL: (
            _("Cancel it"), _("Now, or when its term ends"),
            "subscription-cancel", "x-circle", "danger",
        ),
    }  # fmt: skip
    found = []
    for kind in OFFERED:
        if not offers(subscription, actor, kind):
            continue
        if kind == ChangeKind.PRODUCT and not switch_targets(subscription).exists():
            continue
        label, hint, name, icon, css = texts[kind]
        url = reverse(f"storefront:{name}", args=[subscription.public_id])
        found.append(Want(label, hint, url, icon, css))
    return found


def targets_of(subscription: Subscription, actor: Actor) -> list[Target]:
    """The products on sale to its payer that may take its place, cheapest first (a constant number of queries)."""
    products = list(switch_targets(subscription))
    requests = [PriceRequest(p.pk, subscription.unit, subscription.quantity) for p in products]
    prices = prices_for(payer=subscription.payer, requests=requests, customer=subscription.customer)
    track = track_for(actor, subscription.payer_id)
    found = []
    for product, price in zip(products, prices, strict=True):
        if price is None or price.currency != subscription.currency:
            continue
        unit = seen_by(track, price)
        total = round_half_up(unit * subscription.quantity, price.currency)
        found.append(
            Target(
                product,
                Money(unit, price.currency),
                Money(total, price.currency),
                Unit(subscription.unit).per,
            )
        )
    return sorted(found, key=lambda target: target.total.amount)


def open_change_of(subscription: Subscription, actor: Actor) -> OpenChange | None:
    """The one change that is open, with whether this actor may take it back."""
    change = subscriptions.open_change(subscription)
    if change is None:
        return None
    held = change.state in {ChangeState.SCHEDULED, ChangeState.FAILED} or is_parked(change)
    may = actor.can(Permission.SUBSCRIPTION_MANAGE) and not actor.read_only
    return OpenChange(
        change=change,
        title=_change_title(change),
        text=_change_text(change),
        badge=badge_of(change.state, ChangeState(change.state).label),
        is_withdrawable=held and may and change.kind in OFFERED,
    )


def health_of(subscription: Subscription) -> Badge:
    """How a subscription is, in a word."""
    state, sync = subscription.state, subscription.sync_status
    if state == SubscriptionState.ACTIVE:
        if sync in {SyncStatus.IN_PROGRESS, SyncStatus.PENDING}:
            return Badge(_("Being changed"), "progress")
        if sync == SyncStatus.FAILED:
            return Badge(_("Works; a change failed"), "warning")
        return Badge(_("Works"), "success")
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


def happened_to(subscription: Subscription) -> list[ScheduledChange]:
    """What was changed about it so far, newest first (one query)."""
    ended = subscription.changes.filter(state__in=[ChangeState.APPLIED, ChangeState.CANCELLED])
    return list(ended.select_related("order_line__order", "product").order_by("-id")[:12])


def change_in_words(change: ScheduledChange) -> str:
    """ "From 5 to 8": what a change makes of a subscription."""
    if change.kind == ChangeKind.QUANTITY:
        return _("Quantity from %(old)s to %(new)s") % {
            "old": change.previous_quantity,
            "new": change.quantity,
        }
    if change.kind == ChangeKind.PRODUCT and change.product is not None:
        return _("Change to %(product)s") % {"product": change.product.name}
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
