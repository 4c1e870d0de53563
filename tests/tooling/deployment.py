"""docker-compose.yml as data, and its commands started outside a container."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from processes import Process, process_start
from product import ROOT

from tests.tooling.conftest import command_env

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
STOP_SECONDS = 20.0


def interpolate(text: str, values: Mapping[str, str]) -> str:
    """Compose's `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; the last must be in values."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if kind == "?":
            return values[name]
        return values.get(name) or rest or ""

    return VARIABLE.sub(value, text)


def command_of(service: str, values: Mapping[str, str], **replaced: str) -> list[str]:
    """A service's command, with whole arguments replaced where a test needs another place."""
    command = [interpolate(part, values) for part in SERVICES[service]["command"]]
    return [replaced.get(part, part) for part in command]


def healthcheck_of(service: str) -> list[str]:
    """What the container engine would execute to learn whether the service is healthy."""
    kind, *rest = SERVICES[service]["healthcheck"]["test"]
    return ["/bin/sh", "-c", *rest] if kind == "CMD-SHELL" else rest


def settings_of(service: str, values: Mapping[str, str], **replaced: str) -> dict[str, str]:
    """The environment of a service: .env first, then what docker-compose.yml sets, then ours."""
    declared = SERVICES[service].get("environment", {})
    set_there = {name: interpolate(str(value), values) for name, value in declared.items()}
    return command_env(**{**values, **set_there, **replaced})


def example_values() -> dict[str, str]:
    """The variables of .env.example, with the values it proposes."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


@contextmanager
def started(
    service: str, command: list[str], env: Mapping[str, str], directory: Path
) -> Iterator[Process]:
    """A service's command running in the checkout; killed at the end if a test left it running."""
    process = process_start(service, command, directory, env=env, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()


def wait_for(condition: Callable[[], bool], process: Process, seconds: float = 30.0) -> None:
    """Poll until the condition holds; fails with the process's log when it dies or time is up."""
    until = time.monotonic() + seconds
    while not condition():
        log = process.log.read_text(errors="replace")
        assert process.running, f"{process.name} {process.death()}:\n{log}"
        assert time.monotonic() < until, f"{process.name} is still not there:\n{log}"
        time.sleep(0.1)


def healthy(service: str, env: Mapping[str, str], *replaced: str) -> bool:
    """Whether the service's own health check says so; the last arguments may be replaced."""
    command = healthcheck_of(service)
    command = [*command[: len(command) - len(replaced)], *replaced]
    asked = subprocess.run(command, env=dict(env), cwd=ROOT, capture_output=True, check=False)
    return asked.returncode == 0


def stop(process: Process) -> int:
    """Send what `docker stop` would and return the exit status; fails when it takes too long."""
    named = SERVICES[process.name].get("stop_signal", "SIGTERM")
    process.popen.send_signal(signal.Signals[named])
    return process.popen.wait(STOP_SECONDS)


def path_with(directory: Path) -> str:
    return f"{directory}{os.pathsep}{os.environ['PATH']}"
