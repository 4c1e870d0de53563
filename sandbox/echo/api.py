"""Echo's HTTP side for programs: the vendor's API under /v1/, the switches under /admin/."""

import hmac
import json
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox.echo.behaviour import Behaviour, parse_behaviour
from sandbox.echo.journal import Journal
from sandbox.echo.store import Switches, reset
from sandbox.echo.targets import KINDS
from sandbox.echo.vendor import Answer, Vendor
from sandbox.serving import Database, Era, Eras, Problem, json_object

GARBAGE: Final = "<!doctype html><title>Sign in</title><h1>Your session has expired</h1>"


def add_api(app: Flask, database: Database, key: str) -> None:
    """Add the vendor's API, opened by `Authorization: Bearer <key>`, and the switches."""
    eras = Eras()
    switches, journal, vendor = Switches(database), Journal(database), Vendor(database)
    _add_gate(app, switches, journal, eras, key)
    app.register_blueprint(_vendor_api(switches, vendor))
    app.register_blueprint(_admin_api(database, switches, journal, vendor, eras))


def _add_gate(app: Flask, switches: Switches, journal: Journal, eras: Eras, key: str) -> None:
    """Write every vendor request down, check its key and let it meet the behaviour."""

    @app.before_request
    def enter() -> ResponseReturnValue | None:
        if not request.path.startswith("/v1/"):
            return None
        g.era = eras.current
        g.number = journal.arrived(
            method=request.method,
            path=request.path,
            key=request.headers.get("Idempotency-Key"),
            correlation_id=request.headers.get("X-Correlation-Id"),
            body=_sent(),
        )
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {key}".encode()):
            raise Problem(401, "unauthorized", "The API key is missing or wrong.")
        g.behaviour = switches.meet(request.method, _subject())
        return _misbehave(g.behaviour, g.era)

    @app.after_request
    def leave(response: Response) -> Response:
        correlation_id = request.headers.get("X-Correlation-Id")
        if correlation_id:
            response.headers["X-Correlation-Id"] = correlation_id
        if "number" in g:
            behaviour = g.get("behaviour", Behaviour())
            journal.answered(
                g.number,
                status=response.status_code,
                answer=response.get_json(silent=True) or response.get_data(as_text=True),
                effect=g.get("effect"),
                behaviour=behaviour.mode,
            )
            if behaviour.mode == "timeout_after_accept":
                g.era.wait(behaviour.seconds)
        return response


def _misbehave(behaviour: Behaviour, era: Era) -> ResponseReturnValue | None:
    """Answer in the vendor's place, or wait, or let the request through."""
    wait = behaviour.seconds
    if behaviour.mode == "unavailable":
        cause = "Echo is down for maintenance."
        raise Problem(503, "unavailable", cause, retryable=True, retry_after=wait)
    if behaviour.mode == "throttle":
        cause = "Too many requests."
        raise Problem(429, "too_many_requests", cause, retryable=True, retry_after=wait)
    if behaviour.mode == "fail":
        raise Problem(500, "internal_error", "Echo failed. Nothing was changed.", retryable=True)
    if behaviour.mode == "garbage":
        return Response(GARBAGE, mimetype="text/html")
    if behaviour.mode == "slow":
        era.wait(wait)
    return None


def _vendor_api(switches: Switches, vendor: Vendor) -> Blueprint:
    api = Blueprint("v1", __name__, url_prefix="/v1")

    @api.get("/catalog")
    def catalogue() -> Response:
        return jsonify(switches.catalogue())

    @api.put("/<any(accounts, subscriptions):collection>/<platform_id>")
    def put(collection: str, platform_id: str) -> ResponseReturnValue:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            cause = "The header Idempotency-Key is required."
            raise Problem(400, "idempotency_key_required", cause)
        return _answer(
            vendor.put(KINDS[collection], platform_id, key, json_object(), g.behaviour, g.era)
        )

    @api.get("/<any(accounts, subscriptions):collection>/<platform_id>")
    def resource(collection: str, platform_id: str) -> ResponseReturnValue:
        return _answer(vendor.resource(KINDS[collection], platform_id))

    @api.get("/operations/<operation_id>")
    def operation(operation_id: str) -> ResponseReturnValue:
        return _answer(vendor.operation(operation_id))

    return api


def _admin_api(
    database: Database, switches: Switches, journal: Journal, vendor: Vendor, eras: Eras
) -> Blueprint:
    api = Blueprint("admin", __name__, url_prefix="/admin")

    @api.get("/behaviour")
    def behaviour() -> Response:
        return jsonify(switches.behaviour().body())

    @api.put("/behaviour")
    def set_behaviour() -> Response:
        switches.set_behaviour(parse_behaviour(json_object()))
        return behaviour()

    @api.put("/catalog")
    def set_catalogue() -> Response:
        catalogue = json_object()
        if not isinstance(catalogue.get("types"), list):
            raise Problem(400, "invalid", "types is a list of product types.", field="types")
        switches.set_catalogue(catalogue)
        return jsonify(catalogue)

    @api.get("/log")
    def log() -> Response:
        found = journal.requests(
            method=request.args.get("method", ""), path=request.args.get("path", "")
        )
        return jsonify({"requests": found})

    @api.get("/state")
    def state() -> Response:
        return jsonify({name: vendor.resources(kind) for name, kind in KINDS.items()})

    @api.delete("/state")
    def delete_state() -> ResponseReturnValue:
        eras.turn()
        reset(database)
        return "", 204

    return api


def _answer(answer: Answer) -> ResponseReturnValue:
    g.effect = answer.effect
    headers = {"Idempotency-Replayed": "true"} if answer.effect == "replayed" else {}
    if answer.status == 202:
        headers["Retry-After"] = str(answer.body["retry_after"])
    return jsonify(answer.body), answer.status, headers


def _sent() -> Any:
    """Return the body sent, as JSON where it is JSON, for the log."""
    text = request.get_data(as_text=True)
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _subject() -> str:
    """Return what a behaviour's `match` is looked for in: "PUT /v1/subscriptions/7 some-sku"."""
    body = request.get_json(force=True, silent=True)
    sku = body.get("sku", "") if isinstance(body, dict) else ""
    return f"{request.method} {request.path} {sku}".rstrip()
