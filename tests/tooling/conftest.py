"""What the tests of the commands share: throw-away directories and servers, and the commands' run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from devstack import Stack, directory_remove, throwaway_servers
from product import ROOT, SCRIPTS


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Nothing to empty: these tests use neither the caller's database nor its Redis."""


@pytest.fixture
def directory() -> Iterator[Path]:
    """A path where nothing is yet, below a directory that every account may pass through."""
    parent = Path(tempfile.mkdtemp(prefix="tradewind-test-"))
    parent.chmod(0o711)
    yield parent / "data"
    directory_remove(parent / "data")
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """An empty PostgreSQL and Redis of these tests alone."""
    with throwaway_servers() as servers:
        yield servers


def command_env(**settings: str) -> dict[str, str]:
    """Our environment without servers of the caller's, and with these settings."""
    servers = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "PORT")
    kept = {name: value for name, value in os.environ.items() if name not in servers}
    return kept | {"PATH": f"{SCRIPTS}:{os.environ['PATH']}"} | settings


def demo(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run bin/demo.py to its end inside this environment."""
    return subprocess.run(
        [sys.executable, ROOT / "bin" / "demo.py", *arguments],
        env=command_env(**settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
