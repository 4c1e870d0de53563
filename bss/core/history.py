"""History: who did what to which record, when and why. Written in the transaction that did it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from bss.core.actor import Actor
from bss.core.models import HistoryEntry
from bss.core.tenancy import scope_of

# What `together` has not written yet.
_waiting: ContextVar[list[HistoryEntry] | None] = ContextVar("history_waiting", default=None)


def subject_type(subject: Model | type[Model]) -> str:
    """ "orders.order": how kernel tables name a kind of record."""
    return subject._meta.label_lower


def entry_for(
    subject: Model,
    *,
    actor: Actor,
    action: str,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> HistoryEntry:
    """An unsaved entry; `record` saves one, the machine's `fire_many` saves thousands at once."""
    entry = HistoryEntry(
        organization_id=getattr(subject, "organization_id", None),
        scope=scope_of(subject),
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        actor_id=actor.user_id,
        actor_label=actor.label,
        action=action,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        changes=dict(changes or {}),
    )
    if at is not None:
        entry.at = at
    return entry


def record(subject: Model, *, actor: Actor, action: str, **details: Any) -> HistoryEntry:
    """Write one entry. `action` is a dotted verb such as "account.edited"; `changes` maps field to [old, new]."""
    entry = entry_for(subject, actor=actor, action=action, **details)
    waiting = _waiting.get()
    if waiting is None:
        entry.save(force_insert=True)
    else:
        waiting.append(entry)
    return entry


@contextmanager
def together() -> Iterator[None]:
    """Write the entries of a block in one statement at its end, in their order; none when it raises.

    For a transaction that moves several records: what it undoes half-way and goes on would still be told.
    """
    entries: list[HistoryEntry] = []
    token = _waiting.set(entries)
    try:
        yield
    finally:
        _waiting.reset(token)
    HistoryEntry.objects.bulk_create(entries)


def timeline_for(*subjects: Model) -> QuerySet[HistoryEntry]:
    """Everything that happened to these records, newest first."""
    where = Q(pk__in=[])
    for subject in subjects:
        where |= Q(subject_type=subject_type(subject), subject_id=subject.pk)
    return HistoryEntry.objects.filter(where).order_by("-at", "-id")


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields whose value differs, as field to [old, new], ready for `record(changes=...)`."""
    return {
        name: [_plain(before.get(name)), _plain(value)]
        for name, value in after.items()
        if before.get(name) != value
    }


def snapshot(subject: Model, fields: Iterable[str]) -> dict[str, Any]:
    """The present values of `fields`."""
    return {name: getattr(subject, name) for name in fields}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool | list | dict):
        return value
    return str(value)
