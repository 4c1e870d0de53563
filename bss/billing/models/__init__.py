"""Tables of billing: what is charged, the documents it goes on, and what settles these."""

from bss.billing.models.documents import (
    Allocation,
    Charge,
    Credit,
    CreditNote,
    CreditNoteLine,
    Document,
    DocumentLine,
    Installment,
    Invoice,
    InvoiceLine,
    NumberRange,
    Payment,
)
from bss.billing.models.printing import PrintedDocument

__all__ = [
    "Allocation",
    "Charge",
    "Credit",
    "CreditNote",
    "CreditNoteLine",
    "Document",
    "DocumentLine",
    "Installment",
    "Invoice",
    "InvoiceLine",
    "NumberRange",
    "Payment",
    "PrintedDocument",
]
