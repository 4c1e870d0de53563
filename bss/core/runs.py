"""Long work a person watches: state, progress and log as rows, so that they survive a reload and a restart.

@runs.runner("accounts.import")
def import_accounts(run: runs.Progress) -> dict[str, int]: ...

run = runs.start("accounts.import", title=..., subject=..., actor=..., payload={...})
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext as _

from bss.core import clock, jobs
from bss.core import scope as scopes
from bss.core.actor import Actor
from bss.core.db import new_public_id
from bss.core.errors import DomainError
from bss.core.history import subject_type
from bss.core.models import Run, RunLine, RunState
from bss.core.tenancy import scope_of

RUN = "core.run"
# How often a run that reports renews its job's lease.
RENEW_SECONDS = 30
Runner = Callable[["Progress"], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RunHandler:
    """`stopped(run)` is called in the transaction that ends a run which somebody stopped, begun or not."""

    run: Runner
    cancellable: bool
    stopped: Callable[[Run], None] | None = None


_runners: dict[str, RunHandler] = {}


class Cancelled(Exception):
    """Somebody asked to stop, and the runner is at a point where that is safe."""


def runner(
    kind: str, *, cancellable: bool = False, stopped: Callable[[Run], None] | None = None
) -> Callable[[Runner], Runner]:
    """Register the function that does runs of `kind`. It must find what an earlier attempt already did.

    `stopped(run)` lets go of what a run that somebody stopped has no use for any more.
    """

    def register(run: Runner) -> Runner:
        _runners[kind] = RunHandler(run, cancellable, stopped)
        return run

    return register


def start(
    kind: str,
    *,
    title: str,
    actor: Actor,
    scope: str,
    subject: Model | None = None,
    payload: dict[str, Any] | None = None,
) -> Run:
    """Write the run and its job, in one transaction with whatever caused it. An empty `scope` means the subject's."""
    where = scopes.Scope(scope or scope_of(subject))
    with transaction.atomic():
        run = Run.objects.create(
            kind=kind,
            title=title,
            scope=where.path,
            organization_id=where.organization_id,
            subject_type=subject_type(subject) if subject else "",
            subject_id=subject.pk if subject else None,
            payload=payload or {},
            cancellable=_runners[kind].cancellable,
            actor_id=actor.user_id,
            actor_label=actor.label,
        )
        _enqueue(run, key=str(run.pk))
    return run


def retry(run: Run) -> bool:
    """Start a failed or cancelled run again, from its beginning. False when it is neither (a second click)."""
    with transaction.atomic():
        moved = Run.objects.filter(
            pk=run.pk, state__in=[RunState.FAILED, RunState.CANCELLED]
        ).update(state=RunState.QUEUED, cancel_requested=False, error="", finished_at=None)
        if moved:
            _enqueue(run, key=f"{run.pk}:{new_public_id()}")
    return bool(moved)


def _enqueue(run: Run, *, key: str) -> None:
    jobs.enqueue(
        RUN, key=key, scope=run.scope, payload={"run": run.pk}, lane=f"run:{run.kind}"[:64]
    )


def visible() -> QuerySet[Run]:
    """The runs below the active scope, newest first."""
    return Run.objects.filter(scope__startswith=scopes.active().path).order_by("-id")


def cancel(run: Run) -> None:
    """Ask a cancellable run to stop at its next safe point."""
    Run.objects.filter(pk=run.pk, cancellable=True).update(cancel_requested=True)


class Progress:
    """What a runner reports to. Every report is committed at once, outside the work's own transactions, and renews
    the lease of the job, so that long work is not taken for dead."""

    def __init__(self, run: Run, job: jobs.JobContext | None = None) -> None:
        self.run = run
        self.payload: dict[str, Any] = run.payload
        self._job = job
        self._extended = monotonic()

    def step(self, text: str, *, total: int | None = None) -> None:
        values: dict[str, Any] = {"step": text}
        if total is not None:
            values |= {"total": total, "done": 0}
        self._write(**values)

    def advance(self, by: int = 1) -> None:
        """Count rows done. Raises Cancelled when somebody asked a cancellable run to stop."""
        self._write(done=F("done") + by)
        if self.run.cancellable and _stop_asked(self.run):
            raise Cancelled

    def info(self, text: str, *, row: int | None = None) -> None:
        RunLine.objects.create(run=self.run, text=text, row=row)

    def warn(self, text: str, *, row: int | None = None) -> None:
        RunLine.objects.create(run=self.run, level=RunLine.Level.WARNING, text=text, row=row)

    def fail(self, text: str, *, row: int | None = None) -> None:
        """One row went wrong; the run goes on."""
        RunLine.objects.create(run=self.run, level=RunLine.Level.ERROR, text=text, row=row)
        self._write(failures=F("failures") + 1)

    def _write(self, **values: Any) -> None:
        Run.objects.filter(pk=self.run.pk).update(**values)
        if self._job is not None and monotonic() - self._extended > RENEW_SECONDS:
            jobs.extend(self._job)
            self._extended = monotonic()


def _gave_up(job: jobs.JobContext, reason: str) -> None:
    run = Run.objects.get(pk=job.payload["run"])
    if not run.is_finished:
        _close(run, RunState.FAILED, error=_("An internal fault stopped this; the log names it."))


@jobs.handler(RUN, atomic=False, max_attempts=3, lease_seconds=10 * RENEW_SECONDS, gave_up=_gave_up)
def _run(job: jobs.JobContext) -> None:
    run = Run.objects.get(pk=job.payload["run"])
    # A failed one starts over: staff made its dead job ready again.
    if run.state in {RunState.SUCCEEDED, RunState.CANCELLED}:
        return
    if _stop_asked(run):
        _stop(run)
        return
    Run.objects.filter(pk=run.pk).update(
        state=RunState.RUNNING,
        started_at=clock.now(),
        finished_at=None,
        done=0,
        failures=0,
        error="",
    )
    RunLine.objects.filter(run=run).delete()
    try:
        result = _runners[run.kind].run(Progress(run, job))
    except Cancelled:
        _stop(run)
    except DomainError as error:
        _close(run, RunState.FAILED, error=str(error.message))
    else:
        _close(run, RunState.SUCCEEDED, result=result)


def _stop_asked(run: Run) -> bool:
    return Run.objects.filter(pk=run.pk, cancel_requested=True).exists()


def _stop(run: Run) -> None:
    stopped = _runners[run.kind].stopped
    with transaction.atomic():
        _close(run, RunState.CANCELLED)
        if stopped is not None:
            stopped(run)


def _close(run: Run, state: RunState, **values: Any) -> None:
    Run.objects.filter(pk=run.pk).update(state=state, finished_at=clock.now(), **values)
