"""Every check of the repository, one after the other, with a summary that ends like pytest's.

All of them run even when some fail; the exit status is 0 only when none did.
"""

import argparse
import contextlib
import os
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from attached import attached_check, scratch_database
from browser import browser_provide
from console import Failure, failure_print
from devstack import servers, throwaway_directory
from installs import postgres_installs
from processes import Process, Stopped, pause, process_start, stop_signals_watch
from product import ROOT, SCRIPTS, checks_environment
from report import Outcome, closing_lines, counts_of, progress_line

PARALLEL = 2
JOBS = os.cpu_count() or 2
# After so long a check hangs; it is no measure of how long one should take.
CHECK_SECONDS = 1500.0

STATIC = {
    "format": "ruff format --check .",
    "lint": "ruff check .",
    "template lint": "djlint --lint --quiet templates",
    "types": "mypy .",
    "layers": "lint-imports",
    "django": "python manage.py check --fail-level WARNING",
    "migrations": "python manage.py makemigrations --check --dry-run",
    "locks": "python bin/locks.py",
}
NOT_FAST = ("types", "browser", "demo")
TESTS = ("tests", "browser")
# Makes the database of which each test process gets a copy, since migrating takes longer than copying.
DATABASE = "database"
MIGRATE = "python manage.py migrate --noinput --verbosity 0"
DATABASE_NAME = f"tradewind_tests_{os.getpid()}"
TEMPLATE_VARIABLE = "TEST_DATABASE_TEMPLATE"
# Each test process has a Redis database of its own.
PYTEST = "python -m pytest -p tests.plugins.redis_databases --durations 10 --durations-min 3"
# A test process gets whole files, since some prepare a lot for all of their tests. Those of the browser prepare for
# each test, and some take a minute: whoever has nothing left takes tests from another, so that none ends alone.
FILES = ("--dist", "loadfile", "--no-loadscope-reorder")
SINGLY = ("--dist", "worksteal")
# The demo comes up on servers and data of its own and is walked over HTTP.
DEMO = "python bin/demo.py --check"
QUIET = frozenset({*STATIC, DATABASE, "demo"})


@dataclass(frozen=True)
class Check:
    """One line of the summary: a name, a command, and the PostgreSQL it runs against.

    A check whose name is in QUIET says nothing unless it fails; the others are followed live. `env` is its environment
    where that is not the one of all checks.
    """

    name: str
    command: list[str]
    pg: str = ""
    env: Mapping[str, str] | None = None


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
    names = ", ".join([*STATIC, "tests", "browser", "demo"])
    add = parser.add_argument
    add("--fast", action="store_true", help="no types, scenarios, tooling, browser or demo")
    add("--servers", action="store_true", help="repeat the tests on each PostgreSQL present")
    add("--pg", default="", metavar="NAME", help="which PostgreSQL: wheel-18, system-15, ...")
    add("--only", default="", metavar="NAMES", help=f"some of: {names}")
    add("--jobs", type=int, default=JOBS, metavar="N", help="test processes; default %(default)s")
    mark = argv.index("--") if "--" in argv else len(argv)
    options = parser.parse_args(argv[:mark])
    if options.servers and os.environ.get("DATABASE_URL"):
        parser.error("--servers starts servers of its own; unset DATABASE_URL")
    unknown = set(_only(options)) - {*STATIC, "tests", "browser", "demo"}
    if unknown:
        parser.error(f"there is no check called {', '.join(sorted(unknown))}; there are: {names}")
    return options, argv[mark + 1 :]


def run_all(options: argparse.Namespace, passed_on: list[str], directory: Path) -> list[Outcome]:
    """Every check that was asked for: the quiet ones first, two at a time, then the tests, which use every core."""
    checks = checks_choose(options, passed_on)
    names = {check.name for check in checks}
    browser = browser_provide(directory) if "browser" in names else ""
    places = dict.fromkeys(check.pg for check in checks)
    with_tests = {check.pg for check in checks if check.name in TESTS}
    run = Run(directory, len(checks) + len(with_tests))
    for pg in places:
        with _servers(pg) as urls, contextlib.ExitStack() as stack:
            env = checks_environment(urls, browser)
            here = [check for check in checks if check.pg == pg]
            quiet = [check for check in here if check.name in QUIET]
            if pg in with_tests:
                url = stack.enter_context(scratch_database(urls["DATABASE_URL"], DATABASE_NAME))
                migrate = Check(DATABASE, shlex.split(MIGRATE), pg, env | {"DATABASE_URL": url})
                quiet.insert(1, migrate)
                env |= {TEMPLATE_VARIABLE: DATABASE_NAME}
            run.quietly(quiet, env)
            for check in here:
                if check.name == "browser" and not browser:
                    run.outcomes.append(Outcome.skipped(check.name))
                elif check.name in TESTS:
                    run.aloud(check, env)
    return run.outcomes


