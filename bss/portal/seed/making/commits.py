"""Commits of the story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def commits_in_a_hurry() -> Iterator[None]:
    """Do not wait for the disk at each commit: what a power cut takes is told again from the beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")
