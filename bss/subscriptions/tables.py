"""How subscriptions are shown: the columns of their lists, their badges, and what needs attention in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from bss.catalog.choices import Unit
from bss.core.money import Money, round_half_up
from bss.installments.choices import Frequency
from bss.installments.contracts import PlanTerms
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState, SyncStatus
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.ui import formats
from bss.ui.components import Attention, Badge, Button, Confirm, badge_of
from bss.ui.slots import url_of
from bss.ui.tables import Column, Table


def subscription_badge(subscription: Subscription) -> Badge:
    """The subscription's state in a word."""
    state = SubscriptionState(subscription.state)
    return badge_of(state, state.label)


def sync_badge(subscription: Subscription) -> Badge:
    """How far the vendor's side is."""
    status = SyncStatus(subscription.sync_status)
    return badge_of(status, status.label)


def per_term(subscription: Subscription) -> Money:
    """What its payer pays for one term, net."""
    total: Decimal = subscription.unit_price * subscription.quantity
    return Money(round_half_up(total, subscription.currency), subscription.currency)


class SubscriptionTable(Table):
    number = Column("number", _("Subscription"), kind="whole", sortable=True, link=True)
    name = Column("name", _("Name"), sortable=True)
    customer = Column("customer__name", _("Customer"), sortable=True)
    payer = Column("payer__name", _("Billed to"), hidden_by_default=True)
    state = Column(subscription_badge, _("State"), kind="badge", sortable="state")
    sync = Column(sync_badge, _("Service"), kind="badge", sortable="sync_status")
    quantity = Column("quantity", _("Quantity"), kind="number", sortable=True)
    term = Column(lambda row: Unit(row.unit).label, _("Term"))
    price = Column(per_term, _("Per term"), kind="amount", total=True)
    ends_at = Column("ends_at", _("Term ends"), kind="date", sortable=True)
    product = Column("product__name", _("Product"), hidden_by_default=True)
    external_id = Column("external_id", _("Id at the vendor"), kind="code", hidden_by_default=True)
    created_at = Column(
        "created_at", _("Created"), kind="when", sortable=True, hidden_by_default=True
    )
    default_order = "-id"
    actions_slot = "subscription.row_actions"

    def row_url(self, row: Subscription) -> str:
        return url_of("subscriptions:detail", row)

    def row_tone(self, row: Subscription) -> str:
        failed = row.state == SubscriptionState.FAILED or row.sync_status == SyncStatus.FAILED
        return "danger" if failed else ""


def problem_attention(
    subscription: Subscription,
    change: ScheduledChange | None,
    *,
    retry_url: str,
    answer_url: str,
) -> Attention | None:
    """The failure with its cause and the button that mends it; None while all is well. An empty URL: no button."""
    if not subscription.problem_text:
        return None
    failed = subscription.state == SubscriptionState.FAILED
    refused = change is not None and change.state == ChangeState.FAILED
    if not failed and not refused:
        give = Button(_("Give the answer"), answer_url, "pencil-square") if answer_url else None
        return Attention(
            _("%(name)s needs input") % {"name": subscription.name},
            subscription.problem_text,
            "warning",
            give,
            subscription.problem_code,
        )
    retry = Button(_("Try again"), retry_url, "arrow-path", "normal", "post") if retry_url else None
    title = _("Provisioning failed") if failed else _("The change failed")
    return Attention(title, subscription.problem_text, "danger", retry, subscription.problem_code)


def pending_attention(change: ScheduledChange | None, *, withdraw_url: str) -> Attention | None:
    """The open change, and the button that takes it back while that is possible."""
    if change is None:
        return None
    words = change_words(change)
    if change.state == ChangeState.IN_PROGRESS:
        return Attention(words, _("It is being carried out."), "progress")
    text = (
        _("Planned for %(day)s.") % {"day": formats.day(change.due_at.date())}
        if change.is_planned
        else _("It did not succeed. Everything is as before.")
        if change.state == ChangeState.FAILED
        else _("It needs you: its order is to be executed.")
    )
    button = Button(
        _("Withdraw"),
        withdraw_url,
        "arrow-uturn-left",
        method="post",
        confirm=Confirm(
            _("Withdraw: %(change)s") % {"change": words},
            _("The subscription stays as it is."),
            _("Withdraw it"),
        ),
    )
    return Attention(words, text, "info", button if withdraw_url else None)


def change_words(change: ScheduledChange) -> str:
    """ "Quantity: 5 → 8", "Product: Standard", "Cancellation"."""
    if change.kind == ChangeKind.QUANTITY:
        return str(_("Quantity: %(before)s → %(after)s")) % {
            "before": change.previous_quantity,
            "after": change.quantity,
        }
    if change.kind == ChangeKind.PRODUCT and change.product is not None:
        return str(_("Product: %(product)s")) % {"product": change.product.name}
    if change.kind == ChangeKind.ADD_ON:
        add_on = change.add_on.product if change.add_on else change.product
        return str(_("%(add_on)s: %(before)s → %(after)s")) % {
            "add_on": add_on.name if add_on else "",
            "before": change.previous_quantity,
            "after": change.quantity,
        }
    if change.kind == ChangeKind.RENEWAL:
        return renewal_words(change)
    return str(_WORDS[change.kind])


def plan_words(plan: PlanTerms | None) -> str:
    """ "12 monthly installments", or "At once"."""
    return Frequency(plan.frequency).installments(plan.count) if plan else str(_("At once"))


def renewal_words(change: ScheduledChange) -> str:
    """ "Next term: 3 licences, 12 monthly installments"."""
    if change.renews is False:
        return str(_("Automatic renewal off"))
    found = [str(_("automatic renewal on"))] if change.renews else []
    if change.quantity is not None:
        found.append(str(_("quantity %(n)s")) % {"n": formats.number(change.quantity)})
    if change.plan_chosen:
        plan = change.payment_plan
        way = Frequency(plan.frequency).installments(plan.count) if plan else _("paid at once")
        found.append(str(way))
    return str(_("Next term: %(what)s")) % {"what": ", ".join(found)}


_WORDS = {
    ChangeKind.QUANTITY: _("Quantity"),
    ChangeKind.PRODUCT: _("Another product"),
    ChangeKind.SUSPEND: _("Suspension"),
    ChangeKind.RESUME: _("Resumption"),
    ChangeKind.CANCEL: _("Cancellation"),
}
