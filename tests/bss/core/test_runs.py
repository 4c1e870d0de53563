"""Long work a person watches: its progress is rows, it can be stopped and started again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from bss.core import jobs, runs, scope
from bss.core.actor import SYSTEM, Actor
from bss.core.errors import Invalid
from bss.core.models import Job, Run, RunLine
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def runner():
    """`runner(work, cancellable=...)` registers the kind test.count; `work(progress)`."""

    def register(work, **options):
        runs.runner("test.count", **options)(work)

    return register


def begun(**values):
    return runs.start(
        "test.count", **{"title": "Counting", "actor": SYSTEM, "scope": "1.", "payload": {"upto": 3}, **values}
    )  # fmt: skip


def count(progress):
    progress.step("Counting", total=progress.payload["upto"])
    for n in range(progress.payload["upto"]):
        progress.info(f"row {n}", row=n)
        progress.advance()
    return {"counted": progress.payload["upto"]}


def test_a_run_reports_and_ends(runner, run_jobs):
    runner(count)
    run = begun()
    assert (run.state, run.percent) == ("queued", 0)

    run_jobs()

    run.refresh_from_db()
    assert (run.state, run.done, run.total, run.percent) == ("succeeded", 3, 3, 100)
    assert run.result == {"counted": 3}
    assert run.finished_at is not None
    assert [line.text for line in run.lines.all()] == ["row 0", "row 1", "row 2"]


def test_a_run_begins_with_what_caused_it_or_not_at_all(runner):
    from django.db import transaction

    runner(count)
    with transaction.atomic():
        begun()
        transaction.set_rollback(True)

    assert (Run.objects.count(), Job.objects.count()) == (0, 0)


def test_a_run_belongs_where_its_subject_does(runner):
    runner(count)
    account = AccountFactory()

    run = begun(subject=account, scope="", actor=Actor("staff", "Eleni", user_id=7))

    assert (run.scope, run.organization_id) == (account.scope, account.organization_id)
    assert (run.subject_type, run.subject_id) == ("accounts.account", account.pk)
    assert (run.actor_id, run.actor_label) == (7, "Eleni")


def test_runs_are_seen_within_a_scope(runner):
    runner(count)
    own, below, beside = begun(scope="1."), begun(scope="1.5."), begun(scope="10.")

    with scope.activate("1."):
        assert list(runs.visible()) == [below, own]
    with scope.activate("1.5."):
        assert list(runs.visible()) == [below]
    assert beside.scope == "10."


def test_a_row_that_fails_does_not_end_the_run(runner, run_jobs):
    def half(progress):
        progress.fail("row 1: no name", row=1)
        progress.warn("row 2: no country", row=2)
        progress.advance()
        return {}

    runner(half)
    run = begun()
    run_jobs()

    run.refresh_from_db()
    assert (run.state, run.failures, run.done) == ("succeeded", 1, 1)
    assert [(line.level, line.row) for line in run.lines.all()] == [("error", 1), ("warning", 2)]


def test_a_refusal_ends_the_run_in_its_own_words(runner, run_jobs):
    def refuse(progress):
        raise Invalid("The file has no header.")

    runner(refuse)
    run = begun()
    run_jobs()

    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "The file has no header.")
    assert Job.objects.get().state == "done"


def test_a_fault_is_tried_again_and_never_shown(runner, run_jobs, travel):
    def broken(progress):
        progress.advance()
        raise KeyError("secret_column")

    runner(broken)
    run = begun()
    for _ in range(5):
        run_jobs()
        run.refresh_from_db()
        travel(timedelta(minutes=20))

    assert run.state == "failed"
    assert "secret_column" not in run.error
    assert Job.objects.get().attempts == 3


@pytest.mark.django_db(transaction=True)
def test_progress_is_committed_while_the_work_goes_on(runner):
    seen = []

    def watch(progress):
        progress.step("Reading", total=10)
        progress.advance(4)
        seen.append(from_another_connection(progress.run.pk))
        return {}

    runner(watch)
    run = begun()
    jobs.run(jobs.due_ids())

    assert seen == [("running", "Reading", 4, 10)]
    run.refresh_from_db()
    assert run.state == "succeeded"


def from_another_connection(pk):
    fresh = connection.copy()
    try:
        with fresh.cursor() as cursor:
            cursor.execute("SELECT state, step, done, total FROM core_run WHERE id = %s", [pk])
            return cursor.fetchone()
    finally:
        fresh.close()


def test_a_run_whose_worker_died_starts_over_with_a_clean_log(runner, run_jobs):
    attempts = []

    def killed_once(progress):
        progress.info("begun")
        progress.advance()
        attempts.append(1)
        if len(attempts) == 1:
            raise KeyboardInterrupt
        return {}

    runner(killed_once)
    run = begun()
    with pytest.raises(KeyboardInterrupt):
        jobs.run(jobs.due_ids())
    run.refresh_from_db()
    assert (run.state, run.done) == ("running", 1)
    Job.objects.update(lease_until=Now() - timedelta(seconds=1))
    run_jobs()

    run.refresh_from_db()
    assert (run.state, run.done) == ("succeeded", 1)
    assert RunLine.objects.filter(run=run).count() == 1


def test_a_run_that_kills_its_workers_is_told_as_failed(runner, run_jobs):
    runner(count)
    run = begun()
    Run.objects.filter(pk=run.pk).update(state="running")
    Job.objects.update(
        state="running", attempts=3, lease_token="x", lease_until=Now() - timedelta(seconds=1)
    )

    run_jobs()

    run.refresh_from_db()
    assert run.state == "failed"
    assert run.finished_at is not None


def test_a_run_is_stopped_where_that_is_safe(runner, run_jobs):
    def stop_in_the_middle(progress):
        progress.step("Counting", total=10)
        for n in range(10):
            if n == 4:
                runs.cancel(progress.run)
            progress.advance()
        return {}

    runner(stop_in_the_middle, cancellable=True)
    run = begun()
    run_jobs()

    run.refresh_from_db()
    assert (run.state, run.done) == ("cancelled", 5)
    assert Job.objects.get().state == "done"


def test_a_run_stopped_before_it_began_never_does(runner, run_jobs):
    ran = []
    runner(ran.append, cancellable=True)
    run = begun()
    runs.cancel(run)

    run_jobs()

    run.refresh_from_db()
    assert (run.state, ran) == ("cancelled", [])


@pytest.mark.parametrize("begins", [True, False])
def test_what_a_stopped_run_has_no_use_for_goes_with_it(runner, run_jobs, begins):
    def work(progress):
        if progress.run == run:
            runs.cancel(run)
        progress.advance()
        return {}

    stopped = []
    runner(work, cancellable=True, stopped=stopped.append)
    run, other = begun(), begun()
    if not begins:
        runs.cancel(run)

    run_jobs()

    run.refresh_from_db()
    other.refresh_from_db()
    assert (run.state, stopped, other.state) == ("cancelled", [run], "succeeded")


def test_what_cannot_be_stopped_is_not(runner, run_jobs):
    def stubborn(progress):
        runs.cancel(progress.run)
        progress.advance()
        return {}

    runner(stubborn)
    run = begun()
    run_jobs()

    run.refresh_from_db()
    assert run.state == "succeeded"


def test_a_failed_run_is_started_again_once(runner, run_jobs):
    broken = [True]

    def sometimes(progress):
        if broken:
            raise Invalid("Not today.")
        return {"ok": 1}

    runner(sometimes)
    run = begun()
    run_jobs()
    broken.clear()
    run.refresh_from_db()

    assert runs.retry(run)
    assert not runs.retry(run)
    run.refresh_from_db()
    assert (run.state, run.error, run.finished_at) == ("queued", "", None)
    run_jobs()

    run.refresh_from_db()
    assert (run.state, run.result) == ("succeeded", {"ok": 1})
    assert not runs.retry(run)


def test_a_run_that_reports_is_not_taken_for_dead(runner, monkeypatch):
    monkeypatch.setattr(runs, "RENEW_SECONDS", -1)
    leases = []

    def slow(progress):
        for _ in range(3):
            progress.advance()
            leases.append(Job.objects.get().lease_until)
        return {}

    runner(slow)
    begun()
    jobs.run(jobs.due_ids())

    assert leases == sorted(set(leases))
    assert len(leases) == 3


def test_a_run_that_was_given_to_another_worker_stops(runner, monkeypatch):
    monkeypatch.setattr(runs, "RENEW_SECONDS", -1)

    def slow(progress):
        Job.objects.update(lease_token="thief")
        progress.advance()
        raise AssertionError("it went on")

    runner(slow)
    run = begun()
    jobs.run(jobs.due_ids())

    run.refresh_from_db()
    assert run.state == "running"
    assert Job.objects.get().lease_token == "thief"
