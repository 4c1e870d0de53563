"""Jobs: what must be done, as rows. Celery is the doorbell.

A job is written in the transaction that caused it. After commit the bell rings with its id; a beat sweep finds what
the bell lost. The runner claims a due job with a lease, runs its handler and finishes it. Written this way because
no Celery setting on Redis gives both "not lost" and "not twice"; the measurements are in
docs/architecture/events-and-jobs.md.

Leases use the database's clock (a moved product clock must not expire them), `due_at` the product's.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from bss.core import clock, doorbell, scope
from bss.core.models import Job, JobState
from bss.core.statements import Statement
from bss.core.tenancy import scope_of

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 10
# How long a killed worker holds up what it was doing. An atomic handler that takes longer is rolled back and tried
# again; whoever calls a vendor asks for more, or extends its lease as it goes.
LEASE_SECONDS = 60
LONGEST_PAUSE = 900.0
KEEP_DONE = timedelta(days=7)


class Later(Exception):
    """Run this job again after `seconds`; does not count as an attempt."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class TryAgain(Exception):
    """An expected failure, with its reason in plain words: counted and retried like any other, logged in one line."""


class GiveUp(Exception):
    """No retry will help: the job is dead at once, with this reason."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler is given."""

    pk: int
    kind: str
    key: str
    payload: dict[str, Any]
    attempt: int
    lane: str
    subject_id: int | None
    scope: str
    token: str


@dataclass(frozen=True, slots=True)
class JobHandler:
    """`atomic` handlers run in one transaction with their completion. The others (vendor calls, long runs) open
    their own short transactions and must find, when run again, what an earlier attempt already did.

    `gave_up(job, reason)` is called in the transaction that marks the job dead, so that its subject can say so.
    """

    run: Callable[[JobContext], None]
    atomic: bool
    max_attempts: int
    lease_seconds: int
    gave_up: Callable[[JobContext, str], None] | None = None


_handlers: dict[str, JobHandler] = {}


def handler(
    kind: str,
    *,
    atomic: bool = True,
    max_attempts: int = MAX_ATTEMPTS,
    lease_seconds: int = LEASE_SECONDS,
    gave_up: Callable[[JobContext, str], None] | None = None,
) -> Callable[[Callable[[JobContext], None]], Callable[[JobContext], None]]:
    """Register the function that does jobs of `kind` ("<app>.<entity>_<verb>")."""

    def register(run: Callable[[JobContext], None]) -> Callable[[JobContext], None]:
        _handlers[kind] = JobHandler(run, atomic, max_attempts, lease_seconds, gave_up)
        return run

    return register


def kinds() -> frozenset[str]:
    return frozenset(_handlers)


def build(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any] | None = None,
    subject: Model | None = None,
    scope: str = "",
    due_at: datetime | None = None,
    lane: str = "default",
    serial_key: str = "",
) -> Job:
    """An unsaved job. `scope` defaults to the subject's."""
    job = Job(
        kind=kind,
        key=key,
        payload=payload or {},
        due_at=due_at or clock.now(),
        lane=lane,
        serial_key=serial_key,
        **_subject_columns(subject),
    )
    if scope:
        job.scope = scope
    if job.organization_id is None and job.scope:
        job.organization_id = int(job.scope.split(".", 1)[0])
    return job


def enqueue(kind: str, *, key: str, **details: Any) -> Job:
    """Write a job (see `build` for the details) and ring the bell after commit.

    The same (kind, key) is written once: asking again returns the job that exists.
    """
    return enqueue_many([build(kind, key=key, **details)])[0]


def enqueue_many(batch: Iterable[Job]) -> list[Job]:
    """Write jobs in one statement, skipping those whose (kind, key) exists; ring once after commit."""
    rows = list(batch)
    for row in rows:
        if row.kind not in _handlers:
            raise ValueError(f"no handler is registered for jobs of kind {row.kind!r}")
    if not rows:
        return []
    Job.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    # ON CONFLICT DO NOTHING returns no ids, so the rows are read back by their key.
    written = list(
        Job.objects.filter(kind__in={r.kind for r in rows}, key__in=[r.key for r in rows])
    )
    due = [j.pk for j in written if j.state == JobState.READY and j.due_at <= clock.now()]
    if due:
        transaction.on_commit(lambda: doorbell.ring(due), robust=True)
    return written


def enqueue_new(batch: Iterable[Job]) -> None:
    """As `enqueue_many`, for jobs whose keys nobody can have used before (an event's): one statement alone."""
    rows = list(batch)
    if not rows:
        return
    Job.objects.bulk_create(rows, batch_size=1000)
    due = [row.pk for row in rows if row.due_at <= clock.now()]
    if due:
        transaction.on_commit(lambda: doorbell.ring(due), robust=True)


