"""Reads of payments, and of what settled what."""

from __future__ import annotations

from django.db.models import F, QuerySet

from bss.accounts.models import Account
from bss.billing.choices import InvoiceState
from bss.billing.models import Allocation, Invoice, Payment


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
