"""The demo: servers, seed, sandboxes, web, worker and beat, until Ctrl-C.

Progress goes to standard error; what a person keeps (addresses and logins, or the line of
`--check`) goes to standard output.
"""

import argparse
import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from attached import attached_check, redis_for_check, scratch_database
from console import Failure, Progress, failure_print, log_tail
from devstack import Stack, directory_claim, directory_clear, servers, throwaway_directory
from environment import space_check
from processes import Process, Stopped, pause, port_is_free, ports_free, stop_signals_watch
from product import (
    ROOT,
    Ports,
    Product,
    environment_write,
    finish,
    log_wait,
    ports_from,
    product_environment,
    secrets_load,
    web_wait,
)

STEPS = 7
NEEDED_MEGABYTES = 500
# A task that is running is let finish; what does not end by then is run again by the next worker.
PRODUCT_STOP_SECONDS = 40.0
KEPT_LOGS = ROOT / "artefacts" / "demo-check"


def main(argv: list[str]) -> int:
    options = arguments_parse(argv)
    stop_signals_watch()
    try:
        if options.check:
            demo_check(options.pg)
        else:
            demo_run(options.data, options.port, options.pg, reset=options.reset)
    except Stopped:
        print("Stopped.", file=sys.stderr)
        return 130 if options.check else 0
    except Failure as failure:
        failure_print(failure)
        return 1
    return 0


def arguments_parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/demo", description="Run Tradewind with a seeded story on this machine."
    )
    port = int(os.environ.get("PORT", "8000"))
    add = parser.add_argument
    add("--port", type=int, default=port, help="the first of six ports; default %(default)s")
    add("--reset", action="store_true", help="delete the kept data first")
    add("--check", action="store_true", help="come up beside a running demo, walk it, stop")
    add("--pg", default="", metavar="NAME", help="which PostgreSQL: wheel-18, system-15, ...")
    add("--data", type=Path, default=ROOT / ".demo", metavar="DIR", help="default .demo")
    options = parser.parse_args(argv)
    if options.check and options.reset:
        parser.error("--check has fresh data of its own; --reset does not go with it")
    return options


def demo_run(directory: Path, port: int, pg: str, *, reset: bool) -> None:
    """Run until somebody stops it. Raises Failure when something does not start, or dies."""
    urls = _attached_urls()
    if reset and urls["DATABASE_URL"]:
        raise Failure(
            "--reset deletes the embedded servers' data only, and DATABASE_URL is set.",
            "Empty that database yourself (dropdb, createdb), or unset DATABASE_URL.",
        )
    ports = ports_from(port)
    with directory_claim(directory) as claimed:
        ports_check(ports)
        space_check(claimed, NEEDED_MEGABYTES)
        if reset:
            directory_clear(claimed)
        with _running(claimed, ports, pg, urls) as (product, watched):
            environment_write(claimed / "env.sh", product.env)
            asked, logins = product.ask("logins", "seed_demo", "--print-logins")
            finish(asked, "Asking for the logins")
            welcome_print(ports, logins.read_text(), claimed)
            watch(watched)


def demo_check(pg: str) -> None:
    """Come up on free ports with data of its own, walk the story over HTTP, and stop.

    Prints the line of the walk; raises Failure when the walk does not succeed.
    """
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(throwaway_directory())
        urls = _attached_urls()
        if urls["DATABASE_URL"]:
            urls["DATABASE_URL"] = stack.enter_context(scratch_database(urls["DATABASE_URL"]))
        urls["REDIS_URL"] = redis_for_check(urls["REDIS_URL"])
        stack.enter_context(_logs_kept_on_failure(directory))
        ports = Ports(*ports_free(6))
        product, _ = stack.enter_context(_running(directory, ports, pg, urls))
        walk, line = product.ask("walk", "demo_check", ports.base_url)
        try:
            finish(walk, "The walk through the demo")
        finally:
            print(line.read_text().strip(), flush=True)


@contextlib.contextmanager
def _running(
    directory: Path, ports: Ports, pg: str, urls: dict[str, str]
) -> Iterator[tuple[Product, list[Process]]]:
    """Everything up and ready inside the block; stopped in the order that loses nothing."""
    progress = Progress(STEPS)
    keys = secrets_load(directory / "secrets")
    with contextlib.ExitStack() as stack:
        with progress.step("Start PostgreSQL and Redis"):
            attached_check(urls["DATABASE_URL"], urls["REDIS_URL"])
            up = stack.enter_context(
                servers(
                    directory,
                    durable=True,
                    pg=pg,
                    database_url=urls["DATABASE_URL"],
                    redis_url=urls["REDIS_URL"],
                )
            )
        _servers_name(up)
        env = product_environment(directory, ports, up.environment(), keys)
        product = Product(directory, ports, env)
        sandboxes: list[Process] = []
        processes: list[Process] = []
        # The last task of the worker may still call a sandbox, so those are stopped after it.
        stack.callback(processes_stop, sandboxes)
        stack.callback(processes_stop, processes)
        stack.callback(print, "\nStopping ...", file=sys.stderr, flush=True)
        _prepare(product, progress, sandboxes, processes)
        _start(product, progress, processes)
        yield product, [*up.processes, *sandboxes, *processes]


