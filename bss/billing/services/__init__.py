"""Writes of billing. Each is one transaction with its history and events."""

from bss.billing.services.allocation import (
    allocation_undo,
    credit_note_allocate,
    invoice_settle_from_credit,
    payment_allocate,
)
from bss.billing.services.card_payments import (
    card_hold,
    card_hold_attach,
    card_payment_apply,
    card_payment_capture,
    card_payment_release,
    card_payment_resolve,
    card_payment_tend,
    invoice_charge,
    invoice_collect,
)
from bss.billing.services.cards import (
    card_remove,
    card_setup_create,
    card_setup_finish,
    card_setup_open,
    card_use,
)
from bss.billing.services.drafts import invoice_issue, invoice_void
from bss.billing.services.holds import CardDesk
from bss.billing.services.issuing import documents_issue
from bss.billing.services.ladder import (
    dunning_policy_edit,
    invoice_climb,
    suspension_keep,
    suspension_lift,
    suspensions_lift,
)
from bss.billing.services.later import (
    card_payment_later,
    invoice_collect_later,
    suspension_lift_later,
    suspensions_lift_later,
)
from bss.billing.services.numbering import numbers_take
from bss.billing.services.payment_imports import (
    BANK_ID_LENGTH,
    PAYMENT_IMPORT,
    payment_import_create,
    payment_import_run,
    payment_import_start,
)
from bss.billing.services.payments import payment_delete, payment_record
from bss.billing.services.printing import printed
from bss.billing.services.runs import billing_run, billing_run_start, order_bill
from bss.billing.services.schedules import lot_settle

__all__ = [
    "BANK_ID_LENGTH",
    "PAYMENT_IMPORT",
    "CardDesk",
    "allocation_undo",
    "billing_run",
    "billing_run_start",
    "card_hold",
    "card_hold_attach",
    "card_payment_apply",
    "card_payment_capture",
    "card_payment_later",
    "card_payment_release",
    "card_payment_resolve",
    "card_payment_tend",
    "card_remove",
    "card_setup_create",
    "card_setup_finish",
    "card_setup_open",
    "card_use",
    "credit_note_allocate",
    "documents_issue",
    "dunning_policy_edit",
    "invoice_charge",
    "invoice_climb",
    "invoice_collect",
    "invoice_collect_later",
    "invoice_issue",
    "invoice_settle_from_credit",
    "invoice_void",
    "lot_settle",
    "numbers_take",
    "order_bill",
    "payment_allocate",
    "payment_delete",
    "payment_import_create",
    "payment_import_run",
    "payment_import_start",
    "payment_record",
    "printed",
    "suspension_keep",
    "suspension_lift",
    "suspension_lift_later",
    "suspensions_lift",
    "suspensions_lift_later",
]
