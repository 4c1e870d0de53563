"""A kernel whose registries a test may write into: job kinds, events, subscribers and machines are put back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import make_dataclass

import pytest

from bss.core import doorbell, events, jobs, machine, runs
from bss.core.models import Job


@pytest.fixture(autouse=True)
def _own_registries(monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))
    monkeypatch.setattr(events, "_types", dict(events._types))
    monkeypatch.setattr(events, "_names", dict(events._names))
    subscribers = defaultdict(list, {k: list(v) for k, v in events._subscribers.items()})
    monkeypatch.setattr(events, "_subscribers", subscribers)
    monkeypatch.setattr(machine, "_registry", list(machine._registry))
    monkeypatch.setattr(runs, "_runners", dict(runs._runners))
    doorbell.listen_again()
    yield
    doorbell.listen_again()


@pytest.fixture
def made_event():
    """`made_event("thing.moved")` registers an event with one field, `thing_id`."""

    def make(name="thing.moved", field="thing_id"):
        return events.event(name)(make_dataclass("Moved", [(field, int)], frozen=True))

    return make


@pytest.fixture
def rings(monkeypatch):
    """The ids the bell was rung for, one list a ring."""
    found = []
    monkeypatch.setattr(doorbell, "ring", lambda ids: found.append(list(ids)))
    return found


@pytest.fixture
def work():
    """`work(kind, do, **options)` registers a kind of job; returns the list of contexts it ran with."""

    def register(kind="test.work", do=None, **options):
        ran = []

        @jobs.handler(kind, **options)
        def _run(job):
            ran.append(job)
            if do is not None:
                do(job)

        return ran

    return register


@pytest.fixture
def job_state():
    """`job_state(job)` gives the row's present state."""
    return lambda job: Job.objects.values_list("state", flat=True).get(pk=job.pk)