def _prepare(
    product: Product, progress: Progress, sandboxes: list[Process], processes: list[Process]
) -> None:
    """Everything up to the story; leaves web, worker and beat in `processes`, held.

    What a step waits for was begun in an earlier one where that was possible: the first core migrates and tells the
    story, the others do what neither waits for.
    """
    static = product.manage("static", "collectstatic", "--noinput", "--verbosity", "0")
    migrate = product.manage("migrate", "migrate", "--noinput")
    processes += [static, migrate]
    with progress.step("Start the mailbox and the vendors to try things with"):
        _sandboxes_start(product, sandboxes)
    processes.append(seed := product.seed())
    with progress.step("Migrate the database"):
        finish(migrate, "Migrating the database")
    processes.remove(migrate)
    processes += [product.web(), product.worker(), product.beat()]
    with progress.step("Seed the story"):
        seed.let_go()
        finish(seed, "Seeding the story")
    processes.remove(seed)
    with progress.step("Collect the static files"):
        finish(static, "Collecting the static files")
    processes.remove(static)


def _sandboxes_start(product: Product, sandboxes: list[Process]) -> None:
    sandboxes += [product.mailbox(), product.echo(), product.cards(), product.vip_marketplace()]
    web_wait(sandboxes[0], f"{product.ports.mailbox_url}/healthz")
    web_wait(sandboxes[1], f"{product.ports.echo_url}/healthz")
    web_wait(sandboxes[2], f"{product.ports.cards_url}/healthz")
    web_wait(sandboxes[3], f"{product.ports.vip_marketplace_url}/healthz")


def _start(product: Product, progress: Progress, processes: list[Process]) -> None:
    web, worker, beat = processes
    with progress.step("Start web, worker and beat"):
        for process in processes:
            process.let_go()
        log_wait(beat, "beat: Starting")
        log_wait(worker, " ready.")
    with progress.step("Wait until it is healthy"):
        web_wait(web, f"{product.ports.base_url}/readyz")


def processes_stop(processes: list[Process]) -> None:
    """Stop these; all are asked at once, so that the slowest sets the time."""
    for process in processes:
        process.ask_to_stop()
    for process in processes:
        process.stop(PRODUCT_STOP_SECONDS)


def watch(watched: list[Process]) -> None:
    """Wait for Ctrl-C; raises Failure as soon as one of the processes is gone."""
    while True:
        pause(0.3)
        for process in watched:
            if not process.running:
                raise Failure(
                    f"The {process.name} process {process.death()}.",
                    f"Read the lines above (whole log: {process.log}), then start again.",
                    log_tail(process.log),
                )


def ports_check(ports: Ports) -> None:
    """Raises Failure for a port that somebody else listens on."""
    uses = {
        ports.web: "Tradewind",
        ports.mailbox: "the mailbox",
        ports.smtp: "the mailbox's SMTP side",
        ports.echo: "the echo service",
        ports.cards: "the card provider",
        ports.vip_marketplace: "VIP Marketplace",
    }
    for port, use in uses.items():
        if not port_is_free(port):
            raise Failure(
                f"Port {port}, meant for {use}, is taken by another program.",
                f"Stop that program (ss -ltnp 'sport = :{port}' names it), or use other ports:"
                f" bin/demo --port {ports.web + 100}.",
            )


def welcome_print(ports: Ports, logins: str, directory: Path) -> None:
    """Where to look and how to sign in."""
    place = os.path.relpath(directory)
    print(
        f"""
Tradewind is running.

  Storefront   {ports.base_url}/
  Portal       {ports.base_url}/portal/
  API          {ports.base_url}/api/v1/
  Mailbox      {ports.mailbox_url}/   (every e-mail the product sends)
  Echo         {ports.echo_url}/   (a vendor that can be slow, fail or fall silent)
  Cards        {ports.cards_url}/   (a provider of card payments, with its test cards)
  Adobe        {ports.vip_marketplace_url}/   (VIP Marketplace, with each customer's Admin Console)

{logins.strip()}

  Data is kept in {place} (bin/demo --reset starts over), logs are in {place}/logs.
  For manage.py in another terminal: source {place}/env.sh
  Stop with Ctrl-C.
""",
        flush=True,
    )


def _attached_urls() -> dict[str, str]:
    return {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}


def _servers_name(up: Stack) -> None:
    postgres = f"PostgreSQL {up.postgres.version} ({up.postgres.name})" if up.postgres else "yours"
    store = f"Redis {up.redis.version} ({up.redis.name})" if up.redis else "yours"
    print(f"      database: {postgres}; broker: {store}", file=sys.stderr)


@contextlib.contextmanager
def _logs_kept_on_failure(directory: Path) -> Iterator[None]:
    try:
        yield
    except Failure as failure:
        shutil.rmtree(KEPT_LOGS, ignore_errors=True)
        shutil.copytree(directory / "logs", KEPT_LOGS)
        failure.remedy = f"Read the lines above; all logs of this run are kept in {KEPT_LOGS}."
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
