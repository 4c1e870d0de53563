"""The service's table of records, the answers it keeps, its log, and the switches. All survive a restart."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from sandbox import clock
from sandbox.serving import Database
from sandbox.vip_marketplace.behaviour import Behaviour, parse_behaviour
from sandbox.vip_marketplace.records import Customer, Order, Record, Reseller, Subscription
from sandbox.vip_marketplace.rules import Rules, parse_rules

SCHEMA: Final = """
CREATE TABLE record (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    owner TEXT NOT NULL,
    due_at TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX record_owner ON record (owner, kind);
CREATE INDEX record_due ON record (due_at) WHERE due_at <> '';
CREATE TABLE answer (
    correlation_id TEXT NOT NULL,
    call TEXT NOT NULL,
    at TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (correlation_id, call)
);
CREATE TABLE seen (request_id TEXT PRIMARY KEY);
CREATE TABLE token (value TEXT PRIMARY KEY, expires_at TEXT NOT NULL);
CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    correlation_id TEXT,
    body TEXT NOT NULL,
    behaviour TEXT NOT NULL DEFAULT 'ok',
    status INTEGER,
    answer TEXT NOT NULL DEFAULT 'null',
    effect TEXT
);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES: Final = ("record", "answer", "seen", "token", "request", "setting")
KINDS: Final[dict[str, type[Record]]] = {
    kind.kind: kind for kind in (Reseller, Customer, Order, Subscription)
}
KEPT_REQUESTS: Final = 20_000

R = TypeVar("R", Reseller, Customer, Order, Subscription)


def open_store(state: Path) -> Database:
    """Return the service's database in its state folder."""
    return Database(state / "vip_marketplace.sqlite3", SCHEMA)


def reset(database: Database) -> None:
    """Forget everything: records, answers, tokens, requests and switches."""
    with database.writing() as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this file
        connection.execute("DELETE FROM sqlite_sequence")


class Books:
    """All records as one transaction sees them, at one instant, under one set of rules."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.now: datetime = clock.now()
        self.rules: Rules = read_rules(connection)

    @property
    def instant(self) -> str:
        """Return the instant of now as records have it."""
        return clock.instant(self.now)

    @property
    def day(self) -> str:
        """Return the day of now."""
        return self.now.date().isoformat()

    def find(self, kind: type[R], key: str) -> R | None:
        """Return a record, or None."""
        row = self._connection.execute(
            "SELECT body FROM record WHERE kind = ? AND id = ?", [kind.kind, key]
        ).fetchone()
        return kind.read(json.loads(row["body"])) if row else None

    def of(self, kind: type[R], owner: str) -> list[R]:
        """Return an owner's records, oldest first."""
        rows = self._connection.execute(
            "SELECT body FROM record WHERE kind = ? AND owner = ? ORDER BY number",
            [kind.kind, owner],
        )
        return [kind.read(json.loads(row["body"])) for row in rows]

    def all(self, kind: type[R]) -> list[R]:
        """Return every record of a kind, the latest first."""
        rows = self._connection.execute(
            "SELECT body FROM record WHERE kind = ? ORDER BY number DESC", [kind.kind]
        )
        return [kind.read(json.loads(row["body"])) for row in rows]

    def keep(self, record: Record) -> None:
        """Write a record as it is now."""
        self._connection.execute(
            "INSERT INTO record (kind, id, owner, due_at, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET"
            " owner = excluded.owner, due_at = excluded.due_at, body = excluded.body",
            [record.kind, record.id, record.owner, record.due_at, json.dumps(asdict(record))],
        )

    def due(self) -> Record | None:
        """Return the record to which something should have happened first; None when nothing should."""
        row = self._connection.execute(
            "SELECT kind, body FROM record WHERE due_at <> '' AND due_at <= ?"
            " ORDER BY due_at, kind DESC, number LIMIT 1",
            [self.instant],
        ).fetchone()
        return KINDS[row["kind"]].read(json.loads(row["body"])) if row else None

    def new_id(self, kind: type[Record]) -> str:
        """Return an id nobody has: digits as Adobe gives them, for subscriptions 30 hexadecimals and NA."""
        if kind is Subscription:
            return f"{secrets.token_hex(15)}NA"
        prefix = {Reseller: "5", Customer: "9", Order: "7"}[kind]
        return prefix + "".join(secrets.choice("0123456789") for _ in range(9))


class Switches:
    """What people and tests set: how the service behaves, and its rules."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def behaviour(self) -> Behaviour:
        """Return the behaviour in force."""
        with self._database.reading() as connection:
            return _behaviour(connection)

    def set_behaviour(self, behaviour: Behaviour) -> None:
        """Behave so from the next request on."""
        with self._database.writing() as connection:
            _write(connection, "behaviour", behaviour.body())

    def meet(self, subject: str) -> Behaviour:
        """Return the behaviour one request meets, and count it."""
        if not self.behaviour().befalls(subject):
            return Behaviour()
        with self._database.writing() as connection:
            behaviour = _behaviour(connection)
            if not behaviour.befalls(subject):
                return Behaviour()
            _write(connection, "behaviour", behaviour.after_one_more().body())
            return behaviour

    def rules(self) -> Rules:
        """Return the rules in force."""
        with self._database.reading() as connection:
            return read_rules(connection)

    def set_rules(self, body: Mapping[str, Any]) -> None:
        """Move some switches; raises Problem 400."""
        with self._database.writing() as connection:
            rules = parse_rules(body, read_rules(connection))
            _write(connection, "rules", rules.body())


class Journal:
    """The log of requests. A request stands in it from its arrival, answered or not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def arrived(self, method: str, path: str, correlation_id: str | None, body: Any) -> int:
        """Write a request down and return its number."""
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT INTO request (at, method, path, correlation_id, body)"
                " VALUES (?, ?, ?, ?, ?)",
                [clock.instant(clock.now()), method, path, correlation_id, json.dumps(body)],
            )
            number = added.lastrowid or 0
            connection.execute("DELETE FROM request WHERE id <= ?", [number - KEPT_REQUESTS])
        return number

    def answered(
        self, number: int, *, status: int, answer: Any, effect: str | None, behaviour: str
    ) -> None:
        """Add what a request was answered, what it did and which behaviour it met."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE request SET status = ?, answer = ?, effect = ?, behaviour = ? WHERE id = ?",
                [status, json.dumps(answer), effect, behaviour, number],
            )

    def requests(
        self, *, method: str = "", path: str = "", latest: int = -1
    ) -> list[dict[str, Any]]:
        """Return the requests, oldest first: of a method, with a part of a path, the latest n."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM request WHERE (:method = '' OR method = :method)"
                " AND instr(path, :path) > 0 ORDER BY id DESC LIMIT :latest",
                {"method": method.upper(), "path": path, "latest": latest},
            ).fetchall()
        read = ("body", "answer")
        return [{**dict(row), **{n: json.loads(row[n]) for n in read}} for row in reversed(rows)]


def read_rules(connection: sqlite3.Connection) -> Rules:
    """Return the rules as the connection's transaction sees them."""
    return parse_rules(_read(connection, "rules") or {}, Rules())


def _behaviour(connection: sqlite3.Connection) -> Behaviour:
    stored = _read(connection, "behaviour")
    return parse_behaviour(stored) if stored else Behaviour()


def _read(connection: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    row = connection.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchone()
    return json.loads(row["value"]) if row else None


def _write(connection: sqlite3.Connection, name: str, value: dict[str, Any]) -> None:
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [name, json.dumps(value)])
