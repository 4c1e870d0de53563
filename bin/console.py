"""What the commands in this folder say: numbered steps with their time, and failures with a remedy.

Standard library only, because it also runs before the virtual environment exists.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

TAIL_LINES = 25


@dataclass
class Failure(Exception):
    """A command cannot go on.

    `cause` and `remedy` are one sentence each, the second one an instruction; `details` is the
    tail of a log, already cut to a readable length, or empty.
    """

    cause: str
    remedy: str
    details: str = ""

    def __str__(self) -> str:
        return f"{self.cause} {self.remedy}"


def failure_print(failure: Failure, stream: TextIO | None = None) -> None:
    """Write a failure so that the details come first and the remedy is the last thing read."""
    out = stream or sys.stderr
    print(file=out)
    if failure.details:
        print("\n".join(f"  | {line}" for line in failure.details.splitlines()), file=out)
    print(f"  Cause:  {failure.cause}", file=out)
    print(f"  Remedy: {failure.remedy}", file=out, flush=True)


def log_tail(path: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, or a word about its absence; never raises."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return f"(no log at {path})"
    return "\n".join(text.splitlines()[-lines:]) or f"({path} is empty)"


class Progress:
    """Numbered steps on one line each: `[ 3/9] Migrate the database ... 4.1 s`."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total = total
        self.number = 0
        self.stream = stream or sys.stderr

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step, then add how many seconds it took, or that it failed."""
        self.number += 1
        width = len(str(self.total))
        self._write(f"[{self.number:>{width}}/{self.total}] {title} ... ")
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self._write(f"failed after {time.monotonic() - began:.1f} s\n")
            raise
        self._write(f"{time.monotonic() - began:.1f} s\n")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()
