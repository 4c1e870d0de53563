"""The sandbox's clock: the machine's clock plus one offset that demo and tests move.

The offset, in seconds and possibly with a fraction, stands in the file named by the environment
variable CLOCK_FILE. The product reads the same file, so that one write moves everybody's time.
Writers replace the file (write beside it, then rename), so that nobody reads half a number.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

FileVersion = tuple[int, int, int]  # inode, mtime in nanoseconds, size
_seen: tuple[FileVersion, timedelta] | None = None


def now() -> datetime:
    """Return the current instant, aware and in UTC, moved by the offset."""
    return datetime.now(UTC) + offset()


def offset() -> timedelta:
    """Return how far the clock is moved; zero when CLOCK_FILE names no file, or an empty one.

    Raises ValueError when the file holds something other than a number.
    """
    global _seen  # noqa: PLW0603 - the cache of one small file
    path = os.environ.get("CLOCK_FILE", "")
    if not path:
        return timedelta()
    try:
        stat = Path(path).stat()
    except FileNotFoundError:
        return timedelta()
    version = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
    if _seen is None or _seen[0] != version:
        _seen = (version, timedelta(seconds=float(Path(path).read_text().strip() or 0)))
    return _seen[1]


def move(further: timedelta) -> None:
    """Move the clock of everybody who reads the same file. Raises RuntimeError without one."""
    path = os.environ.get("CLOCK_FILE", "")
    if not path:
        raise RuntimeError("CLOCK_FILE is not set: this clock cannot be moved.")
    draft = Path(f"{path}.{os.getpid()}")
    draft.write_text(str((offset() + further).total_seconds()))
    draft.replace(path)


def instant(moment: datetime) -> str:
    """Write an aware instant as ISO 8601 in UTC with a Z: "2026-03-01T09:30:00.000000Z"."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
