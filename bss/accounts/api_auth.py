"""Who calls the API: a token with scopes, acting for an organization or for one account below it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bss.accounts.choices import AccountKind
from bss.accounts.models import ApiToken
from bss.accounts.ports import ENTITLEMENTS
from bss.accounts.selectors import token_actor, token_of
from bss.accounts.services import token_digest
from bss.core import clock, scope

# Written at most this often, so that a busy token does not write on every call.
USED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer tw_...`. Activates the token's scope for the rest of the request."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        parts = get_authorization_header(request).decode(errors="replace").split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != "bearer":
            raise AuthenticationFailed("Send the token as: Authorization: Bearer <token>")
        token = _token_of(parts[1])
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        _still_entitled(token)
        actor = token_actor(token)
        if not actor.permissions:
            raise AuthenticationFailed(
                "Whoever made this token may do none of this any more. Make a new one."
            )
        request._request.actor = actor  # type: ignore[attr-defined]
        # The scope lives in this request's context; ActorMiddleware's block restores the outer one.
        scope._active.set(actor.scope)
        return token.created_by, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _token_of(text: str) -> ApiToken | None:
    token = token_of(token_digest(text))
    now = clock.now()
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        return None
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        ApiToken.everywhere.filter(pk=token.pk).update(last_used_at=now)
    return token


def _still_entitled(token: ApiToken) -> None:
    """An account's token works while the account is active and, for a reseller, while its plan has the API."""
    account = token.account
    if account is None:
        return
    if not account.is_active:
        raise AuthenticationFailed("The account of this token is not active.")
    if account.kind == AccountKind.RESELLER and "api" not in ENTITLEMENTS.get().capabilities(
        account.pk
    ):
        raise AuthenticationFailed("The plan of this account does not include the API.")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's own description names the token."""

    target_class = "bss.accounts.api_auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class HasScope(BasePermission):
    """Each API view names, per method, the permission it needs: `scopes = {"GET": "account.view"}`."""

    message = "This token does not have the scope for this."

    def has_permission(self, request: Request, view: Any) -> bool:
        actor = getattr(request._request, "actor", None)
        needed = getattr(view, "scopes", {}).get(request.method)
        return bool(request.auth and needed and actor and actor.can(str(needed)))
