"""The lives of installments, credits, the documents they are on, and of money on cards."""

from __future__ import annotations

from bss.billing.choices import CardState as K
from bss.billing.choices import CreditNoteState as N
from bss.billing.choices import CreditState as C
from bss.billing.choices import InstallmentState as T
from bss.billing.choices import InvoiceState as V
from bss.billing.events import CreditNoteIssued, InvoiceIssued, InvoiceSettled
from bss.billing.models import CardPayment, Credit, CreditNote, Installment, Invoice
from bss.core.machine import Machine, move

INSTALLMENT = Machine(
    Installment,
    T,
    [
        move("invoice", T.SCHEDULED, T.INVOICED),
        move("credit", T.INVOICED, T.CREDITED),
        move("void", T.SCHEDULED, T.VOID),
    ],
    initial=frozenset({T.SCHEDULED}),
)

CREDIT = Machine(
    Credit,
    C,
    [move("issue", C.SCHEDULED, C.ISSUED)],
    initial=frozenset({C.SCHEDULED}),
)

INVOICE = Machine(
    Invoice,
    V,
    [
        move("issue", V.DRAFT, V.ISSUED, event=InvoiceIssued),
        move("settle", V.ISSUED, V.SETTLED, event=InvoiceSettled),
        # What settled it was taken back.
        move("reopen", V.SETTLED, V.ISSUED),
        move("void", V.DRAFT, V.VOID),
    ],
    initial=frozenset({V.DRAFT}),
)

CREDIT_NOTE = Machine(
    CreditNote,
    N,
    [
        move("issue", N.DRAFT, N.ISSUED, event=CreditNoteIssued),
        move("use_up", N.ISSUED, N.SETTLED),
        move("reopen", N.SETTLED, N.ISSUED),
        move("void", N.DRAFT, N.VOID),
    ],
    initial=frozenset({N.DRAFT}),
)

CARD_PAYMENT = Machine(
    CardPayment,
    K,
    [
        move("authorise", {K.REQUESTED, K.UNKNOWN}, K.AUTHORISED),
        move("decline", {K.REQUESTED, K.UNKNOWN, K.AUTHORISED}, K.DECLINED),
        # No answer: the provider is asked by the key, never sent it again blindly.
        move("lose", K.REQUESTED, K.UNKNOWN),
        # A charge for an invoice is taken at once; by a request, too, that was on its way when the row was let go of.
        move("capture", {K.REQUESTED, K.UNKNOWN, K.AUTHORISED, K.RELEASED}, K.CAPTURED),
        move("release", {K.REQUESTED, K.UNKNOWN, K.AUTHORISED}, K.RELEASED),
        move("expire", {K.REQUESTED, K.UNKNOWN, K.AUTHORISED}, K.EXPIRED),
    ],
    initial=frozenset({K.REQUESTED}),
)
