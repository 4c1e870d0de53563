"""Queries that every page asks, built and compiled once.

Django builds a query and turns it into SQL anew each time, which for a few joins takes ten times as long as PostgreSQL
takes to answer. For the handful of reads behind every page that was half of what the page cost. PostgreSQL plans them
once as well (`bss.core.statements`):

    _AT_HOST = Prepared(
        lambda host, alias: Storefront.everywhere.filter(host=host, alias=alias), host=str, alias=str
    )
    found = _AT_HOST.all(host="localhost", alias="")

Only values differ from one run to the next. They are compared as they are (`filter(host=host)`, never
`filter(host__icontains=host)`) and are never None, which is other SQL. Ids in any number are a list, codes a
`list[str]`, both compared by `filter(pk__any=ids)`. Owned rows are read in the scope that is active when the query
runs, as with any manager.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import GenericAlias
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from bss.core import scope
from bss.core.statements import MARKS, Statement

R = TypeVar("R")
# A type, or list[str].
Kind = type | GenericAlias

# Stands for the active organization while a query is compiled; no id is as large.
_ORGANIZATION = 2**61 - 1
_SCOPE = scope.Scope.of_organization(_ORGANIZATION)


class Unpreparable(TypeError):
    """A query that does not hold each of its values as it was given, or a value of another type than declared."""


class Prepared(Generic[R]):
    """A query by name of its values, each an int, a str, a date, an instant, a list of ids or a list of codes. `build`
    takes them by keyword and gives the queryset; it must not depend on anything else.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, R]], **types: Kind) -> None:
        self._build = build
        self._types = types
        self._compiled: _Compiled | None = None

    def all(self, **values: Any) -> list[R]:
        """The rows for these values. Raises Unpreparable on a value too many, too few or of another type, and
        ScopeMissing for owned rows without an active scope.
        """
        made = self._made
        if values.keys() != self._types.keys() or not all(
            _is(values[name], of) for name, of in self._types.items()
        ):
            given = {name: _type(value) for name, value in values.items()}
            raise Unpreparable(f"{given} given, {self._types} wanted")
        return made.rows(values)

    def first(self, **values: Any) -> R | None:
        """The first row, or None. The query itself should say `[:1]`."""
        return next(iter(self.all(**values)), None)

    def get(self, **values: Any) -> R:
        """The row. Raises DoesNotExist when there is none. At most one can be asked for."""
        found = self.first(**values)
        if found is None:
            raise self._made.queryset.model.DoesNotExist
        return found

    @property
    def statement(self) -> Statement:
        """Its SQL, as it is sent."""
        return self._made.sql

    @property
    def _made(self) -> _Compiled:
        if self._compiled is None:
            self._compiled = self._compile()
        return self._compiled

    def _compile(self) -> _Compiled:
        marks = {name: _MARKS[of](at) for at, (name, of) in enumerate(self._types.items())}
        with scope.activate(_SCOPE):
            queryset = self._build(**marks)
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise Unpreparable("prefetch_related is further queries: prepare each by itself")
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        slots = [_slot(param, marks) for param in params]
        if missing := marks.keys() - {slot.name for slot in slots}:
            raise Unpreparable(f"{sorted(missing)} not found as given in {sql}")
        moving = [slot for slot in slots if not slot.is_constant]
        return _Compiled(queryset, compiler, _statement(sql, slots, queryset.db), moving)


def _type(value: Any) -> type:
    """The type a value is declared with: of a word out of choices it is str, of an instant not date."""
    return next((of for of in _TYPES if isinstance(value, of)), type(value))


def _is(value: Any, of: Kind) -> bool:
    if isinstance(value, list):
        are_codes = of == list[str]
        return (are_codes or of is list) and all(isinstance(x, str) == are_codes for x in value)
    return _type(value) is of


_TYPES = (int, str, datetime, date, list)
# Values that stand for those to come and equal nothing else in a query, by type and position.
_MARKS: dict[Kind, Callable[[int], Any]] = {
    int: lambda at: 2**53 + at,
    str: lambda at: f"(value {at})",
    datetime: lambda at: datetime(9000, 1, 1, tzinfo=UTC) + timedelta(days=at),
    date: lambda at: date(9000, 1, 1) + timedelta(days=at),
    list: lambda at: [2**53 + at],
    list[str]: lambda at: [f"(value {at})"],
}


@dataclass(frozen=True, slots=True)
class _Slot:
    """One parameter of the SQL: a value by name, something of the active scope, or always the same."""

    name: str = ""
    of_scope: Callable[[scope.Scope], Any] | None = None
    constant: Any = None

    @property
    def is_constant(self) -> bool:
        return not self.name and self.of_scope is None

    def value(self, values: dict[str, Any]) -> Any:
        return self.of_scope(scope.active()) if self.of_scope else values[self.name]


