"""From an id in a URL to a document the actor may see: the only such way."""

from __future__ import annotations

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.billing import selectors
from bss.billing.models import CreditNote, Invoice
from bss.core.actor import Actor
from bss.core.errors import NotFound


def access_invoice(
    actor: Actor, public_id: str, permission: str = Permission.BILLING_VIEW
) -> Invoice:
    """The invoice with its parties. Outside the scope, and a draft for whoever is no staff: NotFound."""
    found = selectors.invoices_visible(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    actor.require(permission)
    return found


def access_credit_note(
    actor: Actor, public_id: str, permission: str = Permission.BILLING_VIEW
) -> CreditNote:
    """The credit note with its parties. Outside the scope: NotFound."""
    found = selectors.credit_notes_visible(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    actor.require(permission)
    return found


def access_charged(
    actor: Actor, public_id: str, permission: str = Permission.BILLING_VIEW
) -> Account:
    """A customer whose statements the actor sees: itself, or one of its customers. Otherwise NotFound."""
    found = (
        Account.objects.filter(public_id=public_id, parent__isnull=False)
        .select_related("parent", "organization")
        .first()
    )
    if found is None:
        raise NotFound
    actor.require(permission)
    return found
