"""Each command of docker-compose.yml, started outside a container, gets healthy and stops when told."""

from __future__ import annotations

import base64
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from devstack import Stack
from installs import redis_choose
from processes import ports_free
from product import ROOT

from tests.tooling.deployment import (
    SERVICES,
    command_of,
    example_values,
    healthcheck_of,
    healthy,
    path_with,
    settings_of,
    started,
    stop,
    wait_for,
)

VALUES = example_values() | {
    "SECRET_KEY": "a-key-for-this-test-alone-0123456789-0123456789",
    "SECRETS_KEYS": f"t:{base64.b64encode(bytes(32)).decode()}",
    "POSTGRES_PASSWORD": "unused",
    "WORKER_CONCURRENCY": "1",
}


@pytest.fixture(scope="session")
def production(stack: Stack) -> dict[str, str]:
    """The environment of production, HTTPS included, but with the servers of these tests."""
    broker = stack.redis_url.replace("unix://", "redis+socket://")
    return settings_of("web", VALUES, **stack.environment(), CELERY_BROKER_URL=broker)


@pytest.fixture(scope="session")
def migrated(stack: Stack, production: dict[str, str]) -> Stack:
    """The database after the command of the migrate service, which has to succeed."""
    ended = subprocess.run(
        command_of("migrate", VALUES), env=production, cwd=ROOT, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return stack


def test_the_migration_makes_the_tables_and_ends(migrated: Stack) -> None:
    sockets = Path(urlsplit(migrated.database_url).path).parent
    with closing(psycopg2.connect(host=str(sockets), user="app", dbname="tradewind")) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) > 30 FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone() == (True,)


def test_the_web_process_gets_healthy_behind_https_and_stops(
    migrated: Stack, production: dict[str, str], directory: Path
) -> None:
    directory.mkdir()
    env = production | {"PORT": str(ports_free(1)[0]), "BIND_HOST": "127.0.0.1"}
    assert env["HTTPS"] == "1"
    with started("web", command_of("web", VALUES), env, directory) as web:
        wait_for(lambda: healthy("web", env), web)
        assert stop(web) == 0
    assert not healthy("web", env)


def test_the_worker_gets_healthy_and_finishes_its_task_when_told_to_stop(
    migrated: Stack, production: dict[str, str], directory: Path
) -> None:
    directory.mkdir()
    command = [*command_of("worker", VALUES), "--include", "tests.tooling.workload"]
    call = ["celery", "-A", "config", "call", "tooling.work", "--args", f'["{directory}", 2]']
    with started("worker", command, production, directory) as worker:
        wait_for(lambda: "ready." in worker.log.read_text(), worker)
        assert healthy("worker", production)
        subprocess.run(call, env=production, cwd=ROOT, capture_output=True, check=True)
        wait_for((directory / "began").exists, worker)
        assert not (directory / "finished").exists()
        assert stop(worker) == 0
    assert (directory / "finished").exists()
    assert not healthy("worker", production)


def test_beat_gets_healthy_and_stops(
    migrated: Stack, production: dict[str, str], directory: Path
) -> None:
    directory.mkdir()
    schedule, watched = str(directory / "beat-schedule"), healthcheck_of("beat")[-1]
    assert watched in SERVICES["beat"]["command"]
    command = command_of("beat", VALUES, **{watched: schedule})
    assert not healthy("beat", production, schedule)
    with started("beat", command, production, directory) as beat:
        wait_for(lambda: healthy("beat", production, schedule), beat)
        assert stop(beat) == 0


def test_redis_gets_healthy_and_stops(production: dict[str, str], directory: Path) -> None:
    directory.mkdir()
    port = str(ports_free(1)[0])
    place = ["--port", port, "--bind", "127.0.0.1", "--dir", str(directory)]
    env = production | {"PATH": path_with(redis_choose().program.parent)}
    shell = healthcheck_of("redis")[-1].replace("redis-cli", f"redis-cli -p {port}")
    assert not healthy("redis", env, shell)
    with started("redis", [*command_of("redis", VALUES), *place], env, directory) as store:
        wait_for(lambda: healthy("redis", env, shell), store)
        assert stop(store) == 0


def test_postgres_is_healthy_while_it_answers(stack: Stack, production: dict[str, str]) -> None:
    assert stack.postgres is not None
    sockets = str(Path(urlsplit(stack.database_url).path).parent)
    env = production | {"PATH": path_with(stack.postgres.program.parent)}
    assert healthy("postgres", env | {"PGHOST": sockets})
    assert not healthy("postgres", env | {"PGHOST": "/nowhere"})
