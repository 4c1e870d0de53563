"""A browser for the tests is found, installed where that is possible, or missed aloud."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from browser import browser_find, browser_provide

APT = """#!/bin/sh
echo "$@" >> "{place}/asked"
[ "$2" != install ] && exit 0
{outcome}
"""
INSTALLS = "printf '#!/bin/sh\\n' > {place}/chromium; /bin/chmod 755 {place}/chromium"


@pytest.fixture
def place(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is the whole PATH, with no browser in it."""
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return directory


def write_apt(place: Path, outcome: str) -> None:
    apt = place / "apt-get"
    apt.write_text(APT.format(place=place, outcome=outcome.format(place=place)))
    apt.chmod(0o755)


def test_a_browser_that_is_named_wins_and_nothing_is_installed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_apt(place, INSTALLS)
    monkeypatch.setenv("CHROMIUM", "/bin/sh")
    assert browser_provide(place) == "/bin/sh"
    assert not (place / "asked").exists()


def test_a_name_that_leads_nowhere_is_no_browser(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert browser_find() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install")
def test_root_gets_chromium_installed(place: Path) -> None:
    write_apt(place, INSTALLS)
    assert browser_provide(place) == str(place / "chromium")
    asked = (place / "asked").read_text().splitlines()
    assert asked == [
        "-q update",
        "-q install --yes --no-install-recommends chromium fonts-dejavu-core",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install")
def test_an_installation_that_fails_is_told_aloud_with_its_words(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_apt(place, "echo 'E: Unable to locate package chromium'; exit 100")
    assert browser_provide(place) == ""
    said = capsys.readouterr().err
    assert "Unable to locate package chromium" in said
    assert "The browser tests are NOT RUN" in said


def test_without_apt_get_it_is_told_aloud_what_to_install(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert browser_provide(place) == ""
    said = capsys.readouterr().err
    assert "The browser tests are NOT RUN" in said
    assert "apt-get install chromium" in said
