"""CSV: streamed, canonical, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from bss.core import scope
from bss.core.models import Run, RunState
from bss.ui.generic.export import cell_text
from tests.bss.ui.screens import RunList


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30 1234", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
)
def test_text_that_would_be_a_formula_is_quoted(text):
    assert cell_text(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "true"),
        (-12, "-12"),
        (Decimal("-1234.50"), "-1234.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 3, 5), "2026-03-05"),
        (datetime(2026, 3, 5, 12, 0, tzinfo=UTC), "2026-03-05T12:00:00+00:00"),
        ("Aegean Freight", "Aegean Freight"),
    ],
)
def test_values_are_written_in_canonical_form(value, written):
    with translation.override("de"):
        assert cell_text(value) == written


@pytest.mark.django_db
def test_the_export_has_every_matching_row_and_the_visible_columns(
    runs, clerk, request_by, in_scope
):
    runs(120)
    runs(3, state=RunState.FAILED)
    Run.objects.filter(title="Import 0000").update(title="=HYPERLINK(1)")
    response = RunList.as_view()(request_by(clerk, "/runs/?state=queued&sort=title&export=csv"))
    assert response.streaming
    assert 'attachment; filename="run-' in response["Content-Disposition"]
    with scope.activate(None):
        text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == ["Title", "State", "Done", "Started"]
    assert len(rows) == 121
    assert ["'=HYPERLINK(1)", "Waiting to start", "0", ""] in rows
