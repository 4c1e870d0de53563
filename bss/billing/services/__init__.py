"""Writes of billing: schedules, documents, billing runs."""

from bss.billing.services.drafts import invoice_issue, invoice_void
from bss.billing.services.issuing import documents_issue
from bss.billing.services.numbering import numbers_take
from bss.billing.services.printing import printed
from bss.billing.services.runs import BILLING_RUN, billing_run, billing_run_start, order_bill
from bss.billing.services.schedules import lot_settle

__all__ = [
    "BILLING_RUN",
    "billing_run",
    "billing_run_start",
    "documents_issue",
    "invoice_issue",
    "invoice_void",
    "lot_settle",
    "numbers_take",
    "order_bill",
    "printed",
]
