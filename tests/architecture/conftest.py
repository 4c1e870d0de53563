"""One world for all tests of a module: making it takes seconds, and each test gives back what it changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories.world import World, given_back, make_world


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with django_db_blocker.unblock(), given_back():
        yield make_world()
