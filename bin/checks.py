"""Every check of the repository, one after the other, with a summary that ends like pytest's.

All of them run even when some fail; the exit status is 0 only when none did.
"""

import argparse
import contextlib
import os
import shlex
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from attached import attached_check
from browser import browser_provide
from console import Failure, failure_print
from devstack import servers, throwaway_directory
from installs import postgres_installs
from processes import Process, Stopped, pause, process_start, stop_signals_watch
from product import ROOT, SCRIPTS, test_environment
from report import Outcome, closing_lines, counts_of, progress_line

PARALLEL = 2
CHECK_SECONDS = 900.0

STATIC = {
    "format": "ruff format --check .",
    "lint": "ruff check .",
    "templates": "djlint --check --quiet templates",
    "template lint": "djlint --lint --quiet templates",
    "types": "mypy .",
    "layers": "lint-imports",
    "django": "python manage.py check --fail-level WARNING",
    "migrations": "python manage.py makemigrations --check --dry-run",
    "locks": "python bin/locks.py",
}
NOT_FAST = ("types",)
# Each test process has a Redis database of its own; tests that name a group run in one process.
PYTEST = "pytest -p tests.plugins.redis_databases --dist loadgroup --durations 10 --durations-min 3"


@dataclass(frozen=True)
class Check:
    """One line of the summary: a name, a command, and the PostgreSQL it runs against."""

    name: str
    command: list[str]
    pg: str = ""

    @property
    def counts_tests(self) -> bool:
        return self.command[0] == "pytest"


def main(argv: list[str]) -> int:
    options, passed_on = arguments_parse(argv)
    stop_signals_watch()
    began = time.monotonic()
    try:
        with throwaway_directory() as directory:
            outcomes = run_all(options, passed_on, directory)
    except Stopped:
        print("\nStopped.")
        return 130
    except Failure as failure:
        failure_print(failure)
        return 1
    print("\n".join(closing_lines(outcomes, time.monotonic() - began)), flush=True)
    return int(any(outcome.failed for outcome in outcomes))


