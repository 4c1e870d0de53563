"""Figures: what was measured, in which unit, with its spread and the limit it is compared with."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True)
class Figure:
    """Samples of one thing in one unit. `limit` is the median of what physics allows, measured in the same run.

    `goal` is what was promised: the p95 of `unit` "ms" and the median of everything else has to stay under it.
    """

    bench: str
    name: str
    unit: str
    samples: Sequence[float]
    goal: float | None = None
    limit: float | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return median(self.samples)

    @property
    def p95(self) -> float:
        if len(self.samples) < 2:
            return self.samples[0]
        return quantiles(self.samples, n=20, method="inclusive")[-1]

    @property
    def spread(self) -> str:
        """From the smallest to the largest sample."""
        return f"{_short(min(self.samples))}-{_short(max(self.samples))}"

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        reached = self.p95 if self.unit == "ms" else self.median
        return "ok" if reached <= self.goal else "MISSED"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "samples": [round(sample, 4) for sample in self.samples],
            "median": round(self.median, 4),
            "p95": round(self.p95, 4),
            "verdict": self.verdict,
        }


def figures_print(title: str, figures: Sequence[Figure]) -> None:
    """A table: one line per figure."""
    head = ["", "runs", "median", "p95", "spread", "limit", "goal", "", "notes"]
    rows = [head, *(_row(figure) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    print(f"\n{title}: {machine_describe()}")
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:8], widths[1:8], strict=True)]
        print("  ".join([*cells, row[8]]).rstrip(), flush=True)


def machine_describe() -> str:
    """What the figures were measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _lines("/proc/cpuinfo")
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo")), 0)
    return f"{len(os.sched_getaffinity(0))} cores ({model}), {memory / 1024 / 1024:.0f} GiB"


def _row(figure: Figure) -> list[str]:
    limit = "" if figure.limit is None else _short(figure.limit)
    goal = "" if figure.goal is None else f"{_short(figure.goal)}"
    notes = ", ".join(f"{name} {value}" for name, value in figure.notes.items())
    return [
        figure.name,
        str(len(figure.samples)),
        f"{_short(figure.median)} {figure.unit}",
        _short(figure.p95),
        figure.spread,
        limit,
        goal,
        figure.verdict,
        notes,
    ]


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
