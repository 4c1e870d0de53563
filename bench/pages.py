"""Pages: time to the whole answer over loopback, and how many queries, with 1x, 10x and 100x the rows."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import time
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from processes import ports_free, process_start
from product import ROOT, SCRIPTS, web_wait

from bench.figures import Figure
from bench.stack import Bench, bench, note

RUNS, WARM_UP = 100, 10
GOAL_MS = 100.0
MOST_QUERIES = 15
# (milliseconds, queries) of pages that were promised more: fifty products with their installments.
STRICTER = {"catalogue, reseller": (80.0, 12)}
# Of everything at 1x; the last step is the size that was promised.
ONE = {"resellers": 10, "accounts": 200, "subscriptions": 1000, "products": 200}


def measure(options: argparse.Namespace) -> list[Figure]:
    """One figure per page and size."""
    figures: list[Figure] = []
    there = dict.fromkeys(ONE, 0)
    with bench(options.pg, sandboxes=True) as run:
        run.manage("seed_demo")
        for scale in (s for s in (1, 10, 100) if options.smallest <= s <= options.scale):
            grow(run, there, scale)
            targets = run.probe("targets")
            with (
                run.running(beat=False),
                _bare(run, [t["sql"] for t in targets]) as bare_port,
            ):
                run.wait_idle()
                note(f"ask for {len(targets)} pages at {scale}x")
                figures += [
                    _figure(run, target, number, bare_port, scale, options.runs or RUNS)
                    for number, target in enumerate(targets)
                ]
    return figures


def grow(run: Bench, there: dict[str, int], scale: int) -> None:
    """Add rows until there is `scale` times the smallest size."""
    sizes = {name: count * scale - there[name] for name, count in ONE.items()}
    run.manage("seed_scale", *(f"--{name}={count}" for name, count in sizes.items()))
    there.update({name: count * scale for name, count in ONE.items()})


def ask_ms(port: int, path: str, cookie: str, runs: int) -> list[float]:
    """Milliseconds from asking to the last byte, one request after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": f"localhost:{port}", **({"Cookie": cookie} if cookie else {})}
    samples = []
    with contextlib.closing(connection):
        for _ in range(runs + WARM_UP):
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            samples.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
    return samples[WARM_UP:]


def _figure(
    run: Bench, target: dict[str, Any], number: int, bare_port: int, scale: int, runs: int
) -> Figure:
    samples = ask_ms(run.product.ports.web, target["path"], target["cookie"], runs)
    limit = median(ask_ms(bare_port, f"/{number}/", "", runs))
    queries = target["queries"]
    goal, most = STRICTER.get(target["name"], (GOAL_MS, MOST_QUERIES))
    more = {} if queries <= most else {"OVER": most}
    notes = {"queries": queries, **more}
    return Figure("pages", f"{target['name']} at {scale}x", "ms", samples, goal, limit, notes)


@contextlib.contextmanager
def _bare(run: Bench, queries: Sequence[str]) -> Iterator[int]:
    """The bare view with these queries, on a port."""
    directory = run.product.directory
    sql = directory / "bare.json"
    sql.write_text(json.dumps(queries))
    port = ports_free(1)[0]
    process = process_start(
        "bare",
        [SCRIPTS / "gunicorn", "--config", "config/gunicorn.conf.py", "bench.bare"],
        directory,
        env={
            **run.product.env,
            "PORT": str(port),
            "BENCH_SQL": str(sql),
            "DJANGO_SETTINGS_MODULE": "",
        },
        cwd=ROOT,
    )
    try:
        web_wait(process, f"http://127.0.0.1:{port}/0/")
        yield port
    finally:
        process.stop()
