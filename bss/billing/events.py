"""What happens to documents. Notifications listens."""

from __future__ import annotations

from dataclasses import dataclass

from bss.core.events import event


@event("invoice.issued")
@dataclass(frozen=True)
class InvoiceIssued:
    invoice_id: int


@event("invoice.settled")
@dataclass(frozen=True)
class InvoiceSettled:
    """Nothing of it is owed any more."""

    invoice_id: int


@event("credit_note.issued")
@dataclass(frozen=True)
class CreditNoteIssued:
    credit_note_id: int


@event("invoice.charge_declined")
@dataclass(frozen=True)
class InvoiceChargeDeclined:
    """The card of whoever pays by one could not be charged, its owner not there: the `attempt`th time.

    `again_on` is the local day on which it is tried again, in ISO 8601; "" when it is not.
    """

    invoice_id: int
    attempt: int
    again_on: str


@event("invoice.services_resumed")
@dataclass(frozen=True)
class ServicesResumed:
    """What the overdue ladder suspended for it goes on, because it is paid."""

    invoice_id: int


@event("invoice.overdue")
@dataclass(frozen=True)
class InvoiceOverdue:
    """It reached a step of the ladder (choices.LadderStep): its payer is told."""

    invoice_id: int
    step: str