def checks_choose(options: argparse.Namespace, passed_on: Sequence[str]) -> list[Check]:
    """The checks that the options ask for, in the order of the summary."""
    places = [install.name for install in postgres_installs()] if options.servers else [options.pg]
    pytest = [*shlex.split(PYTEST), "-n", str(options.jobs)]
    if passed_on:
        return [Check("tests", [*pytest, *FILES, *passed_on], pg) for pg in places]
    fast = ["-m", "not scenario", "--ignore=tests/tooling"] if options.fast else []
    tests = {
        "tests": [*pytest, *FILES, "--ignore=tests/ui", *fast, "tests"],
        "browser": [*pytest, *SINGLY, "tests/ui"],
    }
    # The longest of the quiet ones first: the others run beside it.
    checks = [Check("demo", shlex.split(DEMO), places[0], os.environ)]
    checks += [Check(name, shlex.split(line), places[0]) for name, line in STATIC.items()]
    checks += [Check(name, command, pg) for pg in places for name, command in tests.items()]
    wanted = set(_only(options) or [check.name for check in checks])
    left_out = set(NOT_FAST) if options.fast else set()
    return [check for check in checks if check.name in wanted - left_out]


def _only(options: argparse.Namespace) -> list[str]:
    return [name.strip() for name in options.only.split(",") if name.strip()]


@contextlib.contextmanager
def _servers(pg: str) -> Iterator[dict[str, str]]:
    database_url, redis_url = (os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL"))
    attached_check(database_url, redis_url)
    # Each PostgreSQL gets a directory of its own: no version opens another one's data.
    with (
        throwaway_directory() as place,
        servers(
            place, durable=False, pg=pg, database_url=database_url, redis_url=redis_url
        ) as stack,
    ):
        postgres = stack.postgres
        said = f"PostgreSQL {postgres.version} ({postgres.name})" if postgres else "DATABASE_URL"
        print(f"Running on {said}", flush=True)
        yield stack.environment()


@dataclass
class Run:
    """The checks as they run: their logs go below `directory`, `outcomes` grows up to `total`."""

    directory: Path
    total: int
    outcomes: list[Outcome] = field(default_factory=list)

    def quietly(self, checks: Sequence[Check], env: Mapping[str, str]) -> None:
        """Run some checks side by side; only what a failed one said is printed."""
        waiting, running = list(checks), list[Started]()
        try:
            while waiting or running:
                while waiting and len(running) < PARALLEL:
                    running.append(self._start(waiting.pop(0), env))
                pause()
                for started in [started for started in running if not started.going_on]:
                    running.remove(started)
                    self._end(started)
        finally:
            for started in running:
                started.process.stop()

    def aloud(self, check: Check, env: Mapping[str, str]) -> None:
        """Run one check and print what it says while it says it."""
        print(f"\n{check.name}: {shlex.join(check.command)}", flush=True)
        started = self._start(check, env)
        try:
            with started.process.log.open(errors="replace") as log:
                while started.going_on:
                    pause()
                    _copy(log.read())
                _copy(log.read())
        except Stopped:
            started.process.stop()
            raise
        self._end(started)

    def _start(self, check: Check, env: Mapping[str, str]) -> "Started":
        name = check.name.replace(" ", "-")
        command: list[str | Path] = [SCRIPTS / check.command[0], *check.command[1:]]
        process = process_start(name, command, self.directory, env=check.env or env, cwd=ROOT)
        return Started(check, process, time.monotonic())

    def _end(self, started: "Started") -> None:
        seconds, overdue = time.monotonic() - started.began, started.process.running
        started.process.stop()
        failed = overdue or started.process.popen.returncode != 0
        check, log = started.check, started.process.log
        text = log.read_text(errors="replace") if failed and check.name in QUIET else ""
        if overdue:
            text += f"\nstopped after {CHECK_SECONDS:.0f} seconds"
        name = f"{check.name} on {check.pg}" if check.pg else check.name
        counts = counts_of(log) if check.name in TESTS else None
        self.outcomes.append(Outcome(name, "failed" if failed else "ok", seconds, text, counts))
        print(progress_line(self.outcomes[-1], len(self.outcomes), self.total), flush=True)


@dataclass(frozen=True)
class Started:
    """A check that runs, and since when."""

    check: Check
    process: Process
    began: float

    @property
    def going_on(self) -> bool:
        """Whether to wait for it any longer."""
        return self.process.running and time.monotonic() - self.began < CHECK_SECONDS


def _copy(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
