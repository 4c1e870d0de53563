"""Fixtures `mailbox`, `echo`, `cards` and `vip_marketplace`: one process each per test run, emptied before each test.

Both read the clock file that CLOCK_FILE names, or one of their own when it names none.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.services import (
    Cards,
    Echo,
    Mailbox,
    VipMarketplace,
    running_cards,
    running_echo,
    running_mailbox,
    running_vip_marketplace,
)


@pytest.fixture(scope="session")
def sandbox_clock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that holds the offset of every sandbox service's clock."""
    return Path(os.environ.get("CLOCK_FILE") or tmp_path_factory.mktemp("clock") / "offset")


@pytest.fixture(scope="session")
def mailbox_process(sandbox_clock_file: Path) -> Iterator[Mailbox]:
    with running_mailbox(clock_file=sandbox_clock_file) as service:
        yield service


@pytest.fixture(scope="session")
def echo_process(sandbox_clock_file: Path) -> Iterator[Echo]:
    with running_echo(clock_file=sandbox_clock_file) as service:
        yield service


@pytest.fixture(scope="session")
def cards_process(sandbox_clock_file: Path) -> Iterator[Cards]:
    with running_cards(clock_file=sandbox_clock_file) as service:
        yield service


@pytest.fixture(scope="session")
def vip_marketplace_process(sandbox_clock_file: Path) -> Iterator[VipMarketplace]:
    with running_vip_marketplace(clock_file=sandbox_clock_file) as service:
        yield service


@pytest.fixture
def mailbox(mailbox_process: Mailbox) -> Iterator[Mailbox]:
    """The mailbox, empty and well."""
    mailbox_process.reset()
    yield mailbox_process
    mailbox_process.reset()


@pytest.fixture
def echo(echo_process: Echo) -> Iterator[Echo]:
    """The vendor, with empty books and well; waits under way end with the test."""
    echo_process.reset()
    yield echo_process
    echo_process.reset()


@pytest.fixture
def cards(cards_process: Cards) -> Iterator[Cards]:
    """The provider of card payments, with empty books and well."""
    cards_process.reset()
    yield cards_process
    cards_process.reset()


@pytest.fixture
def vip_marketplace(vip_marketplace_process: VipMarketplace) -> Iterator[VipMarketplace]:
    """Adobe's partner API, with empty books and well."""
    vip_marketplace_process.reset()
    yield vip_marketplace_process
    vip_marketplace_process.reset()
