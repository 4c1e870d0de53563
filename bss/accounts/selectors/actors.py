"""Who acts: from a membership, a token or a member of staff who looks on, to an Actor with its permissions."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from bss.accounts.choices import AccountKind, MembershipKind, UserType
from bss.accounts.models import Account, ApiToken, Membership, Storefront, User
from bss.accounts.permissions import (
    STAFF_ROLES,
    STOREFRONT_ADMIN,
    STOREFRONT_BASE,
    STOREFRONT_ROLES,
    Permission,
)
from bss.accounts.ports import capabilities_of
from bss.core.actor import Actor
from bss.core.prepared import Prepared
from bss.core.scope import Scope


def staff_actor(membership: Membership, user: User) -> Actor:
    return Actor(
        kind="staff",
        label=user.get_full_name(),
        user_id=user.pk,
        organization_id=membership.organization_id,
        membership_id=membership.pk,
        scope=Scope(membership.scope),
        permissions=staff_permissions(membership),
    )


def staff_permissions(membership: Membership) -> frozenset[str]:
    """What a member of staff may do: its role."""
    return frozenset(map(str, STAFF_ROLES.get(membership.staff_role, frozenset())))


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
    """What a storefront user may do: its type and roles, within what its account may do at all."""
    if membership.user_type == UserType.ADMIN:
        granted: frozenset[str] = STOREFRONT_ADMIN
    else:
        granted = STOREFRONT_BASE.union(*(STOREFRONT_ROLES.get(r, ()) for r in membership.roles))
    return frozenset(map(str, granted)) & account_ceiling(account)


def account_ceiling(account: Account) -> frozenset[str]:
    """The most that anybody who acts for this account may do."""
    most = set(STOREFRONT_ADMIN)
    if account.kind != AccountKind.RESELLER:
        most -= {
            Permission.PLAN_VIEW, Permission.PLAN_SWITCH, Permission.STOREFRONT_MANAGE,
            Permission.ACCOUNT_VIEW, Permission.ACCOUNT_EDIT, Permission.TOKEN_MANAGE,
            Permission.ORDER_APPROVE,
        }  # fmt: skip
    if not account.ordering_enabled or not _may_order_here(account):
        most -= {Permission.ORDER_CREATE}
    return frozenset(map(str, most))


def with_makers(tokens: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
    """Tokens with what `token_permissions` reads of them: two queries, however many tokens."""
    logins = Membership.everywhere.filter(is_active=True).select_related("contact")
    return tokens.select_related("account", "created_by").prefetch_related(
        Prefetch("created_by__memberships", queryset=logins)
    )


def token_of(digest: str) -> ApiToken | None:
    """The token with this digest, unless it is revoked or its maker may not sign in any more."""
    return _TOKEN.first(digest=digest)


def token_permissions(token: ApiToken) -> frozenset[str]:
    """What a token of `with_makers` may do today: its scopes, within what whoever made it may do here itself, and
    within what the account it acts for may do at all."""
    return _permissions(token, token.created_by.memberships.all())


def _permissions(token: ApiToken, logins: Iterable[Membership]) -> frozenset[str]:
    granted = frozenset(map(str, token.scopes)) & _maker_permissions(token, logins)
    return granted & account_ceiling(token.account) if token.account else granted


def _maker_permissions(token: ApiToken, logins: Iterable[Membership]) -> frozenset[str]:
    """Of whoever made a token: what it may do as staff of the organization, or for the token's account."""
    maker, found = token.created_by, frozenset[str]()
    for membership in logins if maker.is_active else ():
        if membership.kind == MembershipKind.STAFF:
            if membership.organization_id == token.organization_id:
                found |= staff_permissions(membership)
        elif token.account and _acts_for(membership, token.account):
            found |= storefront_permissions(membership, token.account)
    return found


def _acts_for(membership: Membership, account: Account) -> bool:
    return membership.contact is not None and membership.contact.account_id == account.pk


def token_actor(token: ApiToken) -> Actor:
    """A token of `token_of` as who it acts as (one query)."""
    logins = _LOGINS.all(user_id=token.created_by_id)
    return Actor(
        kind="api",
        label=f"API: {token.name}",
        user_id=token.created_by_id,
        organization_id=token.organization_id,
        account_id=token.account_id,
        scope=Scope(token.scope),
        permissions=_permissions(token, logins),
    )


def _may_order_here(account: Account) -> bool:
    """An end customer orders by itself only where its reseller's plan includes that."""
    if account.parent_id is None:
        return True
    return "self_service_ordering" in capabilities_of(account.parent_id)


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


_TOKEN = Prepared(
    lambda digest: ApiToken.everywhere.filter(
        digest=digest, revoked_at=None, created_by__is_active=True
    ).select_related("organization", "account", "created_by"),
    digest=str,
)
_LOGINS = Prepared(
    lambda user_id: Membership.everywhere.filter(user_id=user_id, is_active=True).select_related(
        "contact"
    ),
    user_id=int,
)
