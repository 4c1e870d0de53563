"""What was said to vendors and answered, kept 90 days."""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from bss.core import clock
from servicemanager.contracts import ExchangeNote, Recorder
from servicemanager.models import Exchange, Instance, ProvisioningJob
from servicemanager.transport import masked

KEEP = timedelta(days=90)
# What JSON may hold, written as text, and PostgreSQL refuses; whole characters beyond the first 65,536 look alike.
ODD = re.compile(r"\\u0000|\\ud[89a-f]|NaN|Infinity")


def recorder_for(job: ProvisioningJob, secrets: list[str]) -> Recorder:
    """Keeps each exchange of a job the moment it happened; a crash afterwards loses none."""

    def record(note: ExchangeNote) -> None:
        _write(note, job.instance, job.scope, secrets, job)

    return record


def recorder_of_instance(instance: Instance) -> Recorder:
    """Keeps exchanges that belong to no job, such as Get Services Definition."""

    def record(note: ExchangeNote) -> None:
        _write(note, instance, f"{instance.organization_id}.", [], None)

    return record


class Notebook:
    """Keeps what is said to an instance while somebody waits for the answer. Its pages are written together, by whoever
    waits and by its connection; what is said after it was closed is written where it is said.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._lock = threading.Lock()
        self._notes: list[ExchangeNote] | None = []

    def __call__(self, note: ExchangeNote) -> None:
        with self._lock:
            if self._notes is not None:
                self._notes.append(note)
                return
        recorder_of_instance(self.instance)(note)

    def closed(self) -> list[Exchange]:
        """What was noted so far, not saved yet."""
        with self._lock:
            notes, self._notes = self._notes or [], None
        return [_row(note, self.instance, f"{self.instance.organization_id}.") for note in notes]


def exchanges_keep(notebooks: Iterable[Notebook]) -> None:
    """Close notebooks and write down what stands in them: one statement, and none for empty ones."""
    rows = [row for notebook in notebooks for row in notebook.closed()]
    if rows:
        Exchange.everywhere.bulk_create(rows)


def exchanges_purge() -> int:
    """Delete what is older than 90 days. How many rows."""
    deleted, _rows = Exchange.everywhere.filter(at__lt=clock.now() - KEEP).delete()
    return deleted


def _write(
    note: ExchangeNote,
    instance: Instance,
    scope: str,
    secrets: list[str],
    job: ProvisioningJob | None,
) -> None:
    _row(note, instance, scope, secrets, job).save(force_insert=True)


def _row(
    note: ExchangeNote,
    instance: Instance,
    scope: str,
    secrets: Iterable[str] = (),
    job: ProvisioningJob | None = None,
) -> Exchange:
    return Exchange(
        organization_id=instance.organization_id,
        scope=scope,
        job=job,
        instance=instance,
        method=note.method,
        path=storable(masked(note.path, secrets)),
        request=storable(masked(note.request, secrets)),
        status=note.status,
        answer=storable(masked(note.answer, secrets)),
        outcome=note.outcome,
        milliseconds=note.milliseconds,
        about=note.about[:80],
    )


def storable(value: Any) -> Any:
    """JSON as PostgreSQL takes it: no NUL, no half of a character, no number that is none.

    A vendor may answer anything, and what it answered must not keep the product from going on.
    """
    return _cleaned(value) if ODD.search(json.dumps(value)) else value


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, str):
        return value.replace("\0", "\N{SYMBOL FOR NULL}").encode(errors="replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
