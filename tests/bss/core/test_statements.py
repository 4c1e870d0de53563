"""Statements: prepared once by each connection that meets them, with the same answers as if they were sent as text."""

from __future__ import annotations

import threading

import psycopg2
import pytest
from django.db import connection, transaction

from bss.core.statements import Statement

pytestmark = pytest.mark.django_db


def answers(statement: Statement, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def prepared_here(statement: Statement) -> list[tuple[object, ...]]:
    """How often this connection ran a statement that it has prepared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE name = %s",
            [statement.name],
        )
        return cursor.fetchall()


def test_it_is_prepared_once_and_run_with_other_values():
    doubled = Statement("SELECT %s * 2, '100%%' WHERE %s <> ''")

    assert prepared_here(doubled) == []
    assert answers(doubled, 2, "x") == [(4, "100%")]
    assert answers(doubled, 5, "' OR 1=1 --") == [(10, "100%")]
    assert answers(doubled, 5, "") == []
    assert prepared_here(doubled) == [(3,)]


def test_without_values_it_runs_as_well():
    constant = Statement("SELECT '%%s', 1")

    assert answers(constant) == [("%s", 1)]
    assert prepared_here(constant) == [(1,)]


def test_what_is_rolled_back_stays_prepared():
    named = Statement("SELECT %s || '!'")

    with transaction.atomic():
        assert answers(named, "a") == [("a!",)]
        transaction.set_rollback(True)
    assert answers(named, "b") == [("b!",)]
    assert prepared_here(named) == [(2,)]


def test_one_that_postgresql_refuses_is_refused_each_time():
    broken = Statement("SELECT nothing_of_this_name WHERE 1 = %s")

    for _ in range(2):
        with pytest.raises(psycopg2.errors.UndefinedColumn), transaction.atomic():
            connection.connection.cursor().execute(broken, [1])


@pytest.mark.django_db(transaction=True)
def test_each_connection_prepares_for_itself():
    named = Statement("SELECT %s || '!'")
    found = [answers(named, "a")]

    def ask() -> None:
        found.append(answers(named, "b"))
        found.append(prepared_here(named))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    connection.close()
    found.append(answers(named, "c"))

    assert found == [[("a!",)], [("b!",)], [(1,)], [("c!",)]]
