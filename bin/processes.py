"""Child processes that are started, watched, found again after a crash, and stopped.

Each has a log and a note `pids/NAME` with its pid and start time. The start time tells a process
of ours from a stranger that was given the same number later, so that only our own are ever
signalled.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pwd import struct_passwd

from console import Failure, log_tail

POLL_SECONDS = 0.05
STOP_SECONDS = 20.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_received: list[int] = []


class Stopped(BaseException):
    """Somebody asked this command to stop, by Ctrl-C or a signal."""


def stop_signals_watch() -> None:
    """From now on Ctrl-C and SIGTERM are noted, and raised as Stopped only by `pause`.

    So they never interrupt between the start of a child and the note about it. A second one during
    the clean-up makes it hasty.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, lambda received, _frame: _received.append(received))


def pause(seconds: float = POLL_SECONDS) -> None:
    """Sleep, then raise Stopped if that was asked for: the only place that is interrupted."""
    time.sleep(seconds)
    if _received:
        raise Stopped


def process_birth(pid: int) -> str:
    """When a process began, as the kernel spells it; empty when there is no such process."""
    try:
        # Field 22 of proc(5) stat; the name before it is in brackets and may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return ""
        asked = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip()
    except ProcessLookupError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


@dataclass
class Process:
    """One running child, the leader of its own process group."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    note: Path
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def running(self) -> bool:
        return self.popen.poll() is None

    def death(self) -> str:
        """How it ended, in words: exit status or signal name."""
        code = self.popen.poll()
        if code is None:
            return "is still running"
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with exit status {code}"

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask it to end, wait (less when asked to hurry), then kill its whole group."""
        self.ask_to_stop()
        until = time.monotonic() + seconds
        while self.running and time.monotonic() < until and len(_received) < 2:
            time.sleep(POLL_SECONDS)
        self.kill()

    def ask_to_stop(self) -> None:
        if self.running:
            self.popen.send_signal(self.stop_signal)

    def let_go(self) -> None:
        """Have a program that waits in bin/held.py begin. One that died meanwhile is found by whoever waits for it."""
        if self.popen.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.popen.stdin.write(b"go\n")
                self.popen.stdin.flush()

    def kill(self) -> None:
        """Kill what is left of the group; a no-op for one that ended by itself."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        if self.popen.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.popen.stdin.close()
        self.note.unlink(missing_ok=True)


def process_start(
    name: str,
    command: Sequence[str | Path],
    directory: Path,
    *,
    env: Mapping[str, str],
    cwd: Path,
    user: struct_passwd | None = None,
    answer: Path | None = None,
    stdin: int = subprocess.DEVNULL,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start a child whose log is `directory/logs/NAME.log` and whose note is `directory/pids/NAME`.

    The log of the run before is kept as `NAME.previous.log`. With `user` the child gives up root;
    with `answer` its standard output goes to that file and only the rest to the log.
    """
    log, note = directory / "logs" / f"{name}.log", directory / "pids" / name
    for path in (log, note):
        path.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    with log.open("ab") as errors, (answer or log).open("ab") as out:
        popen = subprocess.Popen(
            [str(part) for part in command],
            stdin=stdin,
            stdout=out,
            stderr=errors,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
    note.write_text(f"{popen.pid} {process_birth(popen.pid)}\n")
    return Process(name, popen, log, note, stop_signal)


def process_lower(process: Process, niceness: int) -> None:
    """Let a process and its children yield to others when there is not processor enough for all.

    Linux shares the processor between sessions first (autogroup), and each child of ours has one of its own: there a
    niceness counts only when the session has it as well.
    """
    pid = process.popen.pid
    os.setpriority(os.PRIO_PROCESS, pid, niceness)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(f"{niceness}\n")


def leftovers_stop(directory: Path) -> list[str]:
    """Stop what a killed launcher left running in this directory; returns the names found.

    SIGINT is PostgreSQL's fast shutdown and ends every other process started here as well.
    """
    found = []
    for note in sorted((directory / "pids").glob("*")):
        pid, _, birth = note.read_text().strip().partition(" ")
        if pid.isdigit() and birth and process_birth(int(pid)) == birth:
            found.append(note.name)
            _stranded_stop(int(pid), birth)
        note.unlink(missing_ok=True)
    return found


def _stranded_stop(pid: int, birth: str) -> None:
    for number, seconds in ((signal.SIGINT, 10.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
        until = time.monotonic() + seconds
        while process_birth(pid) == birth and time.monotonic() < until:
            time.sleep(POLL_SECONDS)


def wait_until(ready: Callable[[], bool], process: Process, seconds: float, *, what: str) -> None:
    """Wait until `ready()`; fails at once when the process dies, or after `seconds`."""
    until = time.monotonic() + seconds
    while not ready():
        if not process.running:
            raise Failure(
                f"{what} {process.death()} before it was ready.",
                f"Read the lines above; the whole log is {process.log}.",
                log_tail(process.log),
            )
        if time.monotonic() > until:
            raise Failure(
                f"{what} was not ready after {seconds:.0f} seconds.",
                f"Read {process.log}; on a very busy machine try once more.",
                log_tail(process.log),
            )
        pause()


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def ports_in_a_row(count: int) -> int:
    """The first of that many neighbouring free ports, below those that the system hands out by itself."""
    first = 20_000 + os.getpid() * count % 10_000
    while not all(port_is_free(first + place) for place in range(count)):
        first += count
    return first


def ports_free(count: int) -> list[int]:
    """That many different free ports of the loopback address."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
