"""Tests that drive a real browser: Chromium from CHROMIUM or by its usual names, skipped loudly without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import browser_find
from django.db import connection, connections

from tests.ui.walking import Worker

ARTEFACTS = Path(__file__).parent.parent.parent / "artefacts"


def pytest_collection_modifyitems(items):
    """Mark ours, and begin with those that may take longest, so that the others fill up what is left beside them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.ui)
    items.sort(key=place)


def place(item) -> tuple[bool, int]:
    """Tests without a browser first, as they stand; ours by the seconds that they say they may take."""
    if item.get_closest_marker("ui") is None:
        return False, 0
    limit = item.get_closest_marker("timeout")
    return True, -limit.args[0] if limit else 0


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = browser_find()
    if not path:
        pytest.skip("No Chromium: set CHROMIUM to its path")
    return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session", autouse=True)
def _server_keeps_its_connections(_threads_leave_the_database, django_db_setup, django_db_blocker):
    """A page asks the database over the connection of the page before it, as in production: PostgreSQL takes longer to
    begin a new one than for all that a page asks. The database goes when the tests are over, and they go before it.
    """
    settings_of_default = connections.settings["default"]
    before, settings_of_default["CONN_MAX_AGE"] = settings_of_default["CONN_MAX_AGE"], None
    yield
    settings_of_default["CONN_MAX_AGE"] = before
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def screenshot(page, pytestconfig):
    """`screenshot("list-dark")`: the page as it stands, kept among the artefacts when pytest got `--screenshot on`."""
    wanted = pytestconfig.getoption("--screenshot") == "on"

    def take(name: str) -> None:
        if not wanted:
            return
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    return take


@pytest.fixture
def worker(transactional_db):
    """Jobs are done while the test looks at pages."""
    with Worker():
        yield


@pytest.fixture
def complaints(page):
    """Everything the browser complains about: errors of scripts and refusals of the policy."""
    heard: list[str] = []
    page.on(
        "console",
        lambda said: heard.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard
