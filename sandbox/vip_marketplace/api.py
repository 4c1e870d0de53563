"""The service's HTTP side for programs: tokens, the API under /v3/, and the doors of tests under /admin/."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.serving import (
    Database,
    Era,
    Eras,
    Problem,
    answer_http_error,
    answer_problem,
    json_object,
)
from sandbox.vip_marketplace import accounts, console, lists, money, orders, subscriptions
from sandbox.vip_marketplace.behaviour import Behaviour, parse_behaviour
from sandbox.vip_marketplace.desk import Credentials, Desk
from sandbox.vip_marketplace.errors import Refusal, gateway_error, token_error
from sandbox.vip_marketplace.store import Journal, Switches, reset

GARBAGE: Final = "<!doctype html><title>Adobe</title><h1>We will be right back</h1>"
VENDOR_PATHS: Final = ("/v3/", "/ims/", "/partnerservice/")


def add_api(app: Flask, database: Database, credentials: Credentials) -> None:
    """Add the token endpoint and the API, opened by the credentials, and the doors of tests."""
    eras = Eras()
    switches, journal = Switches(database), Journal(database)
    desk = Desk(database, credentials, eras)
    _add_gate(app, switches, journal, eras)
    _add_refusals(app)
    app.register_blueprint(_token_api(desk))
    app.register_blueprint(_vendor_api(desk))
    app.register_blueprint(_admin_api(database, switches, journal, eras))


def _add_gate(app: Flask, switches: Switches, journal: Journal, eras: Eras) -> None:
    """Write every request of a program down and let it meet the behaviour."""

    @app.before_request
    def enter() -> ResponseReturnValue | None:
        if not request.path.startswith(VENDOR_PATHS):
            return None
        g.era, g.behaviour, g.effect = eras.current, Behaviour(), None
        correlation_id = request.headers.get("X-Correlation-Id")
        g.number = journal.arrived(request.method, request.path, correlation_id, _sent())
        g.behaviour = switches.meet(_subject())
        return _misbehave(g.behaviour, g.era)

    @app.after_request
    def leave(response: Response) -> Response:
        if "number" not in g:
            return response
        for name in ("X-Correlation-Id", "X-Request-Id"):
            if value := request.headers.get(name):
                response.headers[name] = value
        answer = response.get_json(silent=True) or response.get_data(as_text=True)
        if request.path.startswith("/ims/"):
            answer = None
        journal.answered(
            g.number,
            status=response.status_code,
            answer=answer,
            effect=g.effect,
            behaviour=g.behaviour.mode,
        )
        if g.behaviour.mode == "timeout_after_accept":
            g.era.wait(g.behaviour.seconds)
        return response


def _add_refusals(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> ResponseReturnValue:
        return jsonify(refusal.body()), refusal.status

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> ResponseReturnValue:
        if not request.path.startswith(VENDOR_PATHS):
            return answer_http_error(error)
        status = error.code or 500
        return jsonify(gateway_error(f"{status}001", error.name)), status


def _misbehave(behaviour: Behaviour, era: Era) -> ResponseReturnValue | None:
    """Answer in the service's place, or wait, or let the request through."""
    headers = {"Retry-After": str(int(behaviour.seconds))}
    if behaviour.mode == "unavailable":
        return jsonify(gateway_error("503000", "Service is unavailable")), 503, headers
    if behaviour.mode == "gateway":
        return jsonify(gateway_error("504001", "Upstream did not answer in time")), 504
    if behaviour.mode in {"fail", "throttle"}:
        refusal = Refusal("1124" if behaviour.mode == "fail" else "4118")
        return jsonify(refusal.body()), refusal.status, headers
    if behaviour.mode == "garbage":
        return Response(GARBAGE, mimetype="text/html")
    if behaviour.mode == "slow":
        era.wait(behaviour.seconds)
    return None


# Tokens ------------------------------------------------------------------------------------------


def _token_api(desk: Desk) -> Blueprint:
    api = Blueprint("vip_ims", __name__)

    @api.post("/ims/token/v3")
    def token() -> ResponseReturnValue:
        given = request.values
        if given.get("grant_type") != "client_credentials":
            return jsonify(token_error("unsupported_grant_type", "grant_type is not known")), 400
        value = desk.token(given.get("client_id", ""), given.get("client_secret", ""))
        if value is None:
            return jsonify(token_error("invalid_client", "client_id or client_secret")), 400
        return jsonify({"access_token": value, "token_type": "bearer", "expires_in": 86_399})

    @api.get("/partnerservice/ping")
    def ping() -> ResponseReturnValue:
        return Response("pong", mimetype="text/plain")

    return api


# The API -----------------------------------------------------------------------------------------


def _vendor_api(desk: Desk) -> Blueprint:
    api = Blueprint("vip_v3", __name__, url_prefix="/v3")
    api.before_request(desk.admit)
    _add_accounts(api, desk)
    _add_orders(api, desk)
    _add_subscriptions(api, desk)

    @api.post("/pricelist")
    def price_list() -> ResponseReturnValue:
        offset = request.args.get("offset", 0, type=int)
        limit = request.args.get("limit", money.PAGE, type=int)
        return desk.serve(lambda books: money.price_list(books, _body(), offset, limit))

    return api


