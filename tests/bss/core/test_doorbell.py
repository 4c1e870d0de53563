"""The bell: rung from any process, quick and silent when nobody can hear it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from celery import current_app
from django.conf import settings

from bss.core import doorbell, jobs, tasks


@pytest.fixture
def deaf():
    """An address where connections are taken and never answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def ring_in_a_process_of_its_own(broker):
    """What a web process does that imported nothing of Celery's tasks; returns (seconds, output)."""
    code = (
        "import time; from bss.core import doorbell; begun = time.monotonic(); doorbell.ring([1, 2, 3]);"
        "first = time.monotonic() - begun; doorbell.ring([4]); print(first, time.monotonic() - begun - first)"
    )
    done = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "CELERY_BROKER_URL": broker,
            "LOG_LEVEL": "WARNING",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = map(float, done.stdout.split())
    return first, second, done.stderr


def test_a_broker_that_refuses_costs_next_to_nothing():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    first, second, log = ring_in_a_process_of_its_own(f"redis://127.0.0.1:{port}/0")

    assert first < 1.5
    assert second < 0.01
    assert log.count("doorbell.silent") == 1


def test_a_broker_that_hangs_costs_one_wait_and_then_silence(deaf):
    first, second, log = ring_in_a_process_of_its_own(deaf)

    assert first < 2 * doorbell.ANSWER_SECONDS
    assert second < 0.01
    assert log.count("doorbell.silent") == 1


def test_a_write_succeeds_while_nobody_can_hear_the_bell(db, work, run_jobs, monkeypatch):
    ran = work()

    def no_broker(_process):
        raise ConnectionError

    monkeypatch.setattr(doorbell, "_producers", no_broker)
    job = jobs.enqueue("test.work", key="1")
    doorbell.ring([job.pk])
    run_jobs()

    assert len(ran) == 1


@pytest.fixture
def sent(monkeypatch):
    """What would reach the broker."""
    messages = []
    task = current_app.tasks[doorbell.TASK]
    monkeypatch.setattr(
        task, "apply_async", lambda args, **options: messages.append((args, options))
    )
    return messages


def test_each_job_is_one_message_with_ids_and_nothing_else(sent):
    doorbell.ring([5, 6])

    assert [args for args, _options in sent] == [([5],), ([6],)]
    for _args, options in sent:
        assert options["expires"] == doorbell.EXPIRES_SECONDS
        assert options["retry"] is False
        assert "countdown" not in options
        assert "eta" not in options


def test_nobody_who_rings_waits_for_thousands(sent):
    doorbell.ring(list(range(5000)))

    assert len(sent) == doorbell.MOST_AT_ONCE


def test_the_sweep_rings_for_what_the_bell_lost(db, work, rings):
    work()
    lost = jobs.enqueue("test.work", key="1")

    assert tasks.jobs_sweep() == 1

    assert rings == [[lost.pk]]


def test_what_the_bell_says_twice_is_done_once(db, work):
    ran = work()
    job = jobs.enqueue("test.work", key="1")

    assert tasks.jobs_run([job.pk]) == 1
    assert tasks.jobs_run([job.pk]) == 0
    assert len(ran) == 1


def test_the_sweep_of_an_idle_house_asks_twice(db, django_assert_num_queries):
    with django_assert_num_queries(2):
        tasks.jobs_sweep()


def test_a_message_lives_shorter_than_the_brokers_patience():
    task = current_app.tasks[doorbell.TASK]
    patience = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]

    assert task.soft_time_limit < task.time_limit < patience
    assert task.acks_late
    assert task.reject_on_worker_lost