# Whether a job must wait for another of its serial key: one that runs, an earlier one that is due, or an earlier one
# that has begun (its lease token is set) and only pauses between two tries. An earlier one that never began and is due
# next month holds up nobody.
_WAITS_ITS_TURN = """
    (mine.serial_key <> '' AND EXISTS (
        SELECT 1 FROM core_job other
        WHERE other.serial_key = mine.serial_key AND other.id <> mine.id
          AND (other.state = 'running'
               OR (other.state = 'ready' AND other.id < mine.id
                   AND (other.due_at <= %(now)s OR other.lease_token <> '')))))
"""


def due_ids(limit: int = 200) -> list[int]:
    """Ready jobs that are due and whose turn it is, and running ones whose lease ended; lane by lane so that none
    starves."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT picked.id FROM (SELECT DISTINCT lane FROM core_job WHERE state = 'ready' AND due_at <= %(now)s) l
            CROSS JOIN LATERAL (
                SELECT id, row_number() OVER (ORDER BY due_at, id) AS turn FROM core_job mine
                WHERE state = 'ready' AND lane = l.lane AND due_at <= %(now)s AND NOT {_WAITS_ITS_TURN}
                ORDER BY due_at, id LIMIT %(limit)s
            ) picked
            ORDER BY picked.turn, picked.id LIMIT %(limit)s
            """,  # noqa: S608 -- a constant of this module
            {"now": clock.now(), "limit": limit},
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT id FROM core_job WHERE state = 'running' AND lease_until < clock_timestamp() LIMIT %s",
            [limit],
        )
        return ids + [row[0] for row in cursor.fetchall()]


def run(ids: Sequence[int]) -> int:
    """Run the given jobs, as far as they are due and free. Returns how many ran."""
    return sum(run_one(pk) for pk in ids)


def run_one(pk: int) -> bool:
    """Claim, run and finish one job. False when it was not due, not free, or taken by somebody else."""
    claimed = _claim(pk)
    if claimed is None:
        return False
    job, serial_key = claimed
    known = _handlers.get(job.kind)
    limit = known.max_attempts if known else MAX_ATTEMPTS
    try:
        if known is None:
            raise GiveUp(f"no handler is registered for jobs of kind {job.kind!r}")
        if job.attempt > limit:
            # Nobody raised: each time, the worker died with it. A poisonous job must not kill workers for ever.
            raise GiveUp(f"its worker stopped before it was done, {limit} times")
        _run_handler(known, job)
    except Later as later:
        _reschedule(job, later.seconds)
    except GiveUp as reason:
        _fail(job, str(reason), dead=True)
    except TryAgain as reason:
        log.warning("job.again", kind=job.kind, key=job.key, attempt=job.attempt)
        _fail(job, str(reason), dead=job.attempt >= limit)
    except Exception as error:
        log.exception("job.failed", kind=job.kind, key=job.key, attempt=job.attempt)
        _fail(job, f"{type(error).__name__}: {error}", dead=job.attempt >= limit)
    if serial_key:
        _ring_next(serial_key)
    return True


def retry_dead(pk: int) -> bool:
    """Make a dead job ready again (staff, from Setup > Jobs)."""
    moved = Job.objects.filter(pk=pk, state=JobState.DEAD).update(
        state=JobState.READY, attempts=0, due_at=clock.now(), finished_at=None
    )
    if moved:
        transaction.on_commit(lambda: doorbell.ring([pk]), robust=True)
    return bool(moved)


def hurry(kind: str, key: str) -> bool:
    """Make a waiting job due at once (staff: "try now"). False when it does not wait."""
    waiting = Job.objects.filter(kind=kind, key=key, state=JobState.READY)
    ids = list(waiting.values_list("pk", flat=True))
    if not waiting.update(due_at=clock.now()):
        return False
    transaction.on_commit(lambda: doorbell.ring(ids), robust=True)
    return True


def extend(job: JobContext) -> None:
    """Renew the lease of a job that is still at work. Raises LeaseLost when somebody else has it by now."""
    seconds = _handlers[job.kind].lease_seconds
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_job SET lease_until = clock_timestamp() + make_interval(secs => %s) "
            "WHERE id = %s AND state = 'running' AND lease_token = %s",
            [seconds, job.pk, job.token],
        )
        if cursor.rowcount != 1:
            raise LeaseLost(job.key)


def purge_done() -> int:
    """Delete jobs done long ago; events and history stay."""
    deleted, _ = Job.objects.filter(
        state=JobState.DONE, finished_at__lt=clock.now() - KEEP_DONE
    ).delete()
    return deleted


def backoff(attempt: int) -> float:
    """Seconds until the next try: 2, 4, 8 ... at most 15 minutes; up to a quarter less, so that a crowd spreads out."""
    # The exponent is bounded too: 2.0**1024 overflows.
    pause = min(LONGEST_PAUSE, 2.0 ** min(attempt, 10))
    return pause * random.uniform(0.75, 1.0)  # noqa: S311 -- jitter, not a secret


