"""Absolute addresses for e-mails and hand-overs: the right surface, script prefix and host.

surface_url("portal", "orders:detail", order.public_id)
surface_url(storefront, "plans:compare")
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils.crypto import salted_hmac
from django.utils.http import int_to_base36

from bss.accounts.models import Membership, Storefront, User

ACTIVATION_SALT = "accounts.activation"
Target = Storefront | Literal["portal"]


class PasswordTokens(PasswordResetTokenGenerator):
    """Keys of reset links: good until used, until the password changes, or PASSWORD_RESET_TIMEOUT seconds."""

    key_salt = "accounts.password_reset"


def api_docs_url() -> str:
    """Where the API describes itself, whatever surface asks."""
    with _under("/"):
        return reverse("api-docs", urlconf=settings.ROOT_URLCONF)


def surface_url(target: Target, name: str, *args: Any, query: str = "") -> str:
    """The absolute address of a named page on the portal or on a storefront. Raises NoReverseMatch."""
    prefix = "/portal/" if isinstance(target, str) else f"{target.prefix}/"
    urlconf = settings.PORTAL_URLCONF if isinstance(target, str) else settings.ROOT_URLCONF
    with _under(prefix):
        path = reverse(name, urlconf=urlconf, args=args)
    return _absolute(target, path, query)


def home_url(target: Target) -> str:
    """The first page of a surface."""
    return _absolute(target, "/portal/" if isinstance(target, str) else f"{target.prefix}/")


def surface_of(membership: Membership) -> Target:
    """Where this membership signs in."""
    return membership.storefront if membership.storefront is not None else "portal"


def login_url(membership: Membership) -> str:
    """Where this membership signs in."""
    return surface_url(surface_of(membership), "account_login")


def activation_url(membership: Membership) -> str:
    """Where an invited person sets its password; the sign-in page for one who has a password already."""
    if membership.user.has_usable_password():
        return login_url(membership)
    return surface_url(surface_of(membership), "account_activate", activation_key(membership))


def password_reset_url(membership: Membership) -> str:
    """Where this membership's person sets a new password. A new key each time; older ones stay good till used."""
    uid = int_to_base36(membership.user_id)
    key = PasswordTokens().make_token(membership.user)
    return surface_url(surface_of(membership), "account_reset_password_from_key", uid, key)


def activation_key(membership: Membership) -> str:
    """The signed key of an activation link: worthless once a password is set."""
    value = {"membership": membership.public_id, "seal": _seal(membership.user)}
    return signing.dumps(value, salt=ACTIVATION_SALT)


def membership_activating(key: str) -> Membership | None:
    """The membership that a key activates; None for a key that is forged, used or too old."""
    try:
        value = signing.loads(
            key, salt=ACTIVATION_SALT, max_age=settings.ACTIVATION_DAYS * 24 * 3600
        )
    except signing.BadSignature:
        return None
    membership = (
        Membership.everywhere.filter(public_id=value["membership"], is_active=True)
        .select_related("user", "storefront", "organization", "contact__account")
        .first()
    )
    if membership is None or value["seal"] != _seal(membership.user):
        return None
    return membership


def _seal(user: User) -> str:
    return salted_hmac(ACTIVATION_SALT, user.password).hexdigest()[:16]


def _absolute(target: Target, path: str, query: str = "") -> str:
    base = urlsplit(settings.PUBLIC_BASE_URL)
    return urlunsplit((base.scheme, _netloc(target, base.netloc), path, query, ""))


def _netloc(target: Target, public: str) -> str:
    """The storefront's own host with the deployment's port; the deployment's host where it has none."""
    if isinstance(target, str) or not target.host:
        return public
    port = public.rpartition(":")[2]
    return f"{target.host}:{port}" if port.isdigit() else target.host


@contextmanager
def _under(prefix: str) -> Iterator[None]:
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_script_prefix(before)
