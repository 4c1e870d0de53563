"""Jobs: written with what caused them, done once, in turn, again after a crash, and given up in the end."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from bss.core import clock, jobs, scope
from bss.core.models import Counter, Job
from bss.core.numbers import next_number
from tests.factories.accounts import AccountFactory

pytestmark = pytest.mark.django_db


def effect(_job=None):
    """Something that can be counted: a number given out in this transaction."""
    next_number("T", 1)


def effects():
    return Counter.objects.filter(kind="T").values_list("value", flat=True).first() or 0


def expire_lease(job):
    """What happens to a lease when its worker is dead: time passes."""
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def taken_by_somebody_else(job):
    Job.objects.filter(pk=job.pk).update(
        state="running", lease_token="other", lease_until=Now() + timedelta(minutes=1), attempts=1
    )


# Writing --------------------------------------------------------------------------------------------


def test_a_job_is_written_with_what_caused_it_or_not_at_all(work):
    work()
    with transaction.atomic():
        jobs.enqueue("test.work", key="1")
        transaction.set_rollback(True)

    assert Job.objects.count() == 0


def test_the_bell_rings_after_commit_only(work, rings, django_capture_on_commit_callbacks):
    work()
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.enqueue("test.work", key="1")
        assert rings == []
    assert rings == [[job.pk]]


def test_a_rolled_back_job_rings_no_bell(work, rings, django_capture_on_commit_callbacks):
    work()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.enqueue("test.work", key="1")
        transaction.set_rollback(True)

    assert rings == []


def test_what_is_due_later_rings_no_bell(work, rings, django_capture_on_commit_callbacks):
    work()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue("test.work", key="1", due_at=clock.now() + timedelta(minutes=5))

    assert rings == []


def test_one_key_is_one_job(work, run_jobs):
    ran = work()
    first = jobs.enqueue("test.work", key="1", payload={"n": 1})
    again = jobs.enqueue("test.work", key="1", payload={"n": 2})
    run_jobs()
    done = jobs.enqueue("test.work", key="1")

    assert first.pk == again.pk == done.pk
    assert [job.payload for job in ran] == [{"n": 1}]


def test_the_same_key_of_another_kind_is_another_job(work):
    work()
    work("test.other")

    assert jobs.enqueue("test.work", key="1").pk != jobs.enqueue("test.other", key="1").pk


@pytest.mark.django_db(transaction=True)
def test_writing_one_key_at_the_same_moment_writes_one_job(work):
    work()
    barrier = threading.Barrier(6)
    found = []

    def write():
        barrier.wait()
        with transaction.atomic():
            found.append(jobs.enqueue("test.work", key="1").pk)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert len(set(found)) == 1
    assert Job.objects.count() == 1


def test_many_are_written_in_two_statements(work, django_assert_num_queries):
    work()
    batch = [jobs.build("test.work", key=str(n)) for n in range(500)]

    with django_assert_num_queries(2):
        assert len(jobs.enqueue_many(batch)) == 500


def test_a_kind_nobody_knows_is_refused_when_written():
    with pytest.raises(ValueError, match="no handler is registered"):
        jobs.enqueue("test.unknown", key="1")

    assert Job.objects.count() == 0


def test_a_job_belongs_where_its_subject_does(work):
    work()
    account = AccountFactory()

    job = jobs.enqueue("test.work", key="1", subject=account)

    assert (job.scope, job.organization_id) == (account.scope, account.organization_id)
    assert (job.subject_type, job.subject_id) == ("accounts.account", account.pk)


# Running ----------------------------------------------------------------------------------------------


def test_a_job_runs_in_its_scope_and_leaves_none_behind(work):
    seen = []
    work(do=lambda job: seen.append(scope.active_or_none()))
    inside = jobs.enqueue("test.work", key="1", scope="1.5.")
    without = jobs.enqueue("test.work", key="2")

    with scope.activate("9."):
        jobs.run([inside.pk, without.pk])
        assert scope.active().path == "9."

    assert [s and s.path for s in seen] == ["1.5.", None]


def test_a_job_runs_once(work, job_state):
    ran = work()
    job = jobs.enqueue("test.work", key="1")

    assert jobs.run([job.pk, job.pk]) == 1
    assert jobs.run([job.pk]) == 0

    assert len(ran) == 1
    assert job_state(job) == "done"


def test_a_job_does_not_run_before_its_time(work, travel):
    ran = work()
    job = jobs.enqueue("test.work", key="1", due_at=clock.now() + timedelta(hours=1))

    assert jobs.due_ids() == []
    assert jobs.run([job.pk]) == 0
    travel(timedelta(minutes=61))
    assert jobs.due_ids() == [job.pk]
    assert jobs.run([job.pk]) == 1
    assert len(ran) == 1


def test_what_somebody_else_holds_is_left_alone(work):
    ran = work()
    job = jobs.enqueue("test.work", key="1")
    taken_by_somebody_else(job)

    assert jobs.due_ids() == []
    assert jobs.run([job.pk]) == 0
    assert ran == []


@pytest.mark.django_db(transaction=True)
def test_eight_workers_run_one_job_once(work):
    barrier = threading.Barrier(8)
    work(do=effect)
    job = jobs.enqueue("test.work", key="1")
    counts = []

    def worker():
        barrier.wait()
        counts.append(jobs.run([job.pk]))
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [0] * 7 + [1]
    assert effects() == 1


def test_work_and_completion_are_one_transaction(work, job_state):
    def half(job):
        effect()
        raise RuntimeError("half way")

    work(do=half)
    job = jobs.enqueue("test.work", key="1")

    jobs.run([job.pk])

    assert effects() == 0
    assert job_state(job) == "ready"


# Failing ------------------------------------------------------------------------------------------------


def test_a_failure_is_kept_and_tried_again_later(work, job_state):
    work(do=lambda job: 1 // 0)
    job = jobs.enqueue("test.work", key="1")

    jobs.run([job.pk])

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 1)
    assert job.last_error == "ZeroDivisionError: integer division or modulo by zero"
    assert timedelta(seconds=1) < job.due_at - clock.now() <= timedelta(seconds=2)
    assert jobs.due_ids() == []


def test_after_its_attempts_a_job_is_dead_and_staff_may_bring_it_back(work, job_state, travel):
    broken = [True]

    def sometimes(job):
        if broken:
            raise RuntimeError

    ran = work(do=sometimes, max_attempts=3)
    job = jobs.enqueue("test.work", key="1")
    for _ in range(5):
        jobs.run([job.pk])
        travel(timedelta(hours=1))

    assert len(ran) == 3
    assert job_state(job) == "dead"
    assert not Job.objects.exclude(state="dead").exists()

    broken.clear()
    assert jobs.retry_dead(job.pk)
    assert not jobs.retry_dead(job.pk)
    jobs.run([job.pk])
    assert job_state(job) == "done"


def test_an_expected_failure_counts_like_any_other(work, job_state, travel):
    def later(job):
        raise jobs.TryAgain("the mail server is down")

    ran = work(do=later, max_attempts=2)
    job = jobs.enqueue("test.work", key="1")
    for _ in range(3):
        jobs.run([job.pk])
        travel(timedelta(hours=1))

    job.refresh_from_db()
    assert (len(ran), job.state) == (2, "dead")
    assert job.last_error == "the mail server is down"


def test_giving_up_is_final(work, travel):
    def refuse(job):
        effect()
        raise jobs.GiveUp("the vendor closed its doors")

    ran = work(do=refuse)
    job = jobs.enqueue("test.work", key="1")
    jobs.run([job.pk])
    travel(timedelta(days=1))
    jobs.run(jobs.due_ids())

    job.refresh_from_db()
    assert (len(ran), job.state, job.last_error) == (1, "dead", "the vendor closed its doors")
    assert effects() == 0


def test_waiting_is_no_attempt(work, travel):
    def poll(job):
        if len(ran) < 30:
            raise jobs.Later(5)

    ran = work(do=poll, max_attempts=2)
    job = jobs.enqueue("test.work", key="1")
    for _ in range(30):
        assert jobs.run([job.pk]) == 1
        assert jobs.run([job.pk]) == 0
        travel(timedelta(seconds=6))

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 1)


def test_a_kind_nobody_knows_any_more_is_dead_with_its_reason(work):
    work()
    job = jobs.enqueue("test.work", key="1")
    Job.objects.update(kind="test.removed")

    jobs.run([job.pk])

    job.refresh_from_db()
    assert job.state == "dead"
    assert job.last_error == "no handler is registered for jobs of kind 'test.removed'"


def test_its_app_is_told_when_a_job_is_given_up(work, travel):
    told = []

    def gave_up(job, reason):
        effect()
        told.append((job.payload, reason, scope.active().path))

    work(do=lambda job: 1 // 0, max_attempts=2, gave_up=gave_up)
    job = jobs.enqueue("test.work", key="1", payload={"n": 1}, scope="1.")
    for _ in range(3):
        jobs.run([job.pk])
        travel(timedelta(hours=1))

    assert told == [({"n": 1}, "ZeroDivisionError: integer division or modulo by zero", "1.")]
    assert effects() == 1


def test_a_dead_job_and_what_its_app_says_are_one_transaction(work, job_state):
    def gave_up(job, reason):
        effect()
        raise RuntimeError

    def refuse(job):
        raise jobs.GiveUp("no")

    work(do=refuse, gave_up=gave_up)
    job = jobs.enqueue("test.work", key="1")

    with pytest.raises(RuntimeError):
        jobs.run([job.pk])

    assert effects() == 0
    assert job_state(job) == "running"


@pytest.mark.parametrize("attempt", [1, 2, 5, 9, 10, 11, 100, 1023, 1024, 10**6])
def test_pauses_grow_within_bounds(attempt):
    for _ in range(50):
        pause = jobs.backoff(attempt)
        longest = min(900.0, 2.0 ** min(attempt, 10))
        assert 0.75 * longest <= pause <= longest


def test_pauses_differ_so_that_a_crowd_spreads_out():
    assert len({jobs.backoff(8) for _ in range(20)}) > 10


# Leases ---------------------------------------------------------------------------------------------------


def test_a_job_whose_worker_died_is_found_and_done(work, job_state):
    ran = work()
    job = jobs.enqueue("test.work", key="1")
    taken_by_somebody_else(job)
    expire_lease(job)

    assert jobs.due_ids() == [job.pk]
    assert jobs.run(jobs.due_ids()) == 1

    assert [context.attempt for context in ran] == [2]
    assert job_state(job) == "done"


def test_a_lease_follows_the_databases_clock_and_no_traveller(work, travel):
    work()
    job = jobs.enqueue("test.work", key="1")
    taken_by_somebody_else(job)
    travel(timedelta(days=365))

    assert jobs.due_ids() == []
    assert jobs.run([job.pk]) == 0


def test_whoever_lost_its_lease_writes_nothing(work, job_state):
    def slow(job):
        effect()
        taken_by_somebody_else(Job.objects.get(pk=job.pk))

    work(do=slow)
    job = jobs.enqueue("test.work", key="1")

    jobs.run([job.pk])

    # The work was rolled back with the theft, which a real thief would have committed by itself.
    assert effects() == 0


@pytest.mark.django_db(transaction=True)
def test_a_lost_lease_rolls_the_work_back_and_leaves_the_job_to_its_new_owner(work):
    def slow(job):
        effect()
        thief = threading.Thread(target=steal, args=(job.pk,))
        thief.start()
        thief.join()

    def steal(pk):
        Job.objects.filter(pk=pk).update(lease_token="thief")
        connection.close()

    work(do=slow)
    job = jobs.enqueue("test.work", key="1")

    jobs.run([job.pk])

    job.refresh_from_db()
    assert effects() == 0
    assert (job.state, job.lease_token, job.last_error) == ("running", "thief", "")


def test_a_job_that_kills_its_workers_is_dead_after_its_attempts(work):
    told = []
    ran = work(max_attempts=3, gave_up=lambda job, reason: told.append(reason))
    job = jobs.enqueue("test.work", key="1")
    Job.objects.filter(pk=job.pk).update(
        state="running", attempts=3, lease_token="dead", lease_until=Now() - timedelta(seconds=1)
    )

    jobs.run(jobs.due_ids())

    job.refresh_from_db()
    assert (job.state, ran) == ("dead", [])
    assert told == ["its worker stopped before it was done, 3 times"]


def test_long_work_renews_its_lease_and_learns_when_it_lost_it(work):
    def long(job):
        before = Job.objects.get(pk=job.pk).lease_until
        jobs.extend(job)
        assert Job.objects.get(pk=job.pk).lease_until > before
        Job.objects.filter(pk=job.pk).update(lease_token="thief")
        with pytest.raises(jobs.LeaseLost):
            jobs.extend(job)

    ran = work(do=long, atomic=False)
    jobs.run([jobs.enqueue("test.work", key="1").pk])

    assert len(ran) == 1


# Turns ------------------------------------------------------------------------------------------------------


def serial(key, **details):
    return jobs.enqueue("test.work", key=key, serial_key="subscription:1", **details)


def test_jobs_of_one_serial_key_run_in_the_order_they_were_written(work, run_jobs):
    ran = work()
    written = [serial(str(n)) for n in range(5)]

    assert jobs.run([job.pk for job in reversed(written)]) == 1
    run_jobs()

    assert [job.key for job in ran] == ["0", "1", "2", "3", "4"]


def test_only_the_one_whose_turn_it_is_is_offered(work):
    work()
    first = serial("1")
    serial("2")
    alone = jobs.enqueue("test.work", key="3")

    assert jobs.due_ids() == [first.pk, alone.pk]


def test_nobody_runs_beside_one_that_is_running(work):
    ran = work()
    first, second = serial("1"), serial("2")
    taken_by_somebody_else(first)

    assert jobs.run([second.pk]) == 0
    assert ran == []


def test_the_database_itself_allows_one_running_job_of_a_serial_key(work):
    from django.db import IntegrityError

    work()
    serial("1"), serial("2")

    with pytest.raises(IntegrityError, match="job_serial"), transaction.atomic():
        Job.objects.update(state="running")


def test_one_that_pauses_between_two_tries_keeps_its_turn(work, travel):
    failing = [True]

    def sometimes(job):
        if job.key == "1" and failing:
            raise RuntimeError

    ran = work(do=sometimes)
    first, second = serial("1"), serial("2")
    jobs.run([first.pk])

    assert jobs.due_ids() == []
    assert jobs.run([second.pk]) == 0

    failing.clear()
    travel(timedelta(minutes=1))
    while ids := jobs.due_ids():
        jobs.run(ids)
    assert [job.key for job in ran] == ["1", "1", "2"]


def test_one_that_polls_keeps_its_turn(work, travel):
    def poll(job):
        if job.key == "1" and len(ran) < 3:
            raise jobs.Later(5)

    ran = work(do=poll)
    first, second = serial("1"), serial("2")
    jobs.run([first.pk])

    assert jobs.run([second.pk]) == 0
    for _ in range(4):
        travel(timedelta(seconds=6))
        jobs.run(jobs.due_ids())
    assert [job.key for job in ran] == ["1", "1", "1", "2"]


def test_one_that_is_due_next_month_holds_up_nobody(work):
    ran = work()
    serial("1", due_at=clock.now() + timedelta(days=30))
    second = serial("2")

    assert jobs.due_ids() == [second.pk]
    jobs.run([second.pk])
    assert [job.key for job in ran] == ["2"]


def test_a_dead_one_holds_up_nobody(work):
    def refuse(job):
        if job.key == "1":
            raise jobs.GiveUp("no")

    ran = work(do=refuse)
    serial("1"), serial("2")
    while ids := jobs.due_ids():
        jobs.run(ids)

    assert [job.key for job in ran] == ["1", "2"]


def test_whoever_is_done_rings_for_the_next(work, rings):
    work()
    first, second = serial("1"), serial("2")

    jobs.run([first.pk])

    assert rings == [[second.pk]]


@pytest.mark.django_db(transaction=True)
def test_four_workers_never_run_two_of_one_serial_key_at_once(work):
    inside, most, order = [], [], []
    gate = threading.Event()

    def do(job):
        inside.append(job.key)
        most.append(len(inside))
        gate.wait(0.01)
        order.append(int(job.key))
        inside.remove(job.key)

    work(do=do)
    for n in range(12):
        serial(str(n))

    def worker():
        while Job.objects.exclude(state="done").exists():
            jobs.run(jobs.due_ids())
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) == 1
    assert order == list(range(12))


# Fairness -----------------------------------------------------------------------------------------------------


def test_a_full_lane_starves_nobody(work):
    work()
    jobs.enqueue_many(jobs.build("test.work", key=f"a{n}", lane="import") for n in range(300))
    others = [jobs.enqueue("test.work", key=f"b{n}", lane=f"lane{n}").pk for n in range(3)]

    first = jobs.due_ids(limit=10)

    assert set(others) <= set(first[:4])
    assert len(first) == 10


def test_within_a_lane_the_oldest_comes_first(work):
    work()
    old = jobs.enqueue("test.work", key="old", due_at=clock.now() - timedelta(hours=1))
    new = jobs.enqueue("test.work", key="new")
    older = jobs.enqueue("test.work", key="older", due_at=clock.now() - timedelta(hours=2))

    assert jobs.due_ids() == [older.pk, old.pk, new.pk]


def test_jobs_that_wait_their_turn_do_not_fill_the_sweep(work):
    work()
    first = serial("first")
    taken_by_somebody_else(first)
    for n in range(30):
        serial(str(n))
    free = jobs.enqueue("test.work", key="free")

    assert jobs.due_ids(limit=10) == [free.pk]


# Cleaning -----------------------------------------------------------------------------------------------------


def test_done_jobs_are_deleted_after_a_week_and_no_others(work, run_jobs, travel):
    work()
    jobs.enqueue("test.work", key="done")
    run_jobs()
    dead = jobs.enqueue("test.work", key="dead")
    Job.objects.filter(pk=dead.pk).update(state="dead", finished_at=clock.now())
    ready = jobs.enqueue("test.work", key="ready", due_at=clock.now() + timedelta(days=60))

    travel(timedelta(days=6))
    assert jobs.purge_done() == 0
    travel(timedelta(days=2))
    assert jobs.purge_done() == 1

    assert set(Job.objects.values_list("pk", flat=True)) == {dead.pk, ready.pk}


def test_a_waiting_job_can_be_hurried_and_no_other(work, rings, run_jobs):
    ran = work()
    jobs.enqueue("test.work", key="1", due_at=clock.now() + timedelta(days=1))

    assert jobs.hurry("test.work", "1")
    run_jobs()

    assert len(ran) == 1
    assert not jobs.hurry("test.work", "1")
    assert not jobs.hurry("test.work", "unknown")
