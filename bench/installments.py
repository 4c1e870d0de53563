"""Installment amounts of a thousand products, in memory: what a page of the catalogue does for each of its own."""

from __future__ import annotations

import argparse

from bench.figures import Figure
from bench.stack import bench

GOAL_MS = 5.0
PRODUCTS, RUNS = 1000, 200


def measure(options: argparse.Namespace) -> list[Figure]:
    """Milliseconds for all of them: price, extra charge, line and split, for an end customer's reseller and without."""
    with bench(options.pg) as run:
        return [
            Figure(
                "installments",
                f"{PRODUCTS:,} products, {name}",
                "ms",
                samples,
                GOAL_MS,
                notes={"split": PRODUCTS},
            )
            for name, samples in run.probe(
                "installments", products=PRODUCTS, runs=options.runs or RUNS
            ).items()
        ]
