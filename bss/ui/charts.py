"""Charts as inline SVG from the server: no script, no style attribute, readable without colour.

Coordinates are percentages across and pixels down, so that a chart follows its container without distorting its
lines and patterns. Series differ by pattern, dash and marker as well as by colour, and the figures stand in a
table behind every chart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import floor, log10
from typing import Any, Literal

from django.template.loader import render_to_string
from django.utils.encoding import force_str
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language_bidi

from bss.ui import formats

PLOT_HEIGHT = 160
DIVISIONS = 4
MAX_LABELS = 8


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures, in the order of the chart's labels. None is a gap."""

    name: Any
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw. `shown` writes a figure ("€1,200"); the default writes a number.

    A "ranked" chart has one series, its bars lie, and its labels may be long: names, not points in time.
    """

    title: Any
    labels: Sequence[Any]
    series: Sequence[Series]
    kind: Literal["bar", "line", "stacked", "ranked"] = "bar"
    shown: Callable[[float], str] = field(default=formats.number)
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    series: int
    title: str


@dataclass(frozen=True, slots=True)
class Rank:
    """A lying bar: its name, where it begins and ends in per cent, and its figure."""

    label: Any
    x: str
    width: str
    shown: str


@dataclass(frozen=True, slots=True)
class Segment:
    x1: str
    y1: str
    x2: str
    y2: str
    series: int


@dataclass(frozen=True, slots=True)
class Mark:
    x: str
    y: str
    series: int
    title: str


def chart_html(chart: Chart) -> SafeString:
    """The chart with its legend and its table of figures."""
    top = nice_top(_highest(chart))
    context = {
        "chart": chart,
        "id": f"chart-{slugify(force_str(chart.title)) or 'figures'}",
        "height": PLOT_HEIGHT,
        "ticks": [chart.shown(top * i / DIVISIONS) for i in range(DIVISIONS, -1, -1)],
        "lines": [f"{PLOT_HEIGHT * i / DIVISIONS:.1f}" for i in range(DIVISIONS + 1)],
        "labels": _thinned(chart.labels),
        "bars": bars(chart, top) if chart.kind in {"bar", "stacked"} else [],
        "ranks": ranks(chart) if chart.kind == "ranked" else [],
        "segments": segments(chart, top) if chart.kind == "line" else [],
        "marks": marks(chart, top) if chart.kind == "line" else [],
        "figures": [
            (label, [_figure(chart, series, index) for series in chart.series])
            for index, label in enumerate(chart.labels)
        ],
    }
    return mark_safe(render_to_string("ui/_chart.html", context))


def sparkline_html(values: Sequence[float], label: Any = "") -> SafeString:
    """A trend without axes, 100 by 28; its label says it in words."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    spread = (high - low) or 1
    width = 100 / (len(values) - 1)
    points = [(i * width, 26 - 24 * (value - low) / spread) for i, value in enumerate(values)]
    if get_language_bidi():
        points = [(100 - x, y) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return mark_safe(render_to_string("ui/_sparkline.html", {"points": path, "label": label}))


def nice_top(highest: float) -> float:
    """A round number at or above `highest` that four divisions cut into round numbers."""
    if highest <= 0:
        return float(DIVISIONS)
    step = highest / DIVISIONS
    power = 10.0 ** floor(log10(step))
    factor = next(f for f in (1, 2, 2.5, 5, 10) if step <= f * power + 1e-9)
    return float(factor * power * DIVISIONS)


def bars(chart: Chart, top: float) -> list[Bar]:
    """Bars side by side, or on top of each other in a stacked chart."""
    slot = 100 / max(len(chart.labels), 1)
    stacked = chart.kind == "stacked"
    breadth = slot * 0.56 if stacked or len(chart.series) == 1 else slot * 0.72 / len(chart.series)
    drawn = []
    for index, label in enumerate(chart.labels):
        base = 0.0
        for number, series in enumerate(chart.series):
            value = series.values[index] or 0
            group = breadth if stacked else breadth * len(chart.series)
            x = index * slot + (slot - group) / 2 + (0 if stacked else number * breadth)
            height = PLOT_HEIGHT * value / top
            y = PLOT_HEIGHT - height - (PLOT_HEIGHT * base / top if stacked else 0)
            drawn.append(
                Bar(
                    _x(x, breadth),
                    f"{y:.1f}",
                    f"{breadth * 0.94:.2f}%",
                    f"{height:.1f}",
                    number + 1,
                    f"{label}, {series.name}: {chart.shown(value)}",
                )
            )
            base += value
    return drawn


def ranks(chart: Chart) -> list[Rank]:
    """One lying bar per label, the largest over the whole breadth."""
    highest = _highest(chart) or 1
    found = []
    for label, value in zip(chart.labels, chart.series[0].values, strict=True):
        breadth = 100 * (value or 0) / highest
        found.append(Rank(label, _x(0, breadth), f"{breadth:.2f}%", chart.shown(value or 0)))
    return found


def segments(chart: Chart, top: float) -> list[Segment]:
    """The pieces between neighbouring points; a gap has none."""
    drawn = []
    for number, series in enumerate(chart.series):
        for index in range(len(series.values) - 1):
            here, there = series.values[index], series.values[index + 1]
            if here is not None and there is not None:
                drawn.append(
                    Segment(
                        _point(chart, index),
                        _y(here, top),
                        _point(chart, index + 1),
                        _y(there, top),
                        number + 1,
                    )
                )
    return drawn


def marks(chart: Chart, top: float) -> list[Mark]:
    return [
        Mark(
            _point(chart, index),
            _y(value, top),
            number + 1,
            f"{chart.labels[index]}, {series.name}: {chart.shown(value)}",
        )
        for number, series in enumerate(chart.series)
        for index, value in enumerate(series.values)
        if value is not None
    ]


def _highest(chart: Chart) -> float:
    columns = range(len(chart.labels))
    if chart.kind == "stacked":
        return max((sum(s.values[i] or 0 for s in chart.series) for i in columns), default=0)
    return max((value or 0 for s in chart.series for value in s.values), default=0)


def _figure(chart: Chart, series: Series, index: int) -> str:
    value = series.values[index]
    return formats.DASH if value is None else chart.shown(value)


def _thinned(labels: Sequence[Any]) -> list[Any]:
    every = -(-len(labels) // MAX_LABELS)
    return [label if index % every == 0 else "" for index, label in enumerate(labels)]


def _x(start: float, breadth: float) -> str:
    return f"{100 - start - breadth if get_language_bidi() else start:.2f}%"


def _point(chart: Chart, index: int) -> str:
    slot = 100 / max(len(chart.labels), 1)
    return _x(index * slot + slot / 2, 0)


def _y(value: float, top: float) -> str:
    return f"{PLOT_HEIGHT - PLOT_HEIGHT * value / top:.1f}"
