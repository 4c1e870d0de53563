"""Echo's tables, and the switches kept in them: behaviour and catalogue."""

import json
import sqlite3
from pathlib import Path
from typing import Any, Final

from sandbox.echo.behaviour import Behaviour, parse_behaviour
from sandbox.echo.catalogue import CATALOGUE
from sandbox.serving import Database

SCHEMA: Final = """
CREATE TABLE resource (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (kind, platform_id)
);
CREATE TABLE operation (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    target TEXT NOT NULL,
    fails INTEGER NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    due_at TEXT NOT NULL
);
CREATE TABLE answer (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT,
    correlation_id TEXT,
    body TEXT NOT NULL,
    behaviour TEXT NOT NULL DEFAULT 'ok',
    status INTEGER,
    answer TEXT NOT NULL DEFAULT 'null',
    effect TEXT
);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES: Final = ("resource", "operation", "answer", "request", "setting")


def open_store(state: Path) -> Database:
    """Return Echo's database in its state folder."""
    return Database(state / "echo.sqlite3", SCHEMA)


def reset(database: Database) -> None:
    """Forget everything: resources, operations, answers, requests and switches."""
    with database.writing() as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this file
        connection.execute("DELETE FROM sqlite_sequence")


class Switches:
    """What people and tests set: how Echo behaves and what it sells. Both survive a restart."""

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

    def meet(self, method: str, subject: str) -> Behaviour:
        """Return the behaviour one request meets, and count it."""
        if not self.behaviour().befalls(method, subject):
            return Behaviour()
        with self._database.writing() as connection:
            behaviour = _behaviour(connection)
            if not behaviour.befalls(method, subject):
                return Behaviour()
            _write(connection, "behaviour", behaviour.after_one_more().body())
            return behaviour

    def catalogue(self) -> dict[str, Any]:
        """Return what Echo sells now."""
        with self._database.reading() as connection:
            return read_catalogue(connection)

    def set_catalogue(self, catalogue: dict[str, Any]) -> None:
        """Sell this from now on."""
        with self._database.writing() as connection:
            _write(connection, "catalogue", catalogue)


def read_catalogue(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return the catalogue in force as the connection's transaction sees it."""
    return _read(connection, "catalogue") or CATALOGUE


def _behaviour(connection: sqlite3.Connection) -> Behaviour:
    stored = _read(connection, "behaviour")
    return parse_behaviour(stored) if stored else Behaviour()


def _read(connection: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    row = connection.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchone()
    return json.loads(row["value"]) if row else None


def _write(connection: sqlite3.Connection, name: str, value: dict[str, Any]) -> None:
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [name, json.dumps(value)])
