"""Human numbers: one after another, never one twice, also when many ask at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from bss.core import clock
from bss.core.numbers import next_number


def test_numbers_follow_each_other(db):
    assert [next_number("SUB", 1) for _ in range(3)] == ["SUB-000001", "SUB-000002", "SUB-000003"]


def test_each_organization_and_each_kind_counts_for_itself(db):
    next_number("SUB", 1)

    assert next_number("SUB", 2) == "SUB-000001"
    assert next_number("ACC", 1) == "ACC-000001"


def test_a_yearly_number_begins_again_with_the_year(db, monkeypatch):
    moment = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert next_number("SO", 1, yearly=True) == "SO-2026-000001"
    assert next_number("SO", 1, yearly=True) == "SO-2026-000002"

    monkeypatch.setattr(clock, "now", lambda: moment + timedelta(minutes=2))
    assert next_number("SO", 1, yearly=True) == "SO-2027-000001"


def test_a_number_of_a_rolled_back_transaction_is_given_out_again(db):
    with transaction.atomic():
        next_number("SUB", 1)
        transaction.set_rollback(True)

    assert next_number("SUB", 1) == "SUB-000001"


@pytest.mark.django_db(transaction=True)
def test_only_the_number_itself_need_not_wait_for_the_disk():
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO local")
        next_number("SO", 1)
        cursor.execute("SHOW synchronous_commit")
        found = cursor.fetchone()
        cursor.execute("RESET synchronous_commit")

    assert found == ("local",)


@pytest.mark.django_db(transaction=True)
def test_two_hundred_asked_for_at_once_are_two_hundred_numbers():
    barrier = threading.Barrier(8)
    found = []

    def ask():
        barrier.wait()
        for _ in range(25):
            with transaction.atomic():
                found.append(next_number("SO", 1))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [f"SO-{n:06d}" for n in range(1, 201)]
