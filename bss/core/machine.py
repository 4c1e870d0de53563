"""The one runner of state machines.

Each app declares its table in `states.py`; this module makes the moves: an UPDATE filtered by primary key and old
state (not exactly one row means that somebody else was first), the history row and the event, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from django.db.models import F, Value

from bss.core import events, history
from bss.core.actor import Actor
from bss.core.errors import IllegalTransition, StaleState
from bss.core.models import HistoryEntry

M = TypeVar("M", bound=models.Model)
Guard = Callable[[Any], None]


@dataclass(frozen=True)
class Transition:
    """One row of a table: from any of `sources` to `target`. `guard` is pure and raises DomainError.

    `event` is a registered event dataclass with one field, the id of the row that moved.
    """

    name: str
    sources: frozenset[str]
    target: str
    event: type | None = None
    guard: Guard | None = None


def move(
    name: str,
    sources: Iterable[str] | str,
    target: str,
    *,
    event: type | None = None,
    guard: Guard | None = None,
) -> Transition:
    """A Transition, written briefly: `move("place", Draft, Placed, event=OrderPlaced)`."""
    several = {sources} if isinstance(sources, str) else set(sources)
    return Transition(name, frozenset(str(s) for s in several), str(target), event, guard)


@dataclass
class Machine(Generic[M]):
    """The table of one entity and the only writer of its state column."""

    model: type[M]
    states: type[models.TextChoices]
    transitions: Sequence[Transition]
    initial: frozenset[str]
    column: str = "state"
    table: dict[str, Transition] = field(init=False)

    def __post_init__(self) -> None:
        self.table = {t.name: t for t in self.transitions}
        if len(self.table) != len(self.transitions):
            raise ValueError("two transitions have one name")
        _registry.append(self)

    @property
    def entity(self) -> str:
        return self.model._meta.model_name or ""

    def can(self, obj: M, name: str) -> bool:
        """Whether the table has this move from the present state (guards not asked)."""
        return getattr(obj, self.column) in self.table[name].sources

    def fire(
        self,
        obj: M,
        name: str,
        *,
        actor: Actor,
        reason: str = "",
        changes: dict[str, Any] | None = None,
    ) -> M:
        """Move `obj` by `name`, setting the columns in `changes` with it.

        Raises IllegalTransition when the table has no such move from the present state, whatever the guard
        raises, and StaleState when the row changed since it was read; in each case nothing was written.
        """
        transition = self.table[name]
        source = getattr(obj, self.column)
        if source not in transition.sources:
            raise self._illegal(obj, transition, source)
        if transition.guard:
            transition.guard(obj)
        values = {self.column: transition.target, **(changes or {})}
        with transaction.atomic():
            moved = self.model._base_manager.filter(pk=obj.pk, **{self.column: source}).update(
                **values
            )
            if moved != 1:
                raise StaleState(extra={"entity": self.entity, "transition": name})
            for column, value in values.items():
                setattr(obj, column, value)
            history.record(
                obj,
                actor=actor,
                action=f"{self.entity}.{name}",
                from_state=source,
                to_state=transition.target,
                reason=reason,
            )
            if transition.event:
                events.emit(transition.event(obj.pk), subject=obj, actor=actor)
        return obj

    def fire_many(
        self, rows: models.QuerySet[M], name: str, *, actor: Actor, reason: str = ""
    ) -> tuple[list[M], list[int]]:
        """Move thousands in one statement each: the update, the history, one batch event.

        Returns the rows that moved and the ids that lost (another state, or changed meanwhile). Guards are not
        asked: a transition with one refuses to be fired in bulk (ValueError).
        """
        transition = self.table[name]
        if transition.guard:
            raise ValueError(f"{name} has a guard and cannot be fired in bulk")
        with transaction.atomic():
            wanted = set(rows.values_list("pk", flat=True))
            held = list(
                self.model._base_manager.filter(
                    pk__in=wanted, **{f"{self.column}__in": transition.sources}
                )
                .select_for_update(of=("self",), no_key=True)
                .order_by("pk")
            )
            before = {row.pk: getattr(row, self.column) for row in held}
            self.model._base_manager.filter(pk__in=before).update(
                **{self.column: Value(transition.target)}
            )
            for row in held:
                setattr(row, self.column, transition.target)
            HistoryEntry.objects.bulk_create(
                history.entry_for(
                    row,
                    actor=actor,
                    action=f"{self.entity}.{name}",
                    from_state=before[row.pk],
                    to_state=transition.target,
                    reason=reason,
                )
                for row in held
            )
            if transition.event:
                events.emit_many(transition.event, held, actor=actor)
        return held, sorted(wanted - before.keys())

    def _illegal(self, obj: M, transition: Transition, source: str) -> IllegalTransition:
        label = self.states(source).label if source in self.states.values else source
        return IllegalTransition(
            extra={
                "entity": self.entity,
                "transition": transition.name,
                "state": source,
                "state_label": str(label),
            }
        )


_registry: list[Machine[Any]] = []


def registered() -> Sequence[Machine[Any]]:
    """Every machine (for the architecture tests, which walk each table cell by cell)."""
    return tuple(_registry)


def mirror(
    obj: models.Model,
    column: str,
    value: str,
    *,
    actor: Actor,
    reason: str = "",
    event: type | None = None,
) -> bool:
    """Record a status the vendor owns: compare-and-set from anything, with history and event. True when it changed;
    raises StaleState when the row changed since it was read.
    """
    before = getattr(obj, column)
    if before == value:
        return False
    with transaction.atomic():
        moved = (
            type(obj)._base_manager.filter(pk=obj.pk, **{column: before}).update(**{column: value})
        )
        if moved != 1:
            raise StaleState(extra={"column": column})
        setattr(obj, column, value)
        history.record(
            obj,
            actor=actor,
            action=f"{column}.changed",
            from_state=before,
            to_state=value,
            reason=reason,
        )
        if event is not None:
            events.emit(event(obj.pk), subject=obj, actor=actor)
    return True


def bump(obj: models.Model, column: str = "version") -> None:
    """Count an edit, so that a form opened before it can be told."""
    type(obj)._base_manager.filter(pk=obj.pk).update(**{column: F(column) + 1})
