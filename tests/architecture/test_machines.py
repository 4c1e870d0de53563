"""Every life, cell by cell: each state with each transition moves as tabled, or is refused and writes nothing."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint

from bss.core.actor import SYSTEM
from bss.core.db import StateField
from bss.core.errors import DomainError, IllegalTransition
from bss.core.events import name_of
from bss.core.machine import registered
from bss.core.models import Event, HistoryEntry, Job
from tests.factories.lives import MAKERS

machines = registered()
each_machine = pytest.mark.parametrize("machine", machines, ids=lambda m: m.model._meta.label)
each_state = pytest.mark.parametrize(
    ("machine", "state"),
    [(m, s) for m in machines for s in m.states.values],
    ids=lambda value: (getattr(value, "model", None) and value.model._meta.label) or str(value),
)


def row_in(machine, state):
    row = MAKERS[machine.model]()
    machine.model._base_manager.filter(pk=row.pk).update(**{machine.column: state})
    return machine.model._base_manager.get(pk=row.pk)


def written():
    return HistoryEntry.objects.count(), Event.objects.count(), Job.objects.count()


def test_every_life_is_known_and_has_a_row_to_walk_it_with():
    assert {m.model for m in machines} == MAKERS.keys()


def test_every_state_column_of_the_product_has_its_table():
    from django.apps import apps

    from tests.architecture.test_tenancy import ours

    columns = {(m, f.name) for m in ours for f in m._meta.local_fields if isinstance(f, StateField)}
    kernel = {(apps.get_model("core", "Job"), "state"), (apps.get_model("core", "Run"), "state")}

    assert columns == {(m.model, m.column) for m in machines} | kernel


@each_machine
def test_states_are_the_same_in_table_column_and_check(machine):
    field = machine.model._meta.get_field(machine.column)
    [check] = [
        values
        for c in machine.model._meta.constraints
        if isinstance(c, CheckConstraint)
        for values in _listed(c.condition, machine.column)
    ]
    mentioned = {s for t in machine.transitions for s in {*t.sources, t.target}}

    assert field.enum is machine.states
    assert set(check) == set(machine.states.values)
    assert mentioned <= set(machine.states.values)
    assert field.default in machine.initial


def _listed(condition, column):
    """The values a check lists for the column, where it says nothing else."""
    match condition.children:
        case [(name, values)] if name == f"{column}__in" and not condition.negated:
            return [values]
    return []


@each_machine
def test_the_database_holds_the_states(machine, db):
    row = MAKERS[machine.model]()
    rows = machine.model._base_manager.filter(pk=row.pk)

    for state in machine.states.values:
        rows.update(**{machine.column: state})
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**{machine.column: "astray"})


@each_machine
def test_every_state_is_reached(machine):
    reached, grew = set(map(str, machine.initial)), True
    while grew:
        further = {t.target for t in machine.transitions if t.sources & reached} - reached
        reached |= further
        grew = bool(further)

    assert reached == set(machine.states.values)


@each_machine
def test_no_transition_leads_nowhere_new(machine):
    for transition_ in machine.transitions:
        assert transition_.target not in transition_.sources, transition_.name


@each_state
def test_each_move_from_each_state(machine, state, db):
    row = row_in(machine, state)
    for transition_ in machine.transitions:
        with transaction.atomic():
            if state in transition_.sources:
                _moves_as_tabled(machine, row_again(machine, row), transition_)
            else:
                _is_refused(machine, row_again(machine, row), transition_)
            transaction.set_rollback(True)


def row_again(machine, row):
    return machine.model._base_manager.get(pk=row.pk)


def _moves_as_tabled(machine, row, transition_):
    history, events, _jobs = written()
    before = getattr(row, machine.column)
    try:
        machine.fire(row, transition_.name, actor=SYSTEM, reason="walked")
    except IllegalTransition:
        raise
    except DomainError:
        assert transition_.guard is not None
        assert getattr(row_again(machine, row), machine.column) == before
        return
    assert getattr(row_again(machine, row), machine.column) == transition_.target
    assert HistoryEntry.objects.count() == history + 1
    entry = HistoryEntry.objects.latest("pk")
    assert (entry.from_state, entry.to_state, entry.reason) == (
        before,
        transition_.target,
        "walked",
    )
    assert Event.objects.count() == events + (1 if transition_.event else 0)
    if transition_.event:
        assert Event.objects.latest("pk").name == name_of(transition_.event)


def _is_refused(machine, row, transition_):
    before, state = written(), getattr(row, machine.column)
    with pytest.raises(IllegalTransition):
        machine.fire(row, transition_.name, actor=SYSTEM)
    assert getattr(row_again(machine, row), machine.column) == state
    assert written() == before


@each_machine
def test_the_events_of_a_life_are_about_the_row_that_moves(machine):
    """Fired in bulk, an event knows its subject's id and nothing else."""
    from dataclasses import MISSING, fields

    for transition_ in machine.transitions:
        if transition_.event:
            required = [f.name for f in fields(transition_.event) if f.default is MISSING]
            assert len(required) == 1, transition_.event
            assert required[0].endswith("_id"), transition_.event
