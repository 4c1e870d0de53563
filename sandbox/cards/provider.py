"""What the provider does: sessions, tokens, payments. A key makes a payment happen once, and finds it again."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sandbox import clock
from sandbox.cards.numbers import BY_NUMBER, TestCard
from sandbox.serving import Database, Problem

HELD_DAYS: Final = 7
SLOW_SECONDS: Final = 30.0
TEXTS: Final = ("token", "amount", "currency", "reference", "return_url")


@dataclass(frozen=True)
class Outcome:
    """A payment as it is sent, with how long the answer takes."""

    body: dict[str, Any]
    seconds: float = 0.0


class Provider:
    """The provider's books."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Sessions: where people leave cards -----------------------------------------------------------

    def session_open(self, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Open a page for one card, or return the one that was opened under the key."""
        values = {name: _text(body, name) for name in ("return_url", "customer")}
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO session (id, key, customer, return_url, created_at)"
                " VALUES (?, ?, ?, ?, ?)",
                [_new("ses"), key, values["customer"], values["return_url"], _now()],
            )
            row = connection.execute("SELECT * FROM session WHERE key = ?", [key]).fetchone()
            return _session(connection, row)

    def session(self, session_id: str) -> dict[str, Any]:
        """Return a session; raises Problem 404."""
        with self._database.reading() as connection:
            return _session(connection, _row(connection, "session", session_id))

    def session_leave(self, session_id: str, card: TestCard, year: int, month: int) -> str:
        """Keep the card that was typed into a session's page; return where to send the person."""
        token = self.token_make(card, year, month)
        with self._database.writing() as connection:
            row = _row(connection, "session", session_id)
            connection.execute(
                "UPDATE session SET token_id = ? WHERE id = ?", [token["id"], session_id]
            )
            return str(row["return_url"])

    def token_make(self, card: TestCard, year: int, month: int) -> dict[str, Any]:
        """Keep a card under a token."""
        now = clock.now()
        if not 1 <= month <= 12 or (year, month) < (now.year, now.month):
            raise Problem(422, "expired_card", "The card has expired.", field="expiry")
        token = _new("tok")
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO token VALUES (?, ?, 'Visa', ?, ?, ?, ?)",
                [token, card.number, card.number[-4:], year, month, _now()],
            )
            return _token(_row(connection, "token", token))

    # Payments -------------------------------------------------------------------------------------

    def pay(self, key: str, body: Mapping[str, Any]) -> Outcome:
        """Hold or take an amount. The same key again returns the payment as it stands.

        Raises Problem 400 for a malformed body, 409 for a key of another request, 422 for an
        unknown token.
        """
        values = {name: _text(body, name) for name in TEXTS}
        amount = _amount(values["amount"])
        request = json.dumps(body, sort_keys=True)
        with self._database.writing() as connection:
            known = connection.execute("SELECT * FROM payment WHERE key = ?", [key]).fetchone()
            if known:
                if known["request"] != request:
                    raise Problem(
                        409, "idempotency_key_reused", "This key asked for something else."
                    )
                return Outcome(_payment(known))
            token = connection.execute(
                "SELECT * FROM token WHERE id = ?", [values["token"]]
            ).fetchone()
            if token is None:
                raise Problem(422, "token_unknown", "There is no such card.", field="token")
            card = BY_NUMBER[token["number"]]
            takes, alone = bool(body.get("capture")), bool(body.get("off_session"))
            status, code = _decided(card, takes=takes, alone=alone, step=bool(values["return_url"]))
            payment_id = _new("pay")
            connection.execute(
                "INSERT INTO payment (id, key, request, token_id, amount, currency, reference,"
                " return_url, takes, status, captured, decline_code, expires_at, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    payment_id, key, request, token["id"], str(amount), values["currency"],
                    values["reference"], values["return_url"], takes, status,
                    str(amount) if status == "captured" else "0", code,
                    clock.instant(clock.now() + timedelta(days=HELD_DAYS)), _now(),
                ],
            )  # fmt: skip
            made = _row(connection, "payment", payment_id)
        return Outcome(_payment(made), SLOW_SECONDS if card.is_slow else 0.0)

    def by_key(self, key: str) -> dict[str, Any]:
        """Return the payment that a key asked for; raises Problem 404."""
        with self._database.writing() as connection:
            _expire(connection)
            row = connection.execute("SELECT * FROM payment WHERE key = ?", [key]).fetchone()
            if row is None:
                raise Problem(404, "payment_unknown", "No payment was asked for by this key.")
            return _payment(row)

    def step(self, payment_id: str, *, confirmed: bool) -> str:
        """Take the owner's answer on the bank's page; return where to send the person."""
        with self._database.writing() as connection:
            row = _row(connection, "payment", payment_id)
            if row["status"] == "requires_step":
                if not confirmed:
                    _move(connection, row, "declined", decline_code="step_refused")
                elif row["takes"]:
                    _move(connection, row, "captured", captured=row["amount"])
                else:
                    _move(connection, row, "authorised")
            return str(row["return_url"])

    def capture(self, payment_id: str, amount: str) -> dict[str, Any]:
        """Take at most what is held; the rest is let go. What is not held stays as it is."""
        wanted = _amount(amount)
        with self._database.writing() as connection:
            _expire(connection)
            row = _row(connection, "payment", payment_id)
            if row["status"] == "authorised":
                if wanted > Decimal(row["amount"]):
                    raise Problem(422, "amount_too_large", "More than is held.", field="amount")
                token = _row(connection, "token", row["token_id"])
                if code := BY_NUMBER[token["number"]].capture_declines:
                    _move(connection, row, "declined", decline_code=code)
                else:
                    _move(connection, row, "captured", captured=str(wanted))
            return _payment(_row(connection, "payment", payment_id))

    def release(self, payment_id: str) -> dict[str, Any]:
        """Let go of what is held, or of what waits for its owner."""
        with self._database.writing() as connection:
            row = _row(connection, "payment", payment_id)
            if row["status"] in {"authorised", "requires_step"}:
                _move(connection, row, "released")
            return _payment(_row(connection, "payment", payment_id))

    def payment(self, payment_id: str) -> dict[str, Any]:
        """Return one payment; raises Problem 404."""
        with self._database.reading() as connection:
            return _payment(_row(connection, "payment", payment_id))

    def payments(self, latest: int = -1) -> list[dict[str, Any]]:
        """Return all payments, the latest first."""
        with self._database.writing() as connection:
            _expire(connection)
            rows = connection.execute(
                "SELECT * FROM payment ORDER BY number DESC LIMIT ?", [latest]
            ).fetchall()
            return [_payment(row) for row in rows]


