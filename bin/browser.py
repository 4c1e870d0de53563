"""A browser for the tests that drive one."""

import os
import shutil
import sys
from pathlib import Path

from console import Failure, Progress
from installs import server_environment
from processes import Process, process_start
from product import finish

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core")


def browser_find() -> str:
    """The path of a Chromium, from CHROMIUM or by its usual names; empty when there is none."""
    named = os.environ.get("CHROMIUM", "")
    found = (shutil.which(name) for name in ([named] if named else PROGRAMS))
    return next((path for path in found if path), "")


def browser_provide(directory: Path) -> str:
    """A Chromium, installed with apt-get where root may; empty, with a loud word, when there is none."""
    if browser := browser_find():
        return browser
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        _skip_say("No Chromium was found, and only root on a machine with apt-get can install it.")
        return ""
    try:
        with Progress(2).step("Update the list of packages"):
            finish(_apt(directory, "update"), "apt-get update")
        with Progress(2).step("Install Chromium"):
            options = ["install", "--yes", "--no-install-recommends"]
            finish(_apt(directory, *options, *PACKAGES), "apt-get install")
    except Failure as failure:
        _skip_say(f"Chromium could not be installed. {failure.cause}\n{failure.details}")
    return browser_find()


def _apt(directory: Path, *arguments: str) -> Process:
    env = server_environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    program = shutil.which("apt-get") or "apt-get"
    return process_start("apt-get", [program, "-q", *arguments], directory, env=env, cwd=Path("/"))


def _skip_say(why: str) -> None:
    line = "!" * 80
    print(
        f"{line}\n{why}\nThe browser tests are NOT RUN. Install Chromium (apt-get install chromium),"
        f" or set CHROMIUM to its path.\n{line}",
        file=sys.stderr,
        flush=True,
    )