def _slot(param: Any, marks: dict[str, Any]) -> _Slot:
    for name, mark in marks.items():
        if type(param) is type(mark) and param == mark:
            return _Slot(name=name)
    if param == _ORGANIZATION:
        return _Slot(of_scope=lambda active: active.organization_id)
    if param == f"{_SCOPE.path}%":
        return _Slot(of_scope=lambda active: f"{active.path}%")
    held = [str(_ORGANIZATION), *map(str, marks.values())]
    if any(mark in str(param) for mark in held):
        raise Unpreparable(f"a value was changed on its way into the SQL: {param!r}")
    return _Slot(constant=param)


def _statement(sql: str, slots: Iterable[_Slot], using: str) -> Statement:
    """The SQL with what never differs written into it, so that PostgreSQL plans with it."""
    slots_left = iter(slots)
    with connections[using].cursor() as cursor:

        def written(mark: re.Match[str]) -> str:
            if mark[0] == "%%" or not (slot := next(slots_left)).is_constant:
                return mark[0]
            literal: bytes = cursor.mogrify("%s", [slot.constant])
            return literal.decode().replace("%", "%%")

        return Statement(MARKS.sub(written, sql))


class _Compiled:
    """The SQL, and what Django needs to make rows of its answer."""

    def __init__(
        self,
        queryset: QuerySet[Any, Any],
        compiler: SQLCompiler,
        sql: Statement,
        slots: list[_Slot],
    ) -> None:
        self.queryset = queryset
        self.compiler = compiler
        self.sql = sql
        self.slots = slots
        self.is_locking: bool = queryset.query.select_for_update
        fields = [column for column, _sql, _name in compiler.select or ()]
        # They are the same for each connection, and looking for them takes as long as making the rows.
        self.converters = compiler.get_converters(fields)
        self.objects: _Objects | None = None
        if queryset._iterable_class is ModelIterable:
            self.objects = _Objects(compiler.klass_info, compiler.select, queryset.db)
        self.annotations = tuple((compiler.annotation_col_map or {}).items())

    def rows(self, values: dict[str, Any]) -> list[Any]:
        connection = connections[self.queryset.db]
        if self.is_locking and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked inside a transaction only")
        made: Any = self.queryset
        answer = _Answer(self, connection, [slot.value(values) for slot in self.slots])
        if self.objects is None:
            return list(made._iterable_class(_Run(made, _Query(made.query, answer))))
        rows = list(answer.results_iter())
        found = [self.objects.of(row) for row in rows]
        for name, position in self.annotations:
            for each, row in zip(found, rows, strict=True):
                setattr(each, name, row[position])
        return found


class _Objects:
    """Makes the object of a row, with those it is read with. Django asks again for each field of each row whether it
    was read and who wants to know; that is the same for all of them, and takes half of what a page's rows cost.
    """

    def __init__(self, info: Mapping[str, Any], select: Sequence[Any], using: str) -> None:
        columns = info["select_fields"]
        names = [select[column][0].target.attname for column in columns]
        self.model: type[Model] = info["model"]
        if info.get("from_parent") or _is_made_its_own_way(self.model):
            raise Unpreparable(f"{self.model.__name__} is not made of its columns alone")
        self.using = using
        self.names = names
        self.own = slice(columns[0], columns[-1] + 1)
        self.key = names.index(self.model._meta.pk.attname)
        self.related = [
            (_Objects(each, select, using), each["local_setter"], each["remote_setter"])
            for each in info.get("related_klass_infos", ())
        ]

    def of(self, row: Sequence[Any]) -> Any:
        """None where the row of an outer join is missing."""
        values = row[self.own]
        if values[self.key] is None:
            return None
        made = self.model.__new__(self.model)
        state = ModelState()
        state.db, state.adding = self.using, False
        made.__dict__.update(zip(self.names, values, strict=True), _state=state)
        for objects, set_here, set_there in self.related:
            related = objects.of(row)
            set_here(made, related)
            if related is not None:
                set_there(related, made)
        return made


def _is_made_its_own_way(model: type[Model]) -> bool:
    own = (model.__init__, model.from_db.__func__)  # type: ignore[attr-defined]
    return own != (Model.__init__, Model.from_db.__func__)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One run, as Django's iterables ask a compiler for it."""

    compiled: _Compiled
    connection: Any
    params: Sequence[Any]

    def execute_sql(self, *_args: Any, **_kwargs: Any) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(self.compiled.sql, self.params)
            found: list[Any] = cursor.fetchall()
        return found

    def results_iter(
        self, results: Any = None, *, tuple_expected: bool = False, **_kwargs: Any
    ) -> Iterable[Any]:
        rows = self.execute_sql() if results is None else results
        if converters := self.compiled.converters:
            rows = SQLCompiler.apply_converters(self, rows, converters)  # type: ignore[arg-type]
        return map(tuple, rows) if tuple_expected else rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self.compiled.compiler, name)


@dataclass(frozen=True, slots=True)
class _Query:
    """A query that was asked already."""

    query: Any
    answer: _Answer

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> _Answer:
        return self.answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.query, name)


@dataclass(frozen=True, slots=True)
class _Run:
    """What Django's iterables ask a queryset for."""

    queryset: Any
    query: _Query
    _known_related_objects: dict[Any, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.queryset, name)
