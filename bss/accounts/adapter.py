"""How allauth behaves here: nobody signs up by itself, and a login opens only the surfaces it belongs to."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import reverse

from bss.accounts.models import User
from bss.accounts.selectors import may_sign_in


class AccountAdapter(DefaultAccountAdapter):
    """Login by e-mail. A stranger to this surface is answered like a wrong password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if isinstance(user, User) and not may_sign_in(user, request.surface):  # type: ignore[attr-defined]
            return None
        return user

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("portal:home" if request.surface.kind == "portal" else "storefront:home")  # type: ignore[attr-defined]

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")


class MfaAdapter(DefaultMFAAdapter):
    """The name that authenticator apps show."""

    def get_totp_issuer(self) -> str:
        return "Tradewind"
