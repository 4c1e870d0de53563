"""Adobe Services: a verdict of the checkout, a price file of a hundred thousand rows, the prices of a large basket."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator

from product import web_wait

from bench.figures import Figure
from bench.pricefiles import files
from bench.resident import peak_mib
from bench.stack import Bench, bench, note

RUNS = 60
OWN_GOAL_MS, CALLS_GOAL = 50.0, 1.0
IMPORT_GOAL_SECONDS, IMPORT_GOAL_MIB = 60.0, 300.0
ROWS_A_SCALE = 1_000
LINES = 50
PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.25


def measure(options: argparse.Namespace) -> list[Figure]:
    """Milliseconds of a verdict of ours and how often Adobe is asked for it; seconds and the worker's peak of memory
    for a file of 100,000 rows (`--scale N`: N thousand); milliseconds of the prices of 50 lines.
    """
    runs, rows = options.runs or RUNS, ROWS_A_SCALE * options.scale
    with bench(options.pg, sandboxes=True) as run, _marketplace(run):
        run.manage("seed_demo")
        figures = list(_verdicts(run, runs))
        for name, content in files(rows):
            figures += _imported(run, name, content, rows)
        return [*figures, *_prices(run, rows, runs)]


@contextlib.contextmanager
def _marketplace(run: Bench) -> Iterator[None]:
    """The sandbox of VIP Marketplace, which the demo's story is made with."""
    process = run.product.vip_marketplace()
    try:
        web_wait(process, f"{run.product.ports.vip_marketplace_url}/healthz")
        yield
    finally:
        process.stop()


def _verdicts(run: Bench, runs: int) -> Iterator[Figure]:
    note(f"ask {runs} times for the verdict of Service Details")
    found = run.probe("adobe_reviews", runs=runs)
    notes = {"lines": found["lines"]}
    yield Figure("adobe", "verdict, without Adobe", "ms", found["own"], OWN_GOAL_MS, notes=notes)
    yield Figure("adobe", "  waiting for Adobe (the sandbox)", "ms", found["waited"])
    kinds = sorted({kind for calls in found["calls"] for kind in calls})
    for kind in kinds:
        counts = [calls.get(kind, 0) for calls in found["calls"]]
        yield Figure("adobe", f"  {kind} to Adobe", "calls", [max(counts)], CALLS_GOAL)


def _imported(run: Bench, name: str, content: bytes, rows: int) -> Iterator[Figure]:
    """One import, by a worker of its own, whose peak is then that of this file."""
    path = run.product.directory / name
    path.write_bytes(content)
    with run.running(beat=False) as product:
        run.wait_idle()
        note(f"import {name} with {rows:,} rows")
        public_id = run.probe("adobe_upload", path=str(path))
        seconds, reports = _finished(run, public_id, name, rows)
        peak = peak_mib(product["worker"])
    notes = {"MiB of file": f"{len(content) / 2**20:.1f}", "progress seen": f"{reports} times"}
    yield Figure(
        "adobe", f"{rows:,} rows, {name}", "s", [seconds], IMPORT_GOAL_SECONDS, notes=notes
    )
    yield Figure("adobe", "  worker's peak", "MiB", [peak], IMPORT_GOAL_MIB)


def _finished(run: Bench, public_id: str, name: str, rows: int) -> tuple[float, int]:
    """(seconds of the run, how many stages of its progress were seen). Raises SystemExit when it did not take all rows,
    or when some could be read before all of them.
    """
    seen: set[int] = set()
    began = time.monotonic()
    with run.database() as cursor:
        while time.monotonic() - began < PATIENCE_SECONDS:
            cursor.execute(
                "SELECT state, done, extract(epoch FROM finished_at - started_at),"
                " (SELECT count(*) FROM adobe3yc_pricefile f JOIN adobe3yc_pricerow r ON r.file_id = f.id"
                " WHERE f.name = %s) FROM core_run WHERE public_id = %s",
                [name, public_id],
            )
            state, done, seconds, there = cursor.fetchone()
            seen.add(done)
            if there not in {0, rows}:
                raise SystemExit(f"{there} of {rows} rows could be read")
            if state == "succeeded" and there == rows:
                return float(seconds), len(seen)
            if seconds is not None:
                raise SystemExit(f"the import ended {state} with {there} rows")
            time.sleep(LOOK_SECONDS)
    raise SystemExit("the import did not end")


def _prices(run: Bench, rows: int, runs: int) -> Iterator[Figure]:
    found = run.probe("adobe_prices", lines=LINES, rows=rows, runs=runs)
    notes = {"rows in force": f"{rows:,}"}
    yield Figure("adobe", f"prices of {LINES} lines", "ms", found["samples"], notes=notes)
    yield Figure("adobe", "  queries for them", "", [max(found["queries"])], 1.0)
