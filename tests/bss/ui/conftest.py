"""Requests as the middleware leaves them, without logins: the design system knows only actors."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.utils import translation

from bss.core import scope
from bss.core.actor import ANONYMOUS, Actor
from bss.core.models import Run
from bss.core.scope import Scope
from bss.ui import slots

ORGANIZATION = 7


@pytest.fixture(autouse=True)
def _nothing_from_other_apps(settings, monkeypatch):
    """The design system by itself: its own addresses, and slots that nobody has filled."""
    settings.ROOT_URLCONF = "tests.bss.ui.urls"
    monkeypatch.setattr(slots, "_registry", defaultdict(list))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def clerk() -> Actor:
    return Actor(
        kind="staff",
        label="Ines Kamara",
        user_id=1,
        scope=Scope.of_organization(ORGANIZATION),
        permissions=frozenset({"run.view", "run.edit"}),
    )


@pytest.fixture
def outsider() -> Actor:
    return Actor(kind="staff", label="Jonas Brandt", user_id=2)


@pytest.fixture
def nobody() -> Actor:
    return ANONYMOUS


@pytest.fixture
def request_by():
    """`request_by(actor, "/runs/?sort=title", post={...}, htmx=True)`: a request of a surface."""

    def make(actor, path="/", *, post=None, htmx=False, session=None, kind="portal"):
        factory = RequestFactory()
        request = factory.get(path) if post is None else factory.post(path, post)
        request.actor = actor
        request.surface = SimpleNamespace(kind=kind, prefix="")
        request.session = SessionStore() if session is None else session
        request._messages = FallbackStorage(request)
        request.htmx = (
            SimpleNamespace(boosted=False, history_restore_request=False) if htmx else False
        )
        request.csp_nonce = ""
        request.resolver_match = None
        return request

    return make


@pytest.fixture
def runs(db):
    """`runs(120)`: that many rows of a kernel table, told apart by their titles."""

    def make(count: int, **values) -> list[Run]:
        path = Scope.of_organization(ORGANIZATION).path
        rows = [
            Run(
                kind="import",
                title=f"Import {number:04d}",
                organization_id=ORGANIZATION,
                scope=path,
                actor_label="Ines Kamara",
                done=number % 7,
                **values,
            )
            for number in range(count)
        ]
        return Run.objects.bulk_create(rows)

    return make


@pytest.fixture
def in_scope():
    with scope.activate(Scope.of_organization(ORGANIZATION)):
        yield
