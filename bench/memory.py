"""Memory of all processes of the product after use."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from processes import Process

from bench.figures import Figure
from bench.pages import ask_ms, grow
from bench.resident import family
from bench.stack import bench, note

GOAL_MIB = 1.2 * 1024
RUNS = 40
SAMPLES = 5


def measure(options: argparse.Namespace) -> list[Figure]:
    """MiB of web, worker, beat and the servers, after every page was asked for on every thread."""
    with bench(options.pg, sandboxes=True) as run:
        run.manage("seed_demo")
        grow(run, {"resellers": 0, "accounts": 0, "subscriptions": 0, "products": 0}, 10)
        targets = run.probe("targets")
        with run.running() as product:
            note(f"ask for {len(targets)} pages, {options.runs or RUNS} times each")
            for target in targets:
                ask_ms(
                    run.product.ports.web, target["path"], target["cookie"], options.runs or RUNS
                )
            everything = {**product, **{process.name: process for process in run.servers}}
            return list(_figures(everything, set(product)))


def _figures(processes: dict[str, Process], product: Iterable[str]) -> Iterator[Figure]:
    resident = {name: _total(process, "Rss") for name, process in processes.items()}
    shared = {name: _total(process, "Pss") for name, process in processes.items()}
    own = [name for name in processes if name in product]
    for name in processes:
        notes = {"shared fairly": f"{shared[name]:.0f}"}
        yield Figure("memory", name, "MiB", [resident[name]], notes=notes)
    yield Figure("memory", "web, worker and beat", "MiB", [sum(resident[n] for n in own)], GOAL_MIB,
                 notes={"shared fairly": f"{sum(shared[n] for n in own):.0f}"})  # fmt: skip
    yield Figure("memory", "with PostgreSQL and Redis", "MiB", [sum(resident.values())], GOAL_MIB,
                 notes={"shared fairly": f"{sum(shared.values()):.0f}"})  # fmt: skip


def _total(process: Process, kind: str) -> float:
    """MiB of a process and all below it. "Rss" counts a shared page in each, "Pss" its share."""
    return sum(_kib(pid, kind) for pid in family(process.popen.pid)) / 1024


def _kib(pid: int, kind: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")), 0)