def _scope_of(job: JobContext) -> AbstractContextManager[None]:
    # A job without a scope runs without one: it must not borrow that of whoever happens to run it.
    return scope.activate(job.scope or None)


def _run_handler(known: JobHandler, job: JobContext) -> None:
    with _scope_of(job):
        if known.atomic:
            with transaction.atomic():
                known.run(job)
                _finish(job)
        else:
            known.run(job)
            _finish(job)


def _claim(pk: int) -> tuple[JobContext, str] | None:
    """Take the lease in one UPDATE: the job and its serial key. Somebody else's live lease, a future due date or a busy
    serial key: None.

    1. The row must be ready and due, or running with an expired lease (its worker died).
    2. With a serial key, it must be its turn (_WAITS_ITS_TURN).
    3. The partial unique index on serial_key decides between two claims at the same instant.
    """
    leases = {kind: known.lease_seconds for kind, known in _handlers.items()}
    now = clock.now()
    values: list[Any] = [secrets.token_hex(8), json.dumps(leases), LEASE_SECONDS, pk, now, now]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            row = cursor.fetchone()
    except IntegrityError:
        return None
    if row is None:
        return None
    pk, kind, key, payload, attempt, lane, subject_id, where, lease_token, serial_key = row
    job = JobContext(
        pk, kind, key, json.loads(payload), attempt, lane, subject_id, where, lease_token
    )
    return job, serial_key


# With its token, the leases by kind, the lease of other kinds (s), the job, and now twice.
_CLAIM = Statement(
    f"""
    UPDATE core_job AS mine
    SET state = 'running', lease_token = %s, attempts = attempts + 1,
        lease_until = clock_timestamp() + make_interval(secs => COALESCE((%s::jsonb ->> mine.kind)::int, %s))
    WHERE mine.id = (
        SELECT id FROM core_job WHERE id = %s
          AND ((state = 'ready' AND due_at <= %s) OR (state = 'running' AND lease_until < clock_timestamp()))
        FOR UPDATE SKIP LOCKED)
      AND NOT {_WAITS_ITS_TURN.replace("%(now)s", "%s")}
    RETURNING mine.id, mine.kind, mine.key, mine.payload, mine.attempts, mine.lane, mine.subject_id,
        mine.scope, mine.lease_token, mine.serial_key
    """  # noqa: S608 -- a constant of this module
)
_FINISH = Statement(
    "UPDATE core_job SET state = 'done', finished_at = %s, lease_until = NULL, last_error = ''"
    " WHERE id = %s AND state = 'running' AND lease_token = %s"
)


def _finish(job: JobContext) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [clock.now(), job.pk, job.token])
        if cursor.rowcount != 1:
            # The lease ended and somebody else runs this job now: an atomic handler's work is rolled back.
            raise LeaseLost(job.key)


class LeaseLost(Exception):
    """The job took longer than its lease and was given to somebody else."""


def _reschedule(job: JobContext, seconds: float) -> None:
    _mine(job).update(
        state=JobState.READY,
        attempts=max(0, job.attempt - 1),
        due_at=clock.now() + timedelta(seconds=seconds),
        lease_until=None,
    )
    if seconds <= 0:
        doorbell.ring([job.pk])


def _fail(job: JobContext, reason: str, *, dead: bool) -> None:
    values: dict[str, Any] = {"last_error": reason[:4000], "lease_until": None}
    if dead:
        _bury(job, reason, values | {"state": JobState.DEAD, "finished_at": clock.now()})
        return
    due_at = clock.now() + timedelta(seconds=backoff(job.attempt))
    _mine(job).update(state=JobState.READY, due_at=due_at, **values)


def _bury(job: JobContext, reason: str, values: dict[str, Any]) -> None:
    """Mark the job dead and let its app say so on the subject, in one transaction."""
    known = _handlers.get(job.kind)
    with _scope_of(job), transaction.atomic():
        moved = _mine(job).update(**values)
        if moved and known is not None and known.gave_up is not None:
            known.gave_up(job, reason)


def _mine(job: JobContext) -> Any:
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, lease_token=job.token)


def _ring_next(serial_key: str) -> None:
    following = (
        Job.objects.filter(serial_key=serial_key, state=JobState.READY, due_at__lte=clock.now())
        .order_by("id")
        .values_list("id", flat=True)
        .first()
    )
    if following:
        doorbell.ring([following])


def _subject_columns(subject: Model | None) -> dict[str, Any]:
    if subject is None:
        return {}
    return {
        "organization_id": getattr(subject, "organization_id", None),
        "scope": scope_of(subject),
        "subject_type": subject._meta.label_lower,
        "subject_id": subject.pk,
    }
