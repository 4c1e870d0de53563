"""What happens to accounts, logins and storefronts."""

from __future__ import annotations

from dataclasses import dataclass

from bss.core.events import event


@event("account.created")
@dataclass(frozen=True)
class AccountCreated:
    account_id: int


@event("account.edited")
@dataclass(frozen=True)
class AccountEdited:
    account_id: int


@event("membership.invited")
@dataclass(frozen=True)
class MembershipInvited:
    """A contact or a member of staff got a login and needs the activation e-mail.

    `invitation` differs each time somebody is invited again, so that each invitation is one e-mail.
    """

    membership_id: int
    invitation: str = ""


@event("membership.password_reset_requested")
@dataclass(frozen=True)
class PasswordResetRequested:
    """Somebody who signs in with this membership asked for a new password; `request` differs each time."""

    membership_id: int
    request: str


@event("membership.activated")
@dataclass(frozen=True)
class MembershipActivated:
    """An invited person set its password and can sign in."""

    membership_id: int


@event("storefront.opened")
@dataclass(frozen=True)
class StorefrontOpened:
    storefront_id: int


@event("storefront.closed")
@dataclass(frozen=True)
class StorefrontClosed:
    storefront_id: int
