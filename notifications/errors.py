"""Why an e-mail did not leave."""

from __future__ import annotations

from bss.core.errors import Conflict


class MailNotSent(Exception):
    """The words are for staff: what the mail server said, or that it said nothing."""


class MailServerDown(MailNotSent):
    """It may leave later: no connection, a time-out, or a temporary refusal (4xx)."""


class MailRefused(MailNotSent):
    """It will never leave like this: the recipient or the message was refused for good (5xx)."""


class StillWaiting(Conflict):
    """Asked to send again what has not been sent yet."""

    code = "MAIL_STILL_WAITING"
