"""The provider's tables. Card numbers are looked at and thrown away; a token, the brand and four digits stay."""

from pathlib import Path
from typing import Final

from sandbox.serving import Database

SCHEMA: Final = """
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    customer TEXT NOT NULL,
    return_url TEXT NOT NULL,
    token_id TEXT REFERENCES token (id),
    created_at TEXT NOT NULL
);
CREATE TABLE token (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    brand TEXT NOT NULL,
    last4 TEXT NOT NULL,
    exp_year INTEGER NOT NULL,
    exp_month INTEGER NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE payment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    token_id TEXT NOT NULL REFERENCES token (id),
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,
    return_url TEXT NOT NULL,
    takes INTEGER NOT NULL,
    status TEXT NOT NULL,
    captured TEXT NOT NULL DEFAULT '0',
    decline_code TEXT NOT NULL DEFAULT '',
    expires_at TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT,
    status INTEGER
);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES: Final = ("payment", "session", "token", "request", "setting")


def open_store(state: Path) -> Database:
    """Return the provider's database in its state folder."""
    return Database(state / "cards.sqlite3", SCHEMA)


def reset(database: Database) -> None:
    """Forget everything."""
    with database.writing() as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this file
        connection.execute("DELETE FROM sqlite_sequence")
