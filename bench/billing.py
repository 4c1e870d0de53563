"""A billing run of many due installments, by a worker, on a distributor of a believable size."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

from bench.figures import Figure
from bench.resident import peak_mib
from bench.stack import Bench, bench, note

SIZES = (10_000, 100_000, 300_000)
GOAL_SECONDS = {100_000: 90.0}
GOAL_MIB = 400.0
PATIENCE_SECONDS = 1800.0
LOOK_SECONDS = 0.25


def measure(options: argparse.Namespace) -> list[Figure]:
    """Seconds and the worker's peak of memory for 10,000, 100,000 and 300,000 due installments; `--scale 1` stops at
    the first size, `--scale 10` at the second.
    """
    sizes = [size for size in SIZES if size <= SIZES[0] * max(options.scale, 1)]
    figures: list[Figure] = []
    for size in sizes:
        figures += _measure(options.pg, size)
    return figures


def _measure(pg: str, size: int) -> Iterator[Figure]:
    with bench(pg) as run:
        run.manage("seed_demo")
        run.manage(
            "seed_scale", f"--resellers={size // 100}", f"--accounts={size // 5}",
            f"--subscriptions={size * 3 // 2}", "--products=500",
        )  # fmt: skip
        made = run.probe("installments_due", count=size)
        if made != size:
            raise SystemExit(f"only {made} installments could be made due, not {size}")
        with run.running(beat=False) as product:
            note(f"bill {size} installments")
            seconds = _bill(run)
            peak = peak_mib(product["worker"])
            note(f"{seconds:.1f} s, {peak:.0f} MiB")
        after = run.probe("installments_billed")
        if after["due"]:
            raise SystemExit(f"{after['due']} installments were left")
        notes = {"invoices": after["invoices"], "a second": f"{size / seconds:.0f}"}
        yield Figure(
            "billing", f"{size} due installments", "s", [seconds], GOAL_SECONDS.get(size),
            notes=notes,
        )  # fmt: skip
        yield Figure("billing", f"  worker's peak at {size}", "MiB", [peak], GOAL_MIB)


def _bill(run: Bench) -> float:
    """Seconds from the start of the run's first batch to the end of its last."""
    run.manage("billing_run")
    began = time.monotonic()
    with run.database() as cursor:
        while time.monotonic() - began < PATIENCE_SECONDS:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE finished_at IS NULL),"
                " extract(epoch FROM max(finished_at) - min(started_at))"
                " FROM core_run WHERE kind = 'billing.run'"
                " AND created_at > now() - interval '1 hour'"
            )
            open_runs, seconds = cursor.fetchone()
            if not open_runs:
                return float(seconds)
            time.sleep(LOOK_SECONDS)
    raise SystemExit("the billing run did not end")
