"""Who is written to. An order's e-mails go to whoever placed it; when that was staff or a program, to the payer."""

from __future__ import annotations

from django.db.models import Case, Q, QuerySet, When

from bss.accounts.choices import MembershipKind, UserType
from bss.accounts.models import Account, Contact, Membership, Organization
from bss.accounts.permissions import Permission
from bss.accounts.selectors import storefront_permissions
from bss.core.prepared import Prepared
from bss.orders.models import Order
from notifications.contracts import Recipient


def recipient_of_order(order: Order) -> Recipient | None:
    """The person who placed it with a login of the payer or the customer, else the payer's contact.

    None when the payer has neither a contact nor an e-mail address.
    """
    placer = None
    if order.placed_by_id:
        placer = _PLACER.first(
            user_id=order.placed_by_id,
            organization_id=order.organization_id,
            account_ids=[order.account_id, order.customer_id],
        )
    return recipient_of_membership(placer) if placer else recipient_of_account(order.account)


def _placers(user_id: int, organization_id: int, account_ids: list[int]) -> QuerySet[Membership]:
    found = Membership.everywhere.filter(
        user_id=user_id,
        kind=MembershipKind.STOREFRONT,
        is_active=True,
        organization_id=organization_id,
        contact__account_id__any=account_ids,
    )
    # The payer's own login first, should one person have both.
    return found.select_related("user", "contact__account", "organization").order_by("scope", "pk")[
        :1
    ]


_PLACER = Prepared(_placers, user_id=int, organization_id=int, account_ids=list)


def recipients_who_approve(account: Account) -> list[Recipient]:
    """Everybody of a reseller who signs in and may approve orders; its contact when nobody does."""
    members = (
        Membership.everywhere.filter(
            kind=MembershipKind.STOREFRONT, is_active=True, contact__account=account
        )
        .select_related("user", "contact__account", "organization")
        .order_by("pk")
    )
    may = [
        recipient_of_membership(member)
        for member in members
        if Permission.ORDER_APPROVE in storefront_permissions(member, account)
    ]
    fallback = recipient_of_account(account)
    return may or ([fallback] if fallback else [])


def recipient_of_membership(membership: Membership) -> Recipient:
    """A login's person, in its own language, in the brand of the storefront where it signs in."""
    account = membership.contact.account if membership.contact else None
    fallback = account.language if account else membership.organization.language
    return Recipient(
        email=membership.user.email,
        name=membership.user.name or (membership.contact.full_name if membership.contact else ""),
        language=membership.user.language or fallback,
        scope=membership.scope,
        storefront_id=membership.storefront_id,
        account_id=account.pk if account else None,
    )


def staff_of(organization: Organization) -> Recipient:
    """The organization's staff, at its support address."""
    return Recipient(
        email=organization.support_email,
        name=organization.name,
        language=organization.language,
        scope=organization.scope,
    )


def recipients_of_bills(account: Account) -> list[Recipient]:
    """Its contacts that receive invoices; without any its corporate e-mail, and without that whoever else there is."""
    contacts = Contact.everywhere.filter(account=account, receives_invoices=True)
    found = [
        _recipient_of_contact(contact)
        for contact in contacts.select_related("account", "membership__user").order_by("pk")
    ]
    if found:
        return found
    if account.corporate_email:
        return [
            Recipient(
                email=account.corporate_email,
                name=account.name,
                language=account.language,
                scope=account.scope,
                account_id=account.pk,
            )
        ]
    other = recipient_of_account(account)
    return [other] if other else []


def _recipient_of_contact(contact: Contact) -> Recipient:
    login = getattr(contact, "membership", None)
    account = contact.account
    return Recipient(
        email=contact.email,
        name=contact.full_name,
        language=(login.user.language if login else "") or account.language,
        scope=account.scope,
        storefront_id=login.storefront_id if login else None,
        account_id=account.pk,
    )


def recipient_of_account(account: Account) -> Recipient | None:
    """Its primary contact, else an admin's, else its oldest contact, else its corporate e-mail."""
    contact = _FIRST_CONTACT.first(account_id=account.pk)
    email = contact.email if contact else account.corporate_email
    if not email:
        return None
    login = getattr(contact, "membership", None) if contact else None
    return Recipient(
        email=email,
        name=contact.full_name if contact else account.name,
        language=(login.user.language if login else "") or account.language,
        scope=account.scope,
        storefront_id=login.storefront_id if login else None,
        account_id=account.pk,
    )


def _first_contact(account_id: int) -> QuerySet[Contact]:
    is_admin = Q(membership__user_type=UserType.ADMIN, membership__is_active=True)
    rank = Case(When(is_primary=True, then=0), When(is_admin, then=1), default=2)
    found = Contact.everywhere.filter(account_id=account_id).select_related("membership__user")
    return found.order_by(rank, "pk")[:1]


_FIRST_CONTACT = Prepared(_first_contact, account_id=int)
