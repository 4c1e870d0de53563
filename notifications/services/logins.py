"""What people are told about their login."""

from __future__ import annotations

from typing import Any

from babel.dates import format_datetime
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from bss.accounts.links import activation_url, login_url, password_reset_url
from bss.accounts.models import Membership
from bss.core import clock, scope
from bss.ui import formats
from notifications import kinds, selectors
from notifications.kinds import Kind
from notifications.rendering import known_language
from notifications.services.notify import notify

_CHANGES = {
    "password_changed": _("Your password was changed."),
    "second_factor_added": _("A second factor was added to your login."),
    "second_factor_removed": _("A second factor was removed from your login."),
    "recovery_codes_generated": _("New recovery codes were made for your login."),
}


def membership_invited_tell(membership_id: int, *, invitation: str) -> None:
    """The activation e-mail, one per invitation. Nothing for a login that was deactivated meanwhile."""
    membership = selectors.membership_for_mail(membership_id)
    if not membership.is_active:
        return
    account = membership.contact.account if membership.contact else None
    _write(
        kinds.MEMBERSHIP_INVITED,
        membership,
        invitation,
        {
            "company": account.name if account else membership.organization.name,
            "email": membership.user.email,
            "days": settings.ACTIVATION_DAYS,
            "has_password": membership.user.has_usable_password(),
            "link": activation_url(membership),
        },
    )


def password_reset_tell(membership_id: int, *, request: str) -> None:
    """The link under which a new password is set, one per request."""
    membership = selectors.membership_for_mail(membership_id)
    if not membership.is_active:
        return
    context = {
        "email": membership.user.email,
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        "link": password_reset_url(membership),
    }
    _write(kinds.PASSWORD_RESET, membership, request, context)


def security_notice_tell(membership_id: int, *, change: str, notice: str) -> None:
    """That a password or a second factor changed, so that somebody whose login was stolen learns of it."""
    membership = selectors.membership_for_mail(membership_id)
    with translation.override(
        known_language(selectors.recipient_of_membership(membership).language)
    ):
        at = format_datetime(clock.now(), format="long", locale=formats.current_locale())
        context = {
            "email": membership.user.email,
            "change": str(_CHANGES[change]),
            "at": str(at),
            "link": login_url(membership),
        }
    _write(kinds.SECURITY_NOTICE, membership, notice, context)


def _write(kind: Kind, membership: Membership, key: str, context: dict[str, Any]) -> None:
    to = selectors.recipient_of_membership(membership)
    with scope.activate(membership.organization.scope):
        notify(
            kind,
            key=f"{membership.pk}:{key}",
            recipient=to.email,
            recipient_name=to.name,
            language=to.language,
            context=context,
            subject=membership,
            organization=membership.organization,
            scope=to.scope,
            storefront_id=to.storefront_id,
        )
