"""From an id in a URL to a document the actor may see: the only such way."""

from __future__ import annotations

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.billing import selectors
from bss.billing.models import (
    Allocation,
    CardPayment,
    CardSetup,
    CardToken,
    CreditNote,
    Invoice,
    OverdueSuspension,
    Payment,
    PaymentImport,
)
from bss.core.access import found
from bss.core.actor import Actor


def access_invoice(
    actor: Actor, public_id: str, permission: str = Permission.BILLING_VIEW
) -> Invoice:
    """The invoice with its parties. Outside the scope, and a draft for whoever is no staff: NotFound."""
    return found(selectors.invoices_visible(actor), actor, permission, public_id=public_id)


def access_credit_note(
    actor: Actor, public_id: str, permission: str = Permission.BILLING_VIEW
) -> CreditNote:
    """The credit note with its parties. Outside the scope: NotFound."""
    return found(selectors.credit_notes_visible(actor), actor, permission, public_id=public_id)


def access_charged(
    actor: Actor, public_id: str, permission: str = Permission.BILLING_VIEW
) -> Account:
    """A customer whose statements the actor sees: itself, or one of its customers. Otherwise NotFound."""
    charged = Account.objects.filter(parent__isnull=False)
    return found(
        charged.select_related("parent", "organization"), actor, permission, public_id=public_id
    )


def access_payment(
    actor: Actor, public_id: str, permission: str = Permission.BILLING_VIEW
) -> Payment:
    """The payment with its payer. Outside the scope: NotFound."""
    rows = selectors.payments().select_related("payer__organization")
    return found(rows.filter(public_id=public_id), actor, permission)


def access_allocation(
    actor: Actor, pk: int, permission: str = Permission.BILLING_EDIT
) -> Allocation:
    """What of a payment or credit note went into an invoice. Outside the scope: NotFound."""
    rows = Allocation.objects.select_related("invoice__payer", "payment", "credit_note")
    return found(rows.filter(pk=pk), actor, permission)


def access_payment_import(
    actor: Actor, public_id: str, permission: str = Permission.BILLING_EDIT
) -> PaymentImport:
    """A bank's file. Outside the scope: NotFound."""
    rows = PaymentImport.objects.defer("content").filter(public_id=public_id)
    return found(rows, actor, permission)


def access_suspension(
    actor: Actor, pk: int, permission: str = Permission.SUBSCRIPTION_SUSPEND
) -> OverdueSuspension:
    """What the ladder suspended and nothing lifted. Outside the scope: NotFound."""
    rows = OverdueSuspension.objects.select_related("subscription__customer")
    return found(rows.filter(pk=pk, lifted_at=None), actor, permission)


def access_card(
    actor: Actor, account: Account, public_id: str, permission: str = Permission.BILLING_EDIT
) -> CardToken:
    """A card that the account left and did not remove. Anything else: NotFound."""
    rows = selectors.cards_of(account).select_related("account")
    return found(rows.filter(public_id=public_id), actor, permission)


def access_card_setup(
    actor: Actor, account: Account, public_id: str, permission: str = Permission.BILLING_EDIT
) -> CardSetup:
    """A visit to the provider's page by the account. Anything else: NotFound."""
    rows = CardSetup.objects.select_related("account").filter(account=account)
    return found(rows.filter(public_id=public_id), actor, permission)


def access_card_payment(
    actor: Actor, account: Account, public_id: str, permission: str = Permission.BILLING_EDIT
) -> CardPayment:
    """Money on a card of the account. Anything else: NotFound."""
    rows = CardPayment.objects.select_related("account__organization", "card", "invoice", "order")
    return found(rows.filter(account=account, public_id=public_id), actor, permission)
