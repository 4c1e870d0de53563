"""SQL that PostgreSQL parses and plans once for each connection, and runs with other values each time.

psycopg2 sends text with the values in it, which PostgreSQL parses and plans anew for every run: for a few joins that
takes longer than to answer. A `Statement` is text too, to Django and to whoever logs it. The connections of the
product (`config/settings.py`) prepare it when they meet it for the first time and run it by its name from then on:

    HAPPENED = Statement("SELECT name FROM core_event WHERE id = %s")
    cursor.execute(HAPPENED, [17])

A pooler that gives each transaction another connection knows no prepared statements: DATABASE_PREPARES=0 turns them
off.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from psycopg2 import extensions

MARKS = re.compile("%%|%s")
_numbers = count(1)
# What each connection has prepared. It ends with the connection.
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Statement(str):
    """SQL with a %s for each value (%% is a percent sign). To be kept: what is made anew is prepared anew."""

    __slots__ = ("name", "running")

    def __init__(self, _sql: str) -> None:
        self.name = f"statement_{next(_numbers)}"
        values = ", ".join(mark for mark in MARKS.findall(self) if mark == "%s")
        # What runs it, for the same values.
        self.running = f"EXECUTE {self.name}" + (f" ({values})" if values else "")

    @property
    def preparing(self) -> str:
        """What has PostgreSQL parse it. The type of each value is what its place asks for."""
        numbers = count(1)
        marked = MARKS.sub(lambda mark: f"${next(numbers)}" if mark[0] == "%s" else "%", self)
        return f"PREPARE {self.name} AS {marked}"


class Cursor(extensions.cursor):
    """A cursor that prepares statements. Anything else it sends as it is."""

    def execute(self, query: Any, vars: Sequence[Any] | None = None) -> None:
        """Run SQL with these values for its marks."""
        if not isinstance(query, Statement):
            return super().execute(query, vars)
        known = _known.setdefault(self.connection, set())
        if query.name not in known:
            super().execute(query.preparing)
            known.add(query.name)
        return super().execute(query.running, vars)
