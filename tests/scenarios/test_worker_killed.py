"""A worker is killed while the vendor works; the next one finds out what came of it, and nothing is made twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bss.core import jobs, scope
from bss.core.models import Job
from bss.subscriptions.choices import SubscriptionState
from servicemanager.choices import ProvisioningState
from servicemanager.models import ProvisioningJob
from tests.conformance import rigs

ROOT = Path(__file__).resolve().parents[2]
SUBSCRIPTIONS = "/v1/subscriptions/"
STEP = "provisioning.step"
WORKER = (
    "import django, sys; django.setup(); from bss.core import jobs; jobs.run([int(sys.argv[1])])"
)

pytestmark = [pytest.mark.scenario, pytest.mark.django_db(transaction=True)]


def test_a_killed_worker_loses_nothing_and_repeats_nothing(request, at_distributor, echo):
    subscription = rigs.echo(request).order()
    run_all_but_steps()
    step = Job.objects.get(kind=STEP)
    # Echo makes the change, and then keeps the answer to itself.
    echo.behave("timeout_after_accept", seconds=60, times=1, match=SUBSCRIPTIONS)

    worker = start_worker(step.pk)
    try:
        until(lambda: echo.effects(SUBSCRIPTIONS) == ["created"])
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    job = ProvisioningJob.everywhere.get(subscription=subscription)
    assert job.state == ProvisioningState.CALLING
    assert job.first_called_at is not None
    step.refresh_from_db()
    assert step.state == "running"

    # Its lease ends, and another worker takes over.
    Job.objects.filter(pk=step.pk).update(lease_until="2020-01-01T00:00:00Z")
    run_all()

    subscription.refresh_from_db()
    job.refresh_from_db()
    assert (subscription.state, job.state) == (
        SubscriptionState.ACTIVE,
        ProvisioningState.SUCCEEDED,
    )
    assert echo.effects(SUBSCRIPTIONS) == ["created"]
    assert len(echo.log(method="PUT", path=SUBSCRIPTIONS)) == 1
    assert subscription.terms.count() == 1


def start_worker(job_id: int) -> subprocess.Popen[bytes]:
    """Another process that does one job against this test's database."""
    base = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    environment = {
        **os.environ,
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "OUTBOUND_ALLOW_NETWORKS": "127.0.0.0/8",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-c", WORKER, str(job_id)]
    return subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 -- our own code


def until(happened: Callable[[], Any], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def run_all_but_steps() -> None:
    while ids := list(
        Job.objects.filter(pk__in=jobs.due_ids()).exclude(kind=STEP).values_list("pk", flat=True)
    ):
        with scope.activate(None):
            jobs.run(ids)


def run_all() -> None:
    while ids := jobs.due_ids():
        with scope.activate(None):
            if not jobs.run(ids):
                break
