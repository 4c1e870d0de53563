"""Keys to the API."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import AccountKind
from bss.accounts.models import Account, ApiToken, Organization
from bss.accounts.permissions import API_SCOPES
from bss.accounts.ports import ENTITLEMENTS
from bss.accounts.selectors import account_ceiling
from bss.accounts.services.inputs import cleaned
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import Invalid, PermissionDenied

TOKEN_PREFIX = "tw_"  # noqa: S105 -- what every token begins with


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_create(
    *,
    organization: Organization,
    name: str,
    scopes: Sequence[str],
    actor: Actor,
    account: Account | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A key and its text, which is shown once and never kept.

    It acts for the organization, or for one account below it; nobody gives away more than it has itself. Raises
    Invalid by field; PermissionDenied (CAPABILITY_MISSING) for a reseller whose plan has no API.
    """
    if actor.user_id is None:
        raise PermissionDenied
    _account_fits(account)
    chosen = _scopes_checked(scopes, actor, account)
    if expires_at is not None and expires_at <= clock.now():
        raise Invalid(_("This moment has passed."), field="expires_at", code="PAST")
    text = f"{TOKEN_PREFIX}{secrets.token_urlsafe(32)}"
    token = ApiToken(
        organization=organization,
        scope=account.scope if account else organization.scope,
        name=name.strip(),
        digest=token_digest(text),
        prefix=text[:8],
        account=account,
        created_by_id=actor.user_id,
        scopes=chosen,
        expires_at=expires_at,
    )
    cleaned(token, ("name",))
    with transaction.atomic():
        token.save(force_insert=True)
        history.record(token, actor=actor, action="token.created", reason=token.name)
    return token, text


def token_revoke(*, token: ApiToken, actor: Actor) -> ApiToken:
    """End a key at once. Revoking it again changes nothing."""
    with transaction.atomic():
        now = clock.now()
        if ApiToken.everywhere.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            token.revoked_at = now
            history.record(token, actor=actor, action="token.revoked", reason=token.name)
    return token


def _account_fits(account: Account | None) -> None:
    if account is None:
        return
    if account.kind == AccountKind.CUSTOMER:
        raise Invalid(
            _("An end customer has no API of its own; its reseller has."),
            field="account",
            code="NOT_OFFERED",
        )
    if account.kind != AccountKind.RESELLER:
        return
    if "api" not in ENTITLEMENTS.get().capabilities(account.pk):
        raise PermissionDenied(
            _("The reseller's plan does not include the API."), code="CAPABILITY_MISSING"
        )


def _scopes_checked(scopes: Sequence[str], actor: Actor, account: Account | None) -> list[str]:
    most = account_ceiling(account) if account else frozenset(map(str, API_SCOPES))
    offered = [str(s) for s in API_SCOPES if str(s) in most and actor.can(s)]
    if not scopes:
        raise Invalid(_("Choose at least one."), field="scopes", code="SCOPES_MISSING")
    if set(scopes) - set(offered):
        raise Invalid(_("Choose one of the values offered."), field="scopes", code="NOT_OFFERED")
    return [s for s in offered if s in scopes]
