"""What a received message says: its headers, texts and attachments, however broken it is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser
from typing import Final, TypeVar

T = TypeVar("T")

# What the standard library raises on mail that breaks the rules: it is shown all the same.
UNREADABLE: Final = (MessageError, LookupError, ValueError, AttributeError, TypeError)
LINK: Final = re.compile(r"https?://[^\s<>\"'\]]+[^\s<>\"'\].,;:!?)]")


@dataclass(frozen=True)
class Attachment:
    """A part of a message that is a file; `content` is decoded."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Parsed:
    """A message as people read it. What is missing or unreadable is empty."""

    message_id: str
    subject: str
    sender: str
    to: str
    date: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]

    @property
    def links(self) -> list[str]:
        """Return the http(s) addresses in the HTML and the text, in order, each once."""
        collector = LinkCollector()
        collector.feed(self.html)
        return list(dict.fromkeys([*collector.links, *LINK.findall(self.text)]))


class LinkCollector(HTMLParser):
    """Collects the http(s) addresses of the links of an HTML text."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of each <a>."""
        address = dict(attrs).get("href") or ""
        if tag == "a" and LINK.match(address):
            self.links.append(address)


def parse(raw: bytes) -> Parsed:
    """Read a raw message; never raises, whatever the bytes."""
    message = message_from_bytes(raw, policy=policy.default)
    return Parsed(
        message_id=_header(message, "Message-ID").strip(),
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        to=_header(message, "To"),
        date=_header(message, "Date"),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=_attempt(lambda: _attachments(message), ()),
    )


def _attempt(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except UNREADABLE:
        return otherwise


def _header(message: EmailMessage, name: str) -> str:
    return _attempt(lambda: str(message.get(name, "")), "")


def _body(message: EmailMessage, subtype: str) -> str:
    part = _attempt(lambda: message.get_body((subtype,)), None)
    if part is None:
        return ""
    undecoded = _payload(part).decode("utf-8", "replace")
    return _attempt(lambda: str(part.get_content()), undecoded).replace("\r\n", "\n")


def _payload(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _attachments(message: EmailMessage) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(part.get_filename("unnamed"), part.get_content_type(), _payload(part))
        for part in message.iter_attachments()
        if isinstance(part, MIMEPart)
    )
