"""Events: what happened. Emitted inside the transaction that did it; each handler becomes a job of its own.

    @event("order.placed")
    @dataclass(frozen=True)
    class OrderPlaced:
        order_id: int

    subscribe(OrderPlaced, order_placed_send_confirmation)      # in the upper app's apps.py

Handlers are idempotent: their job runs in one transaction with its own completion, and may still run again
after a crash between commit and acknowledgement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection
from django.db.models import Model

from bss.core import jobs
from bss.core.actor import Actor
from bss.core.history import subject_type
from bss.core.models import Event
from bss.core.prepared import Prepared
from bss.core.tenancy import scope_of

E = TypeVar("E")
Handler = Callable[[Any], None]


@dataclass(frozen=True)
class Subscriber:
    """A handler and its key: the dotted name under which its jobs are stored."""

    name: str
    handle: Handler
    lane: str


_types: dict[str, type] = {}
_names: dict[type, str] = {}
_subscribers: dict[str, list[Subscriber]] = defaultdict(list)

HANDLE = "event.handle"
FAN_OUT = "event.fan_out"


def event(name: str) -> Callable[[type[E]], type[E]]:
    """Register a frozen dataclass as the event `name` ("<entity>.<past participle>")."""

    def register(cls: type[E]) -> type[E]:
        if _types.setdefault(name, cls) is not cls:
            raise ValueError(f"two events are called {name}")
        _names[cls] = name
        return cls

    return register


def name_of(event_type: type) -> str:
    return _names[event_type]


def subscribe(event_type: type[E], handle: Callable[[E], None], *, lane: str = "default") -> None:
    """Have `handle` called, in a job of its own, for every event of this type."""
    name = f"{handle.__module__}.{handle.__qualname__}"
    known = _subscribers[_names[event_type]]
    if all(s.name != name for s in known):
        known.append(Subscriber(name, handle, lane))


def subscribers(name: str) -> Sequence[Subscriber]:
    return tuple(_subscribers[name])


def registered() -> dict[str, type]:
    """Every event type by name (for the architecture tests and the docs)."""
    return dict(_types)


def emit(happened: Any, *, subject: Model, actor: Actor) -> Event:
    """Write the event and one job per handler. Must run inside a transaction."""
    _require_transaction()
    row = _row(happened, subject, actor)
    row.save(force_insert=True)
    jobs.enqueue_new(
        jobs.build(
            HANDLE,
            key=f"{row.pk}:{subscriber.name}",
            subject=subject,
            payload={"event": row.pk, "handler": subscriber.name},
            lane=subscriber.lane,
        )
        for subscriber in _subscribers[row.name]
    )
    return row


def emit_many(event_type: type, subjects: Sequence[Model], *, actor: Actor) -> None:
    """One event row for many subjects of an organization; its jobs fan out when they run. Must run inside a
    transaction.
    """
    _require_transaction()
    by_organization: dict[int | None, list[Model]] = defaultdict(list)
    for subject in subjects:
        by_organization[getattr(subject, "organization_id", None)].append(subject)
    for organization_id, own in by_organization.items():
        _emit_batch(event_type, own, organization_id, actor)


def _emit_batch(
    event_type: type, subjects: Sequence[Model], organization_id: int | None, actor: Actor
) -> None:
    name = _names[event_type]
    row = Event.objects.create(
        name=name,
        organization_id=organization_id,
        scope=f"{organization_id}." if organization_id else "",
        subject_type=subject_type(subjects[0]),
        payload={fields(event_type)[0].name: [s.pk for s in subjects]},
        actor_id=actor.user_id,
        actor_label=actor.label,
    )
    jobs.enqueue_new(
        jobs.build(
            FAN_OUT,
            key=f"{row.pk}:{subscriber.name}",
            payload={"event": row.pk, "handler": subscriber.name},
            scope=row.scope,
            lane=subscriber.lane,
        )
        for subscriber in _subscribers[name]
    )


def _row(happened: Any, subject: Model, actor: Actor) -> Event:
    if not is_dataclass(happened) or isinstance(happened, type):
        raise TypeError("an event is an instance of a registered dataclass")
    return Event(
        name=_names[type(happened)],
        organization_id=getattr(subject, "organization_id", None),
        scope=scope_of(subject),
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        payload=asdict(happened),
        actor_id=actor.user_id,
        actor_label=actor.label,
    )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("events are emitted inside the transaction that caused them")


def _find(name: str, handler: str) -> Subscriber | None:
    return next((s for s in _subscribers[name] if s.name == handler), None)


_HAPPENED = Prepared(lambda pk: Event.objects.filter(pk=pk).values_list("name", "payload"), pk=int)


@jobs.handler(HANDLE)
def _handle(job: jobs.JobContext) -> None:
    name, payload = _HAPPENED.get(pk=job.payload["event"])
    subscriber = _find(name, job.payload["handler"])
    if subscriber is None:
        raise jobs.GiveUp(f"no handler {job.payload['handler']} is registered for {name}")
    subscriber.handle(_types[name](**(job.payload.get("values") or payload)))


@jobs.handler(FAN_OUT)
def _fan_out(job: jobs.JobContext) -> None:
    """Turn one batch event into one job per subject, in one insert, each in its subject's own scope."""
    row = Event.objects.get(pk=job.payload["event"])
    handler = job.payload["handler"]
    id_field, ids = next(iter(row.payload.items()))
    found = apps.get_model(row.subject_type)._base_manager.in_bulk(ids)
    jobs.enqueue_many(
        jobs.build(
            HANDLE,
            key=f"{row.pk}:{handler}:{pk}",
            subject=subject,
            payload={"event": row.pk, "handler": handler, "values": {id_field: pk}},
            lane=job.lane,
        )
        for pk, subject in found.items()
    )
