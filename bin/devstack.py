"""An embedded PostgreSQL and Redis for the demo, the tests and the benchmarks.

    python bin/devstack.py list
    python bin/devstack.py run [--pg NAME] [--keep DIR] [--durable] -- COMMAND ...

`run` starts both, runs the command with DATABASE_URL and REDIS_URL set, and stops both. Both
servers listen on Unix sockets in a private directory and nowhere else, so they need neither a port
nor a password. Started by root, they run as an unprivileged account.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis
from console import Failure, failure_print
from installs import (
    Install,
    command_run,
    install_reachable,
    postgres_choose,
    postgres_installs,
    redis_choose,
    server_environment,
)
from processes import Process, leftovers_stop, process_start, wait_until

DATABASE = "tradewind"
ROLE = "app"
START_SECONDS = 60.0
TEMPORARY = Path("/tmp")  # noqa: S108 - a socket's path may have 107 bytes, so a short one is needed
THROWAWAY_PREFIX = "tradewind-stack-"
THROWAWAY_GRACE_SECONDS = 60.0
# Where root's servers keep their data when the account they run as cannot enter the directory
# asked for.
ROOT_REFUGE = Path("/var/lib/tradewind-stack")
POSTGRES_SETTINGS = ("listen_addresses=", "unix_socket_permissions=0700", "max_connections=120")
REDIS_SETTINGS = [
    "--port",
    "0",
    "--unixsocketperm",
    "700",
    "--maxmemory-policy",
    "noeviction",
    "--daemonize",
    "no",
]
INITDB_OPTIONS = ("-E", "UTF8", "--locale=C.UTF-8", "--no-instructions")
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Tables of tests are small: looking for the best order of a few joins takes longer than any order of them.
QUICKLY_PLANNED = ("join_collapse_limit=1", "from_collapse_limit=1", "jit=off")


@dataclass(frozen=True)
class Stack:
    """What runs. An `Install` is None where a URL of the caller's took its place."""

    database_url: str
    redis_url: str
    postgres: Install | None
    redis: Install | None
    processes: tuple[Process, ...]

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


# Directories -------------------------------------------------------------------------------------


@contextlib.contextmanager
def directory_claim(directory: Path) -> Iterator[Path]:
    """Make a directory ours alone until the block ends; stops what a killed launcher left in it.

    Raises Failure when it belongs to another user or is in use. The lock is the kernel's, so it
    ends with the process however that ends.
    """
    directory = directory.resolve()
    _directory_own(directory)
    with (directory / "lock").open("a+") as lock:
        _lock_take(lock.fileno(), directory)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        if found := leftovers_stop(directory):
            print(f"Stopped what an earlier run left behind: {', '.join(found)}.", file=sys.stderr)
        _sockets_remove(directory)
        yield directory


def directory_remove(directory: Path) -> None:
    """Delete a directory claimed before, with what lies in the refuge for it."""
    shutil.rmtree(directory, ignore_errors=True)
    shutil.rmtree(_refuge_of(directory.resolve()), ignore_errors=True)
    with contextlib.suppress(OSError):  # others may have theirs there
        ROOT_REFUGE.rmdir()


def directory_clear(directory: Path) -> None:
    """Empty a claimed directory, keeping the lock that claims it."""
    for path in directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()
    shutil.rmtree(_refuge_of(directory), ignore_errors=True)


