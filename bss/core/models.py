"""The kernel's tables: history, events, jobs, long work, numbers, idempotent answers.

They hold organization, actor and subject as plain ids, so that the kernel depends on nothing above it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bss.core import clock
from bss.core.db import CodeField, PublicIdField, StateField, one_of


class JobState(models.TextChoices):
    READY = "ready", _("Ready")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DEAD = "dead", _("Gave up")


class RunState(models.TextChoices):
    QUEUED = "queued", _("Waiting to start")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Finished")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class HistoryEntry(models.Model):
    """One thing that happened to one record: the audit trail and the timeline are this table."""

    organization_id = models.BigIntegerField(null=True)
    scope = models.CharField(max_length=64, db_collation="C", blank=True)
    subject_type = models.CharField(max_length=50)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField(default=clock.now)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    from_state = models.CharField(max_length=32, blank=True)
    to_state = models.CharField(max_length=32, blank=True)
    reason = models.TextField(blank=True)
    changes: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="history_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} on {self.subject_type} {self.subject_id}"


class Event(models.Model):
    """What happened, in the past tense, with ids. Append-only; one job per handler follows from it."""

    name = models.CharField(max_length=80)
    organization_id = models.BigIntegerField(null=True)
    scope = models.CharField(max_length=64, db_collation="C", blank=True)
    subject_type = models.CharField(max_length=50)
    subject_id = models.BigIntegerField(null=True)
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="event_subject"),
            models.Index(fields=["name", "at"], name="event_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_id}"


class Job(models.Model):
    """What must be done. The truth about background work; a Celery message only rings the bell for it."""

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    organization_id = models.BigIntegerField(null=True)
    scope = models.CharField(max_length=64, db_collation="C", blank=True)
    subject_type = models.CharField(max_length=50, blank=True)
    subject_id = models.BigIntegerField(null=True)
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = StateField(enum=JobState, default=JobState.READY)
    due_at = models.DateTimeField(default=clock.now)
    # Fairness: each lane gets its turn in the sweep, so that one full lane starves nobody.
    lane = models.CharField(max_length=64, default="default")
    # Two jobs with the same serial key never run at once, and run in the order they were written.
    serial_key = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=20, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", JobState, "job_state_known"),
            models.UniqueConstraint(fields=["kind", "key"], name="job_once"),
            models.UniqueConstraint(
                fields=["serial_key"],
                condition=Q(state="running") & ~Q(serial_key=""),
                name="job_serial",
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "due_at"], condition=Q(state="ready"), name="job_ready"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_leased"),
            models.Index(fields=["serial_key", "id"], condition=Q(state="ready"), name="job_queue"),
            models.Index(fields=["finished_at"], condition=Q(state="done"), name="job_done"),
            models.Index(fields=["subject_type", "subject_id"], name="job_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Run(models.Model):
    """Long work a person watches: an import, Get Services Definition, later a billing run."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    organization_id = models.BigIntegerField(null=True)
    scope = models.CharField(max_length=64, db_collation="C", db_index=True)
    subject_type = models.CharField(max_length=50, blank=True)
    subject_id = models.BigIntegerField(null=True)
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = StateField(enum=RunState, default=RunState.QUEUED)
    step = models.CharField(max_length=120, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    cancellable = models.BooleanField(default=False)
    cancel_requested = models.BooleanField(default=False)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [one_of("state", RunState, "run_state_known")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-created_at"], name="run_subject"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.state in {RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED}

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class RunLine(models.Model):
    """One line of a run's log: what was done with which row, or what went wrong with it."""

    class Level(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")
        ERROR = "error", _("Error")

    run = models.ForeignKey(Run, models.CASCADE, related_name="lines")
    at = models.DateTimeField(default=clock.now)
    level = CodeField(enum=Level, default=Level.INFO)
    row = models.PositiveIntegerField(null=True)
    text = models.TextField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class Counter(models.Model):
    """The last human number given out, per organization, kind and year."""

    organization_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    year = models.PositiveIntegerField(default=0)
    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "kind", "year"], name="counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class IdempotencyRecord(models.Model):
    """The answer to one API write under one Idempotency-Key, kept seven days."""

    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=500)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveIntegerField(null=True)
    answer: models.JSONField[Any, Any] = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return self.key
