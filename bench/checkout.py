"""Orders a second: whole checkouts as browsers walk them, and orders through the API, by four clients at once.

The clients run on the same cores as the product. Everything that an order causes (subscription, delivery, invoice,
e-mails) is done by the worker meanwhile and after; how long that takes after the last order is measured too.
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.figures import Figure
from bench.stack import Bench, bench, note
from bss.portal.seed.people import DEMO_PASSWORD
from bss.portal.walk import Form, Page, Walker

CLIENTS = 4
SECONDS = 20.0
HTML_GOAL, API_GOAL, DRAINED_GOAL_SECONDS = 8.0, 15.0, 60.0
ALONE = 30
STEP_GOAL_MS = 150.0


@dataclass
class Client:
    """One buyer's connection; `steps` collects the milliseconds of each request by what it was."""

    run: Bench
    buyer: Mapping[str, str]
    steps: dict[str, list[float]] = field(default_factory=dict)

    def timed(self, name: str, ask: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        answer = ask()
        self.steps.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        return answer


class HtmlClient(Client):
    """A browser without a screen, signed in."""

    def sign_in(self) -> None:
        self.browser = Walker(self.run.base_url)
        page = self.browser.get("/account/login/").expect()
        values = {"login": self.buyer["email"], "password": DEMO_PASSWORD}
        self.browser.submit(page, page.form("login"), values)

    def order(self) -> None:
        """From the product to the confirmation. Raises WalkFailed."""
        browser, path = self.browser, f"/products/{self.buyer['product']}/"
        page = self.timed("product", lambda: browser.get(path).expect())
        page = self.timed(
            "basket", lambda: browser.submit(page, page.form("/basket/add/")).expect()
        )
        for step, part, typed, shown in (
            ("items", "seen_total", {"do": "continue"}, "Billing information"),
            ("billing", "purchase_order", {"do": "continue"}, "Place order"),
            ("place", "Place order", {"terms": "on"}, "SO-"),
        ):
            page = self._submitted(step, page, page.form(part), typed).expect(shown)

    def _submitted(self, step: str, page: Page, form: Form, typed: Mapping[str, str]) -> Page:
        sent: Page = self.timed(step, lambda: self.browser.submit(page, form, typed))
        return sent


class ApiClient(Client):
    """A program with a token: a draft with one line, then placed."""

    def sign_in(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.run.product.ports.web)

    def order(self) -> None:
        """Raises SystemExit when the API refuses."""
        line = {"product": self.buyer["product"], "unit": self.buyer["unit"], "quantity": 1}
        body = {"customer": self.buyer["customer"], "lines": [line]}
        made = self.timed("create", lambda: self._post("/api/v1/orders/", body))
        path = f"/api/v1/orders/{made['id']}/place/"
        self.timed("place", lambda: self._post(path, {"terms": self.buyer["terms"]}))

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        headers = {
            "Authorization": f"Bearer {self.buyer['token']}",
            "Content-Type": "application/json",
            "Host": f"localhost:{self.run.product.ports.web}",
        }
        self.connection.request("POST", path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in {200, 201}:
            raise SystemExit(f"{path} answered {answer.status}: {text[:300].decode()}")
        return json.loads(text)


def measure(options: argparse.Namespace) -> list[Figure]:
    """Milliseconds of each step by one client alone, orders a second by four, and seconds until the queue is empty."""
    with bench(options.pg, sandboxes=True) as run:
        run.manage("seed_demo")
        run.manage(
            "seed_scale", "--resellers=20", "--accounts=400", "--subscriptions=2000", "--products=500",
        )  # fmt: skip
        buyers: Sequence[Mapping[str, str]] = run.probe("buyers", count=CLIENTS)
        if len(buyers) != CLIENTS:
            raise SystemExit(f"only {len(buyers)} resellers can buy")
        with run.running(beat=False):
            run.wait_idle()
            figures = _alone(run, buyers[0], options.runs or ALONE)
            for name, kind, goal in (
                ("checkouts in HTML", HtmlClient, HTML_GOAL),
                ("orders by the API", ApiClient, API_GOAL),
            ):
                run.wait_idle()
                figures += _together(run, [kind(run, buyer) for buyer in buyers], name, goal)
    return figures


def _alone(run: Bench, buyer: Mapping[str, str], runs: int) -> list[Figure]:
    client = HtmlClient(run, buyer)
    client.sign_in()
    note(f"place {runs} orders, one after the other")
    for _ in range(runs):
        client.order()
        run.wait_idle()
    return [
        Figure("checkout", f"step {name}, alone", "ms", samples, STEP_GOAL_MS)
        for name, samples in client.steps.items()
    ]


def _together(run: Bench, clients: Sequence[Any], name: str, goal: float) -> list[Figure]:
    for client in clients:
        client.sign_in()
    done: list[float] = []
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=_order_on, args=(c, until, done)) for c in clients]
    note(f"{len(clients)} clients for {SECONDS:.0f} s: {name}")
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - began
    run.wait_idle()
    drained = time.monotonic() - began - spent
    # A figure is met when it is small, so the time of an order stands for how many there are in a second.
    rate = len(done) / spent
    return [
        Figure(
            "checkout", f"{name}: between two", "s", [1 / rate], 1 / goal,
            notes={"a second": f"{rate:.1f}", "goal": f"{goal:.0f} a second"},
        ),
        Figure("checkout", f"{name}: until all is done", "s", [drained], DRAINED_GOAL_SECONDS),
    ]  # fmt: skip


def _order_on(client: Any, until: float, done: list[float]) -> None:
    while time.monotonic() < until:
        client.order()
        done.append(time.monotonic())
