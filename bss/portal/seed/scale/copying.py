"""Rows of a model on their way into the database by COPY, and blocks of ids and numbers for them."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.models import Field

from bss.core import clock
from bss.core.db import PUBLIC_ID_LENGTH, PublicIdField

_NULL = "\\N"
_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
# Fast rather than unguessable: rows for benchmarks. Never the same twice, whatever the seed of the rest.
_CHANCE = random.Random()  # noqa: S311


class Table:
    """Collects rows of `model` as CSV; `write` sends them. What a row does not name has its field's default."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self._fields: list[Field[Any, Any]] = list(model._meta.concrete_fields)
        self._position = {field.attname: i for i, field in enumerate(self._fields)}
        self._json = {f.attname for f in self._fields if isinstance(f, models.JSONField)}
        self._template = [self._default(field) for field in self._fields]
        self._public = self._position.get("public_id")
        self._file = io.StringIO()
        self._csv = csv.writer(self._file, lineterminator="\n")
        self.count = 0

    def add(self, **values: Any) -> None:
        """One row, by column ("account_id"); `id` has to be among them. Raises KeyError for an unknown column."""
        row = self._template.copy()
        if self._public is not None:
            row[self._public] = "".join(_CHANCE.choices(_LETTERS, k=PUBLIC_ID_LENGTH))
        for name, value in values.items():
            row[self._position[name]] = self._text(name, value)
        self._csv.writerow(row)
        self.count += 1

    def write(self) -> None:
        """Send what was collected, within the present transaction."""
        if not self.count:
            return
        self._file.seek(0)
        columns = ", ".join(f'"{field.column}"' for field in self._fields)
        with connection.cursor() as cursor:
            cursor.copy_expert(
                f'COPY "{self.model._meta.db_table}" ({columns}) FROM STDIN '
                f"WITH (FORMAT csv, NULL '{_NULL}')",
                self._file,
            )
        self._file = io.StringIO()
        self._csv = csv.writer(self._file, lineterminator="\n")
        self.count = 0

    def _default(self, field: Field[Any, Any]) -> str:
        if field.primary_key or isinstance(field, PublicIdField):
            return _NULL
        if field.default is clock.now:
            return str(clock.now())
        default = field.get_default()
        if default is None and not field.null:
            return ""
        return self._text(field.attname, default)

    def _text(self, name: str, value: Any) -> str:
        if value is None:
            return _NULL
        if name in self._json:
            return json.dumps(value)
        return _TEXTS.get(type(value), str)(value)


_TEXTS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "t" if value else "f",
    datetime: str,
    date: str,
    Decimal: lambda value: format(value, "f"),
}


@contextmanager
def tables(*kinds: type[models.Model]) -> Iterator[list[Table]]:
    """Tables that are written, in this order, when the block ends well."""
    found = [Table(kind) for kind in kinds]
    yield found
    for table in found:
        table.write()


def ids_take(model: type[models.Model], count: int) -> list[int]:
    """That many new primary keys of a model, off its sequence."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [f'"{table}"', count],
        )
        return [row[0] for row in cursor.fetchall()]


def numbers_take(prefix: str, organization_id: int, count: int, *, year: int = 0) -> Iterator[str]:
    """A block of human numbers, as bss.core.numbers gives them out one by one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_counter (organization_id, kind, year, value) VALUES (%s, %s, %s, %s)
            ON CONFLICT (organization_id, kind, year)
            DO UPDATE SET value = core_counter.value + EXCLUDED.value RETURNING value
            """,
            [organization_id, prefix, year, count],
        )
        last = cursor.fetchone()[0]
    middle = f"{year}-" if year else ""
    return (f"{prefix}-{middle}{number:06d}" for number in range(last - count + 1, last + 1))


def ids_of(model: type[models.Model], block: int = 2000) -> Iterator[int]:
    """New primary keys of a model without end, taken in blocks."""
    while True:
        yield from ids_take(model, block)


def numbers_of(
    prefix: str, organization_id: int, *, year: int = 0, block: int = 2000
) -> Iterator[str]:
    """Human numbers without end, taken in blocks; the rest of the last block is a gap."""
    while True:
        yield from numbers_take(prefix, organization_id, block, year=year)
