"""The lines that `bin/test` ends with say the truth in pytest's words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from report import Outcome, closing_lines, counts_of


def outcome(name: str, state: str = "ok", counts: dict[str, int] | None = None) -> Outcome:
    return Outcome(name, state, 2.0, "", None if counts is None else Counter(counts))


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("=== 2 failed, 812 passed, 3 skipped in 312.40s (0:05:12) ===", (2, 812, 3, 0)),
        ("812 passed in 0.99s", (0, 812, 0, 0)),
        ("1 passed, 2 errors in 3.00s", (0, 1, 0, 2)),
        ("no tests ran in 0.01s", (0, 0, 0, 0)),
    ],
)
def test_the_numbers_are_read_from_pytests_last_line(
    line: str, counts: tuple[int, ...], tmp_path: Path
) -> None:
    log = tmp_path / "tests.log"
    log.write_text(f"..F 3 failed in words only\n{line}\n")
    found = counts_of(log)
    assert tuple(found[word] for word in ("failed", "passed", "skipped", "error")) == counts


def test_two_runs_are_summed_in_the_last_line() -> None:
    lines = closing_lines(
        [
            outcome("tests", counts={"passed": 800, "skipped": 2}),
            outcome("ui", counts={"passed": 9}),
        ],
        61.5,
    )
    assert lines[-1].strip("= ") == "809 passed, 2 skipped in 61.50s"


def test_a_failed_check_is_an_error_of_the_last_line() -> None:
    lines = closing_lines([outcome("types", "failed"), outcome("tests", counts={"passed": 5})], 9.0)
    assert lines[-1].strip("= ") == "5 passed, 1 error in 9.00s"


def test_a_run_that_crashed_without_a_failed_test_does_not_look_green() -> None:
    lines = closing_lines([outcome("tests", "failed", counts={"passed": 5})], 9.0)
    assert lines[-1].strip("= ") == "5 passed, 1 error in 9.00s"


def test_two_failed_checks_are_two_errors() -> None:
    lines = closing_lines([outcome("types", "failed"), outcome("lint", "failed")], 9.0)
    assert lines[-1].strip("= ") == "2 errors in 9.00s"


def test_a_check_that_was_not_run_is_said_aloud() -> None:
    lines = closing_lines([outcome("tests", counts={"passed": 5}), Outcome.skipped("browser")], 9.0)
    assert "NOT RUN: browser. This is not a full test." in lines
