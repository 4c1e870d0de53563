"""Who calls the API: a token with scopes, acting for an organization or for one account below it."""

from __future__ import annotations

import hashlib
from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bss.accounts.models import ApiToken
from bss.core import clock, scope
from bss.core.actor import Actor
from bss.core.scope import Scope


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer tw_...`. Activates the token's scope for the rest of the request."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        parts = get_authorization_header(request).decode(errors="replace").split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != "bearer":
            raise AuthenticationFailed("Send the token as: Authorization: Bearer <token>")
        token = (
            ApiToken.everywhere.filter(digest=digest_of(parts[1]), revoked_at__isnull=True)
            .select_related("account", "organization", "created_by")
            .first()
        )
        if token is None or (token.expires_at and token.expires_at <= clock.now()):
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        actor = actor_of(token)
        request._request.actor = actor  # type: ignore[attr-defined]
        # The scope lives in this request's context; ActorMiddleware's block restores the outer one.
        scope._active.set(actor.scope)
        return token.created_by, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def actor_of(token: ApiToken) -> Actor:
    """What a token may do: its scopes, never more than its organization or account."""
    return Actor(
        kind="api",
        label=f"API: {token.name}",
        user_id=token.created_by_id,
        organization_id=token.organization_id,
        account_id=token.account_id,
        scope=Scope(token.scope),
        permissions=frozenset(token.scopes),
    )


class HasScope(BasePermission):
    """Each API view names, per method, the permission it needs: `scopes = {"GET": "account.view"}`."""

    message = "This token does not have the scope for this."

    def has_permission(self, request: Request, view: Any) -> bool:
        actor = getattr(request._request, "actor", None)
        needed = getattr(view, "scopes", {}).get(request.method)
        return bool(request.auth and needed and actor and actor.can(str(needed)))
