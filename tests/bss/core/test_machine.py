"""The runner of state machines: one move, one history row, one event; whoever comes second writes nothing."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bss.accounts.choices import StorefrontState as S
from bss.accounts.models import Storefront
from bss.core import events, jobs, scope
from bss.core.actor import SYSTEM, Actor
from bss.core.errors import Conflict, IllegalTransition, StaleState
from bss.core.history import timeline_for
from bss.core.machine import Machine, bump, mirror, move
from bss.core.models import Event, HistoryEntry, Job
from tests.factories.accounts import AccountFactory, OrganizationFactory, StorefrontFactory

ELENI = Actor(kind="staff", label="Eleni Markou", user_id=7)


@pytest.fixture
def closed(made_event):
    return made_event("test_storefront.closed", "storefront_id")


@pytest.fixture
def door(closed):
    """A machine of our own over storefronts."""

    def only_empty(storefront):
        if storefront.about:
            raise Conflict(code="NOT_EMPTY")

    return Machine(
        Storefront,
        S,
        [
            move("close", S.OPEN, S.CLOSED, event=closed),
            move("open", S.CLOSED, S.OPEN),
            move("close_empty", S.OPEN, S.CLOSED, guard=only_empty),
        ],
        initial=frozenset({S.OPEN}),
    )


@pytest.fixture
def storefront(db):
    return StorefrontFactory()


def nothing_written():
    return (HistoryEntry.objects.count(), Event.objects.count(), Job.objects.count()) == (0, 0, 0)


def state_of(storefront):
    return Storefront.everywhere.values_list("state", flat=True).get(pk=storefront.pk)


def test_a_move_writes_state_history_and_event(door, storefront, closed):
    events.subscribe(closed, print)

    returned = door.fire(storefront, "close", actor=ELENI, reason="Holidays")

    assert returned is storefront
    assert (storefront.state, state_of(storefront)) == ("closed", "closed")
    [entry] = timeline_for(storefront)
    assert (entry.action, entry.from_state, entry.to_state) == (
        "storefront.close",
        "open",
        "closed",
    )
    assert (entry.actor_id, entry.actor_label, entry.reason) == (7, "Eleni Markou", "Holidays")
    assert entry.scope == f"{storefront.organization_id}."
    [event] = Event.objects.all()
    assert (event.name, event.payload) == (
        "test_storefront.closed",
        {"storefront_id": storefront.pk},
    )
    assert Job.objects.count() == 1


def test_columns_move_with_the_state(door, storefront):
    door.fire(storefront, "close", actor=SYSTEM, changes={"tagline": "Back on Monday"})

    storefront.refresh_from_db()
    assert (storefront.state, storefront.tagline) == ("closed", "Back on Monday")


def test_a_move_the_table_does_not_have_writes_nothing(door, storefront):
    with pytest.raises(IllegalTransition) as refusal:
        door.fire(storefront, "open", actor=SYSTEM)

    assert refusal.value.extra == {
        "entity": "storefront", "transition": "open", "state": "open", "state_label": "Open",
    }  # fmt: skip
    assert nothing_written()


def test_a_guard_speaks_and_nothing_is_written(door, storefront):
    storefront.about = "Something"

    with pytest.raises(Conflict) as refusal:
        door.fire(storefront, "close_empty", actor=SYSTEM)

    assert refusal.value.code == "NOT_EMPTY"
    assert state_of(storefront) == "open"
    assert nothing_written()


def test_whoever_read_the_row_before_another_moved_it_is_refused(door, storefront):
    stale = Storefront.everywhere.get(pk=storefront.pk)
    door.fire(storefront, "close", actor=SYSTEM)

    with pytest.raises(StaleState):
        door.fire(stale, "close", actor=SYSTEM, changes={"tagline": "Mine"})

    storefront.refresh_from_db()
    assert storefront.tagline == ""
    assert HistoryEntry.objects.count() == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_the_same_moment_one_moves_it(door):
    storefront = StorefrontFactory()
    barrier = threading.Barrier(8)
    outcomes = []

    def close():
        mine = Storefront.everywhere.get(pk=storefront.pk)
        barrier.wait()
        try:
            door.fire(mine, "close", actor=SYSTEM)
            outcomes.append("moved")
        except StaleState:
            outcomes.append("stale")
        connection.close()

    threads = [threading.Thread(target=close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["moved"] + ["stale"] * 7
    assert HistoryEntry.objects.count() == 1
    assert Event.objects.count() == 1


def test_a_failure_after_the_move_takes_it_back(door, storefront):
    with transaction.atomic():
        door.fire(storefront, "close", actor=SYSTEM)
        transaction.set_rollback(True)

    assert state_of(storefront) == "open"
    assert nothing_written()


@pytest.fixture
def thirty(db):
    organization = OrganizationFactory()
    return [
        StorefrontFactory(
            organization=organization,
            owner=AccountFactory(organization=organization),
            alias=f"alias-{n}",
        )
        for n in range(30)
    ]


def among(rows):
    return Storefront.everywhere.filter(pk__in=[row.pk for row in rows])


def test_many_move_in_a_constant_number_of_statements(door, thirty):
    with transaction.atomic():
        with CaptureQueriesContext(connection) as few:
            door.fire_many(among(thirty[:2]), "close", actor=SYSTEM)
        with CaptureQueriesContext(connection) as many:
            moved, losers = door.fire_many(among(thirty), "close", actor=ELENI, reason="Year end")

    assert len(few) == len(many)
    assert len(moved) == 28
    assert losers == [thirty[0].pk, thirty[1].pk]
    assert all(row.state == "closed" for row in moved)
    assert HistoryEntry.objects.filter(reason="Year end", from_state="open").count() == 28
    assert among(thirty).filter(state="closed").count() == 30


def test_many_are_one_event_that_fans_out_into_a_job_for_each(door, storefront, closed, run_jobs):
    other = StorefrontFactory(organization=OrganizationFactory(), host="other.localhost")
    seen = []
    events.subscribe(closed, lambda event: seen.append((event.storefront_id, scope.active().path)))

    door.fire_many(
        Storefront.everywhere.filter(pk__in=[storefront.pk, other.pk]), "close", actor=SYSTEM
    )
    assert Event.objects.count() == 2
    assert Job.objects.filter(kind=events.FAN_OUT).count() == 2
    run_jobs()

    assert sorted(seen) == sorted((s.pk, f"{s.organization_id}.") for s in (storefront, other))
    assert Job.objects.filter(kind=events.HANDLE, state="done").count() == 2


def test_a_fan_out_that_runs_twice_does_its_work_once(door, storefront, closed, run_jobs):
    seen = []
    events.subscribe(closed, lambda event: seen.append(event.storefront_id))
    door.fire_many(Storefront.everywhere.filter(pk=storefront.pk), "close", actor=SYSTEM)
    run_jobs()

    Job.objects.filter(kind=events.FAN_OUT).update(state="ready", lease_until=None)
    run_jobs()

    assert seen == [storefront.pk]


def test_moving_none_writes_nothing(door, db):
    assert door.fire_many(Storefront.everywhere.none(), "close", actor=SYSTEM) == ([], [])
    assert nothing_written()


def test_what_has_a_guard_is_not_fired_in_bulk(door, storefront):
    with pytest.raises(ValueError, match="guard"):
        door.fire_many(Storefront.everywhere.all(), "close_empty", actor=SYSTEM)

    assert state_of(storefront) == "open"


def test_a_table_names_each_transition_once():
    with pytest.raises(ValueError, match="one name"):
        Machine(
            Storefront,
            S,
            [move("close", S.OPEN, S.CLOSED), move("close", S.CLOSED, S.OPEN)],
            initial=frozenset({S.OPEN}),
        )


def test_the_database_refuses_a_state_that_does_not_exist(storefront):
    with pytest.raises(IntegrityError, match="storefront_state_known"), transaction.atomic():
        Storefront.everywhere.filter(pk=storefront.pk).update(state="ajar")


def test_a_mirror_follows_the_vendor_from_anything_and_once(storefront, closed):
    events.subscribe(closed, print)

    assert mirror(storefront, "typeface", "serif", actor=SYSTEM, reason="Vendor", event=closed)
    assert not mirror(storefront, "typeface", "serif", actor=SYSTEM)

    storefront.refresh_from_db()
    assert storefront.typeface == "serif"
    [entry] = timeline_for(storefront)
    assert (entry.action, entry.from_state, entry.to_state) == (
        "typeface.changed",
        "system",
        "serif",
    )
    assert Event.objects.count() == 1
    assert jobs.due_ids() != []


def test_a_mirror_read_before_another_wrote_is_refused(storefront):
    stale = Storefront.everywhere.get(pk=storefront.pk)
    mirror(storefront, "typeface", "serif", actor=SYSTEM)

    with pytest.raises(StaleState):
        mirror(stale, "typeface", "rounded", actor=SYSTEM)

    assert HistoryEntry.objects.count() == 1


def test_an_edit_is_counted(storefront):
    bump(storefront)
    bump(storefront)

    storefront.refresh_from_db()
    assert storefront.version == 3
