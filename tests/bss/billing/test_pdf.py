"""PDFs in any script: every glyph is there, long documents turn the page, the same paper gives the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from types import MethodType

import pytest
from fpdf import FPDF
from fpdf.enums import Align

from bss.billing.rendering.paper import Paper, PaperHeads, PaperLine
from bss.billing.rendering.pdf import font_path, pdf_of

AT = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
LINE = PaperLine(
    "Microsoft 365 Business Premium", "SUB-000045, Aegean Foods, installment 3 of 12",
    "Jan 10 \u2013 Feb 10, 2027", "25", "€20.00", "€41.66", "per year",
)  # fmt: skip
PAPER = Paper(
    title="Invoice INV-2026-000123",
    seller=["Meridian Cloud Distribution", "Greece", "VAT id EL998877665"],
    buyer=["Ελληνικά Τρόφιμα", "Ρήγα Φεραίου 12", "26221 Πάτρα", "Greece"],
    facts=[("Number", "INV-2026-000123"), ("Date", "10 November 2026")],
    heads=PaperHeads("Item", "Period", "Quantity", "Unit price", "Net"),
    lines=[LINE],
    totals=[("Net", "€41.66"), ("Tax 24 % on €41.66", "€10.00"), ("Total to pay", "€51.66")],
    notes=["Reverse charge: the customer accounts for the VAT."],
    page="Page %(number)d",
)
NAMES = {
    "greek": "Ελληνικά Τρόφιμα",
    "cyrillic": "Счёт за услуги",
    "arabic": "شركة النور للتجارة",
    "devanagari": "भारत व्यापार",
    "chinese": "上海云服务有限公司",
    "japanese": "株式会社クラウド",
    "korean": "클라우드 주식회사",
    "hebrew": "מסחר ושירותי ענן",
    "thai": "บริษัท คลาวด์ จำกัด",
    "polish": "Zażółć gęślą jaźń",
}


def pages_of(content: bytes) -> int:
    return content.count(b"/Type /Page\n")


@pytest.mark.parametrize("script", NAMES)
def test_every_script_has_its_glyphs(script, caplog):
    """fpdf2 warns of each glyph that no font has."""
    content = pdf_of(replace(PAPER, buyer=[NAMES[script]]), created_at=AT)

    assert content.startswith(b"%PDF-")
    assert [record.message for record in caplog.records if "glyph" in record.message] == []


def test_a_character_no_font_has_does_not_stop_it(caplog):
    content = pdf_of(replace(PAPER, buyer=["\U0001f9ff \U00012000"]), created_at=AT)

    assert pages_of(content) == 1


def test_the_same_paper_gives_the_same_bytes():
    assert pdf_of(PAPER, created_at=AT) == pdf_of(PAPER, created_at=AT)


def test_a_long_document_turns_the_page_and_repeats_the_heads():
    content = pdf_of(replace(PAPER, lines=[LINE] * 120), created_at=AT)

    assert pages_of(content) > 3


def test_words_longer_than_a_column_are_broken(caplog):
    long = replace(LINE, text="x" * 300, detail="ü" * 300)

    assert pages_of(pdf_of(replace(PAPER, lines=[long]), created_at=AT)) == 1


@pytest.fixture
def boxes(monkeypatch):
    """Where each row of text that was drawn stands, in millimetres: left, top, right, bottom, and its words."""
    found = []
    drawn = FPDF._render_styled_text_line

    def record(sheet, row, h=None, *args, **kwargs):
        # While it only measures, what it puts out goes nowhere.
        if row.fragments and isinstance(sheet._out, MethodType):
            width = sum(each.get_width(initial_cs=at != 0) for at, each in enumerate(row.fragments))
            room = row.max_width - width
            before = {Align.L: sheet.c_margin, Align.C: room / 2, Align.R: room - sheet.c_margin}
            left = sheet.x + before[row.align]
            words = "".join(fragment.string for fragment in row.fragments)
            found.append((left, sheet.y, left + width, sheet.y + h, words))
        return drawn(sheet, row, h, *args, **kwargs)

    monkeypatch.setattr(FPDF, "_render_styled_text_line", record)
    return found


def overlapping(boxes):
    """The words of each two rows that stand on one another, by more than a rounding."""
    return [
        (one[4], other[4])
        for one, other in combinations(boxes, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 0.01
        and min(one[3], other[3]) - max(one[1], other[1]) > 0.01
    ]


LONG_WORDS = {
    "nothing": {},
    "purchase order": {"facts": [*PAPER.facts, ("Your number", "PO-" + "1234567" * 11)]},
    "label": {"facts": [("Kundenbestellreferenznummernfeld" * 2, "7"), *PAPER.facts]},
    "names": {"seller": ["S" * 200, "Greece"], "buyer": ["W" * 200, "W" * 80, "26221 " + "W" * 120]},
    "item": {"lines": [replace(LINE, text="W" * 200, detail=f"SUB-000045, {'W' * 200}"), LINE]},
    "period": {"lines": [replace(LINE, period="10 de novembro de 2026 \u2013 10 de outubro de 2027")]},
    "figures": {
        "lines": [
            replace(
                LINE, quantity="1,000,000", unit_price="€1,234,567.1234567891", per="pro " + "Jahr" * 20,
                net="€1,234,567,890,123.12",
            ),
            LINE,
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("what", LONG_WORDS)
def test_no_words_stand_on_others_however_long_they_are(what, boxes):
    pdf_of(replace(PAPER, **LONG_WORDS[what]), created_at=AT)

    assert overlapping(boxes) == []
    assert len(boxes) >= 25
    assert all(left >= 18 and right <= 210 - 18 for left, _top, right, _bottom, _words in boxes)


def test_a_broken_number_is_all_there_and_a_figure_is_never_broken(boxes):
    reference = "PO-" + "1234567" * 11
    long = replace(LINE, unit_price="€1,234,567.1234567891")
    paper = replace(PAPER, facts=[*PAPER.facts, ("Your number", reference)], lines=[long])
    pdf_of(paper, created_at=AT)

    words = [box[4] for box in boxes]
    first = words.index("Your number") + 1
    assert "".join(words[first : first + 6]).startswith(reference)
    assert "€1,234,567.1234567891" in words


def test_the_fonts_are_those_of_their_packages():
    for name in ("text", "arabic", "hebrew", "thai", "cjk"):
        assert font_path(name).is_file()
