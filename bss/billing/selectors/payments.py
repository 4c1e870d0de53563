"""Reads of payments, and of what settled what."""

from __future__ import annotations

from django.db.models import F, QuerySet

from bss.accounts.choices import AccountKind
from bss.accounts.models import Account
from bss.billing.choices import InvoiceState
from bss.billing.models import Allocation, CreditNote, Invoice, Payment, PaymentImport
from bss.core import runs
from bss.core.history import subject_type
from bss.core.models import Run


def payments() -> QuerySet[Payment]:
    """The payments in the active scope, with their payers."""
    return Payment.objects.select_related("payer")


def payments_with_credit() -> QuerySet[Payment]:
    """Those that no invoice has used up."""
    return payments().filter(allocated__lt=F("amount"))


def open_invoices(payer: Account, currency: str = "") -> QuerySet[Invoice]:
    """What a payer has to pay, the one due first first; in one currency or in all."""
    rows = Invoice.objects.filter(payer=payer, state=InvoiceState.ISSUED)
    return (rows.filter(currency=currency) if currency else rows).order_by("due_on", "pk")


def allocations_of(payment: Payment) -> QuerySet[Allocation]:
    """What a payment went into."""
    return payment.allocations.select_related("invoice").order_by("pk")


def allocations_into(invoice: Invoice) -> QuerySet[Allocation]:
    """What settled an invoice."""
    return invoice.allocations.select_related("payment", "credit_note").order_by("pk")


def payers() -> QuerySet[Account]:
    """Whoever is invoiced by the organization."""
    return Account.objects.exclude(kind=AccountKind.CUSTOMER).order_by("name", "pk")


def credit_left(payer: Account, currency: str) -> bool:
    """Whether the payer has anything to its credit in a currency."""
    rows = Payment.objects.filter(payer=payer, currency=currency, allocated__lt=F("amount"))
    notes = CreditNote.objects.filter(payer=payer, currency=currency, state="issued")
    return rows.exists() or notes.exists()


def latest_payment_import(source: PaymentImport) -> Run | None:
    """The newest run over a bank's file."""
    return (
        runs.visible()
        .filter(subject_type=subject_type(source), subject_id=source.pk)
        .order_by("-pk")
        .first()
    )
