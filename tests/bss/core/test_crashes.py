"""Killed at any point, the work is done in the end, and done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from bss.core import jobs
from bss.core.history import HistoryEntry
from bss.core.models import Counter, Job
from tests.bss.core import crashing

pytestmark = pytest.mark.django_db(transaction=True)


def database_url():
    """The test database as a process of its own finds it."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@"
    host = database["HOST"] or "localhost"
    # A socket's folder cannot stand where a host does.
    url += f"/{host}/" if host.startswith("/") else f"{host}:{database['PORT'] or 5432}/"
    return url + database["NAME"]


def killed_at(point, job=None):
    """Run a worker on the job until it is killed at `point`."""
    done = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", "tests.bss.core.crashing", point, str(job.pk if job else 0)],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
        },
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def effects():
    return Counter.objects.filter(kind="T").values_list("value", flat=True).first() or 0


def sweep():
    """The lease runs out, and the next sweep finds the job."""
    Job.objects.filter(state="running").update(lease_until=Now() - timedelta(seconds=1))
    crashing.register()
    return jobs.run(jobs.due_ids())


def written(kind):
    crashing.register()
    return jobs.enqueue(kind, key="1")


@pytest.mark.parametrize("point", ["atomic:begun", "atomic:worked"])
def test_killed_before_the_commit_nothing_was_done_and_the_sweep_does_it(point):
    job = written("crash.atomic")
    killed_at(point, job)
    job.refresh_from_db()
    assert (job.state, job.attempts, effects()) == ("running", 1, 0)
    assert jobs.due_ids() == []

    assert sweep() == 1

    job.refresh_from_db()
    assert (job.state, job.attempts, effects()) == ("done", 2, 1)
    assert sweep() == 0


def test_killed_after_the_commit_it_is_done_and_stays_done():
    job = written("crash.atomic")
    killed_at("atomic:committed", job)
    job.refresh_from_db()
    assert (job.state, effects()) == ("done", 1)

    assert sweep() == 0

    assert effects() == 1


@pytest.mark.parametrize(
    ("point", "left"), [("steps:begun", 0), ("steps:half", 1), ("steps:worked", 2)]
)
def test_killed_between_its_steps_the_rest_is_done(point, left):
    job = written("crash.steps")
    killed_at(point, job)
    assert effects() == left

    assert sweep() == 1

    job.refresh_from_db()
    assert (job.state, effects()) == ("done", 2)
    assert HistoryEntry.objects.filter(subject_type="crash").count() == 2


def test_a_cause_killed_before_its_commit_never_was():
    crashing.register()
    killed_at("cause:uncommitted")

    assert (effects(), Job.objects.count()) == (0, 0)
    assert sweep() == 0


def test_a_cause_killed_before_it_rang_is_found_by_the_sweep():
    crashing.register()
    killed_at("cause:committed")
    assert effects() == 1
    assert Job.objects.get().state == "ready"

    assert sweep() == 1

    assert effects() == 2


def test_every_point_is_tried():
    source = (settings.BASE_DIR / "tests/bss/core/test_crashes.py").read_text()

    assert all(f'"{point}"' in source for point in crashing.POINTS)
