"""Memory of a process and of all that it started, as the kernel counts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from processes import Process


def peak_mib(process: Process) -> float:
    """The largest of a process and its children, each at its peak."""
    return max(_peak_kib(pid) for pid in family(process.popen.pid)) / 1024


def family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def _peak_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0
