"""Where calls are taken: who calls, which headers they carry, what was answered before, and what is answered now."""

import hmac
import json
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Response, g, request

from sandbox import clock
from sandbox.serving import Database, Eras
from sandbox.vip_marketplace.errors import Refusal
from sandbox.vip_marketplace.passing import catch_up
from sandbox.vip_marketplace.store import Books

TOKEN_SECONDS: Final = 86_399
REPLAY_DAYS: Final = 10
JSON: Final = "application/json"


@dataclass(frozen=True)
class Credentials:
    """What opens the API: the integration's id and secret, and whose distributor it is."""

    client_id: str
    client_secret: str
    distributor: str


class Desk:
    """Takes calls. What a call does and what it is answered are written in one transaction."""

    def __init__(self, database: Database, credentials: Credentials, eras: Eras) -> None:
        self._database = database
        self.credentials = credentials
        self._eras = eras

    def token(self, client_id: str, secret: str) -> str | None:
        """Return a token for a day, or None for wrong credentials."""
        mine = self.credentials
        right = hmac.compare_digest(client_id.encode(), mine.client_id.encode())
        if not (right and hmac.compare_digest(secret.encode(), mine.client_secret.encode())):
            return None
        value = secrets.token_urlsafe(32)
        expires = clock.instant(clock.now() + timedelta(seconds=TOKEN_SECONDS))
        with self._database.writing() as connection:
            connection.execute("INSERT INTO token VALUES (?, ?)", [value, expires])
        return value

    def admit(self) -> None:
        """Check key, token and headers of the request. Raises Refusal."""
        key = request.headers.get("X-Api-Key", "")
        if not hmac.compare_digest(key.encode(), self.credentials.client_id.encode()):
            raise Refusal("4115")
        given = request.headers.get("Authorization", "")
        if not given.startswith("Bearer "):
            raise Refusal("4117")
        if not self._knows(given.removeprefix("Bearer ")):
            raise Refusal("4116")
        for name in ("Accept", "Content-Type"):
            if JSON not in request.headers.get(name, ""):
                raise Refusal("5122", [name])
        if not request.headers.get("X-Correlation-Id", "").strip():
            raise Refusal("4119")

    def serve(
        self, handler: Callable[[Books], dict[str, Any]], *, status: int = 200, effect: str = ""
    ) -> Response:
        """Answer with what `handler` makes of the books, or with what the correlation id was answered before."""
        with self._database.writing() as connection:
            if g.era is not self._eras.current:
                raise Refusal("1124")
            books = Books(connection)
            kept = _kept(connection, books)
            if kept is not None:
                g.effect = "replayed"
                return Response(kept["body"], kept["status"], mimetype=JSON)
            _note_request_id(connection)
            catch_up(books)
            connection.execute("SAVEPOINT call")
            try:
                if g.behaviour.mode == "error":
                    raise Refusal(g.behaviour.code)
                text = json.dumps(handler(books))
                g.effect = effect or None
            except Refusal as refusal:
                connection.execute("ROLLBACK TO call")
                status, text = refusal.status, json.dumps(refusal.body())
            connection.execute(
                "INSERT INTO answer VALUES (?, ?, ?, ?, ?)",
                [_correlation_id(), _call(), books.instant, status, text],
            )
        return Response(text, status, mimetype=JSON)

    def _knows(self, token: str) -> bool:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM token WHERE value = ? AND expires_at > ?",
                [token, clock.instant(clock.now())],
            ).fetchone()
        return row is not None


def _kept(connection: sqlite3.Connection, books: Books) -> Any:
    """The answer to the same call under the same correlation id, whatever its body: kept for ten days."""
    oldest = clock.instant(books.now - timedelta(days=REPLAY_DAYS))
    connection.execute("DELETE FROM answer WHERE at < ?", [oldest])
    return connection.execute(
        "SELECT status, body FROM answer WHERE correlation_id = ? AND call = ?",
        [_correlation_id(), _call()],
    ).fetchone()


def _note_request_id(connection: sqlite3.Connection) -> None:
    """Refuse a request id that was seen, now that its correlation id is new."""
    request_id = request.headers.get("X-Request-Id", "")
    if not request_id:
        return
    if connection.execute("SELECT 1 FROM seen WHERE request_id = ?", [request_id]).fetchone():
        raise Refusal("4120")
    connection.execute("INSERT INTO seen VALUES (?)", [request_id])


def _correlation_id() -> str:
    return request.headers.get("X-Correlation-Id", "").strip()


def _call() -> str:
    return f"{request.method} {request.path}"
