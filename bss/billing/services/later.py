"""What is done after the transaction that asked for it: calls to the card provider, and changes one by one.

The jobs themselves stand in bss/billing/tasks.py.
"""

from __future__ import annotations

from bss.billing import selectors
from bss.billing.models import CardPayment, Invoice
from bss.core import clock, jobs

COLLECT = "billing.invoice_collect"
TEND = "billing.card_payment_tend"
CLIMB = "billing.invoice_climb"
LIFT = "billing.suspension_lift"


def invoice_collect_later(*, invoice: Invoice) -> None:
    """Take what is open of an invoice from a card, once for each of its issuings."""
    jobs.enqueue(
        COLLECT,
        key=str(invoice.pk),
        subject=invoice,
        payload={"invoice": invoice.pk},
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
    jobs.enqueue_many(
        jobs.build(
            LIFT,
            key=f"{suspension.pk}:{invoice.pk}:{clock.now():%Y%m%dT%H%M%S%f}",
            subject=suspension,
            # The payer's: what else is overdue lies above the customer's scope.
            scope=invoice.scope,
            payload={"suspension": suspension.pk},
        )
        for suspension in selectors.suspensions_of(invoice.payer_id)
    )
