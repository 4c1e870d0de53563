"""A document as PDF, in any script: Noto Sans, with Arabic, Hebrew, Thai and Chinese, Japanese and Korean where it has
no glyph.

The fonts come with their packages and are embedded as subsets. HarfBuzz shapes, so that Arabic joins and runs from
right to left. Bold is drawn with an outline: the packages hold no bold cut, and making one takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from fpdf import FPDF
from fpdf.enums import Align, TextMode, XPos, YPos

from bss.billing.rendering.paper import Paper, PaperLine

_FONTS = {
    "text": ("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
    "arabic": ("fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf"),
    "hebrew": ("fontpkg_heebo", "files/Heebo[wght].ttf"),
    "thai": ("fontpkg_noto_sans_thai", "files/NotoSansThai[wdth,wght].ttf"),
    "cjk": ("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc"),
}
# What the first font has no glyphs for (Unicode's blocks): from and to.
_BEYOND = {
    "hebrew": ((0x0590, 0x05FF), (0xFB1D, 0xFB4F)),
    "thai": ((0x0E00, 0x0E7F),),
    "arabic": ((0x0600, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
    "cjk": (
        (0x1100, 0x11FF),
        (0x2E80, 0xD7FF),
        (0xF900, 0xFAFF),
        (0xFF00, 0xFFEF),
        (0x20000, 0x3FFFF),
    ),
}
_MARGIN = 18.0
_WIDTH = 210 - 2 * _MARGIN
# Of the columns after the first, in millimetres.
_PERIOD, _QUANTITY, _PRICE, _NET = 40.0, 14.0, 25.0, 25.0
_TEXT = _WIDTH - _PERIOD - _QUANTITY - _PRICE - _NET
_BOTTOM = 297 - 22.0
# The buyer's width; beside it where the facts begin, and the width of their labels.
_BUYER, _FACTS, _LABEL = 92.0, 100.0, 34.0
_GREY, _INK, _RULE = (105, 112, 122), (24, 28, 34), (205, 210, 216)


def pdf_of(paper: Paper, *, created_at: datetime) -> bytes:
    """The paper as a PDF of A4 pages. `created_at` stands in the file, so that the same paper gives the same bytes."""
    sheet = _Sheet(paper, created_at)
    sheet.head()
    sheet.lines()
    sheet.totals()
    sheet.notes()
    return bytes(sheet.output())


@cache
def font_path(name: str) -> Path:
    """Where the file of a font is installed. Raises ModuleNotFoundError when its package is not."""
    package, file = _FONTS[name]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(spec.submodule_search_locations[0]) / file


def _further_fonts(paper: Paper) -> list[str]:
    """The fonts that its words need beside the first: loading the one for Chinese takes a second, so only then."""
    words = "".join(_words(paper))
    return [
        name
        for name, ranges in _BEYOND.items()
        if any(first <= ord(letter) <= last for letter in set(words) for first, last in ranges)
    ]


def _words(paper: Paper) -> Iterator[str]:
    yield from (paper.title, *paper.seller, *paper.buyer, *paper.notes)
    for label, value in (*paper.facts, *paper.totals):
        yield label + value
    for line in paper.lines:
        yield line.text + line.detail + line.period + line.per


class _Sheet(FPDF):
    """The drawing of one paper. Every measure is in millimetres."""

    def __init__(self, paper: Paper, created_at: datetime) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.set_creation_date(created_at)
        self.set_title(paper.title)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=False)
        further = _further_fonts(paper)
        for name in ("text", *further):
            self.add_font(name, "", font_path(name))
        self.set_fallback_fonts(further, exact_match=False)
        self.set_text_shaping(True)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-14)
        self._style(7.5, _GREY)
        page = self.paper.page % {"number": self.page_no()}
        self.cell(_WIDTH, 4, f"{self.paper.title}   {page}", align=Align.C)

    def head(self) -> None:
        paper = self.paper
        self._style(9, _GREY)
        for line in paper.seller:
            self._row(line, 4.4)
        self.ln(8)
        top = self.get_y()
        self._style(10, _INK)
        for index, line in enumerate(paper.buyer):
            self._style(10.5 if index == 0 else 9.5, _INK, bold=index == 0)
            self._block(_MARGIN, self.get_y(), _BUYER, 5, line)
        below = self.get_y()
        self.set_y(top)
        for label, value in paper.facts:
            self._fact(label, value)
        self.set_y(max(below, self.get_y()) + 8)
        self._style(17, _INK, bold=True)
        self._row(paper.title, 9)
        self.ln(3)

    def lines(self) -> None:
        self._heads()
        for line in self.paper.lines:
            self._line(line)

    def totals(self) -> None:
        self._room(6.0 * len(self.paper.totals) + 6)
        self.ln(2)
        last = len(self.paper.totals) - 1
        for index, (label, value) in enumerate(self.paper.totals):
            self.set_x(_MARGIN + 70)
            self._style(11 if index == last else 9, _INK, bold=index == last)
            self.cell(_WIDTH - 70 - 40, 6, label)
            self.cell(40, 6, value, align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def notes(self) -> None:
        self.ln(5)
        for note in self.paper.notes:
            self._style(8.5, _GREY)
            height = self._height(_WIDTH, 4.4, note)
            self._room(height)
            self.multi_cell(_WIDTH, 4.4, note, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            self.ln(1.5)

    def _heads(self) -> None:
        heads = self.paper.heads
        self._style(8, _GREY)
        self.cell(_TEXT, 6, heads.text)
        self.cell(_PERIOD, 6, heads.period)
        self.cell(_QUANTITY, 6, heads.quantity, align=Align.R)
        self.cell(_PRICE, 6, heads.unit_price, align=Align.R)
        self.cell(_NET, 6, heads.net, align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._rule()

    def _fact(self, label: str, value: str) -> None:
        """A label and its value beside it, each broken within its own width."""
        left, top = _MARGIN + _FACTS, self.get_y()
        self._style(9, _GREY)
        self._block(left, top, _LABEL, 5, label)
        below = self.get_y()
        self._style(9, _INK)
        self._block(left + _LABEL, top, _WIDTH - _FACTS - _LABEL, 5, value, Align.R)
        self.set_y(max(below, self.get_y()))

    def _line(self, line: PaperLine) -> None:
        self._style(9, _INK)
        height = self._height(_TEXT - 2, 4.6, line.text)
        self._style(7.5, _GREY)
        small = self._height(_TEXT - 2, 3.8, line.detail or " ")
        if self.get_y() + height + small + 3 > _BOTTOM:
            self.add_page()
            self._heads()
        top = self.get_y() + 1
        self._style(9, _INK)
        self._block(_MARGIN, top, _TEXT - 2, 4.6, line.text)
        self._style(7.5, _GREY)
        self._block(_MARGIN, self.get_y(), _TEXT - 2, 3.8, line.detail)
        bottoms = [self.get_y(), top + height + small]
        self._block(_MARGIN + _TEXT, top, _PERIOD, 4.6, line.period)
        bottoms.append(self.get_y())
        left = _MARGIN + _TEXT + _PERIOD
        self.set_xy(left, top)
        self._figure(_QUANTITY, line.quantity)
        self._figure(_PRICE, line.unit_price)
        self._figure(_NET, line.net)
        self._style(7.5, _GREY)
        self._block(left + _QUANTITY, top + 4.6, _PRICE, 3.8, line.per, Align.R)
        self.set_xy(_MARGIN, max(*bottoms, self.get_y()) + 1)
        self._rule()

    def _height(self, width: float, height: float, text: str) -> float:
        """What `text` would take, in rows of `height`."""
        found = self.multi_cell(width, height, text, dry_run=True, output="HEIGHT")
        return cast(float, found)

    def _block(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        text: str,
        align: Align = Align.L,
    ) -> None:
        """Text in rows of `height` from a corner on; a word that is wider than it may be is broken. Ends below it."""
        self.set_xy(left, top)
        self.multi_cell(width, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _figure(self, width: float, text: str) -> None:
        """A number in its column: smaller where it would not fit, never broken."""
        self._style(9, _INK)
        taken = self.get_string_width(text)
        if taken > width - 2 * self.c_margin:
            self._style(9 * (width - 2 * self.c_margin) / taken, _INK)
        self.cell(width, 4.6, text, align=Align.R)

    def _row(self, text: str, height: float) -> None:
        self.multi_cell(_WIDTH, height, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _room(self, height: float) -> None:
        if self.get_y() + height > _BOTTOM:
            self.add_page()

    def _rule(self) -> None:
        self.set_draw_color(*_RULE)
        self.set_line_width(0.2)
        self.line(_MARGIN, self.get_y(), _MARGIN + _WIDTH, self.get_y())

    def _style(self, size: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        # Twice: after words in a further font fpdf2 takes this one for chosen although the page has the other.
        self.set_font("text", "", size + 1)
        self.set_font("text", "", size)
        self.set_text_color(*colour)
        self.text_mode = TextMode.FILL_STROKE if bold else TextMode.FILL
        if bold:
            self.set_draw_color(*colour)
            self.set_line_width(size * 0.02)
