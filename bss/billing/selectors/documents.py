"""Invoices and credit notes, and which of their amounts somebody may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.billing.choices import CreditNoteState, InvoiceState
from bss.billing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from bss.core import clock
from bss.core.actor import Actor
from bss.core.history import timeline_for
from bss.core.money import Money

Printed = Invoice | CreditNote
PrintedLine = InvoiceLine | CreditNoteLine


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """The amounts of a document's line that one actor may see; None is hidden, not zero."""

    unit: Money
    net: Money
    resale: Money | None
    cost: Money | None
    profit: Money | None


def invoices_visible(actor: Actor) -> QuerySet[Invoice]:
    """The invoices below the active scope, newest first; to a payer only those that were issued."""
    rows = Invoice.objects.select_related("payer", "customer", "order").order_by("-id")
    return rows if actor.account_id is None else rows.filter(_issued_to(actor))


def credit_notes_visible(actor: Actor) -> QuerySet[CreditNote]:
    """The credit notes below the active scope, newest first; to a payer only those that were issued."""
    rows = CreditNote.objects.select_related("payer", "customer").order_by("-id")
    return rows if actor.account_id is None else rows.filter(_issued_to(actor))


def _issued_to(actor: Actor) -> Q:
    return Q(payer_id=actor.account_id) & ~Q(number="")


def lines_of(document: Printed) -> list[PrintedLine]:
    """The lines of a document as printed, with their subscriptions."""
    return list(document.lines.select_related("subscription", "customer"))


def line_amounts(line: PrintedLine, currency: str, actor: Actor) -> LineAmounts:
    """What `actor` may see of a line: the payer what it pays and charges on, staff with `cost.view` the cost too."""
    staff = actor.account_id is None and actor.can(Permission.COST_VIEW)
    return LineAmounts(
        unit=Money(line.unit_price, currency),
        net=Money(line.net, currency),
        resale=None if line.resale is None else Money(line.resale, currency),
        cost=Money(line.cost, currency) if staff else None,
        profit=Money(Decimal(line.net) - Decimal(line.cost), currency) if staff else None,
    )


def is_overdue(invoice: Invoice, on: date | None = None) -> bool:
    """Whether it should have been paid before the day `on` (today, where the organization is)."""
    if invoice.state != InvoiceState.ISSUED or invoice.due_on is None:
        return False
    return invoice.due_on < (on or clock.now().date())


def past_due(rows: QuerySet[Invoice], on: date) -> QuerySet[Invoice]:
    """Those that should have been paid before the day `on`."""
    return rows.filter(state=InvoiceState.ISSUED, due_on__lt=on)


def drafts_of(account: Account) -> QuerySet[Invoice]:
    """The drafts that wait for staff of one payer."""
    return Invoice.objects.filter(payer=account, state=InvoiceState.DRAFT).order_by("-id")


def why_held(invoice: Invoice) -> str:
    """Why a draft was not issued by itself; "" for an invoice that was."""
    entry = timeline_for(invoice).filter(action="invoice.hold").first()
    return entry.reason if entry else ""


def corrected_by(credit_note: CreditNote) -> set[int]:
    """The invoices whose lines a credit note corrects."""
    lines = credit_note.lines.exclude(credit__corrects=None)
    return set(lines.values_list("credit__corrects__invoice_id", flat=True))


def was_used(credit_note: CreditNote) -> bool:
    """Whether anything of a credit note ever went into an invoice, be it taken out again."""
    return timeline_for(credit_note).filter(action="creditnote.allocated").exists()


def documents_of(
    account: Account, limit: int = 20
) -> tuple[Sequence[Invoice], Sequence[CreditNote]]:
    """The newest invoices and credit notes of a payer."""
    invoices = Invoice.objects.filter(payer=account).select_related("payer").order_by("-id")
    notes = CreditNote.objects.filter(payer=account).select_related("payer").order_by("-id")
    return (
        list(invoices[:limit]),
        list(notes.exclude(state=CreditNoteState.VOID)[:limit]),
    )
