"""The lists of the portal and of My Account. Everything but organizations is narrowed by the active scope."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet

from bss.accounts.choices import AccountKind, MembershipKind, PaymentKind
from bss.accounts.models import (
    Account,
    ApiToken,
    Contact,
    Membership,
    Organization,
    PaymentMethod,
)
from bss.accounts.ports import CARDS
from bss.core.actor import Actor


def accounts_visible() -> QuerySet[Account]:
    """Every account in scope, with its parent and payment method."""
    return Account.objects.select_related("parent", "payment_method")


def accounts_matching(text: str) -> Q:
    """A filter for what somebody types to find an account: part of name, number or e-mail."""
    return Q(name__icontains=text) | Q(number__iexact=text) | Q(corporate_email__icontains=text)


def resellers_visible() -> QuerySet[Account]:
    """The resellers that may get customers."""
    return (
        Account.objects.filter(kind=AccountKind.RESELLER, is_active=True)
        .only("public_id", "name")
        .order_by("name")
    )


def customers_of(reseller: Account) -> QuerySet[Account]:
    """A reseller's end customers."""
    return Account.objects.filter(parent=reseller)


def contacts_of(account: Account) -> QuerySet[Contact]:
    """The people of an account with their logins, the primary contact first."""
    return (
        Contact.objects.filter(account=account)
        .select_related("membership__user")
        .order_by("-is_primary", "last_name", "first_name", "pk")
    )


def storefront_users(account: Account) -> QuerySet[Membership]:
    """The logins of an account's people."""
    return (
        Membership.objects.filter(contact__account=account, kind=MembershipKind.STOREFRONT)
        .select_related("user", "contact", "storefront")
        .order_by("-is_active", "contact__last_name", "pk")
    )


def staff_of(organization: Organization) -> QuerySet[Membership]:
    """The staff of an organization, whoever is active first."""
    return (
        Membership.objects.filter(organization=organization, kind=MembershipKind.STAFF)
        .select_related("user", "organization")
        .annotate(second_factors=Count("user__authenticator"))
    )


def organizations_visible(actor: Actor) -> QuerySet[Organization]:
    """The actor's organization and the tenants directly under it."""
    own = actor.organization_id
    return (
        Organization.objects.filter(Q(pk=own) | Q(parent_id=own))
        .select_related("billing_account", "parent")
        .order_by(F("parent_id").asc(nulls_first=True), "name")
    )


def payment_methods() -> QuerySet[PaymentMethod]:
    """How accounts of this organization may pay."""
    return PaymentMethod.objects.order_by("name")


def payment_methods_offered(present: PaymentMethod | None = None) -> QuerySet[PaymentMethod]:
    """Those an account may be given: cards with a provider alone, and the one it has already."""
    if CARDS.get().is_configured:
        return payment_methods()
    kept = Q(pk=present.pk) if present else Q()
    return payment_methods().filter(~Q(kind=PaymentKind.CARD) | kept)


def api_tokens() -> QuerySet[ApiToken]:
    """The tokens in scope, newest first."""
    return ApiToken.objects.select_related("account", "created_by").order_by("-pk")
