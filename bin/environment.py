"""Makes `.venv` from a hash-pinned lock file, then runs a command of this folder inside it.

    python3.11 bin/environment.py requirements-demo.txt demo.py [ARGUMENT ...]

Standard library only: this runs before anything is installed. The environment is stamped with the
hash of the lock file it was made from, so a second start takes no time and a changed lock file is
noticed.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from console import Failure, failure_print, log_tail

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Everything in a lock file on the right is in the one on the left, in the same version.
INCLUDED_IN = {"requirements-demo.txt": ["requirements-dev.txt"]}
NEEDED_MEGABYTES = {"requirements-demo.txt": 900, "requirements-dev.txt": 1400}
MEGABYTE = 1024 * 1024


def main(argv: list[str]) -> None:
    lock_name, command, *arguments = argv
    environment_prepare(lock_name)
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "bin" / command), *arguments])  # noqa: S606


def environment_prepare(lock_name: str) -> None:
    """Bring `.venv` in step with a lock file; one process at a time, a no-op when it already is."""
    python_check()
    with _building():
        if environment_current(lock_name):
            return
        space_check(ROOT, NEEDED_MEGABYTES[lock_name])
        if not _venv_usable():
            print(f"Making the Python environment in {VENV}", file=sys.stderr)
            _venv_make()
        _install(lock_name)
        _stamp_of(lock_name).write_text(_digest(lock_name))


def environment_current(lock_name: str) -> bool:
    """Whether the environment was made from this lock file, or from one that includes it."""
    names = [lock_name, *INCLUDED_IN.get(lock_name, [])]
    return _venv_usable() and any(
        _stamp_of(name).exists() and _stamp_of(name).read_text() == _digest(name) for name in names
    )


def python_check() -> None:
    """Raises Failure for another version than 3.11, or without what makes environments."""
    if sys.version_info[:2] != (3, 11):
        raise Failure(
            f"Tradewind needs Python 3.11, and {sys.executable} is {sys.version.split()[0]}.",
            "Install Python 3.11, or name one: PYTHON=/path/to/python3.11.",
        )
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise Failure(
            f"{sys.executable} cannot make virtual environments: no module named {missing[0]}.",
            "Install it (apt-get install python3.11-venv), then try again.",
        )


def space_check(directory: Path, needed_megabytes: int) -> None:
    """Raises Failure when the disk of the directory has fewer megabytes free."""
    free = shutil.disk_usage(directory).free // MEGABYTE
    if free < needed_megabytes:
        raise Failure(
            f"The disk of {directory} has {free} MB free, and {needed_megabytes} MB are needed.",
            "Free some space there, or use a checkout on another disk.",
        )


@contextlib.contextmanager
def _building() -> Iterator[None]:
    try:
        with (ROOT / ".venv.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another command is making the Python environment; waiting.", file=sys.stderr)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except PermissionError as error:
        raise Failure(
            f"{error.filename} cannot be written by user {os.geteuid()}.",
            "Use a checkout of your own, or give yourself write access to this one.",
        ) from error


def _venv_usable() -> bool:
    """Whether `.venv` is there and its interpreter still runs (the base Python may have moved)."""
    try:
        return (
            subprocess.run(
                [PYTHON, "-m", "pip", "--version"], capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def _venv_make() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise Failure(
            "The virtual environment could not be made.",
            "Install what is missing (on Debian: apt-get install python3.11-venv), then try again.",
            (made.stdout + made.stderr).strip(),
        )


def _install(lock_name: str) -> None:
    lock = ROOT / lock_name
    total = len(re.findall(r"^[a-z0-9._-]+(?:\[[^]]*\])?==", lock.read_text(), re.MULTILINE))
    log = VENV / "install.log"
    print(f"Installing {total} packages from {lock_name} (log: {log})", file=sys.stderr)
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
    ]
    command += ["--progress-bar", "off", "--require-hashes", "--only-binary", ":all:", "-r", lock]
    with log.open("w") as out:
        pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        seen = 0
        for line in pip.stdout or ():
            out.write(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                _counter_show(f"  {seen}/{total} {line.split()[1 if line[0] == 'C' else 3]}", seen)
            elif line.startswith("Installing collected"):
                _counter_show("  unpacking", 0)
    if pip.wait():
        raise _install_failure(log)
    _counter_show("  installed\n", 0)


def _install_failure(log: Path) -> Failure:
    text = log.read_text()
    if "No space left" in text:
        return Failure("The disk became full.", f"Free some space on the disk of {VENV}.")
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in text:
        return Failure(
            "A downloaded package is not the one that was locked.",
            "Do not install it; check the package index that pip is configured to use.",
            log_tail(log),
        )
    if "No matching distribution found" in text and "Retrying" not in text:
        return Failure(
            "The package index has no ready-made package for this machine.",
            "Use Linux with glibc on x86-64 or arm64, and an index that carries the locked versions.",
            log_tail(log),
        )
    return Failure(
        "pip could not install the locked packages.",
        "Check the network and pip's index (pip config list), then try again.",
        log_tail(log),
    )


def _counter_show(text: str, number: int) -> None:
    """One line that counts up on a terminal, every 20th line elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif number % 20 == 0:
        print(text.rstrip(), file=sys.stderr, flush=True)


def _digest(lock_name: str) -> str:
    return hashlib.sha256((ROOT / lock_name).read_bytes()).hexdigest()


def _stamp_of(lock_name: str) -> Path:
    return VENV / f"made-from-{lock_name}"


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Failure as failure:
        failure_print(failure)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")
