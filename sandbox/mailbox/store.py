"""What the mailbox keeps: messages, each receipt of them, and the fault it is told to show."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sandbox import clock
from sandbox.mailbox.messages import parse
from sandbox.serving import Database, Problem

FAULTS: Final = {
    "none": "Receive everything",
    "down": "Down: connections are refused",
    "refuse": "Refuse: 451, or 550 for the recipients named below",
    "slow": "Slow: keep the message, answer late",
}
PAGE_SIZE: Final = 50
SCHEMA: Final = """
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT UNIQUE,
    subject TEXT NOT NULL,
    sender TEXT NOT NULL,
    header_to TEXT NOT NULL,
    date TEXT NOT NULL,
    received_at TEXT NOT NULL
);
CREATE TABLE receipt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    received_at TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    recipients TEXT NOT NULL,
    raw BLOB NOT NULL
);
CREATE INDEX receipt_message ON receipt (message);
CREATE TABLE recipient (
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    address TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (message, address)
) WITHOUT ROWID;
CREATE TABLE fault (only INTEGER PRIMARY KEY CHECK (only = 1), value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Fault:
    """How the mailbox misbehaves; `recipients` narrows "refuse", `seconds` is for "slow"."""

    mode: str = "none"
    recipients: tuple[str, ...] = ()
    seconds: float = 3.0


@dataclass(frozen=True)
class Search:
    """Which messages: a whole address, a part of one, a part of the subject, received after."""

    to: str = ""
    to_part: str = ""
    subject: str = ""
    after: datetime | None = None

    def where(self) -> tuple[str, dict[str, str]]:
        """Return the SQL condition and its parameters."""
        return (
            "(:to = '' OR id IN (SELECT message FROM recipient WHERE address = :to))"
            " AND (:to_part = '' OR id IN (SELECT message FROM recipient"
            " WHERE instr(lower(address), lower(:to_part)) > 0))"
            " AND (:subject = '' OR instr(lower(subject), lower(:subject)) > 0)"
            " AND received_at > :after",
            {
                "to": self.to,
                "to_part": self.to_part,
                "subject": self.subject,
                "after": clock.instant(self.after) if self.after else "",
            },
        )


@dataclass(frozen=True)
class Receipt:
    """One time a message was received; instants as stored text."""

    received_at: str
    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True)
class Message:
    """A message with every receipt of it, oldest first; `received` counts them."""

    id: int
    message_id: str
    subject: str
    sender: str
    to: str
    date: str
    received_at: str
    received: int
    recipients: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        """Return the message for JSON, without its texts."""
        row = asdict(self)
        row["from"] = row.pop("sender")
        return row


class Store:
    """The mailbox's state in one SQLite file."""

    def __init__(self, state: Path) -> None:
        self._database = Database(state / "mailbox.sqlite3", SCHEMA)

    def receive(self, mail_from: str, recipients: Sequence[str], raw: bytes) -> int:
        """Keep one receipt and return the id of its message.

        A Message-ID seen before adds a receipt to the message that is there.
        """
        parsed, received_at = parse(raw), clock.instant(clock.now())
        with self._database.writing() as connection:
            row = connection.execute(
                "SELECT id FROM message WHERE message_id = ?", [parsed.message_id]
            ).fetchone()
            key = (
                row["id"]
                if row
                else _insert(
                    connection,
                    "message",
                    message_id=parsed.message_id or None,
                    subject=parsed.subject,
                    sender=parsed.sender,
                    header_to=parsed.to,
                    date=parsed.date,
                    received_at=received_at,
                )
            )
            _insert(
                connection,
                "receipt",
                message=key,
                received_at=received_at,
                mail_from=mail_from,
                recipients=json.dumps(list(recipients)),
                raw=raw,
            )
            connection.executemany(
                "INSERT OR IGNORE INTO recipient VALUES (?, ?)", [(key, r) for r in recipients]
            )
        return int(key)

    def search(self, search: Search, *, offset: int, limit: int) -> tuple[list[Message], int]:
        """Return the messages found, newest first, and how many there are in all."""
        where, values = search.where()
        with self._database.reading() as connection:
            total = connection.execute(
                f"SELECT count(*) FROM message WHERE {where}",  # noqa: S608 - a constant condition
                values,
            ).fetchone()[0]
            rows = connection.execute(
                f"SELECT * FROM message WHERE {where}"  # noqa: S608 - a constant condition
                " ORDER BY id DESC LIMIT :limit OFFSET :offset",
                {**values, "limit": limit, "offset": offset},
            ).fetchall()
            return [_message(connection, row) for row in rows], total

    def message(self, key: int) -> tuple[Message, list[Receipt]]:
        """Return a message and its receipts, oldest first; raises Problem 404."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM message WHERE id = ?", [key]).fetchone()
            if row is None:
                raise Problem(404, "not_found", f"There is no message {key}.")
            receipts = connection.execute(
                "SELECT * FROM receipt WHERE message = ? ORDER BY id", [key]
            ).fetchall()
            return _message(connection, row), [_receipt(receipt) for receipt in receipts]

    def clear(self) -> int:
        """Delete all messages and return how many there were."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM message").rowcount

    def fault(self) -> Fault:
        """Return the fault to show; "none" until one is set."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM fault").fetchone()
        return parse_fault(json.loads(row["value"])) if row else Fault()

    def set_fault(self, fault: Fault) -> None:
        """Show this fault from now on, also after a restart."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO fault VALUES (1, ?)", [json.dumps(asdict(fault))]
            )


def parse_fault(body: dict[str, Any]) -> Fault:
    """Read a fault from JSON; raises Problem 400 naming the field that is wrong."""
    unknown = set(body) - {"mode", "recipients", "seconds"}
    if unknown:
        field = min(unknown)
        raise Problem(400, "unknown_field", f"There is no field {field}.", field=field)
    mode, recipients = body.get("mode", "none"), body.get("recipients") or []
    seconds = body.get("seconds", 3.0)
    if not isinstance(mode, str) or mode not in FAULTS:
        raise Problem(400, "invalid", f"mode is one of {', '.join(FAULTS)}.", field="mode")
    if not isinstance(recipients, list) or not all(isinstance(r, str) for r in recipients):
        raise Problem(400, "invalid", "recipients is a list of addresses.", field="recipients")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
        raise Problem(400, "invalid", "seconds is a number from 0 to 600.", field="seconds")
    return Fault(mode, tuple(recipients), float(seconds))


def _insert(connection: sqlite3.Connection, table: str, **values: object) -> int:
    columns = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names from this file
    return connection.execute(sql, list(values.values())).lastrowid or 0


def _message(connection: sqlite3.Connection, row: sqlite3.Row) -> Message:
    recipients = connection.execute(
        "SELECT address FROM recipient WHERE message = ? ORDER BY address", [row["id"]]
    ).fetchall()
    received = connection.execute(
        "SELECT count(*) FROM receipt WHERE message = ?", [row["id"]]
    ).fetchone()[0]
    return Message(
        id=row["id"],
        message_id=row["message_id"] or "",
        subject=row["subject"],
        sender=row["sender"],
        to=row["header_to"],
        date=row["date"],
        received_at=row["received_at"],
        received=received,
        recipients=tuple(recipient["address"] for recipient in recipients),
    )


def _receipt(row: sqlite3.Row) -> Receipt:
    return Receipt(
        received_at=row["received_at"],
        mail_from=row["mail_from"],
        recipients=tuple(json.loads(row["recipients"])),
        raw=row["raw"],
    )
