"""What payers are told about invoices and credit notes: whoever receives invoices, with a link to the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation

from bss.billing.choices import InvoiceState, LadderStep
from bss.billing.models import CreditNote, Invoice
from bss.billing.selectors import services_billed, services_resumed
from bss.core import scope
from notifications import kinds, selectors
from notifications.contracts import Recipient
from notifications.kinds import Kind
from notifications.rendering import known_language
from notifications.services.notify import notify

Facts = Callable[[], dict[str, Any]]


def invoice_issued_tell(invoice_id: int) -> None:
    """The invoice, to every contact of the payer that receives invoices."""
    invoice = selectors.invoice_for_mail(invoice_id)
    with scope.activate(invoice.organization.scope):
        for to in selectors.recipients_of_bills(invoice.payer):
            _tell(kinds.INVOICE_ISSUED, invoice, to)


def credit_note_issued_tell(credit_note_id: int) -> None:
    """The credit note, to the same people."""
    note = selectors.credit_note_for_mail(credit_note_id)
    with scope.activate(note.organization.scope):
        for to in selectors.recipients_of_bills(note.payer):
            _tell(kinds.CREDIT_NOTE_ISSUED, note, to)


def invoice_overdue_tell(invoice_id: int, *, step: str) -> None:
    """That an invoice is overdue, or that its services stop for it: to the same people, while it is open."""
    invoice = selectors.invoice_for_mail(invoice_id)
    if invoice.state != InvoiceState.ISSUED:
        return
    stops = step == LadderStep.SUSPEND
    kind = kinds.SERVICES_SUSPENDED if stops else kinds.INVOICE_REMINDED
    with scope.activate(invoice.organization.scope):
        facts = selectors.services_facts(services_billed(invoice)) if stops else {}
        more = {**facts, "again": step == LadderStep.REMIND_AGAIN}
        for to in selectors.recipients_of_bills(invoice.payer):
            _tell(kind, invoice, to, time=f"{step}:", more=lambda: more)


def services_resumed_tell(invoice_id: int) -> None:
    """That what was suspended for an invoice goes on, each time that it was paid."""
    invoice = selectors.invoice_for_mail(invoice_id)
    with scope.activate(invoice.organization.scope):
        resumed = services_resumed(invoice)
        time = f"{selectors.times(invoice, 'settle')}:"
        facts = selectors.services_facts(resumed)
        for to in selectors.recipients_of_bills(invoice.payer) if resumed else ():
            _tell(kinds.SERVICES_RESUMED, invoice, to, time=time, more=lambda: facts)


def card_declined_tell(invoice_id: int, *, attempt: int, again_on: str) -> None:
    """That a card could not be charged, where it is paid, and when it is tried again; while the invoice is open."""
    invoice = selectors.invoice_for_mail(invoice_id)
    if invoice.state != InvoiceState.ISSUED:
        return
    with scope.activate(invoice.organization.scope):
        for to in selectors.recipients_of_bills(invoice.payer):
            _tell(
                kinds.CARD_DECLINED,
                invoice,
                to,
                time=f"{attempt}:",
                more=lambda: selectors.again_facts(again_on),
            )


def _tell(
    kind: Kind,
    document: Invoice | CreditNote,
    to: Recipient,
    *,
    time: str = "",
    more: Facts = dict,
) -> None:
    """One e-mail about a document. `time` tells several of one kind apart, `more` says what else stands in it."""
    shop = selectors.storefront_of(document.organization, to.storefront_id)
    with translation.override(known_language(to.language)):
        context = {
            **selectors.document_facts(document),
            **more(),
            "link": selectors.document_page(document, shop),
        }
    notify(
        kind,
        key=f"{document.pk}:{time}{to.email}",
        recipient=to.email,
        recipient_name=to.name,
        language=to.language,
        context=context,
        subject=document,
        organization=document.organization,
        scope=to.scope,
        storefront_id=to.storefront_id,
    )
