"""The product's clock: aware UTC, moved by one offset in demo and tests.

`CLOCK_FILE`, when set, holds the offset in seconds; every process of the product and every sandbox reads it, so
that a demo can travel a month ahead as a whole. Leases use the database's clock instead (bss.core.jobs).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

_shift = timedelta(0)  # this process only: tests
_file_cache: tuple[tuple[object, ...], timedelta] = ((), timedelta(0))


def now() -> datetime:
    """The present instant, aware, UTC."""
    return timezone.now() + offset()


def today(tz: str = "UTC") -> date:
    """The local date in time zone `tz` (IANA name)."""
    return now().astimezone(ZoneInfo(tz)).date()


def offset() -> timedelta:
    """How far the product's clock is ahead of the machine's."""
    return _shift + _file_offset()


@contextmanager
def travel(delta: timedelta) -> Iterator[None]:
    """Move this process's clock by `delta` for the length of a block (tests)."""
    global _shift  # noqa: PLW0603 -- one clock per process is the point
    before = _shift
    _shift = before + delta
    try:
        yield
    finally:
        _shift = before


def write_offset(delta: timedelta) -> None:
    """Move every process that reads CLOCK_FILE. Raises RuntimeError when no file is configured."""
    if not settings.CLOCK_FILE:
        raise RuntimeError("CLOCK_FILE is not set: the clock of this deployment cannot be moved.")
    target = Path(settings.CLOCK_FILE)
    # Replaced whole: a reader that met a file just truncated would remember "no offset" with its time stamp.
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft.write_text(str(delta.total_seconds()))
    draft.replace(target)


def _file_offset() -> timedelta:
    global _file_cache  # noqa: PLW0603
    if not settings.CLOCK_FILE:
        return timedelta(0)
    path = Path(settings.CLOCK_FILE)
    try:
        found = path.stat()
        stamp = (settings.CLOCK_FILE, found.st_mtime_ns, found.st_ino, found.st_size)
        if stamp != _file_cache[0]:
            _file_cache = (stamp, timedelta(seconds=float(path.read_text().strip() or 0)))
    except FileNotFoundError:
        return timedelta(0)
    return _file_cache[1]
