"""Which surface a request is for, and which login has anything to do with it."""

from __future__ import annotations

from django.conf import settings
from django.db.models import F, QuerySet

from bss.accounts.choices import FIXED_SEGMENTS, MembershipKind, StorefrontState
from bss.accounts.contracts import Surface, theme_of
from bss.accounts.models import Account, Membership, Organization, Storefront, User
from bss.core.prepared import Prepared
from bss.ui.theme import BrandTheme

# A session key under which staff carry the organization they work in.
SESSION_ORGANIZATION = "organization_id"


def surface_for(host: str, path: str) -> Surface | None:
    """Host, then the fixed first segments, then alias. None when no storefront lives at this host, and for /ops/ where
    the deployment leaves it out."""
    first = path.lstrip("/").split("/", 1)[0].lower()
    if first == "portal":
        return Surface("portal", "/portal")
    if first == "ops":
        return Surface("ops", "/ops") if settings.OPS_ENABLED else None
    if first in {"api", "healthz", "readyz", "static", "media"}:
        return Surface("api" if first == "api" else "system", "")
    alias = "" if first in FIXED_SEGMENTS else first
    found = _STOREFRONTS_AT.all(host=host, alias=alias)
    at_host = [s for s in found if s.host == host] or [s for s in found if s.host == ""]
    if not at_host:
        return None
    storefront = at_host[0]
    return Surface("storefront", storefront.prefix, storefront)


def staff_memberships(user_id: int) -> list[Membership]:
    """The organizations in which a user is active staff, root first; each with the user."""
    return _STAFF_MEMBERSHIPS.all(user_id=user_id)


def storefront_membership(user_id: int, storefront: Storefront) -> Membership | None:
    """The membership with which a user may sign in at this storefront, with the user; None for a stranger."""
    return _STOREFRONT_MEMBERSHIP.first(user_id=user_id, storefront_id=storefront.pk)


def may_sign_in(user: User, surface: Surface) -> bool:
    """Whether this login has anything to do with this surface. Nobody signs in at a closed storefront."""
    if not user.is_active:
        return False
    if surface.kind == "ops":
        return user.is_staff
    if surface.kind == "portal":
        return bool(staff_memberships(user.pk))
    return is_open(surface) and membership_on(user, surface) is not None


def membership_on(user: User, surface: Surface) -> Membership | None:
    """The membership that a login uses on a surface; of several staff memberships the first. An operator may have
    none."""
    if surface.kind in {"portal", "ops"}:
        return next(iter(staff_memberships(user.pk)), None)
    return storefront_membership(user.pk, surface.storefront) if surface.storefront else None


def is_open(surface: Surface) -> bool:
    """Whether the surface is a storefront that shows its pages."""
    return surface.storefront is not None and surface.storefront.state == StorefrontState.OPEN


def storefront_of_organization(organization: Organization) -> Storefront | None:
    """The organization's own shop."""
    return Storefront.everywhere.filter(organization=organization, owner=None).first()


def storefront_for(account: Account) -> Storefront | None:
    """Where the people of an account sign in: an end customer at its reseller's own storefront, if it has one."""
    if account.parent_id is not None:
        own = Storefront.everywhere.filter(owner_id=account.parent_id).first()
        if own is not None:
            return own
    return storefront_of_organization(account.organization)


def theme_for(key: str) -> BrandTheme | None:
    """The theme of the storefront with this public id (the provider of bss.ui.theme)."""
    storefront = Storefront.everywhere.filter(public_id=key).first()
    return theme_of(storefront) if storefront else None


def alias_taken(alias: str, *, host: str = "", but_not: Storefront | None = None) -> bool:
    """Whether another storefront at this host answers to this alias, in whatever case."""
    found = Storefront.everywhere.filter(host=host, alias__iexact=alias)
    return (found.exclude(pk=but_not.pk) if but_not and but_not.pk else found).exists()


# What every page asks, compiled once (bss.core.prepared).


def _storefronts_at(host: str, alias: str) -> QuerySet[Storefront]:
    return (
        Storefront.everywhere.filter(host__in=[host, ""], alias__in=["", alias])
        .select_related("organization", "owner")
        .order_by("-host", "-alias")
    )


def _staff_memberships(user_id: int) -> QuerySet[Membership]:
    return (
        Membership.everywhere.filter(user_id=user_id, kind=MembershipKind.STAFF, is_active=True)
        .select_related("organization", "user")
        .order_by(F("organization__parent_id").asc(nulls_first=True), "organization__name", "pk")
    )


def _storefront_membership(user_id: int, storefront_id: int) -> QuerySet[Membership]:
    found = Membership.everywhere.filter(
        user_id=user_id,
        storefront_id=storefront_id,
        kind=MembershipKind.STOREFRONT,
        is_active=True,
        contact__account__is_active=True,
    )
    return (
        found.exclude(contact__account__parent__is_active=False)
        .select_related("contact__account__organization", "organization", "user")
        .order_by("pk")[:1]
    )


_STOREFRONTS_AT = Prepared(_storefronts_at, host=str, alias=str)
_STAFF_MEMBERSHIPS = Prepared(_staff_memberships, user_id=int)
_STOREFRONT_MEMBERSHIP = Prepared(_storefront_membership, user_id=int, storefront_id=int)
