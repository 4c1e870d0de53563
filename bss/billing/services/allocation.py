"""What settles what: payments and credit notes into invoices, never more than either has left.

Whoever allocates holds the payer's row first, so that two at once take turns and the second sees what the first did.
Each function does nothing where nothing is left to do: handlers may run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from bss.billing.choices import CreditNoteState, InvoiceState, LadderStep
from bss.billing.errors import AnotherCurrency, NothingToSettle
from bss.billing.locks import (
    credit_note_locked,
    invoice_locked,
    open_credit_notes_locked,
    open_invoices_locked,
    open_payments_locked,
    payer_locked,
    payment_locked,
)
from bss.billing.models import Allocation, CreditNote, Invoice, Payment
from bss.billing.selectors import corrected_by, was_used
from bss.billing.states import CREDIT_NOTE, INVOICE
from bss.core import history
from bss.core.actor import Actor

Source = Payment | CreditNote


def payment_allocate(
    *, payment: Payment, actor: Actor, invoice: Invoice | None = None
) -> list[Allocation]:
    """Put what is left of a payment into `invoice`, or into the payer's open ones, the one due first first.

    What no invoice needs stays with the payment as the payer's credit. Raises NothingToSettle for an `invoice` that is
    not open or a payment with nothing left, AnotherCurrency.
    """
    with transaction.atomic():
        payer_locked(payment.payer_id)
        held = payment_locked(payment.pk)
        made = _pour(held, _open(held, invoice), actor)
    payment.allocated = held.allocated
    return made


def credit_note_allocate(
    *, credit_note: CreditNote, actor: Actor, invoice: Invoice | None = None
) -> list[Allocation]:
    """As `payment_allocate`, of a credit note, which goes into the invoices that it corrects before any other. What is
    left of it waits for the invoices to come.
    """
    with transaction.atomic():
        payer_locked(credit_note.payer_id)
        held = credit_note_locked(credit_note.pk)
        corrected = corrected_by(held)
        found = sorted(_open(held, invoice), key=lambda each: each.pk not in corrected)
        made = _pour(held, found, actor)
        _finish_credit_note(held, actor)
    return made


def invoice_settle_from_credit(*, invoice: Invoice, actor: Actor) -> list[Allocation]:
    """Use what the payer has to its credit for an invoice: credit notes first, then payments, oldest first.

    A credit note that was never used goes into what it corrects before: it may have been issued together with the
    invoice. An invoice of nothing is settled by that alone.
    """
    made: list[Allocation] = []
    with transaction.atomic():
        payer_locked(invoice.payer_id)
        held = invoice_locked(invoice.pk)
        if held.state != InvoiceState.ISSUED:
            return []
        notes = open_credit_notes_locked(held.payer_id, held.currency)
        for note in notes:
            made += _into_what_it_corrects(note, held, actor)
        sources: list[Source] = [
            *notes,
            *open_payments_locked(held.payer_id, held.currency),
        ]
        for source in sources:
            made += _pour(source, [held], actor)
            if isinstance(source, CreditNote):
                _finish_credit_note(source, actor)
        _finish_invoice(held, actor)
    return made


def allocation_undo(*, allocation: Allocation, actor: Actor, reason: str = "") -> None:
    """Take an allocation back: the invoice is open again by its amount, and the money is the payer's credit."""
    with transaction.atomic():
        payer_locked(allocation.invoice.payer_id)
        held = Allocation.objects.select_for_update(no_key=True).filter(pk=allocation.pk).first()
        if held is None:
            raise NothingToSettle
        invoice = invoice_locked(held.invoice_id)
        if invoice.state == InvoiceState.SETTLED:
            INVOICE.fire(invoice, "reopen", actor=actor, reason=reason)
            # The ladder may suspend for it once more.
            invoice.dunning.filter(step=LadderStep.SUSPEND).delete()
        _add(invoice, -held.amount)
        source = _source_of(held)
        if isinstance(source, CreditNote) and source.state == CreditNoteState.SETTLED:
            CREDIT_NOTE.fire(source, "reopen", actor=actor, reason=reason)
        _add(source, -held.amount)
        _tell(invoice, source, -held.amount, actor, reason)
        held.delete()


def _into_what_it_corrects(note: CreditNote, but: Invoice, actor: Actor) -> list[Allocation]:
    """What was never used of a credit note into the other open invoices whose lines it corrects. What staff took out of
    one is not put back.
    """
    corrected = corrected_by(note) - {but.pk}
    if not corrected or was_used(note):
        return []
    found = open_invoices_locked(note.payer_id, note.currency)
    return _pour(note, [each for each in found if each.pk in corrected], actor)


def _source_of(allocation: Allocation) -> Source:
    if allocation.payment_id is not None:
        return payment_locked(allocation.payment_id)
    return credit_note_locked(allocation.credit_note_id or 0)


def _open(source: Source, only: Invoice | None) -> Sequence[Invoice]:
    """The payer's open invoices, or the one that was asked for as it is now. All are held."""
    if only is not None and only.currency != source.currency:
        raise AnotherCurrency
    found = open_invoices_locked(source.payer_id, source.currency, only)
    if only is not None and (not found or _left(source) <= 0):
        raise NothingToSettle
    return found


def _left(source: Source) -> Decimal:
    if isinstance(source, Payment):
        return source.unallocated
    return source.open_amount if source.state == CreditNoteState.ISSUED else Decimal(0)


def _pour(source: Source, invoices: Sequence[Invoice], actor: Actor) -> list[Allocation]:
    """From one source into invoices in their order, until either has nothing left. All rows are held."""
    made = []
    for invoice in invoices:
        amount = min(_left(source), invoice.open_amount)
        if amount <= 0:
            continue
        which = {"payment" if isinstance(source, Payment) else "credit_note": source}
        made.append(
            Allocation.objects.create(
                organization_id=invoice.organization_id,
                scope=invoice.scope,
                invoice=invoice,
                amount=amount,
                **which,
            )
        )
        _add(source, amount)
        _add(invoice, amount)
        _tell(invoice, source, amount, actor)
        _finish_invoice(invoice, actor)
    return made


def _add(row: Source | Invoice, amount: Decimal) -> None:
    """Count an amount in (or, negative, out) of what is used of a row. The row is held."""
    column = "allocated" if isinstance(row, Payment) else "settled"
    setattr(row, column, getattr(row, column) + amount)
    row.save(update_fields=[column])


def _finish_invoice(invoice: Invoice, actor: Actor) -> None:
    if invoice.open_amount == 0 and invoice.state == InvoiceState.ISSUED:
        INVOICE.fire(invoice, "settle", actor=actor)


def _finish_credit_note(credit_note: CreditNote, actor: Actor) -> None:
    if credit_note.open_amount == 0 and credit_note.state == CreditNoteState.ISSUED:
        CREDIT_NOTE.fire(credit_note, "use_up", actor=actor)


def _tell(
    invoice: Invoice, source: Source, amount: Decimal, actor: Actor, reason: str = ""
) -> None:
    """The same sentence in both histories, each naming the other."""
    verb = "allocated" if amount > 0 else "allocation_undone"
    told = str(abs(amount))
    history.record(
        invoice,
        actor=actor,
        action=f"invoice.{verb}",
        reason=reason,
        changes={source.number: [None, told] if amount > 0 else [told, None]},
    )
    history.record(
        source,
        actor=actor,
        action=f"{source._meta.model_name}.{verb}",
        reason=reason,
        changes={invoice.number: [None, told] if amount > 0 else [told, None]},
    )