def _add_accounts(api: Blueprint, desk: Desk) -> None:
    @api.post("/resellers")
    def reseller_create() -> ResponseReturnValue:
        whose = desk.credentials.distributor
        return desk.serve(
            lambda books: accounts.reseller_create(books, _body(), whose),
            status=201,
            effect="created",
        )

    @api.get("/resellers/<key>")
    def reseller(key: str) -> ResponseReturnValue:
        return desk.serve(lambda books: accounts.reseller_body(accounts.reseller_of(books, key)))

    @api.get("/resellers/<key>/customers")
    def customers(key: str) -> ResponseReturnValue:
        return desk.serve(lambda books: lists.customer_list(books, key, request.args))

    @api.post("/customers")
    def customer_create() -> ResponseReturnValue:
        return desk.serve(
            lambda books: accounts.customer_create(books, _body()), status=201, effect="created"
        )

    @api.get("/customers/<key>")
    def customer(key: str) -> ResponseReturnValue:
        return desk.serve(
            lambda books: accounts.customer_body(accounts.customer_of(books, key), books.rules)
        )

    @api.patch("/customers/<key>")
    def customer_update(key: str) -> ResponseReturnValue:
        return desk.serve(
            lambda books: accounts.customer_update(books, key, _body()), effect="updated"
        )


def _add_orders(api: Blueprint, desk: Desk) -> None:
    @api.post("/customers/<key>/orders")
    def order_create(key: str) -> ResponseReturnValue:
        body = _body()
        stores = str(body.get("orderType")) in {"NEW", "RETURN"}
        with_prices = request.args.get("fetch-price") == "true"
        return desk.serve(
            lambda books: orders.order_create(books, key, body, with_prices=with_prices),
            status=201 if stores else 200,
            effect="created" if stores else "",
        )

    @api.get("/customers/<key>/orders")
    def order_history(key: str) -> ResponseReturnValue:
        return desk.serve(lambda books: lists.order_history(books, key, request.args))

    @api.get("/customers/<key>/orders/<order>")
    def order(key: str, order: str) -> ResponseReturnValue:
        return desk.serve(lambda books: orders.order_body(orders.order_of(books, key, order)))

    @api.patch("/customers/<key>/orders/<order>")
    def order_update(key: str, order: str) -> ResponseReturnValue:
        return desk.serve(
            lambda books: orders.order_update(books, key, order, _body()), effect="updated"
        )


def _add_subscriptions(api: Blueprint, desk: Desk) -> None:
    @api.get("/customers/<key>/subscriptions")
    def all_subscriptions(key: str) -> ResponseReturnValue:
        return desk.serve(lambda books: subscriptions.subscriptions(books, key))

    @api.get("/customers/<key>/subscriptions/<sid>")
    def subscription(key: str, sid: str) -> ResponseReturnValue:
        return desk.serve(lambda books: subscriptions.subscription(books, key, sid))

    @api.patch("/customers/<key>/subscriptions/<sid>")
    def subscription_update(key: str, sid: str) -> ResponseReturnValue:
        return desk.serve(
            lambda books: subscriptions.subscription_update(books, key, sid, _body()),
            effect="updated",
        )


# Doors of tests ----------------------------------------------------------------------------------


def _admin_api(database: Database, switches: Switches, journal: Journal, eras: Eras) -> Blueprint:
    api = Blueprint("vip_admin", __name__, url_prefix="/admin")

    @api.put("/behaviour")
    def set_behaviour() -> Response:
        switches.set_behaviour(parse_behaviour(json_object()))
        return jsonify(switches.behaviour().body())

    @api.put("/rules")
    def set_rules() -> Response:
        switches.set_rules(json_object())
        return jsonify(switches.rules().body())

    @api.get("/log")
    def log() -> Response:
        found = journal.requests(
            method=request.args.get("method", ""), path=request.args.get("path", "")
        )
        return jsonify({"requests": found})

    @api.get("/state")
    def state() -> Response:
        return jsonify(console.state(database))

    @api.post("/customers/<key>/<action>")
    def act(key: str, action: str) -> Response:
        return jsonify(console.act(database, key, action, json_object()))

    @api.delete("/state")
    def delete_state() -> ResponseReturnValue:
        eras.turn()
        reset(database)
        return "", 204

    @api.errorhandler(Refusal)
    def refused(refusal: Refusal) -> ResponseReturnValue:
        return answer_problem(Problem(422, refusal.code, refusal.told))

    return api


def _body() -> Mapping[str, Any]:
    """Return the request's JSON object. Raises Refusal 5122 when the body is anything else."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refusal("5122", ["body"])
    return body


def _sent() -> Any:
    """Return the body sent, as JSON where it is JSON, for the log; never that of a token request."""
    text = request.get_data(as_text=True)
    if request.path.startswith("/ims/"):
        return None
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _subject() -> str:
    """Return what a behaviour's `match` is looked for in: "POST /v3/customers/9/orders PREVIEW"."""
    body = request.get_json(force=True, silent=True)
    kind = body.get("orderType", "") if isinstance(body, dict) else ""
    return f"{request.method} {request.path} {kind}".rstrip()
