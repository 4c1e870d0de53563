"""Price files of any length as Adobe's partners get them: twenty columns, as csv or as a spreadsheet writes xlsx."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

TITLES = (
    "ACD Indicator", "ACD Effective Date", "Part Number", "Product Family", "Product Type", "Product Type Detail",
    "Additional Detail", "Operating System", "Language", "Version", "Duration", "Users", "Metric", "Level Detail",
    "Segment", "Currency", "Partner Price", "Estimated Street Price", "First Order Date", "Last Order Date",
)  # fmt: skip
LEVELS = ("12", "13", "14")
FIRST, LAST = date(2020, 1, 1), date(2039, 12, 31)
EPOCH = date(1899, 12, 30)
Cell = str | Decimal | date
SCHEMAS = "http://schemas.openxmlformats.org"
RELATIONS = (
    f'<Relationships xmlns="{SCHEMAS}/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'
)
STYLES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'


def offer_of(number: int) -> str:
    """The offer of a row: each part at three levels of a commitment."""
    return f"65{number // len(LEVELS):06d}CA{LEVELS[number % len(LEVELS)]}A12"


def csv_file(rows: int) -> bytes:
    """A 3YC file of so many rows."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(TITLES)
    lines.writerows(_cells(number) for number in range(rows))
    return text.getvalue().encode()


def xlsx_file(rows: int) -> bytes:
    """The same as a workbook: texts kept once and referred to, dates as numbers with a style."""
    kept: dict[str, int] = {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(_opened("worksheet") + b"<sheetData>")
            sheet.write(_row(1, TITLES, kept))
            for number in range(rows):
                sheet.write(_row(number + 2, _cells(number), kept))
            sheet.write(b"</sheetData></worksheet>")
        texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in kept)
        for name, body in {
            "sharedStrings.xml": _opened("sst") + texts.encode() + b"</sst>",
            "styles.xml": _opened("styleSheet") + STYLES.encode() + b"</styleSheet>",
            "workbook.xml": _workbook().encode(),
            "_rels/workbook.xml.rels": RELATIONS.encode(),
        }.items():
            archive.writestr(f"xl/{name}", body)
    return out.getvalue()


def _cells(number: int) -> tuple[Cell, ...]:
    price = Decimal(1000 + number % 90_000) / 100
    family = f"Creative Suite {number // 300}"
    return (
        "Change", FIRST, offer_of(number), family, "Subscription New", f"{family} for teams", "1 User", "Multiple",
        "Multi European Languages", "ALL", "12 Months", "1 User", "User", "Level 12 10 - 49", "Commercial", "EUR",
        price, price * Decimal("1.25"), FIRST, LAST,
    )  # fmt: skip


def _row(number: int, cells: tuple[Cell, ...], kept: dict[str, int]) -> bytes:
    body = "".join(
        _cell(f"{chr(65 + column)}{number}", cell, kept) for column, cell in enumerate(cells)
    )
    return f'<row r="{number}">{body}</row>'.encode()


def _cell(place: str, cell: Cell, kept: dict[str, int]) -> str:
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - EPOCH).days}</v></c>'
    if isinstance(cell, Decimal):
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="s"><v>{kept.setdefault(cell, len(kept))}</v></c>'


def _opened(root: str) -> bytes:
    return f'<{root} xmlns="{SCHEMAS}/spreadsheetml/2006/main">'.encode()


def _workbook() -> str:
    return (
        f'<workbook xmlns="{SCHEMAS}/spreadsheetml/2006/main" xmlns:r="{SCHEMAS}/officeDocument/2006/relationships">'
        '<sheets><sheet name="Prices" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def files(rows: int) -> Iterator[tuple[str, bytes]]:
    """Each kind of file with its name."""
    yield "prices.csv", csv_file(rows)
    yield "prices.xlsx", xlsx_file(rows)
