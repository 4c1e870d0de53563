"""Tables of billing: what goes on documents and settles them; cards, imported payments, the overdue ladder, files."""

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
from bss.billing.models.settling import (
    CardPayment,
    CardSetup,
    CardToken,
    DunningPolicy,
    DunningStep,
    OverdueSuspension,
    PaymentImport,
    PaymentImportRow,
)

__all__ = [
    "Allocation",
    "CardPayment",
    "CardSetup",
    "CardToken",
    "Charge",
    "Credit",
    "CreditNote",
    "CreditNoteLine",
    "Document",
    "DocumentLine",
    "DunningPolicy",
    "DunningStep",
    "Installment",
    "Invoice",
    "InvoiceLine",
    "NumberRange",
    "OverdueSuspension",
    "Payment",
    "PaymentImport",
    "PaymentImportRow",
    "PrintedDocument",
]
