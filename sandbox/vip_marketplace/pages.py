"""Pages for people: the overview with its switches, each customer's Admin Console, and the price files."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sandbox import clock
from sandbox.serving import Database, Problem, answer_problem
from sandbox.vip_marketplace import console, money
from sandbox.vip_marketplace.behaviour import MODES, parse_behaviour
from sandbox.vip_marketplace.catalogue import CURRENCIES, SEGMENTS
from sandbox.vip_marketplace.errors import CODES, Refusal
from sandbox.vip_marketplace.rules import CHOICES, LABELS
from sandbox.vip_marketplace.store import Journal, Switches

REQUESTS_SHOWN: Final = 50
MOST_DAYS: Final = 1_500
PRICE_FILES: Final = ("STANDARD", "3YC")


def pretty(value: Any) -> str:
    """Write a JSON value for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def vip_pages(database: Database) -> Blueprint:
    """Return the pages at /, /console/<customer> and /pricefiles/<name>.csv, and the forms on them."""
    pages = Blueprint("vip", __name__)
    switches, journal = Switches(database), Journal(database)
    pages.add_app_template_filter(pretty, "pretty")
    _add_switches(pages, switches)
    _add_console(pages, database)

    @pages.get("/")
    def overview() -> str:
        return render_template(
            "vip_marketplace/overview.html",
            **console.state(database),
            now=clock.instant(clock.now()),
            rules=switches.rules().body(),
            choices=_choices(),
            labels=LABELS,
            behaviour=switches.behaviour(),
            modes=MODES,
            codes=CODES,
            requests=reversed(journal.requests(latest=REQUESTS_SHOWN)),
            segments=SEGMENTS,
            kinds=PRICE_FILES,
        )

    @pages.get("/pricefiles/<segment>-<kind>-<currency>.csv")
    def price_file(segment: str, kind: str, currency: str) -> Response:
        if segment not in SEGMENTS or kind not in PRICE_FILES or currency not in CURRENCIES:
            raise Problem(404, "not_found", "There is no such price file.")
        return Response(_csv(segment, kind, currency), mimetype="text/csv")

    @pages.errorhandler(Refusal)
    def refused(refusal: Refusal) -> ResponseReturnValue:
        return answer_problem(Problem(422, refusal.code, refusal.told))

    return pages


def _add_switches(pages: Blueprint, switches: Switches) -> None:
    @pages.post("/behaviour")
    def set_behaviour() -> ResponseReturnValue:
        form = request.form
        mode = form.get("mode")
        behaviour = {
            "mode": mode,
            "seconds": form.get("seconds", 3.0, type=float),
            "times": form.get("times", type=int),
            "match": form.get("match", "").strip(),
            "code": form.get("code", "") if mode == "error" else "",
        }
        switches.set_behaviour(parse_behaviour(behaviour))
        return redirect(url_for("vip.overview"), 303)

    @pages.post("/rules")
    def set_rules() -> ResponseReturnValue:
        form = {name: _typed(name, value) for name, value in request.form.items()}
        switches.set_rules(form)
        return redirect(url_for("vip.overview"), 303)

    @pages.post("/clock")
    def move_clock() -> ResponseReturnValue:
        days = request.form.get("days", 0, type=int)
        if not 1 <= days <= MOST_DAYS:
            raise Problem(400, "invalid", f"Days are 1 to {MOST_DAYS}.", field="days")
        try:
            clock.move(timedelta(days=days))
        except RuntimeError as error:
            raise Problem(409, "no_clock", str(error)) from error
        return redirect(url_for("vip.overview"), 303)


def _add_console(pages: Blueprint, database: Database) -> None:
    @pages.get("/console/<key>")
    def admin_console(key: str) -> str:
        state = console.state(database)
        found = [c for c in state["customers"] if c["customerId"] == key]
        if not found:
            raise Problem(404, "not_found", "There is no such customer.")
        mine = {
            name: [row for row in state[name] if row["customerId"] == key]
            for name in ("orders", "subscriptions")
        }
        return render_template(
            "vip_marketplace/console.html",
            customer=found[0],
            terms=_terms(found[0]),
            statuses=console.STATUSES,
            term_statuses=console.TERM_STATUSES,
            term_names=console.TERMS,
            now=clock.instant(clock.now()),
            **mine,
        )

    @pages.post("/console/<key>/<action>")
    def act(key: str, action: str) -> ResponseReturnValue:
        console.act(database, key, action, request.form)
        return redirect(url_for("vip.admin_console", key=key), 303)


def _terms(customer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each commitment and request there is, with what the customer can answer to it."""
    names = {
        "commitment": ("commitment", "Commitment"),
        "commitmentRequest": ("request", "Request for a commitment"),
        "recommitmentRequest": ("recommitment", "Request for another three years"),
    }
    benefit: dict[str, Any] = next(iter(customer.get("benefits", [])), {})
    open_now = customer["status"] == "1000"
    return [
        {
            "name": name,
            "label": label,
            "term": benefit[wire],
            "open": open_now and name != "commitment" and benefit[wire]["status"] == "REQUESTED",
        }
        for wire, (name, label) in names.items()
        if benefit.get(wire)
    ]


def _choices() -> dict[str, tuple[str, ...]]:
    """The switches that are a choice; the others are numbers."""
    return {name: allowed for name, allowed in CHOICES.items() if isinstance(allowed, tuple)}


def _typed(name: str, value: str) -> str | int:
    is_number = isinstance(CHOICES.get(name), range) and value.isdecimal()
    return int(value) if is_number else value


def _csv(segment: str, kind: str, currency: str) -> str:
    rows = money.file_rows(segment, currency, kind)
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