def _decided(card: TestCard, *, takes: bool, alone: bool, step: bool) -> tuple[str, str]:
    """Return the status a new payment gets, and why it is declined."""
    if card.declines:
        return "declined", card.declines
    if alone and card.declines_alone:
        return "declined", card.declines_alone
    if card.asks_owner and not alone:
        return ("requires_step", "") if step else ("declined", "authentication_required")
    if takes and card.capture_declines:
        return "declined", card.capture_declines
    return ("captured" if takes else "authorised"), ""


def _expire(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE payment SET status = 'expired'"
        " WHERE status IN ('authorised', 'requires_step') AND expires_at <= ?",
        [_now()],
    )


def _move(connection: sqlite3.Connection, row: sqlite3.Row, status: str, **values: str) -> None:
    told = {"status": status, **values}
    columns = ", ".join(f"{name} = ?" for name in told)
    connection.execute(
        f"UPDATE payment SET {columns} WHERE id = ?",  # noqa: S608 - names from this file
        [*told.values(), row["id"]],
    )


def _row(connection: sqlite3.Connection, table: str, key: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        f"SELECT * FROM {table} WHERE id = ?",  # noqa: S608 - names from this file
        [key],
    ).fetchone()
    if row is None:
        raise Problem(404, f"{table}_unknown", f"There is no such {table}.")
    return row


def _session(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    token = _row(connection, "token", row["token_id"]) if row["token_id"] else None
    return {
        "id": row["id"],
        "customer": row["customer"],
        "return_url": row["return_url"],
        "token": _token(token) if token else None,
    }


def _token(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "brand", "last4", "exp_year", "exp_month")}


def _payment(row: sqlite3.Row) -> dict[str, Any]:
    names = (
        "id", "key", "amount", "currency", "reference", "return_url", "status", "captured",
        "decline_code", "expires_at", "created_at",
    )  # fmt: skip
    return {name: row[name] for name in names} | {"token": row["token_id"]}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Problem(400, "invalid", f"{name} is text.", field=name)
    return value


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Problem(400, "invalid", "amount is decimal text.", field="amount") from None
    if not amount.is_finite() or amount <= 0:
        raise Problem(400, "invalid", "amount is more than 0.", field="amount")
    return amount


def _new(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(10)}"


def _now() -> str:
    return clock.instant(clock.now())
