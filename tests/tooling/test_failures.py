"""A command that cannot go on names the cause and the remedy, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from console import Failure
from demo import watch
from environment import space_check
from processes import ports_free, ports_in_a_row, process_start, wait_until
from product import ROOT, command_failure, finish

from tests.tooling.conftest import command_env, demo


def python_saying(version: str, path: Path) -> Path:
    """A program that passes for a Python of another version."""
    path.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "Python {version}" && exit 0\nexit 1\n'
    )
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("command", ["demo", "test", "lock"])
def test_another_python_is_named_with_the_way_to_name_the_right_one(
    command: str, tmp_path: Path
) -> None:
    python = python_saying("3.13.1", tmp_path / "python")
    ended = subprocess.run(
        [ROOT / "bin" / command],
        env=command_env(PYTHON=str(python)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "Python 3.13.1" in ended.stderr
    assert f"PYTHON=/path/to/python3.11 bin/{command}" in ended.stderr


def test_a_python_without_venv_is_told_what_to_install() -> None:
    script = (
        "import sys, environment; sys.path[:] = []; environment.main(['requirements.txt', 'x'])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=command_env(PYTHONPATH=str(ROOT / "bin")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "no module named venv" in ended.stderr
    assert "python3.11-venv" in ended.stderr


def test_a_taken_port_is_named_with_other_ports_to_use(directory: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = demo("--data", directory, "--port", str(port))
    assert ended.returncode == 1
    assert f"Cause:  Port {port}, meant for Tradewind, is taken" in ended.stderr
    assert f"bin/demo --port {port + 100}" in ended.stderr
    assert [path.name for path in directory.iterdir()] == ["lock"]


def test_a_database_url_with_nobody_behind_it_is_named(directory: Path) -> None:
    port = ports_free(1)[0]
    ended = demo(
        "--data", directory, DATABASE_URL=f"postgres://app:wave-breaker@127.0.0.1:{port}/shop"
    )
    assert ended.returncode == 1
    assert "Cause:  DATABASE_URL is set, and no database answers there" in ended.stderr
    assert "unset DATABASE_URL" in ended.stderr
    assert "wave-breaker" not in ended.stderr


def test_a_redis_url_with_nobody_behind_it_is_named(directory: Path) -> None:
    ended = demo("--data", directory, REDIS_URL=f"redis://127.0.0.1:{ports_free(1)[0]}/0")
    assert ended.returncode == 1
    assert "Cause:  REDIS_URL is set, and nothing usable answers there" in ended.stderr
    assert "unset REDIS_URL" in ended.stderr


def test_reset_never_touches_a_database_of_the_callers(directory: Path) -> None:
    ended = demo("--reset", "--data", directory, DATABASE_URL="postgres://app@db.example/shop")
    assert ended.returncode == 1
    assert "DATABASE_URL is set" in ended.stderr
    assert "dropdb" in ended.stderr
    assert not directory.exists()


def test_a_postgres_that_is_not_there_is_named(directory: Path) -> None:
    ended = demo("--data", directory, "--pg", "system-9", "--port", str(ports_in_a_row(6)))
    assert ended.returncode == 1
    assert "Cause:  PostgreSQL system-9 was not found" in ended.stderr
    assert not (directory / "sockets").exists()


def test_a_full_disk_is_named_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(Failure) as refused:
        space_check(tmp_path, 10**9)
    assert "1000000000 MB are needed" in refused.value.cause
    assert "Free some space" in refused.value.remedy


def test_a_process_that_dies_is_named_with_the_end_of_its_log(directory: Path) -> None:
    directory.mkdir()
    script = ["sh", "-c", "echo the queue is gone; exit 3"]
    worker = process_start("worker", script, directory, env=command_env(), cwd=ROOT)
    worker.popen.wait()
    with pytest.raises(Failure) as seen:
        watch([worker])
    assert seen.value.cause == "The worker process ended with exit status 3."
    assert seen.value.details == "the queue is gone"
    assert str(worker.log) in seen.value.remedy


def test_a_server_that_never_gets_ready_is_given_up_and_named(directory: Path) -> None:
    directory.mkdir()
    web = process_start("web", ["sleep", "60"], directory, env=command_env(), cwd=ROOT)
    try:
        with pytest.raises(Failure) as seen:
            wait_until(lambda: False, web, 0.1, what="The web process")
    finally:
        web.kill()
    assert "The web process was not ready after" in seen.value.cause


def test_a_seed_that_fails_is_named_with_its_message_and_the_way_to_start_over(
    directory: Path,
) -> None:
    directory.mkdir()
    script = ["sh", "-c", "echo the price list is empty; exit 1"]
    seed = process_start("seed", script, directory, env=command_env(), cwd=ROOT)
    with pytest.raises(Failure) as seen:
        finish(seed, "Seeding the story")
    assert seen.value.cause == ("Seeding the story failed: the command ended with exit status 1.")
    assert seen.value.details == "the price list is empty"
    assert "--reset" in seen.value.remedy
    assert not seed.note.exists()


def test_a_disk_that_fills_up_meanwhile_is_the_cause_that_is_named(directory: Path) -> None:
    directory.mkdir()
    script = ["sh", "-c", "echo 'OSError: [Errno 28] No space left on device'; exit 1"]
    migrate = process_start("migrate", script, directory, env=command_env(), cwd=ROOT)
    migrate.popen.wait()
    assert command_failure(migrate, "Migrating the database").cause == "The disk is full."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_cannot_be_written_is_named() -> None:
    ended = demo("--data", "/var/tradewind-demo")
    assert ended.returncode == 1
    assert "/var/tradewind-demo cannot be made" in ended.stderr
