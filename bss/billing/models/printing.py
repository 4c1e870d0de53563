"""Documents as files, made once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bss.billing.models.documents import CreditNote, Invoice
from bss.core import clock
from bss.core.tenancy import Owned


class PrintedDocument(Owned):
    """The PDF of an issued document, made when it was first opened and never again. Scope: the payer's."""

    invoice = models.OneToOneField(Invoice, models.CASCADE, null=True, related_name="printed")
    credit_note = models.OneToOneField(
        CreditNote, models.CASCADE, null=True, related_name="printed"
    )
    content = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(invoice__isnull=True) ^ Q(credit_note__isnull=True),
                name="printed_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"PDF of {self.invoice_id or self.credit_note_id}"