def arguments_parse(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and what stands after `--` for pytest."""
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Run every check. Arguments after -- go to pytest, which then runs alone:"
        " bin/test -- -k storefront",
    )
    names = ", ".join(STATIC)
    add = parser.add_argument
    add("--fast", action="store_true", help="no types, scenarios, tooling or browser tests")
    add("--servers", action="store_true", help="repeat the tests on each PostgreSQL present")
    add("--pg", default="", metavar="NAME", help="which PostgreSQL: wheel-18, system-15, ...")
    add("--only", default="", metavar="NAMES", help=f"some checks: {names}, tests, browser")
    add("--jobs", type=int, default=2, metavar="N", help="test processes; default %(default)s")
    mark = argv.index("--") if "--" in argv else len(argv)
    options = parser.parse_args(argv[:mark])
    if options.servers and os.environ.get("DATABASE_URL"):
        parser.error("--servers starts servers of its own; unset DATABASE_URL")
    unknown = set(_only(options)) - {*STATIC, "tests", "browser"}
    if unknown:
        parser.error(f"there is no check called {', '.join(sorted(unknown))}; there are: {names}")
    return options, argv[mark + 1 :]


def run_all(options: argparse.Namespace, passed_on: list[str], directory: Path) -> list[Outcome]:
    """Every check that was asked for, in order; static ones two at a time, tests one at a time."""
    static, tests = checks_choose(options, passed_on)
    browser = browser_provide(directory) if any(check.name == "browser" for check in tests) else ""
    runs = [check for check in tests if check.name != "browser" or browser]
    total = len(static) + len(tests)
    outcomes: list[Outcome] = []
    for pg in dict.fromkeys(check.pg for check in [*static, *tests]):
        with _servers(directory, pg) as urls:
            env = test_environment(urls, browser)
            parallel = [check for check in static if check.pg == pg]
            outcomes += _parallel_run(parallel, directory, env, len(outcomes), total)
            for check in (check for check in runs if check.pg == pg):
                outcomes.append(_test_run(check, directory, env, len(outcomes), total))
    return outcomes + [Outcome.skipped(check.name) for check in tests if check not in runs]


def checks_choose(
    options: argparse.Namespace, passed_on: Sequence[str]
) -> tuple[list[Check], list[Check]]:
    """The static checks and the test runs that the options ask for."""
    pytest = [*shlex.split(PYTEST), "-n", str(options.jobs)]
    if passed_on:
        return [], [Check("tests", [*pytest, *passed_on], options.pg)]
    wanted = _only(options) or [*STATIC, "tests", "browser"]
    static = [
        Check(name, shlex.split(command), options.pg)
        for name, command in STATIC.items()
        if name in wanted and not (options.fast and name in NOT_FAST)
    ]
    fast = ["-m", "not scenario", "--ignore=tests/tooling"] if options.fast else []
    runs = {
        "tests": [*pytest, "--ignore=tests/ui", *fast, "tests"],
        "browser": [*pytest, "tests/ui"],
    }
    if options.fast:
        del runs["browser"]
    places = [install.name for install in postgres_installs()] if options.servers else [options.pg]
    return static, [
        Check(name, command, pg)
        for pg in places
        for name, command in runs.items()
        if name in wanted
    ]


def _only(options: argparse.Namespace) -> list[str]:
    return [name.strip() for name in options.only.split(",") if name.strip()]


@contextlib.contextmanager
def _servers(directory: Path, pg: str) -> Iterator[dict[str, str]]:
    database_url, redis_url = (os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL"))
    attached_check(database_url, redis_url)
    # Each PostgreSQL gets a directory of its own: no version opens another one's data.
    place = directory / (pg or "servers-default")
    place.mkdir(mode=0o711, exist_ok=True)
    with servers(
        place, durable=False, pg=pg, database_url=database_url, redis_url=redis_url
    ) as stack:
        postgres = stack.postgres
        said = f"PostgreSQL {postgres.version} ({postgres.name})" if postgres else "DATABASE_URL"
        print(f"Running on {said}", flush=True)
        yield stack.environment()
    shutil.rmtree(place, ignore_errors=True)


def _parallel_run(
    checks: list[Check], directory: Path, env: Mapping[str, str], done: int, total: int
) -> list[Outcome]:
    waiting, running, outcomes = list(checks), dict[str, tuple[Process, float]](), list[Outcome]()
    try:
        while waiting or running:
            while waiting and len(running) < PARALLEL:
                check = waiting.pop(0)
                running[check.name] = _start(check, directory, env), time.monotonic()
            pause()
            for name, (process, began) in list(running.items()):
                seconds = time.monotonic() - began
                if process.running and seconds < CHECK_SECONDS:
                    continue
                del running[name]
                outcomes.append(_outcome(name, process, seconds))
                print(progress_line(outcomes[-1], done + len(outcomes), total), flush=True)
    finally:
        for process, _ in running.values():
            process.stop()
    order = [check.name for check in checks]
    return sorted(outcomes, key=lambda outcome: order.index(outcome.name))


def _test_run(
    check: Check, directory: Path, env: Mapping[str, str], done: int, total: int
) -> Outcome:
    name = f"{check.name} on {check.pg}" if check.pg else check.name
    print(f"[{done + 1}/{total}] {name}: {shlex.join(check.command)}", flush=True)
    process, began = _start(check, directory, env), time.monotonic()
    try:
        with process.log.open(errors="replace") as log:
            while process.running and time.monotonic() - began < CHECK_SECONDS:
                pause()
                _copy(log.read())
            process.stop()
            _copy(log.read())
    finally:
        process.stop()
    outcome = _outcome(name, process, time.monotonic() - began, counts_of(process.log))
    print(progress_line(outcome, done + 1, total), flush=True)
    return outcome


def _outcome(
    name: str, process: Process, seconds: float, counts: Counter[str] | None = None
) -> Outcome:
    """Stop the process if it is still running (it took too long) and say how it ended."""
    overdue = process.running
    process.stop()
    failed = overdue or process.popen.returncode != 0
    text = process.log.read_text(errors="replace") if failed and counts is None else ""
    if overdue:
        text += f"\nstopped after {CHECK_SECONDS:.0f} seconds"
    return Outcome(name, "failed" if failed else "ok", seconds, text, counts)


def _start(check: Check, directory: Path, env: Mapping[str, str]) -> Process:
    command = [SCRIPTS / check.command[0], *check.command[1:]]
    return process_start(check.name.replace(" ", "-"), command, directory, env=env, cwd=ROOT)


def _copy(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
