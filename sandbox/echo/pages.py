"""Echo's page for people: what it sold, how it behaves, what it was asked lately."""

import json
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sandbox.echo.behaviour import MODES, parse_behaviour
from sandbox.echo.journal import Journal
from sandbox.echo.store import Switches
from sandbox.echo.vendor import Vendor
from sandbox.serving import Database

REQUESTS_SHOWN: Final = 50


def pretty(value: Any) -> str:
    """Write a JSON value for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def echo_pages(database: Database) -> Blueprint:
    """Return the page at / and the form on it."""
    pages = Blueprint("echo", __name__)
    switches, journal, vendor = Switches(database), Journal(database), Vendor(database)

    pages.add_app_template_filter(pretty, "pretty")

    @pages.get("/")
    def overview() -> str:
        accounts = {a["platform_id"]: a["name"] for a in vendor.resources("account")}
        return render_template(
            "echo/overview.html",
            subscriptions=vendor.resources("subscription"),
            accounts=accounts,
            behaviour=switches.behaviour(),
            modes=MODES,
            requests=reversed(journal.requests(latest=REQUESTS_SHOWN)),
        )

    @pages.post("/behaviour")
    def set_behaviour() -> ResponseReturnValue:
        form = request.form
        behaviour = {
            "mode": form.get("mode"),
            "seconds": form.get("seconds", 3.0, type=float),
            "times": form.get("times", type=int),
            "match": form.get("match", "").strip(),
        }
        switches.set_behaviour(parse_behaviour(behaviour))
        return redirect(url_for("echo.overview"), 303)

    return pages
