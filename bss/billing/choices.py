"""The closed lists of billing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstallmentState(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    INVOICED = "invoiced", _("Invoiced")
    CREDITED = "credited", _("Credited")
    VOID = "void", _("Void")


class CreditState(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    ISSUED = "issued", _("Issued")


class InvoiceState(models.TextChoices):
    """Partly paid and overdue are derived: they are no states."""

    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    SETTLED = "settled", _("Settled")
    VOID = "void", _("Void")


class CreditNoteState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    SETTLED = "settled", _("Used up")
    VOID = "void", _("Void")


class PaymentSource(models.TextChoices):
    MANUAL = "manual", _("Recorded by hand")
    FILE = "file", _("Imported from a file")
    CARD = "card", _("Card")


class NumberKind(models.TextChoices):
    """What is numbered without gaps, per organization and year."""

    INVOICE = "INV", _("Invoices")
    CREDIT_NOTE = "CN", _("Credit notes")


class PaymentColumn(models.TextChoices):
    """What a bank's file says of a payment. In English a header may say it in these words too."""

    BANK_ID = "bank_id", _("Bank id")
    DATE = "date", _("Date")
    AMOUNT = "amount", _("Amount")
    CURRENCY = "currency", _("Currency")
    PAYER = "payer", _("Payer")
    INVOICE = "invoice", _("Invoice")
    TEXT = "text", _("Text")


class ImportedPayment(models.TextChoices):
    """What became of a row of a bank's file."""

    NEW = "new", _("Would be recorded")
    RECORDED = "recorded", _("Recorded")
    KNOWN = "known", _("Already there")
    REFUSED = "refused", _("Refused")


class CardPurpose(models.TextChoices):
    """Held for an order and captured with its invoice, or taken at once for an invoice."""

    ORDER = "order", _("Held for an order")
    INVOICE = "invoice", _("Taken for an invoice")


class CardState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    AUTHORISED = "authorised", _("Authorised")
    DECLINED = "declined", _("Declined")
    UNKNOWN = "unknown", _("Unknown")
    CAPTURED = "captured", _("Captured")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Expired")


class LadderStep(models.TextChoices):
    REMIND = "remind", _("First reminder")
    REMIND_AGAIN = "remind_again", _("Second reminder")
    SUSPEND = "suspend", _("Suspension")
