"""What is done after the transaction that asked for it: calls to the card provider, and changes one by one.

The jobs themselves stand in bss/billing/tasks.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bss.billing import selectors
from bss.billing.models import CardPayment, Invoice, OverdueSuspension
from bss.core import clock, jobs
from bss.subscriptions.models import ScheduledChange

COLLECT = "billing.invoice_collect"
TEND = "billing.card_payment_tend"
CLIMB = "billing.invoice_climb"
LIFT = "billing.suspension_lift"


# How long after each time that a card could not be charged it is tried again; after the last one it is not.
TRY_AGAIN = (timedelta(days=2), timedelta(days=4), timedelta(days=7))


def again_at(attempt: int) -> datetime | None:
    """When a card is charged again that could not be charged for the `attempt`th time just now; None for never."""
    return clock.now() + TRY_AGAIN[attempt - 1] if attempt <= len(TRY_AGAIN) else None


def invoice_collect_later(
    *, invoice: Invoice, attempt: int = 1, due_at: datetime | None = None
) -> None:
    """Take what is open of an invoice from a card: when it is issued, and again after each time it could not be."""
    jobs.enqueue(
        COLLECT,
        key=str(invoice.pk) if attempt == 1 else f"{invoice.pk}:{attempt}",
        subject=invoice,
        payload={"invoice": invoice.pk, "attempt": attempt},
        due_at=due_at,
        lane="cards",
        serial_key=f"card:{invoice.payer_id}",
    )


def card_payment_later(*, card_payment: CardPayment) -> None:
    """Look after one of the card payments: ask for its end, or let go of it."""
    jobs.enqueue(
        TEND,
        key=f"{card_payment.pk}:{clock.now():%Y%m%dT%H%M}",
        subject=card_payment,
        payload={"card_payment": card_payment.pk},
        lane="cards",
        serial_key=f"card:{card_payment.account_id}",
    )


def suspensions_lift_later(*, invoice: Invoice) -> None:
    """Resume what the ladder suspended for a payer, one job each."""
    _lift(selectors.suspensions_of(invoice.payer_id), f"invoice{invoice.pk}")


def suspension_lift_later(*, change: ScheduledChange) -> None:
    """A change of a subscription ended: what the ladder suspended, and payment is to resume, is looked at again."""
    _lift(selectors.suspensions_open(change.subscription_id), f"change{change.pk}")


def _lift(suspensions: Iterable[OverdueSuspension], why: str) -> None:
    jobs.enqueue_many(
        jobs.build(
            LIFT,
            key=f"{suspension.pk}:{why}:{clock.now():%Y%m%dT%H%M%S%f}",
            subject=suspension,
            # The payer's: what else is overdue lies above the customer's scope.
            scope=suspension.payer.scope,
            payload={"suspension": suspension.pk},
        )
        for suspension in suspensions
    )
