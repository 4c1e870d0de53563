"""The lock files pin everything by hash and name no host, and a fault in one is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from locks import LOCKS, lock_faults

GOOD = "django==5.2.19 \\\n    --hash=sha256:00\n    # via tradewind (pyproject.toml)\n"


def write_locks(root: Path, text: str) -> None:
    for name in LOCKS:
        (root / name).write_text(GOOD)
    (root / LOCKS[0]).write_text(text)


def test_the_lock_files_of_this_repository_have_no_fault() -> None:
    assert lock_faults() == []


def test_a_good_lock_file_has_no_fault(tmp_path: Path) -> None:
    write_locks(tmp_path, GOOD)
    assert lock_faults(tmp_path) == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("--index-url https://packages.example/simple\n", "names a host"),
        ("--find-links /opt/wheels\n", "names a host"),
        ("    # from https://packages.example/simple\n", "names a host"),
        ("celery @ file:///opt/celery.whl\n", "names a host"),
        ("celery>=5\n", "not pinned"),
        ("celery==5.7.0\n", "no hash"),
    ],
)
def test_a_fault_is_found_and_named(line: str, word: str, tmp_path: Path) -> None:
    write_locks(tmp_path, GOOD + line)
    faults = lock_faults(tmp_path)
    assert any(word in fault for fault in faults)
    assert all(fault.startswith(LOCKS[0]) for fault in faults)


def test_a_lock_of_another_tool_is_refused(tmp_path: Path) -> None:
    write_locks(tmp_path, GOOD)
    (tmp_path / "uv.lock").write_text("")
    assert lock_faults(tmp_path) == ["uv.lock records where packages came from; remove it"]
