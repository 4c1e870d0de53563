"""A mail server's meaning in our terms: one message out, and what a refusal means."""

from __future__ import annotations

import smtplib
from email.utils import format_datetime, formataddr

from django.core.mail import EmailMultiAlternatives

from bss.core import clock
from bss.core.http import require_no_transaction
from notifications.contracts import OutgoingMail, Sender
from notifications.errors import MailNotSent, MailRefused, MailServerDown

# Refusals of the recipient or of the message itself: the same message meets the same answer tomorrow. A refused
# sender or login is the deployment's fault and is mended by its operator, so that the message waits for that.
_ABOUT_THE_MESSAGE = (smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused)


def send(mail: OutgoingMail, sender: Sender) -> None:
    """Hand one message to the mail server. Raises MailServerDown when it may succeed later, MailRefused when never."""
    require_no_transaction()
    try:
        sender.connection.send_messages([_message(mail, sender)])
    except smtplib.SMTPException as error:
        raise _explained(error) from error
    except OSError as error:
        raise MailServerDown(
            f"The mail server does not answer: {error.strerror or error}"
        ) from error


def _message(mail: OutgoingMail, sender: Sender) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.rendered.subject,
        body=mail.rendered.text,
        from_email=formataddr((mail.from_name, sender.address)),
        to=[formataddr((mail.recipient_name, mail.recipient))],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={
            "Message-ID": mail.message_id,
            "Date": format_datetime(clock.now()),
            "Content-Language": mail.language,
            # RFC 3834: nobody's out-of-office reply is wanted; Exchange looks at the second header.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    if mail.rendered.html:
        message.attach_alternative(mail.rendered.html, "text/html")
    return message


def _explained(error: smtplib.SMTPException) -> MailNotSent:
    code, said = _answer(error)
    words = f"The mail server answered {code}: {said}" if code else "The mail server hung up."
    if isinstance(error, _ABOUT_THE_MESSAGE) and code >= 500:
        return MailRefused(words)
    return MailServerDown(words)


def _answer(error: smtplib.SMTPException) -> tuple[int, str]:
    """The code and text of an SMTP answer; (0, "") when there was none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # One recipient a message: its answer is the answer.
        return _plain(*next(iter(error.recipients.values()), (0, b"")))
    if isinstance(error, smtplib.SMTPResponseException):
        return _plain(error.smtp_code, error.smtp_error)
    return 0, ""


def _plain(code: int, said: bytes | str) -> tuple[int, str]:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return code, " ".join(text.split())
