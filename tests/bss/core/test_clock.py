"""The product's clock: aware, moved as a whole by one file, never by half a number."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from bss.core import clock


@pytest.fixture
def clock_file(settings, tmp_path):
    settings.CLOCK_FILE = str(tmp_path / "offset")
    return tmp_path / "offset"


def is_about(instant, offset):
    return abs(instant - timezone.now() - offset) < timedelta(seconds=5)


def test_now_is_aware_and_utc():
    assert clock.now().tzinfo is UTC
    assert is_about(clock.now(), timedelta(0))


def test_a_test_travels_and_comes_back():
    with clock.travel(timedelta(days=30)), clock.travel(timedelta(hours=1)):
        assert is_about(clock.now(), timedelta(days=30, hours=1))
    assert clock.offset() == timedelta(0)


def test_one_file_moves_whoever_reads_it(clock_file):
    assert clock.offset() == timedelta(0)

    clock.write_offset(timedelta(days=31))
    assert is_about(clock.now(), timedelta(days=31))
    assert clock_file.read_text() == "2678400.0"

    clock.write_offset(timedelta(0))
    assert is_about(clock.now(), timedelta(0))


def test_the_file_and_a_traveller_add_up(clock_file):
    clock.write_offset(timedelta(days=1))

    with clock.travel(timedelta(days=1)):
        assert clock.offset() == timedelta(days=2)


def test_a_file_written_again_within_the_same_instant_is_read_again(clock_file):
    import os

    clock.write_offset(timedelta(seconds=10))
    assert clock.offset() == timedelta(seconds=10)
    before = clock_file.stat()
    clock.write_offset(timedelta(seconds=20))
    os.utime(clock_file, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert clock.offset() == timedelta(seconds=20)


def test_a_file_that_is_empty_or_gone_is_no_offset(clock_file):
    clock_file.write_text("")
    assert clock.offset() == timedelta(0)
    clock.write_offset(timedelta(seconds=5))
    assert clock.offset() == timedelta(seconds=5)
    clock_file.unlink()
    assert clock.offset() == timedelta(0)


def test_readers_never_see_half_a_number(clock_file):
    clock.write_offset(timedelta(seconds=1000))
    stop, seen = threading.Event(), set()

    def read():
        while not stop.is_set():
            seen.add(clock.offset())

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(300):
        clock.write_offset(timedelta(seconds=1000 + n % 2))
    stop.set()
    for reader in readers:
        reader.join()

    assert seen <= {timedelta(seconds=1000), timedelta(seconds=1001)}
    assert list(clock_file.parent.iterdir()) == [clock_file]


def test_without_a_file_nobody_moves_the_clock(settings):
    settings.CLOCK_FILE = ""

    with pytest.raises(RuntimeError, match="CLOCK_FILE"):
        clock.write_offset(timedelta(days=1))


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", 31), ("Europe/Athens", 1), ("America/New_York", 31), ("Pacific/Auckland", 1)],
)
def test_a_day_is_local(monkeypatch, zone, day):
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: late)

    assert clock.today(zone).day == day