def _directory_own(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"{directory} cannot be made: {error.strerror}.",
            "Choose another directory with --data.",
        ) from error
    owner = directory.stat().st_uid
    if owner != os.geteuid():
        raise Failure(
            f"{directory} belongs to user {owner}, and you are user {os.geteuid()}.",
            "Run this as its owner, or choose another directory with --data.",
        )
    if not (directory / "lock").exists() and any(directory.iterdir()):
        raise Failure(
            f"{directory} holds files that are not ours.",
            "Choose an empty or a new directory with --data.",
        )
    # The account that root's servers run as has to pass through, and may not look around.
    directory.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _lock_take(lock: int, directory: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = (directory / "lock").read_text().strip() or "unknown"
        raise Failure(
            f"{directory} is in use by process {holder}.",
            "Stop that one (Ctrl-C in its terminal), or choose another directory with --data.",
        ) from None


def _sockets_make(directory: Path, account: pwd.struct_passwd | None) -> Path:
    sockets = Path(tempfile.mkdtemp(prefix="tradewind-sockets-", dir=TEMPORARY))
    if account:
        os.chown(sockets, account.pw_uid, account.pw_gid)
    (directory / "sockets").symlink_to(sockets)
    return sockets


def _sockets_remove(directory: Path) -> None:
    link = directory / "sockets"
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()


def _refuge_of(directory: Path) -> Path:
    return ROOT_REFUGE / hashlib.sha256(str(directory).encode()).hexdigest()[:16]


def _server_home(directory: Path, account: pwd.struct_passwd | None) -> Path:
    """Where the servers' files go: below `directory`, or in root's refuge if it is out of reach."""
    home = directory / "servers"
    if account and command_run(["/bin/sh", "-c", 'cd "$0"', directory], account).returncode:
        ROOT_REFUGE.mkdir(mode=0o711, exist_ok=True)
        home = _refuge_of(directory)
    home.mkdir(mode=0o711, exist_ok=True)
    return home


def _account(directory: Path) -> pwd.struct_passwd | None:
    """Whom root's servers run as: the owner of existing data, else postgres or nobody."""
    if os.geteuid() != 0:
        return None
    for home in (directory / "servers", _refuge_of(directory)):
        with contextlib.suppress(FileNotFoundError, KeyError):
            return pwd.getpwuid((home / "postgres").stat().st_uid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Failure(
        "Root may not run PostgreSQL, and there is no account 'postgres' or 'nobody' to run it as.",
        "Add one (useradd --system postgres), or run this as an ordinary user.",
    )


def _private_directory(path: Path, account: pwd.struct_passwd | None) -> Path:
    path.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


# Servers -----------------------------------------------------------------------------------------


def _postgres_start(
    home: Path,
    directory: Path,
    sockets: Path,
    account: pwd.struct_passwd | None,
    pg: str,
    durable: bool,
) -> tuple[Process, Install]:
    data = _private_directory(home / "postgres", account) / "data"
    kept = int((data / "PG_VERSION").read_text()) if data.exists() else None
    install = install_reachable(postgres_choose(pg, kept), account, home)
    if kept is None:
        _cluster_make(install, data, account)
    for_tests = () if durable else (*NOT_DURABLE, *QUICKLY_PLANNED)
    chosen = (*POSTGRES_SETTINGS, *for_tests)
    options = [part for setting in chosen for part in ("-c", setting)]
    process = process_start(
        "postgres",
        [install.program, "-D", data, "-k", sockets, *options],
        directory,
        env=server_environment(),
        cwd=Path("/"),
        user=account,
        stop_signal=signal.SIGINT,
    )
    wait_until(lambda: _postgres_answers(sockets), process, START_SECONDS, what="PostgreSQL")
    return process, install


def _cluster_make(install: Install, data: Path, account: pwd.struct_passwd | None) -> None:
    """Run initdb beside the final place and rename: a half-made cluster is never started."""
    part = data.with_name("data.part")
    shutil.rmtree(part, ignore_errors=True)
    made = command_run(
        [install.tool("initdb"), "-D", part, "-U", ROLE, "-A", "trust", *INITDB_OPTIONS],
        account,
    )
    if made.returncode:
        full = "No space left" in made.stderr
        raise Failure(
            "The disk is full." if full else "PostgreSQL could not create its data directory.",
            f"Free some space on the disk of {data.parent}."
            if full
            else "Read the lines above, then try again; --pg chooses another PostgreSQL.",
            made.stderr.strip(),
        )
    part.rename(data)


def _postgres_answers(sockets: Path) -> bool:
    try:
        connection = psycopg2.connect(host=str(sockets), user=ROLE, dbname="postgres")
    except psycopg2.OperationalError:
        return False
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    return True


def _redis_start(
    home: Path, directory: Path, sockets: Path, account: pwd.struct_passwd | None, durable: bool
) -> tuple[Process, Install]:
    install = install_reachable(redis_choose(), account, home)
    data, path = _private_directory(home / "redis", account), sockets / "redis.sock"
    lasting = ["--save", "", "--appendonly", "yes" if durable else "no"]
    process = process_start(
        "redis",
        [install.program, *REDIS_SETTINGS, "--unixsocket", path, "--dir", data, *lasting],
        directory,
        env=server_environment(),
        cwd=Path("/"),
        user=account,
    )
    wait_until(lambda: _redis_answers(path), process, START_SECONDS, what="Redis")
    return process, install


def _redis_answers(path: Path) -> bool:
    client = redis.Redis(unix_socket_path=str(path))
    try:
        return bool(client.ping())
    except redis.ConnectionError:  # also while it still loads its file
        return False
    finally:
        client.close()


# The stack ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def servers(
    directory: Path, *, durable: bool, pg: str = "", database_url: str = "", redis_url: str = ""
) -> Iterator[Stack]:
    """Both servers, with their files below a directory claimed before; stopped when the block ends.

    A URL that is given is used as it is and its server not started. `durable` keeps every promise
    of a commit; without it a power cut may lose data, which tests do not mind. `pg` is an
    install's name.
    """
    if database_url and redis_url:
        yield Stack(database_url, redis_url, None, None, ())
        return
    account = _account(directory)
    home = _server_home(directory, account)
    sockets = _sockets_make(directory, account)
    started: list[Process] = []
    postgres = store = None
    try:
        if not database_url:
            process, postgres = _postgres_start(home, directory, sockets, account, pg, durable)
            started.append(process)
            # django-environ's form for a socket: no host, and its directory before the database.
            database_url = f"postgres://{ROLE}@/{sockets}/{DATABASE}"
        if not redis_url:
            process, store = _redis_start(home, directory, sockets, account, durable)
            started.append(process)
            redis_url = f"unix://{sockets}/redis.sock"
        yield Stack(database_url, redis_url, postgres, store, tuple(started))
    finally:
        for process in reversed(started):
            process.stop()
        leftovers_stop(directory)
        _sockets_remove(directory)


@contextlib.contextmanager
def throwaway_directory() -> Iterator[Path]:
    """A claimed directory that is deleted at the end; those of killed runs are deleted first."""
    _throwaways_sweep()
    directory = Path(tempfile.mkdtemp(prefix=THROWAWAY_PREFIX, dir=TEMPORARY))
    try:
        with directory_claim(directory):
            yield directory
    finally:
        directory_remove(directory)


def _throwaways_sweep() -> None:
    for stale in TEMPORARY.glob(f"{THROWAWAY_PREFIX}*"):
        with contextlib.suppress(OSError, Failure):
            if time.time() - stale.stat().st_mtime < THROWAWAY_GRACE_SECONDS:
                continue  # it may be about to take its lock
            if stale.is_dir() and stale.stat().st_uid == os.geteuid():
                with directory_claim(stale):
                    directory_remove(stale)


@contextlib.contextmanager
def throwaway_servers(pg: str = "") -> Iterator[Stack]:
    """Two fresh servers without durability, for one test run."""
    with throwaway_directory() as directory, servers(directory, durable=False, pg=pg) as stack:
        yield stack


# Command line ------------------------------------------------------------------------------------


def main(argv: list[str]) -> int:
    own, command = _split(argv)
    parser = argparse.ArgumentParser(description="Embedded PostgreSQL and Redis.")
    parser.add_argument("verb", choices=["list", "run"])
    parser.add_argument("--pg", default="", metavar="NAME", help="a name that `list` prints")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the data there")
    parser.add_argument("--durable", action="store_true", help="survive a power cut")
    options = parser.parse_args(own)
    if options.verb == "list":
        for install in postgres_installs():
            print(f"{install.name:<10} PostgreSQL {install.version:<6} {install.program}")
        return 0
    if not command:
        parser.error("nothing to run: devstack.py run [options] -- COMMAND ...")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place = directory_claim(options.keep) if options.keep else throwaway_directory()
    with place as directory, servers(directory, durable=options.durable, pg=options.pg) as stack:
        return subprocess.call(command, env=os.environ | stack.environment())


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in argv:
        return argv, []
    mark = argv.index("--")
    return argv[:mark], argv[mark + 1 :]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        failure_print(failure)
        sys.exit(1)
