"""The sandbox's clock is the machine's, moved by what the file says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox import clock


@pytest.fixture
def clock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clock"
    monkeypatch.setenv("CLOCK_FILE", str(path))
    return path


def moved() -> timedelta:
    """How far the clock is from the machine's, to the second."""
    return timedelta(seconds=round((clock.now() - datetime.now(UTC)).total_seconds()))


def test_without_a_file_the_clock_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOCK_FILE", raising=False)

    assert moved() == timedelta()
    assert clock.now().tzinfo is UTC


def test_a_missing_or_empty_file_moves_nothing(clock_file: Path) -> None:
    assert moved() == timedelta()
    clock_file.write_text("")
    assert moved() == timedelta()


def test_the_clock_follows_the_file_as_it_changes(clock_file: Path) -> None:
    for seconds in ("86400", "-3600.0", "0"):
        new = clock_file.with_suffix(".new")
        new.write_text(seconds)
        new.replace(clock_file)
        assert moved() == timedelta(seconds=float(seconds))

    clock_file.unlink()
    assert moved() == timedelta()


def test_a_file_without_a_number_is_an_error(clock_file: Path) -> None:
    clock_file.write_text("tomorrow")

    with pytest.raises(ValueError, match="tomorrow"):
        clock.now()


def test_instants_are_written_in_utc_and_read_back() -> None:
    moment = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

    assert clock.instant(moment) == "2026-03-01T09:30:00.000000Z"
    assert datetime.fromisoformat(clock.instant(moment)) == moment
