"""What every walk in a browser does: a worker beside it, signing in, and looking at a page in each of its looks."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from axe_playwright_python.base import AXE_SCRIPT
from django.db import connection
from playwright.sync_api import Page, expect

from bss.core import clock, jobs, scope
from bss.core.models import Job
from tests.factories.accounts import PASSWORD

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page."""

    name: str
    scheme: str
    size: dict[str, int]
    # Which of axe's rules can come out otherwise than in the first look; all of them for None.
    rules: list[str] | None = None


LOOKS = (
    Look("light", "light", DESKTOP),
    Look("dark", "dark", DESKTOP, ["color-contrast"]),
    Look("phone", "light", PHONE),
)


# The rules and the places alone: all that axe looked at is a megabyte for each page, which takes longer to carry.
VIOLATIONS = """options => axe.run(options).then(found =>
    found.violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.target])))"""
WIDTH = "document.fonts.ready.then(() => document.documentElement.scrollWidth)"


def violations_of(page: Page, rules: Sequence[str] | None = None) -> list[tuple[str, list[str]]]:
    """What axe finds wrong with the open page: each broken rule, and where; of these rules, or of all for None."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    return [(rule, target) for rule, target in page.evaluate(VIOLATIONS, options)]


def width_of(page: Page) -> int:
    """How wide the page is, in pixels, once its fonts are there."""
    return int(page.evaluate(WIDTH))


def faults_of(
    page: Page, looks: Sequence[Look], seen: Callable[[str], None] = lambda look: None
) -> list[Any]:
    """What is wrong with the page that is open, in each look; `seen` is told the name of each once it is on."""
    faults: list[Any] = []
    for look in looks:
        page.set_viewport_size(look.size)
        page.emulate_media(color_scheme=look.scheme, reduced_motion="reduce")
        faults += [(look.name, *found) for found in violations_of(page, look.rules)]
        width = width_of(page)
        if width > look.size["width"]:
            faults.append((look.name, "overflow", width))
        seen(look.name)
    return faults


class Worker:
    """Does what is due, as a Celery worker would, until it is told to stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(0.1):
                with scope.activate(None):
                    jobs.run(jobs.due_ids())
        finally:
            connection.close()


def all_done(page: Page) -> None:
    """Wait until the worker has done everything that is due."""
    left = Job.objects.filter(state__in=["ready", "running"])
    for _attempt in range(80):
        if not left.filter(due_at__lte=clock.now()).exists():
            return
        page.wait_for_timeout(250)
    raise AssertionError("the worker never came to rest")


def sign_in(page: Page, base: str, email: str, prefix: str = "") -> None:
    """Through the form of a surface: `prefix` is "/portal", "/<alias>" or nothing."""
    page.goto(f"{base}{prefix}/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/account/login/"))
