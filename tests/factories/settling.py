"""Issued invoices and credit notes, without what is on them, for tests of what settles them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from bss.accounts.models import Account
from bss.billing.choices import CreditNoteState, InvoiceState
from bss.billing.models import CreditNote, Invoice
from bss.billing.states import CREDIT_NOTE, INVOICE
from bss.core import clock
from bss.core.actor import SYSTEM

_number = count(1)


def make_invoice(
    payer: Account,
    total: str = "124.00",
    *,
    currency: str = "EUR",
    due_on: date | None = None,
    **values: Any,
) -> Invoice:
    """An issued invoice of `total`, 24 % of it tax. Its event is out: run jobs to have it settled from credit."""
    invoice = Invoice.everywhere.create(
        **_document(payer, "INV", total, currency),
        state=InvoiceState.DRAFT,
        due_on=due_on or clock.today(),
        **values,
    )
    return INVOICE.fire(invoice, "issue", actor=SYSTEM)


def make_credit_note(payer: Account, total: str = "124.00", *, currency: str = "EUR") -> CreditNote:
    """An issued credit note of `total`."""
    note = CreditNote.everywhere.create(
        **_document(payer, "CN", total, currency), state=CreditNoteState.DRAFT
    )
    return CREDIT_NOTE.fire(note, "issue", actor=SYSTEM)


def _document(payer: Account, kind: str, total: str, currency: str) -> dict[str, Any]:
    amount = Decimal(total)
    net = (amount / Decimal("1.24")).quantize(Decimal("0.01"))
    return {
        "organization": payer.organization,
        "scope": payer.scope,
        "number": f"{kind}-2026-{900_000 + next(_number):06d}",
        "payer": payer,
        "currency": currency,
        "net": net,
        "tax": amount - net,
        "total": amount,
        "issued_at": clock.now(),
        "issued_on": clock.today(),
    }
