"""CSV export of a list: streamed, in canonical form, with spreadsheet formulas made harmless."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.encoding import force_str

from bss.core import clock, scope
from bss.ui.tables import Column

CHUNK = 2000
# Excel, LibreOffice and Google Sheets run a cell that begins with one of these (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_response(
    name: str, columns: Iterable[Column], rows: Iterable[Any]
) -> StreamingHttpResponse:
    """A download `<name>-<date>.csv`, UTF-8 with a byte-order mark so that Excel reads it right."""
    lines = _lines(list(columns), rows, scope.active_or_none())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    stamp = clock.now().date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.csv"'
    return response


def cell_text(value: Any) -> str:
    """A value as a CSV cell. Numbers stay numbers, also negative ones; text cannot start a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    text = force_str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _lines(columns: list[Column], rows: Iterable[Any], active: scope.Scope | None) -> Iterator[str]:
    # The body is streamed after the middleware closed the request's scope.
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([cell_text(column.label) for column in columns])
    with scope.activate(active):
        for row in rows:
            yield writer.writerow([cell_text(column.exported(row)) for column in columns])
