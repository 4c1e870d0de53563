"""How allauth behaves here: nobody signs up by itself, and a login opens only the surfaces it belongs to."""

from __future__ import annotations

import time
from typing import Any

import structlog
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import User
from bss.accounts.ports import SignInChange
from bss.accounts.selectors import may_sign_in
from bss.accounts.services import sign_in_changed

log = structlog.get_logger(__name__)

# allauth's notices and what we call them.
_CHANGES: dict[str, SignInChange] = {
    "account/email/password_changed": "password_changed",
    "account/email/password_set": "password_changed",
    "account/email/password_reset": "password_changed",
    "mfa/email/totp_activated": "second_factor_added",
    "mfa/email/totp_deactivated": "second_factor_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes_generated",
}


class AccountAdapter(DefaultAccountAdapter):
    """Login by e-mail. A stranger to this surface is answered like a wrong password."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail and this password do not sign in here."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your present password."),
        "invalid_password_reset": _("This link no longer works."),
        "rate_limited": _("Too many attempts. Wait a moment, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if isinstance(user, User) and not may_sign_in(user, request.surface):  # type: ignore[attr-defined]
            # Counted like a wrong password, so that the limit does not tell the two apart either.
            self.pre_authenticate(request, **credentials)
            return None
        return user

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return str(request.surface.home_url)  # type: ignore[attr-defined]

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago is not asked for its password a second time."""
        records = get_authentication_records(self.request, self.request.user)
        latest = max((float(record["at"]) for record in records), default=0.0)
        if time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail leaves through notifications alone; this is asked for nothing that the product uses."""
        log.warning("mail.not_ours", template=template_prefix)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        change = _CHANGES.get(template_prefix)
        if change is not None:
            sign_in_changed(user=user, surface=self.request.surface, change=change)


class MfaAdapter(DefaultMFAAdapter):
    """The name that authenticator apps show."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or no longer. Enter the one shown now."),
    }

    def get_totp_issuer(self) -> str:
        return str(settings.MFA_ISSUER)
