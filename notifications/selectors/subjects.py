"""The records that e-mails are about, with everything their words need."""

from __future__ import annotations

from django.db.models import Model

from bss.accounts.models import Membership
from bss.billing.models import CreditNote, Invoice
from bss.core.history import timeline_for
from bss.core.models import HistoryEntry
from bss.core.prepared import Prepared
from bss.orders.models import Order, OrderLine
from bss.subscriptions.models import Subscription


def order_for_mail(order_id: int) -> Order:
    """The order with its parties. Raises DoesNotExist: an event names a row that cannot vanish."""
    return _ORDER.get(pk=order_id)


def line_for_mail(line_id: int) -> OrderLine:
    """The line with its order and the order's parties."""
    return OrderLine.everywhere.select_related(
        "order__organization", "order__account", "order__customer"
    ).get(pk=line_id)


def subscription_for_mail(subscription_id: int) -> Subscription:
    """The subscription with its parties and the order that bought it."""
    return _SUBSCRIPTION.get(pk=subscription_id)


def invoice_for_mail(invoice_id: int) -> Invoice:
    """The invoice with its payer, its organization and the order it bills."""
    return _INVOICE.get(pk=invoice_id)


def credit_note_for_mail(credit_note_id: int) -> CreditNote:
    """The credit note with its payer and its organization."""
    return CreditNote.everywhere.select_related("organization", "payer").get(pk=credit_note_id)


def membership_for_mail(membership_id: int) -> Membership:
    """The login with its person, its account and where it signs in."""
    return Membership.everywhere.select_related(
        "user", "contact__account", "storefront", "organization"
    ).get(pk=membership_id)


_ORDER = Prepared(
    lambda pk: Order.everywhere.filter(pk=pk).select_related("organization", "account", "customer"),
    pk=int,
)
_SUBSCRIPTION = Prepared(
    lambda pk: Subscription.everywhere.filter(pk=pk).select_related(
        "organization",
        "customer",
        "payer",
        "order_line__order__organization",
        "order_line__order__account",
        "order_line__order__customer",
    ),
    pk=int,
)
_INVOICE = Prepared(
    lambda pk: Invoice.everywhere.filter(pk=pk).select_related("organization", "payer", "order"),
    pk=int,
)


def ended_by(order: Order, transition: str) -> HistoryEntry | None:
    """The last time an order made a move ("reject", "cancel"): by whom, from which state and why."""
    return timeline_for(order).filter(action=f"order.{transition}").first()


def times(subject: Model, *transitions: str) -> str:
    """How often a record has made any of these moves: each time is news of its own, each handling of it is not."""
    entity = subject._meta.model_name
    actions = [f"{entity}.{name}" for name in transitions]
    return str(timeline_for(subject).filter(action__in=actions).count())
