"""Empties the database after a test that committed, by deleting what is there.

Django would truncate every table: that makes a new file for each of them and for each of their indexes, a second's work
after each test, where most tests leave rows in thirty tables. Content types and permissions stay, so that nothing has
to make them again.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = frozenset({"django_content_type", "auth_permission"})


def database_empty() -> list[str]:
    """Delete the rows of every table but the KEPT; waits for whoever still writes. Returns the tables that had any."""
    named = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = sorted(set(named) - KEPT)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        one = "SELECT '{0}' WHERE EXISTS (SELECT FROM {0})"
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        found = [table for (table,) in cursor.fetchall()]
        # Each reference is checked when the transaction ends, so that the order does not matter.
        for table in found:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - the database's own names
    return found


def _emptied(_test: TransactionTestCase) -> None:
    database_empty()


def pytest_configure() -> None:
    TransactionTestCase._fixture_teardown = _emptied
