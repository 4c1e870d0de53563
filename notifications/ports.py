"""What upper apps tell notifications."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Protocol

from django.conf import settings
from django.core.mail import get_connection

from bss.core.ports import Port
from notifications.contracts import Sender


class MailSender(Protocol):
    """Which mail server carries an e-mail. Filled by resellers, whose plan may bring a mail server of their own."""

    def sender_for(self, *, organization_id: int, storefront_id: int | None) -> Sender:
        """A connection (not yet open) and the address it sends from."""
        ...


class OwnWords(Protocol):
    """Which subscriptions an upper app tells people about itself, in words of its own."""

    def speaks_for(self, managed_by: str) -> bool:
        """True when the e-mails of this app must stay away from subscriptions of the instance `managed_by`."""
        ...


class _DeploymentSender:
    """Django's mail connection, as EMAIL_HOST and its companions describe it."""

    def sender_for(self, *, organization_id: int, storefront_id: int | None) -> Sender:
        return Sender(get_connection(), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


class _NobodySpeaks:
    def speaks_for(self, managed_by: str) -> bool:
        return False


MAIL_SENDER: Port[MailSender] = Port("mail sender", _DeploymentSender())
OWN_WORDS: Port[OwnWords] = Port("own words about subscriptions", _NobodySpeaks())
