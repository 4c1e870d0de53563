"""Paging that costs the same on the first and on the thousandth page.

A cursor remembers the last row's sort value and primary key; the next page is what sorts after it, found through
the index (column, id). NULL sorts as PostgreSQL does it, last ascending and first descending, so that the index
can be walked in both directions.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet

PAGE_SIZE = 50
COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after (or before, going back) this value and primary key."""

    value: Any
    pk: Any
    backwards: bool = False

    def encode(self) -> str:
        raw = json.dumps([self.value, self.pk, self.backwards], default=_plain)
        return urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor | None:
        """None for anything that is not a cursor: a mangled link shows the first page."""
        try:
            value, pk, backwards = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, TypeError):
            return None
        return cls(value, pk, bool(backwards))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and the cursors of the neighbouring pages ("" where there is none)."""

    rows: Sequence[Any]
    previous: str
    next: str


def page_of(
    queryset: QuerySet[Any], order: str, cursor: Cursor | None, size: int = PAGE_SIZE
) -> Page:
    """One page of `queryset` ordered by `order` ("-created_at", "customer__name") and then by primary key."""
    name, descending = order.removeprefix("-"), order.startswith("-")
    field = field_of(queryset, name)
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        try:
            parsed = _parsed(cursor, field)
            nullable = field is None or _nullable(queryset.model, name)
            queryset = queryset.filter(_beyond(name, descending != backwards, parsed, nullable))
        except (ValidationError, ValueError, TypeError):
            cursor, backwards = None, False
    sign = "-" if descending != backwards else ""
    rows = list(queryset.order_by(f"{sign}{name}", f"{sign}pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    earlier = more if backwards else cursor is not None
    later = bool(cursor) if backwards else more
    return Page(
        rows,
        _cursor_at(rows[0], name, True) if rows and earlier else "",
        _cursor_at(rows[-1], name, False) if rows and later else "",
    )


def capped_count(queryset: QuerySet[Any], cap: int = COUNT_CAP) -> tuple[int, bool]:
    """(how many, whether there are more than `cap`). Never counts beyond the cap."""
    # Of keys alone: what was annotated for the columns would be worked out for every row counted.
    found = queryset.order_by().values("pk")[: cap + 1].count()
    return min(found, cap), found > cap


def field_of(queryset: QuerySet[Any], name: str) -> Field[Any, Any] | None:
    """The model field or the annotation's output field that `name` sorts by; None when it has neither."""
    if name in queryset.query.annotations:
        return getattr(queryset.query.annotations[name], "output_field", None)
    model: type[Model] | None = queryset.model
    field: Any = None
    for part in name.split("__"):
        if model is None:
            return None
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        model = field.related_model
    return field


def _parsed(cursor: Cursor, field: Field[Any, Any] | None) -> Cursor:
    value = cursor.value
    if value is not None and field is not None:
        value = field.to_python(value)
    return Cursor(value, int(cursor.pk), cursor.backwards)


def _nullable(model: type[Model], name: str) -> bool:
    current: Any = model
    for part in name.split("__"):
        try:
            field = current._meta.pk if part == "pk" else current._meta.get_field(part)
        except FieldDoesNotExist:
            return True  # an annotation: assume the worst
        if field.null:
            return True
        current = field.related_model
    return False


def _beyond(name: str, descending: bool, cursor: Cursor, nullable: bool) -> Q:
    pk = Q(**{"pk__lt" if descending else "pk__gt": cursor.pk})
    null = Q(**{f"{name}__isnull": True})
    if cursor.value is None:
        return (null & pk) | ~null if descending else null & pk
    # The first condition alone is what the index can start from; the second settles equal values.
    start = Q(**{f"{name}__{'lte' if descending else 'gte'}": cursor.value})
    strict = Q(**{f"{name}__{'lt' if descending else 'gt'}": cursor.value})
    after = start & (strict | pk)
    return after | null if nullable and not descending else after


def _plain(value: Any) -> str:
    # Django's encoder cuts instants to milliseconds, and the rows between would come twice.
    return value.isoformat() if isinstance(value, date) else str(value)


def _cursor_at(row: Any, name: str, backwards: bool) -> str:
    value = row
    for part in name.split("__"):
        value = getattr(value, part, None)
    return Cursor(value, row.pk, backwards).encode()
