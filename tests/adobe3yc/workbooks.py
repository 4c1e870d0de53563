"""Workbooks as other programs write them, made by hand: shared or inline texts, dates by style, prefixes, oddities."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from adobe3yc.pricefiles.sheets import EPOCH, EPOCH_1904, column_name

DATE_STYLE = 1
MAIN_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION_SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="[$-409]dd\\-mmm\\-yyyy"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>'
)


class Serial(str):
    """A number as its text, of a style that shows it as a date."""


def workbook(
    rows,
    *,
    shared=True,
    prefix="",
    is_1904=False,
    head="",
    places=True,
    called=lambda number: number,
):
    """The bytes of an xlsx with these rows in its second sheet, the first being hidden; `called` numbers them."""
    texts: list[str] = []
    body = "".join(
        _row(
            called(number),
            values,
            texts if shared else None,
            EPOCH_1904 if is_1904 else EPOCH,
            places,
        )
        for number, values in enumerate(rows, start=1)
    )
    strings = "".join(f"<si><r><t>{escape(text)}</t></r><rPh><t>x</t></rPh></si>" for text in texts)
    sheets = (
        '<sheets><sheet name="Notes" sheetId="1" state="hidden" r:id="rId1"/>'
        '<sheet name="Prices" sheetId="2" r:id="rId2"/></sheets>'
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Target="{target}"/>'
        for n, target in ((1, "worksheets/sheet1.xml"), (2, "/xl/worksheets/sheet2.xml"))
    )
    properties = f'<workbookPr date1904="{int(is_1904)}"/>'
    parts = {
        "xl/workbook.xml": _document(
            "workbook", properties + sheets, f'xmlns:r="{RELATION_SPACE}"'
        ),
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/styles.xml": _document("styleSheet", STYLES),
        "xl/worksheets/sheet1.xml": _document("worksheet", "<sheetData/>"),
        "xl/worksheets/sheet2.xml": head
        + _prefixed(_document("worksheet", f"<sheetData>{body}</sheetData>"), prefix),
    }
    if shared:
        parts["xl/sharedStrings.xml"] = _document("sst", strings)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(path, text)
    return out.getvalue()


def _row(number, values, texts, epoch, places):
    cells = ""
    for index, value in enumerate(values, start=1):
        place = f' r="{column_name(index)}{number}"' if places else ""
        cells += _cell(place, value, texts, epoch)
    return f'<row r="{number}">{cells}</row>'


def _cell(place, value, texts, epoch):
    if value is None:
        return f"<c{place}/>"
    if isinstance(value, Serial):
        return f'<c{place} s="{DATE_STYLE}"><v>{value}</v></c>'
    if isinstance(value, date):
        return f'<c{place} s="{DATE_STYLE}"><v>{(value - epoch).days}</v></c>'
    if isinstance(value, Decimal | int | float):
        return f"<c{place}><v>{value}</v></c>"
    if texts is None:
        return f'<c{place} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    texts.append(value)
    return f'<c{place} t="s"><v>{len(texts) - 1}</v></c>'


def _document(root, body, more=""):
    return f"<{root} xmlns={quoteattr(MAIN_SPACE)} {more}>{body}</{root}>"


def _prefixed(text, prefix):
    if not prefix:
        return text
    return (
        text.replace("</", f"</{prefix}:")
        .replace("<", f"<{prefix}:")
        .replace(f"<{prefix}:/{prefix}:", f"</{prefix}:")
        .replace("xmlns=", f"xmlns:{prefix}=")
    )
