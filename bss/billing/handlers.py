"""What billing does when seats came or went, when an order has nothing in flight any more, and when documents move."""

from __future__ import annotations

from bss.billing import selectors, services
from bss.billing.choices import InvoiceState
from bss.billing.events import CreditNoteIssued, InvoiceIssued, InvoiceSettled
from bss.billing.models import CreditNote, Invoice
from bss.core.actor import SYSTEM
from bss.orders.events import OrderCancelled, OrderExecuted, OrderFailed
from bss.subscriptions.events import (
    ScheduledChangeApplied,
    ScheduledChangeFailed,
    SeatLotCreated,
    SeatLotReduced,
)
from bss.subscriptions.models import ScheduledChange, SeatReduction


def seat_lot_created_schedule(event: SeatLotCreated) -> None:
    services.lot_settle(lot_id=event.lot_id, actor=SYSTEM)


def seat_lot_reduced_credit(event: SeatLotReduced) -> None:
    reduction = SeatReduction.objects.get(pk=event.reduction_id)
    services.lot_settle(lot_id=reduction.lot_id, actor=SYSTEM)


def order_executed_bill(event: OrderExecuted) -> None:
    services.order_bill(order_id=event.order_id, actor=SYSTEM)


def invoice_issued_settle(event: InvoiceIssued) -> None:
    """What the payer has to its credit is used first; the rest is taken from its card, if it pays by one."""
    invoice = Invoice.objects.select_related("payer__payment_method").get(pk=event.invoice_id)
    services.invoice_settle_from_credit(invoice=invoice, actor=SYSTEM)
    invoice.refresh_from_db(fields=["state", "settled"])
    is_open = invoice.state == InvoiceState.ISSUED
    # What is held for an invoice that credit has settled is let go.
    if selectors.hold_for(invoice) or (is_open and selectors.pays_by_card(invoice.payer)):
        services.invoice_collect_later(invoice=invoice)


def credit_note_issued_use(event: CreditNoteIssued) -> None:
    """A credit note is used for the oldest open invoices of its payer."""
    credit_note = CreditNote.objects.get(pk=event.credit_note_id)
    services.credit_note_allocate(credit_note=credit_note, actor=SYSTEM)


def invoice_settled_resume(event: InvoiceSettled) -> None:
    """What the ladder suspended for it is resumed, each by itself."""
    invoice = Invoice.objects.get(pk=event.invoice_id)
    services.suspensions_lift(invoice=invoice)


def change_applied_lift(event: ScheduledChangeApplied) -> None:
    """The vendor agreed, perhaps to a suspension whose invoice was paid meanwhile."""
    change = ScheduledChange.objects.get(pk=event.change_id)
    services.suspension_lift_later(change=change)


def change_failed_lift(event: ScheduledChangeFailed) -> None:
    """What the vendor refused to suspend, and is paid by now, is not to be tried again."""
    change = ScheduledChange.objects.get(pk=event.change_id)
    services.suspension_lift_later(change=change)


def order_failed_release(event: OrderFailed) -> None:
    """What was held for it on a card is let go."""
    _release_hold(event.order_id)


def order_cancelled_release(event: OrderCancelled) -> None:
    _release_hold(event.order_id)


def _release_hold(order_id: int) -> None:
    held = selectors.hold_of_order(order_id)
    if held is not None:
        services.card_payment_later(card_payment=held)
