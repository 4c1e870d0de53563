"""Pages by keyset: every row once, in order, at a cost that does not grow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bss.core import clock
from bss.core.models import Run
from bss.ui.keyset import Cursor, capped_count, page_of

pytestmark = pytest.mark.django_db


def walked(order: str, size: int = 7) -> list[int]:
    """Primary keys met walking from the first page to the last."""
    met, after = [], None
    while True:
        page = page_of(Run.objects.all(), order, after, size)
        met += [row.pk for row in page.rows]
        if not page.next:
            return met
        after = Cursor.decode(page.next)


@pytest.mark.parametrize(
    "order", ["title", "-title", "done", "-done", "pk", "-pk", "created_at", "-created_at"]
)
def test_walking_forward_meets_every_row_once_in_order(runs, order):
    runs(40)
    name, sign = order.removeprefix("-"), "-" if order.startswith("-") else ""
    assert walked(order) == list(
        Run.objects.order_by(f"{sign}{name}", f"{sign}pk").values_list("pk", flat=True)
    )


@pytest.mark.parametrize("order", ["started_at", "-started_at"])
def test_rows_without_a_value_are_met_once_too(runs, order):
    made = runs(23)
    Run.objects.filter(pk__in=[run.pk for run in made[::2]]).update(started_at=clock.now())
    met = walked(order, 5)
    assert sorted(met) == sorted(run.pk for run in made)
    assert len(met) == 23


def test_instants_within_one_millisecond_are_not_met_twice(runs):
    made = runs(12)
    start = clock.now().replace(microsecond=0)
    for number, run in enumerate(made):
        Run.objects.filter(pk=run.pk).update(created_at=start + timedelta(microseconds=number))
    assert walked("-created_at", 5) == [run.pk for run in reversed(made)]


def test_going_back_shows_the_same_pages(runs):
    runs(20)
    first = page_of(Run.objects.all(), "title", None, 8)
    second = page_of(Run.objects.all(), "title", Cursor.decode(first.next), 8)
    third = page_of(Run.objects.all(), "title", Cursor.decode(second.next), 8)
    assert (first.previous, third.next, len(third.rows)) == ("", "", 4)
    back = page_of(Run.objects.all(), "title", Cursor.decode(third.previous), 8)
    assert [row.pk for row in back.rows] == [row.pk for row in second.rows]
    again = page_of(Run.objects.all(), "title", Cursor.decode(back.previous), 8)
    assert [row.pk for row in again.rows] == [row.pk for row in first.rows]
    assert again.previous == ""
    assert again.next


@pytest.mark.parametrize(
    "text", ["", "x", "%%%", "W10", "bnVsbA", "eyJhIjoxfQ", "WyJ4IiwgImFiYyIsIGZhbHNlXQ"]
)
def test_a_mangled_cursor_shows_the_first_page(runs, text):
    runs(3)
    page = page_of(Run.objects.all(), "created_at", Cursor.decode(text), 2)
    assert len(page.rows) == 2
    assert page.previous == ""


def test_a_deep_page_is_one_query_without_offset(runs):
    runs(60)
    first = page_of(Run.objects.all(), "title", None, 25)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page_of(Run.objects.all(), "title", Cursor.decode(first.next), 25)
    assert len(queries) == 1
    assert "OFFSET" not in queries[0]["sql"]
    assert "LIMIT 26" in queries[0]["sql"]


def test_counting_stops_at_the_cap(runs):
    runs(30)
    assert capped_count(Run.objects.all(), 10) == (10, True)
    assert capped_count(Run.objects.all(), 30) == (30, False)
    with CaptureQueriesContext(connection) as queries:
        capped_count(Run.objects.all(), 10)
    assert "LIMIT 11" in queries[0]["sql"]
