"""What payers are told about invoices and credit notes: whoever receives invoices, with a link to the document."""

from __future__ import annotations

from django.utils import translation

from bss.billing.models import CreditNote, Invoice
from bss.core import scope
from notifications import kinds, selectors
from notifications.contracts import Recipient
from notifications.kinds import Kind
from notifications.rendering import known_language
from notifications.services.notify import notify


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


def _tell(kind: Kind, document: Invoice | CreditNote, to: Recipient) -> None:
    shop = selectors.storefront_of(document.organization, to.storefront_id)
    with translation.override(known_language(to.language)):
        context = {
            **selectors.document_facts(document),
            "link": selectors.document_page(document, shop),
        }
    notify(
        kind,
        key=f"{document.pk}:{to.email}",
        recipient=to.email,
        recipient_name=to.name,
        language=to.language,
        context=context,
        subject=document,
        organization=document.organization,
        scope=to.scope,
        storefront_id=to.storefront_id,
    )
