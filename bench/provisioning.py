"""From *Place order* to a live storefront: a reseller upgrades itself over HTTP, as a browser would."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import psycopg2
from environ import Env

from bench.figures import Figure
from bench.stack import Bench, bench, note
from bss.portal.seed.people import DEMO_PASSWORD
from bss.portal.walk import Walker

RUNS = 15
GOAL_SECONDS = 3.0
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.02
COMMITS = 200


def measure(options: argparse.Namespace) -> list[Figure]:
    """Seconds per upgrade, beside what one durable commit takes on this disk."""
    runs = options.runs or RUNS
    with bench(options.pg, sandboxes=True) as run:
        run.manage("seed_demo")
        run.manage("seed_scale", f"--resellers={runs * 2}", "--accounts=100", "--subscriptions=200")
        emails: Sequence[str] = run.probe("basic_resellers", count=runs)
        with run.running():
            note(f"upgrade {len(emails)} resellers, one after the other")
            seconds = [_upgrade(run, email, f"bench-{n}") for n, email in enumerate(emails)]
        commits = _commit_ms(run.product.env["DATABASE_URL"])
    return [
        Figure("provisioning", "Place order to live storefront", "s", seconds, GOAL_SECONDS),
        Figure("provisioning", "one durable commit (the disk's limit)", "ms", commits),
    ]


def _upgrade(run: Bench, email: str, alias: str) -> float:
    """Seconds from sending the last form until the storefront's address shows the shop."""
    browser = Walker(run.base_url)
    page = browser.get("/account/login/").expect()
    browser.submit(page, page.form("login"), {"login": email, "password": DEMO_PASSWORD})
    page = browser.get("/plans/").expect()
    browser.submit(page, page.form("/plans/free/choose/")).expect()
    page = browser.get("/checkout/").expect()
    page = browser.submit(page, page.form("/checkout/billing/")).expect()
    form = page.form("alias")
    asked = [name for name in form.values if "storefront_alias" in name]
    page = browser.submit(page, form, dict.fromkeys(asked, alias)).expect()
    form = page.form("Place order")
    began = time.monotonic()
    browser.submit(page, form, {"terms": "on"}).expect()
    stranger = Walker(run.base_url)
    while stranger.get(f"/{alias}/").status != 200:
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise SystemExit(f"/{alias}/ was not live after {PATIENCE_SECONDS:.0f} s")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def _commit_ms(url: str) -> list[float]:
    """Milliseconds of small transactions, each waiting for the disk."""
    known = Env.db_url_config(url)
    connection = psycopg2.connect(
        dbname=known["NAME"], user=known["USER"], password=known["PASSWORD"], host=known["HOST"],
        port=known["PORT"] or None,
    )  # fmt: skip
    samples = []
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_commit (n int)")
    for number in range(COMMITS):
        began = time.perf_counter()
        with connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_commit VALUES (%s)", [number])
        samples.append((time.perf_counter() - began) * 1000)
    connection.close()
    return samples
