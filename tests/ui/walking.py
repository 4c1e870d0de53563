"""What every walk in a browser does: a worker beside it, and signing in."""

from __future__ import annotations

import re
import threading
from typing import Self

from django.db import connection
from playwright.sync_api import Page, expect

from bss.core import clock, jobs, scope
from bss.core.models import Job
from tests.factories.accounts import PASSWORD


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
