"""What passes between the rooms of this app, and what a mail sender hands over."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.mail.backends.base import BaseEmailBackend


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to: in which language, in whose brand, and what it may see.

    `storefront_id` names the storefront whose brand the e-mail wears, None the organization's own. `scope` is the
    place in the tree where the e-mail is kept: the recipient's, never above it.
    """

    email: str
    name: str
    language: str
    scope: str
    storefront_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Brand:
    """How an e-mail presents whoever sells: colours are "#rrggbb", addresses absolute, "" for none."""

    name: str
    accent: str
    on_accent: str
    home_url: str
    logo_url: str = ""
    reply_to: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One e-mail in words: the subject is one line."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One e-mail ready to leave. `from_name` and `reply_to` are the brand's; the address is the sender's."""

    message_id: str
    recipient: str
    recipient_name: str
    language: str
    from_name: str
    reply_to: str
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class Sender:
    """A way out: a Django mail connection, and the bare address it may send from."""

    connection: BaseEmailBackend
    address: str
