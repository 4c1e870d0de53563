"""The lists of billing: which columns they have and where a row leads."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.billing.choices import ImportedPayment, InvoiceState
from bss.billing.models import CreditNote, Invoice, Payment, PaymentImport, PaymentImportRow
from bss.billing.selectors import is_overdue
from bss.core.models import Run
from bss.ui.components import Badge, Tone, badge_of
from bss.ui.generic.work import badge_of_run
from bss.ui.rendering import lines_html
from bss.ui.tables import Column, Table


def invoice_badge(invoice: Invoice) -> Badge:
    """The invoice's state; partly paid and overdue are derived."""
    if is_overdue(invoice):
        return Badge(_("Overdue"), "danger")
    if invoice.state == InvoiceState.ISSUED and invoice.settled:
        return Badge(_("Partly paid"), "info")
    return badge_of(invoice.state, invoice.get_state_display())


def credit_note_badge(note: CreditNote) -> Badge:
    return badge_of(note.state, note.get_state_display())


def _number(document: Any) -> Any:
    return document.number or _("Draft")


class InvoiceTable(Table):
    number = Column(_number, _("Invoice"), kind="whole", sortable="number", link=True)
    payer = Column("payer__name", _("Billed to"), sortable=True)
    customer = Column("customer__name", _("For"), hidden_by_default=True)
    order = Column("order__number", _("Order"), kind="whole", hidden_by_default=True)
    state = Column(invoice_badge, _("State"), kind="badge", sortable="state")
    issued_on = Column("issued_on", _("Issued"), kind="date", sortable=True)
    due_on = Column("due_on", _("Pay until"), kind="date", sortable=True)
    net = Column("net", _("Net"), kind="amount", currency="currency", hidden_by_default=True)
    tax = Column("tax", _("Tax"), kind="amount", currency="currency", hidden_by_default=True)
    total = Column(
        "total", _("Total"), kind="amount", currency="currency", sortable=True, total=True
    )
    open_amount = Column("open_amount", _("Open"), kind="amount", currency="currency", total=True)
    default_order = "-id"
    caption = _("Invoices")

    def row_url(self, row: Invoice) -> str:
        return reverse("billing:invoice", args=[row.public_id])

    def row_tone(self, row: Invoice) -> str:
        return "danger" if is_overdue(row) else ""


class CreditNoteTable(Table):
    number = Column(_number, _("Credit note"), kind="whole", sortable="number", link=True)
    payer = Column("payer__name", _("Billed to"), sortable=True)
    customer = Column("customer__name", _("For"), hidden_by_default=True)
    state = Column(credit_note_badge, _("State"), kind="badge", sortable="state")
    issued_on = Column("issued_on", _("Issued"), kind="date", sortable=True)
    total = Column(
        "total", _("Total"), kind="amount", currency="currency", sortable=True, total=True
    )
    open_amount = Column("open_amount", _("Not used"), kind="amount", currency="currency")
    default_order = "-id"
    caption = _("Credit notes")

    def row_url(self, row: CreditNote) -> str:
        return reverse("billing:credit-note", args=[row.public_id])


def _counted(name: str) -> Any:
    return lambda run: run.result.get(name, 0) if run.result else None


class BillingRunTable(Table):
    title = Column("title", _("Billing run"), link=True)
    state = Column(badge_of_run, _("State"), kind="badge")
    created_at = Column("created_at", _("Started"), kind="when", sortable=True)
    actor = Column("actor_label", _("By"))
    invoices = Column(_counted("invoices"), _("Invoices"), kind="number")
    credit_notes = Column(_counted("credit_notes"), _("Credit notes"), kind="number")
    billed = Column(_counted("items"), _("Items"), kind="number")
    held = Column(_counted("held"), _("On drafts"), kind="number")
    refused = Column(_counted("refused"), _("Not billed"), kind="number")
    default_order = "-id"
    caption = _("Billing runs")

    def row_url(self, row: Run) -> str:
        return reverse("portal:run", args=[row.public_id])

    def row_tone(self, row: Run) -> str:
        result = row.result or {}
        return "warning" if result.get("held") or result.get("refused") else ""


_OUTCOME_TONES: dict[str, Tone] = {
    ImportedPayment.NEW: "info",
    ImportedPayment.RECORDED: "success",
    ImportedPayment.KNOWN: "neutral",
    ImportedPayment.REFUSED: "danger",
}


def payment_badge(payment: Payment) -> Badge:
    """Whether any of it waits for an invoice."""
    if payment.unallocated:
        return Badge(_("Credit left"), "info")
    return Badge(_("Used"), "success")


class PaymentTable(Table):
    number = Column("number", _("Payment"), kind="whole", sortable=True, link=True)
    payer = Column("payer__name", _("From"), sortable=True)
    received_on = Column("received_on", _("Received"), kind="date", sortable=True)
    source = Column(lambda p: p.get_source_display(), _("How"), sortable="source")
    reference = Column("reference", _("Reference"))
    state = Column(payment_badge, _("State"), kind="badge")
    amount = Column(
        "amount", _("Amount"), kind="amount", currency="currency", sortable=True, total=True
    )
    unallocated = Column(
        "unallocated", _("Not used"), kind="amount", currency="currency", total=True
    )
    default_order = "-id"
    caption = _("Payments")

    def row_url(self, row: Payment) -> str:
        return reverse("billing:payment", args=[row.public_id])


class PaymentImportTable(Table):
    name = Column("name", _("File"), link=True)
    rows_ = Column("rows", _("Rows"), kind="number")
    person = Column("created_by_label", _("Uploaded by"))
    created = Column("created_at", _("Uploaded"), kind="when", sortable=True)
    default_order = "-id"
    caption = _("Imports of payments")

    def row_url(self, row: PaymentImport) -> str:
        return reverse("billing:payment-import", args=[row.public_id])


class PaymentImportRowTable(Table):
    default_order = "number"
    number = Column("number", _("Row"), kind="number", sortable=True)
    text = Column("text", _("Content"))
    outcome = Column(
        lambda r: Badge(r.get_outcome_display(), _OUTCOME_TONES[r.outcome]), _("Outcome"),
        kind="badge", export=lambda r: r.outcome,
    )  # fmt: skip
    payment = Column("payment__number", _("Payment"), kind="whole", link=True)
    message = Column("message", _("What is wrong"), render=lambda r: lines_html(r.message))

    def row_url(self, row: PaymentImportRow) -> str:
        return reverse("billing:payment", args=[row.payment.public_id]) if row.payment else ""
