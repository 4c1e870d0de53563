"""Reads of billing: what is due, documents, statements."""

from bss.billing.selectors.due import (
    batches,
    billed_twice,
    credit_items,
    credits_due,
    credits_on_notes,
    due_by_payer,
    installment_items,
    installments_due,
    installments_on_invoices,
    items_on,
    keys_of,
    lots_of_order,
    order_is_under_way,
)

__all__ = [
    "batches",
    "billed_twice",
    "credit_items",
    "credits_due",
    "credits_on_notes",
    "due_by_payer",
    "installment_items",
    "installments_due",
    "installments_on_invoices",
    "items_on",
    "keys_of",
    "lots_of_order",
    "order_is_under_way",
]
