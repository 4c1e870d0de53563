"""PDFs in any script: every glyph is there, long documents turn the page, the same paper gives the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

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


def test_the_fonts_are_those_of_their_packages():
    for name in ("text", "arabic", "hebrew", "thai", "cjk"):
        assert font_path(name).is_file()
