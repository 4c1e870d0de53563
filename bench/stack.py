"""The product as the demo runs it: durable servers, web, worker and beat with the demo's settings."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from attached import attached_check, redis_for_check, scratch_database
from devstack import servers, throwaway_directory
from environ import Env
from processes import Process, ports_free
from product import (
    ROOT,
    Ports,
    Product,
    finish,
    log_wait,
    product_environment,
    secrets_load,
    web_wait,
)

STOP_SECONDS = 40.0
IDLE_SECONDS = 900.0
# Seeding for the largest billing run takes a while.
COMMAND_SECONDS = 3600.0


@dataclass
class Bench:
    """A product that can be started and asked; `servers` are PostgreSQL and Redis where we started them."""

    product: Product
    servers: tuple[Process, ...]

    @property
    def base_url(self) -> str:
        return self.product.ports.base_url

    def manage(self, *arguments: str) -> None:
        """Run a management command to its end. Raises Failure."""
        note(f"manage.py {' '.join(arguments)}")
        name = arguments[0]
        finish(self.product.manage(name, *arguments), f"manage.py {name}", COMMAND_SECONDS)

    def probe(self, name: str, **arguments: Any) -> Any:
        """What a function of bench.probes answers, run inside the product's settings."""
        process = self.product._start(
            f"probe-{name}", ["python", "-m", "bench.probes", name, json.dumps(arguments)],
            answer := self.product.directory / f"probe-{name}.out",
        )  # fmt: skip
        finish(process, f"The probe {name}")
        text = answer.read_text()
        answer.unlink()
        return json.loads(text)

    @contextlib.contextmanager
    def database(self) -> Iterator[Any]:
        """A cursor on the product's database that commits each statement."""
        url = Env.db_url_config(self.product.env["DATABASE_URL"])
        names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST"}
        connection = psycopg2.connect(
            **{ours: url[theirs] for ours, theirs in names.items()}, port=url["PORT"] or None
        )
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            yield cursor

    def wait_idle(self) -> None:
        """Until the worker has done everything that is due. Raises SystemExit after a quarter of an hour."""
        note("wait until the worker has nothing to do")
        began = time.monotonic()
        with self.database() as cursor:
            while time.monotonic() - began < IDLE_SECONDS:
                cursor.execute(
                    "SELECT count(*) FROM core_job"
                    " WHERE state = 'running' OR (state = 'ready' AND due_at <= now())"
                )
                if cursor.fetchone()[0] == 0:
                    return
                time.sleep(1)
        raise SystemExit("the worker never came to rest")

    @contextlib.contextmanager
    def running(self, *, beat: bool = True) -> Iterator[dict[str, Process]]:
        """Web, worker and beat up and ready inside the block."""
        product = self.product
        processes = {"web": product.web(), "worker": product.worker()}
        if beat:
            processes["beat"] = product.beat()
        for process in processes.values():
            process.let_go()
        try:
            log_wait(processes["worker"], " ready.")
            web_wait(processes["web"], f"{self.base_url}/readyz")
            yield processes
        finally:
            for process in processes.values():
                process.ask_to_stop()
            for process in processes.values():
                process.stop(STOP_SECONDS)


@contextlib.contextmanager
def bench(pg: str, *, sandboxes: bool = False) -> Iterator[Bench]:
    """A migrated product on servers of its own, or on those of DATABASE_URL and REDIS_URL (a scratch database)."""
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(throwaway_directory())
        database_url = os.environ.get("DATABASE_URL", "")
        redis_url = redis_for_check(os.environ.get("REDIS_URL", ""))
        attached_check(database_url, redis_url)
        if database_url:
            database_url = stack.enter_context(scratch_database(database_url))
        note("start PostgreSQL and Redis")
        up = stack.enter_context(
            servers(directory, durable=True, pg=pg, database_url=database_url, redis_url=redis_url)
        )
        ports = Ports(*ports_free(6))
        env = product_environment(
            directory, ports, up.environment(), secrets_load(directory / "secrets")
        )
        product = Product(directory, ports, env | {"LOG_LEVEL": "WARNING"})
        found = Bench(product, up.processes)
        found.manage("migrate", "--noinput", "--verbosity", "0")
        found.manage("collectstatic", "--noinput", "--verbosity", "0")
        if sandboxes:
            for process in (product.mailbox(), product.echo()):
                stack.callback(process.stop)
            web_wait(process, f"{ports.echo_url}/healthz")
        yield found


def note(text: str) -> None:
    """What is being done, to standard error: figures alone go to standard output."""
    print(f"  {text}", file=sys.stderr, flush=True)


def directory_of(product: Product) -> Path:
    return product.directory


__all__ = ["ROOT", "Bench", "bench", "directory_of", "note"]
