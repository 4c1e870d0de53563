"""Events: written in the transaction that did it, one job for each handler, each alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction

from bss.core import events, scope
from bss.core.actor import SYSTEM, Actor
from bss.core.models import Event, Job
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return AccountFactory()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_a_fault(made_event):
    moved, account = made_event(), AccountFactory()

    with pytest.raises(RuntimeError, match="inside the transaction"):
        events.emit(moved(1), subject=account, actor=SYSTEM)
    with pytest.raises(RuntimeError, match="inside the transaction"):
        events.emit_many(moved, [account], actor=SYSTEM)

    assert Event.objects.count() == 0


def test_an_event_says_who_what_and_where(account, made_event):
    moved = made_event()

    events.emit(moved(account.pk), subject=account, actor=Actor("staff", "Eleni", user_id=7))

    row = Event.objects.get()
    assert (row.name, row.payload) == ("thing.moved", {"thing_id": account.pk})
    assert (row.subject_type, row.subject_id) == ("accounts.account", account.pk)
    assert (row.scope, row.organization_id) == (account.scope, account.organization_id)
    assert (row.actor_id, row.actor_label) == (7, "Eleni")


def test_each_handler_has_a_job_of_its_own_and_fails_alone(account, made_event, run_jobs):
    moved, heard = made_event(), []

    def good(event):
        heard.append((event.thing_id, scope.active().path))

    def bad(event):
        raise RuntimeError("bad day")

    events.subscribe(moved, bad)
    events.subscribe(moved, good)
    events.emit(moved(account.pk), subject=account, actor=SYSTEM)
    run_jobs()

    assert heard == [(account.pk, account.scope)]
    states = dict(Job.objects.values_list("payload__handler", "state"))
    assert {name.rsplit(".", 1)[-1]: state for name, state in states.items()} == {
        "good": "done",
        "bad": "ready",
    }


def test_an_event_nobody_listens_to_is_kept(account, made_event):
    events.emit(made_event()(1), subject=account, actor=SYSTEM)

    assert (Event.objects.count(), Job.objects.count()) == (1, 0)


def test_subscribing_twice_is_subscribing_once(account, made_event, run_jobs):
    moved, heard = made_event(), []

    def listen(event):
        heard.append(event)

    events.subscribe(moved, listen)
    events.subscribe(moved, listen)
    events.emit(moved(1), subject=account, actor=SYSTEM)
    run_jobs()

    assert len(heard) == 1


def test_what_was_rolled_back_never_happened(account, made_event):
    moved = made_event()
    events.subscribe(moved, print)
    with transaction.atomic():
        events.emit(moved(1), subject=account, actor=SYSTEM)
        transaction.set_rollback(True)

    assert (Event.objects.count(), Job.objects.count()) == (0, 0)


def test_a_handler_that_was_removed_leaves_its_reason(account, made_event, run_jobs):
    moved = made_event()
    events.subscribe(moved, print)
    events.emit(moved(1), subject=account, actor=SYSTEM)
    events._subscribers["thing.moved"].clear()

    run_jobs()

    job = Job.objects.get()
    assert job.state == "dead"
    assert "is registered for thing.moved" in job.last_error


def test_two_events_cannot_share_a_name(made_event):
    made_event()

    with pytest.raises(ValueError, match="two events"):
        made_event(field="other_id")


def test_an_event_is_a_record_of_a_registered_class(account):
    @dataclass(frozen=True)
    class Unregistered:
        thing_id: int

    with pytest.raises(KeyError):
        events.emit(Unregistered(1), subject=account, actor=SYSTEM)
    with pytest.raises(TypeError, match="registered dataclass"):
        events.emit({"thing_id": 1}, subject=account, actor=SYSTEM)


def test_a_handler_runs_on_the_lane_it_asked_for(account, made_event):
    moved = made_event()
    events.subscribe(moved, print, lane="mail")

    events.emit(moved(1), subject=account, actor=SYSTEM)

    assert Job.objects.get().lane == "mail"
