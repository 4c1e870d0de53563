"""Tests that drive a real browser: Chromium from CHROMIUM or by its usual names, skipped loudly without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import browser_find

ARTEFACTS = Path(__file__).parent.parent.parent / "artefacts"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.ui)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = browser_find()
    if not path:
        pytest.skip("No Chromium: set CHROMIUM to its path")
    return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture
def screenshot(page):
    """`screenshot("list-dark")`: the page as it stands, kept among the artefacts."""

    def take(name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    return take
