"""A program that is held begins when it is let go, and never by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from processes import Process, process_start
from product import ROOT

from tests.tooling.conftest import command_env

PROGRAM = """
import pathlib, sys
pathlib.Path(sys.argv[1]).write_text(f"{__name__} {sys.argv[2:]} {sys.stdin.read()!r} {'config.urls' in sys.modules}")
"""


@pytest.fixture
def held(directory: Path) -> Process:
    """A program that would write what it was given into a file."""
    directory.mkdir()
    program = directory / "program.py"
    program.write_text(PROGRAM)
    return process_start(
        "program",
        [sys.executable, ROOT / "bin" / "held.py", program, directory / "said", "--to", "whom"],
        directory,
        env=command_env(DJANGO_SETTINGS_MODULE="config.settings"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
    )


def test_it_begins_as_if_it_had_been_started_itself(held: Process, directory: Path) -> None:
    held.let_go()
    assert held.popen.wait() == 0, held.log.read_text()
    assert (directory / "said").read_text() == "__main__ ['--to', 'whom'] '' True"
    held.kill()


def test_it_ends_with_whoever_started_it(held: Process, directory: Path) -> None:
    assert held.popen.stdin is not None
    held.popen.stdin.close()
    assert held.popen.wait() == 1
    assert not (directory / "said").exists()
    assert "whoever started it has ended" in held.log.read_text()
    held.kill()
