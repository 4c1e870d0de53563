"""Row locks, always taken in this order: the lot, its installments and credits, then the numbers of documents.

None of them is for a key's sake: rows that point to a held one (their foreign keys are checked) are written meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import F

from bss.accounts.models import Account
from bss.billing.choices import CreditNoteState, CreditState, InstallmentState, InvoiceState
from bss.billing.models import CardPayment, Credit, CreditNote, Installment, Invoice, Payment
from bss.core.prepared import Prepared
from bss.subscriptions.models import SeatLot


def lot_locked(pk: int) -> SeatLot:
    """The lot as it is now with its term and who pays for it, held until the transaction ends."""
    return _LOT.get(pk=pk)


def installments_locked(lot: SeatLot) -> list[Installment]:
    """Every installment of a lot, void ones too, in order; waits for a billing run that is at one of them."""
    found = _INSTALLMENTS.all(lot_id=lot.pk)
    for installment in found:
        installment.lot = lot
    return found


_LOT = Prepared(
    lambda pk: (
        SeatLot.everywhere.filter(pk=pk)
        .select_for_update(of=("self",), no_key=True)
        .select_related("term", "order_line", "subscription__payer__organization")
    ),
    pk=int,
)
_INSTALLMENTS = Prepared(
    lambda lot_id: (
        Installment.everywhere.filter(lot_id=lot_id)
        .select_for_update(of=("self",), no_key=True)
        .order_by("number", "pk")
    ),
    lot_id=int,
)


def installments_taken(pks: Collection[int]) -> list[int]:
    """Those of them that are still scheduled and that nobody else holds, held until the transaction ends."""
    return list(
        Installment.everywhere.filter(pk__in=pks, state=InstallmentState.SCHEDULED)
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def credits_taken(pks: Collection[int]) -> list[int]:
    """Those of the credits that are still scheduled and that nobody else holds, held until the transaction ends."""
    return list(
        Credit.everywhere.filter(pk__in=pks, state=CreditState.SCHEDULED)
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


# Settling: payer, invoices, credit notes, payments, money on cards, in this order ----------------------------------


def payer_locked(pk: int) -> Account:
    """The payer, held until the transaction ends: whoever moves money of it, or checks its credit, takes turns."""
    return _PAYER.get(pk=pk)


_PAYER = Prepared(
    lambda pk: Account.objects.filter(pk=pk).select_for_update(of=("self",), no_key=True), pk=int
)


def open_invoices_locked(
    payer_id: int, currency: str, only: Invoice | None = None
) -> Sequence[Invoice]:
    """What of the payer's invoices is open in a currency, oldest due first, held; or the one that is asked for."""
    rows = Invoice.objects.filter(payer_id=payer_id, currency=currency, state=InvoiceState.ISSUED)
    if only is not None:
        rows = rows.filter(pk=only.pk)
    held = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return sorted(held, key=lambda invoice: (invoice.due_on is None, invoice.due_on, invoice.pk))


def open_credit_notes_locked(payer_id: int, currency: str) -> Sequence[CreditNote]:
    """What of the payer's credit notes is not used up, oldest first, held."""
    return list(
        CreditNote.objects.filter(
            payer_id=payer_id, currency=currency, state=CreditNoteState.ISSUED
        )
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )


def open_payments_locked(payer_id: int, currency: str) -> Sequence[Payment]:
    """What of the payer's payments waits for an invoice, oldest first, held."""
    return list(
        Payment.objects.filter(payer_id=payer_id, currency=currency, allocated__lt=F("amount"))
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )


def invoice_locked(pk: int) -> Invoice:
    return Invoice.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def credit_note_locked(pk: int) -> CreditNote:
    return CreditNote.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def payment_locked(pk: int) -> Payment:
    return Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def card_payment_locked(pk: int) -> CardPayment:
    """The card payment as it is now, held until the transaction ends."""
    return CardPayment.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
