"""The provider's side for programs: its API under /v1/, opened by a key; tests' own doors under /admin/."""

import hmac
import json
import time
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox import clock
from sandbox.cards.numbers import read_number
from sandbox.cards.provider import Provider
from sandbox.cards.store import reset
from sandbox.serving import Database, Problem, json_object

MAX_SECONDS: Final = 120.0
MODES: Final = ("ok", "unavailable", "timeout_after_accept")


class Mood:
    """How the whole provider behaves, whatever the card: survives a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> dict[str, Any]:
        """Return the mode and its seconds."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM setting WHERE name = 'mood'").fetchone()
        return json.loads(row["value"]) if row else {"mode": "ok", "seconds": 30.0}

    def set(self, body: dict[str, Any]) -> dict[str, Any]:
        """Behave so from now on; raises Problem 400."""
        mode, seconds = body.get("mode"), body.get("seconds", 30.0)
        if mode not in MODES:
            raise Problem(400, "invalid", f"mode is one of {', '.join(MODES)}.", field="mode")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SECONDS:
            raise Problem(400, "invalid", "seconds is a number from 0 to 120.", field="seconds")
        with self._database.writing() as connection:
            value = json.dumps({"mode": mode, "seconds": float(seconds)})
            connection.execute("INSERT OR REPLACE INTO setting VALUES ('mood', ?)", [value])
        return self.now()


def add_api(app: Flask, database: Database, key: str) -> None:
    """Add the provider's API, opened by `Authorization: Bearer <key>`, and the doors of tests."""
    provider, mood = Provider(database), Mood(database)
    _add_gate(app, database, mood, key)
    app.register_blueprint(_provider_api(provider, mood))
    app.register_blueprint(_admin_api(database, provider, mood))


def _add_gate(app: Flask, database: Database, mood: Mood, key: str) -> None:
    @app.before_request
    def enter() -> None:
        if not request.path.startswith("/v1/"):
            return
        with database.writing() as connection:
            g.number = connection.execute(
                "INSERT INTO request (at, method, path, key) VALUES (?, ?, ?, ?)",
                [
                    clock.instant(clock.now()),
                    request.method,
                    request.path,
                    request.headers.get("Idempotency-Key"),
                ],
            ).lastrowid
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {key}".encode()):
            raise Problem(401, "unauthorized", "The API key is missing or wrong.")
        if mood.now()["mode"] == "unavailable":
            raise Problem(503, "unavailable", "The provider is not available.", retryable=True)

    @app.after_request
    def leave(response: Response) -> Response:
        if (number := g.pop("number", None)) is not None:
            with database.writing() as connection:
                connection.execute(
                    "UPDATE request SET status = ? WHERE id = ?", [response.status_code, number]
                )
        return response


def _provider_api(provider: Provider, mood: Mood) -> Blueprint:
    api = Blueprint("cards_v1", __name__, url_prefix="/v1")

    @api.post("/sessions")
    def open_session() -> ResponseReturnValue:
        return jsonify(_with_url(provider.session_open(_key(), json_object()))), 201

    @api.get("/sessions/<session_id>")
    def session(session_id: str) -> ResponseReturnValue:
        return jsonify(_with_url(provider.session(session_id)))

    @api.post("/payments")
    def pay() -> ResponseReturnValue:
        outcome = provider.pay(_key(), json_object())
        return _answer(outcome.body, outcome.seconds, mood)

    @api.get("/payments")
    def by_key() -> ResponseReturnValue:
        return jsonify(_with_step(provider.by_key(request.args.get("key", ""))))

    @api.get("/payments/<payment_id>")
    def payment(payment_id: str) -> ResponseReturnValue:
        return jsonify(_with_step(provider.payment(payment_id)))

    @api.post("/payments/<payment_id>/capture")
    def capture(payment_id: str) -> ResponseReturnValue:
        amount = str(json_object().get("amount", ""))
        return _answer(provider.capture(payment_id, amount), 0.0, mood)

    @api.post("/payments/<payment_id>/release")
    def release(payment_id: str) -> ResponseReturnValue:
        return _answer(provider.release(payment_id), 0.0, mood)

    return api


def _admin_api(database: Database, provider: Provider, mood: Mood) -> Blueprint:
    admin = Blueprint("cards_admin", __name__, url_prefix="/admin")

    @admin.get("/payments")
    def payments() -> ResponseReturnValue:
        return jsonify({"payments": [_with_step(payment) for payment in provider.payments()]})

    @admin.post("/tokens")
    def make_token() -> ResponseReturnValue:
        body = json_object()
        card = read_number(str(body.get("number", "")))
        year, month = int(body.get("exp_year", 2099)), int(body.get("exp_month", 12))
        return jsonify(provider.token_make(card, year, month)), 201

    @admin.get("/log")
    def log() -> ResponseReturnValue:
        with database.reading() as connection:
            rows = connection.execute("SELECT * FROM request ORDER BY id").fetchall()
        return jsonify({"requests": [dict(row) for row in rows]})

    @admin.get("/behaviour")
    def behaviour() -> ResponseReturnValue:
        return jsonify(mood.now())

    @admin.put("/behaviour")
    def behave() -> ResponseReturnValue:
        return jsonify(mood.set(json_object()))

    @admin.delete("/state")
    def forget() -> ResponseReturnValue:
        reset(database)
        return jsonify({"status": "empty"})

    return admin


def _answer(body: dict[str, Any], seconds: float, mood: Mood) -> ResponseReturnValue:
    """Answer with a payment, after a while where the card or the provider is slow. 402 when it was declined."""
    now = mood.now()
    if now["mode"] == "timeout_after_accept":
        seconds = now["seconds"]
    if seconds:
        time.sleep(seconds)
    return jsonify(_with_step(body)), 402 if body["status"] == "declined" else 200


def _with_step(body: dict[str, Any]) -> dict[str, Any]:
    waits = body["status"] == "requires_step"
    return {**body, "step_url": _absolute(f"/step/{body['id']}") if waits else ""}


def _with_url(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "url": _absolute(f"/leave/{body['id']}")}


def _absolute(path: str) -> str:
    return request.host_url.rstrip("/") + path


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Problem(400, "idempotency_key_missing", "Send an Idempotency-Key.")
    return key
