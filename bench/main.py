"""Runs benchmarks by name and prints their figures; `bench/run --help` lists them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# This folder makes way for the launcher's modules and for the packages of the product.
sys.path[0:1] = [str(ROOT / "bin"), str(ROOT)]

from console import Failure, failure_print  # noqa: E402 -- the path has to be set first
from processes import Stopped, stop_signals_watch  # noqa: E402

from bench import adobe, billing, checkout, demo, installments, memory, pages, provisioning, vitals  # noqa: E402
from bench.figures import Figure, figures_print, machine_describe  # noqa: E402

BENCHES = {
    "pages": pages.measure,
    "installments": installments.measure,
    "provisioning": provisioning.measure,
    "billing": billing.measure,
    "checkout": checkout.measure,
    "adobe": adobe.measure,
    "memory": memory.measure,
    "demo": demo.measure,
    # Last: it needs a browser, which may be missing.
    "vitals": vitals.measure,
}


def main(argv: list[str]) -> int:
    options = _options(argv)
    stop_signals_watch()
    figures: list[Figure] = []
    try:
        for name in [options.name] if options.name else BENCHES:
            found = BENCHES[name](options)
            figures_print(name, found)
            figures += found
            if options.json:
                _write(options.json, figures)
    except Stopped:
        return 130
    except Failure as failure:
        failure_print(failure)
        return 1
    return 0


def _write(path: Path, figures: list[Figure]) -> None:
    report = {"machine": machine_describe(), "figures": [f.as_json() for f in figures]}
    path.write_text(json.dumps(report, indent=2) + "\n")


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measure Tradewind as the demo runs it."
    )
    add = parser.add_argument
    add("name", nargs="?", choices=sorted(BENCHES), help="one benchmark; all when left out")
    add(
        "--scale",
        type=int,
        default=100,
        metavar="N",
        help="pages, billing: up to N times the smallest; adobe: N thousand rows",
    )
    add("--smallest", type=int, default=1, metavar="N", help="pages: leave smaller sizes out")
    add("--runs", type=int, default=0, metavar="N", help="runs of each measurement")
    add("--json", type=Path, metavar="FILE", help="write the figures there as well")
    add("--pg", default="", metavar="NAME", help="which PostgreSQL: wheel-18, system-15, ...")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
