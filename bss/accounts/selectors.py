"""Reads of accounts: surfaces, actors, and the lists of the portal."""

from __future__ import annotations

from django.db.models import Q

from bss.accounts.choices import FIXED_SEGMENTS, AccountKind, MembershipKind, UserType
from bss.accounts.contracts import Surface
from bss.accounts.models import Account, Membership, Storefront, User
from bss.accounts.permissions import (
    STAFF_ROLES,
    STOREFRONT_ADMIN,
    STOREFRONT_BASE,
    STOREFRONT_ROLES,
    Permission,
)
from bss.accounts.ports import ENTITLEMENTS
from bss.core.actor import ANONYMOUS, Actor
from bss.core.scope import Scope

# A session key under which staff carry the organization they work in.
SESSION_ORGANIZATION = "organization_id"


def surface_for(host: str, path: str) -> Surface | None:
    """Host, then the fixed first segments, then alias. None when no storefront lives at this host."""
    first = path.lstrip("/").split("/", 1)[0].lower()
    if first == "portal":
        return Surface("portal", "/portal")
    if first in {"api", "healthz", "readyz", "ops", "static", "media"}:
        return Surface("api" if first == "api" else "system", "")
    alias = "" if first in FIXED_SEGMENTS else first
    found = list(
        Storefront.everywhere.filter(host__in=[host, ""], alias__in=["", alias])
        .select_related("organization", "owner")
        .order_by("-host", "-alias")
    )
    at_host = [s for s in found if s.host == host] or [s for s in found if s.host == ""]
    if not at_host:
        return None
    storefront = at_host[0]
    return Surface("storefront", storefront.prefix, storefront)


def staff_memberships(user: User) -> list[Membership]:
    """The organizations in which a user is active staff, root first."""
    return list(
        Membership.everywhere.filter(user=user, kind=MembershipKind.STAFF, is_active=True)
        .select_related("organization")
        .order_by("organization__parent_id", "organization__name", "pk")
    )


def storefront_membership(user: User, storefront: Storefront) -> Membership | None:
    """The membership with which a user may sign in at this storefront; None for a stranger."""
    return (
        Membership.everywhere.filter(
            user=user, storefront=storefront, kind=MembershipKind.STOREFRONT, is_active=True
        )
        .filter(contact__account__is_active=True)
        .select_related("contact__account__organization", "organization")
        .first()
    )


def may_sign_in(user: User, surface: Surface) -> bool:
    """Whether this login has anything to do with this surface."""
    if surface.kind == "portal":
        return bool(staff_memberships(user))
    return surface.storefront is not None and bool(storefront_membership(user, surface.storefront))


def staff_actor(membership: Membership, user: User) -> Actor:
    return Actor(
        kind="staff",
        label=user.get_full_name(),
        user_id=user.pk,
        organization_id=membership.organization_id,
        membership_id=membership.pk,
        scope=Scope(membership.scope),
        permissions=frozenset(map(str, STAFF_ROLES.get(membership.staff_role, frozenset()))),
    )


def storefront_actor(membership: Membership, user: User) -> Actor:
    """A storefront user: what its type and roles give, narrowed to what its account may do at all."""
    assert membership.contact is not None  # noqa: S101 -- the CHECK membership_shape holds it
    account = membership.contact.account
    return Actor(
        kind="storefront",
        label=user.get_full_name(),
        user_id=user.pk,
        organization_id=account.organization_id,
        account_id=account.pk,
        membership_id=membership.pk,
        scope=account.scope_path,
        permissions=storefront_permissions(membership, account),
    )


def storefront_permissions(membership: Membership, account: Account) -> frozenset[str]:
    if membership.user_type == UserType.ADMIN:
        granted = set(STOREFRONT_ADMIN)
    else:
        granted = set(STOREFRONT_BASE).union(*(STOREFRONT_ROLES[r] for r in membership.roles))
    if account.kind != AccountKind.RESELLER:
        granted -= {
            Permission.PLAN_VIEW, Permission.PLAN_SWITCH, Permission.STOREFRONT_MANAGE,
            Permission.ACCOUNT_VIEW, Permission.ACCOUNT_EDIT,
        }  # fmt: skip
    if not account.ordering_enabled or not _may_order_here(account):
        granted -= {Permission.ORDER_CREATE}
    return frozenset(map(str, granted))


def _may_order_here(account: Account) -> bool:
    """An end customer orders by itself only where its reseller's plan includes that."""
    if account.parent_id is None:
        return True
    return "self_service_ordering" in ENTITLEMENTS.get().capabilities(account.parent_id)


def viewing_actor(account: Account, staff: User) -> Actor:
    """A member of staff looking through a customer's eyes: sees everything it sees, changes nothing."""
    seen = {
        Permission.CATALOG_VIEW, Permission.ORDER_VIEW, Permission.SUBSCRIPTION_VIEW, Permission.BILLING_VIEW,
        Permission.WORKSPACE_USE,
    }  # fmt: skip
    if account.kind == AccountKind.RESELLER:
        seen |= {Permission.PLAN_VIEW, Permission.ACCOUNT_VIEW}
    return Actor(
        kind="storefront",
        label=account.name,
        user_id=staff.pk,
        organization_id=account.organization_id,
        account_id=account.pk,
        scope=account.scope_path,
        permissions=frozenset(map(str, seen)),
        viewed_by=staff.get_full_name(),
        read_only=True,
    )


def visitor_actor(storefront: Storefront) -> Actor:
    """Nobody in particular, looking at a shop window."""
    return Actor(
        kind="anonymous",
        label="",
        organization_id=storefront.organization_id,
        scope=Scope.of_nobody(storefront.organization_id),
        permissions=frozenset({str(Permission.CATALOG_VIEW)}),
    )


NOBODY = ANONYMOUS


def accounts_matching(text: str) -> Q:
    """A filter for what somebody types to find an account: part of name, number or e-mail."""
    return Q(name__icontains=text) | Q(number__iexact=text) | Q(corporate_email__icontains=text)
