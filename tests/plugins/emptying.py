"""Empties the database after a test that committed, by deleting what is there.

Django would truncate every table: that makes a new file for each of them and for each of their indexes, a second's work
after each test, where most tests leave rows in thirty tables. Content types and permissions stay, so that nothing has
to make them again.

The connection stays too, unless something went wrong on it. Django would begin a new one, for which PostgreSQL reads
its catalogue and plans every query again.
"""

from __future__ import annotations

from functools import cache

from django.db import connection, transaction
from django.test import TransactionTestCase

from bss.core.statements import Statement

KEPT = frozenset({"django_content_type", "auth_permission"})


def database_empty() -> list[str]:
    """Delete the rows of every table but the KEPT; waits for whoever still writes. Returns the tables that had any."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(_which_have_rows())
        found = [table for (table,) in cursor.fetchall()]
        # Each reference is checked when the transaction ends, so that the order does not matter.
        for table in found:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - the database's own names
    return found


@cache
def _tables() -> list[str]:
    named = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(named) - KEPT)


@cache
def _which_have_rows() -> Statement:
    one = "SELECT '{0}' WHERE EXISTS (SELECT FROM {0})"
    return Statement(" UNION ALL ".join(one.format(table) for table in _tables()))


def _emptied(_test: TransactionTestCase) -> None:
    database_empty()


def _spoilt(_test: TransactionTestCase) -> bool:
    """Whether the next test needs a new connection."""
    return bool(connection.in_atomic_block or connection.errors_occurred)


def pytest_configure() -> None:
    TransactionTestCase._fixture_teardown = _emptied
    TransactionTestCase._should_reload_connections = _spoilt
