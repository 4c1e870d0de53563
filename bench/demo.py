"""bin/demo on an empty directory: from the command to "Tradewind is running", dependencies present."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from processes import pause, ports_in_a_row, process_birth
from product import ROOT

from bench.figures import Figure
from bench.stack import note

RUNS = 3
GOAL_SECONDS = 90.0
PATIENCE_SECONDS = 300.0
STEP = re.compile(r"\[ *\d+/\d+\] (.+?) \.\.\. ([\d.]+) s")


def measure(options: argparse.Namespace) -> list[Figure]:
    """Seconds to ready, and of each step."""
    runs = [_start(options.pg) for _ in range(options.runs or RUNS)]
    figures = [Figure("demo", "bin/demo to ready", "s", [r["ready"] for r in runs], GOAL_SECONDS)]
    for step in [name for name in runs[0] if name != "ready"]:
        figures.append(Figure("demo", f"  {step}", "s", [run[step] for run in runs]))
    return figures


def _start(pg: str) -> dict[str, float]:
    """Start a demo with data of its own, wait until it is ready, stop it. Seconds by step."""
    note("start bin/demo with an empty directory")
    directory = Path(tempfile.mkdtemp(prefix="tradewind-bench-", dir="/tmp"))
    command = [ROOT / "bin" / "demo", "--data", directory, "--port", str(ports_in_a_row(6))]
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    log = directory.with_suffix(".log")
    began = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603
            [str(part) for part in [*command, *(["--pg", pg] if pg else [])]],
            stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env, start_new_session=True,
        )  # fmt: skip
    try:
        while "Tradewind is running" not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                raise SystemExit(f"the demo did not start:\n{log.read_text(errors='replace')}")
            pause()
        ready = time.monotonic() - began
    finally:
        _stop(process)
    steps = {name: float(seconds) for name, seconds in STEP.findall(log.read_text())}
    shutil.rmtree(directory, ignore_errors=True)
    log.unlink()
    return {"ready": ready, **steps}


def _stop(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would."""
    if process_birth(process.pid) and process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.wait(timeout=120)
