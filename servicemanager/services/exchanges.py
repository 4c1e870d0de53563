"""What was said to vendors and answered, kept 90 days."""

from __future__ import annotations

from datetime import timedelta

from bss.core import clock
from servicemanager.contracts import ExchangeNote, Recorder
from servicemanager.models import Exchange, Instance, ProvisioningJob
from servicemanager.transport import masked

KEEP = timedelta(days=90)


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
    Exchange.everywhere.create(
        organization_id=instance.organization_id,
        scope=scope,
        job=job,
        instance=instance,
        method=note.method,
        path=masked(note.path, secrets),
        request=masked(note.request, secrets),
        status=note.status,
        answer=masked(note.answer, secrets),
        outcome=note.outcome,
        milliseconds=note.milliseconds,
        about=note.about[:80],
    )
