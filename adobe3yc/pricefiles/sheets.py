"""From a file to lines of cells, one at a time: csv and xlsx, so that a hundred thousand lines take no memory.

An xlsx is read as ECMA-376 (Office Open XML) says: a zip with XML in it, of which this reads the cells of the first
sheet. It is somebody else's file: its size when unpacked has a limit, and XML that declares entities is refused.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import IO, Any
from xml.parsers import expat

from adobe3yc.pricefiles.contracts import Cell, Fault, FaultCode, Line, Lines, Unreadable

MAX_UNPACKED = 400 * 1024 * 1024
MAX_SHARED = 80 * 1024 * 1024
MAX_COLUMNS = 200
# What ECMA-376 lets a sheet have; a column of more letters is read as none.
MAX_ROWS = 1_048_576
MAX_LETTERS = 4
# More days than dates have, from whichever day they count: a number of a million digits is not worked out.
MAX_DAYS = 10_000_000
CHUNK = 64 * 1024
MAIN = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
# Days are counted from here, or (files of old Macs) from 1904.
EPOCH = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)
DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
NUMBER_DIGITS = 12
DELIMITERS = ",;\t|"

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def lines_of(name: str, file: IO[bytes]) -> Lines:
    """The lines of a file, each with its number from 1. Raises Unreadable, at once or on the way."""
    if name.lower().endswith(".csv"):
        return _csv_lines(file)
    if name.lower().endswith((".xlsx", ".xlsm")):
        return _sheet_lines(file)
    raise Unreadable(Fault(FaultCode.NOT_A_FILE, value=name))


def lines_about(name: str, file: IO[bytes]) -> int:
    """About how many lines a file has, for a progress bar; 0 for a file that cannot be read."""
    if name.lower().endswith(".csv"):
        return _counted(file, b"\n")
    try:
        with zipfile.ZipFile(file) as archive:
            _check_size(archive)
            with archive.open(_first_sheet(archive)[0]) as sheet:
                return _counted(sheet, b"<row")
    except (
        Unreadable,
        zipfile.BadZipFile,
        KeyError,
        zlib.error,
        NotImplementedError,
        RuntimeError,
    ):
        return 0


def _counted(file: IO[bytes], mark: bytes) -> int:
    found = 0
    while piece := file.read(CHUNK):
        found += piece.count(mark)
    return found


# csv -----------------------------------------------------------------------------------------------------


def _csv_lines(file: IO[bytes]) -> Lines:
    start = file.read(CHUNK)
    file.seek(0)
    encoding = _encoding(start)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        reader = csv.reader(text, delimiter=_delimiter(start.decode(encoding, "replace")))
        for values in reader:
            yield reader.line_num, [value.strip() or None for value in values]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(Fault(FaultCode.NOT_A_FILE)) from error
    finally:
        text.detach()


def _encoding(start: bytes) -> str:
    """UTF-16 and UTF-8 by their marks; else UTF-8 when it is, else what Windows writes."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        # A character may be cut at the end of the first piece.
        start[: max(0, len(start) - 4)].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(DELIMITERS, key=head.count)


# xlsx ----------------------------------------------------------------------------------------------------


def _sheet_lines(file: IO[bytes]) -> Lines:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_size(archive)
            yield from _Sheet(archive).lines()
    except (zipfile.BadZipFile, KeyError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise Unreadable(Fault(FaultCode.NOT_A_FILE)) from error


def _check_size(archive: zipfile.ZipFile) -> None:
    """Refuse what would unpack to too much; zipfile itself stops at the sizes that the archive declares."""
    entries = archive.infolist()
    shared = sum(entry.file_size for entry in entries if entry.filename == STRINGS)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED or shared > MAX_SHARED:
        raise Unreadable(Fault(FaultCode.TOO_LARGE))


class _Sheet:
    """The first sheet of a workbook: what its cells refer to is read first, then its lines, one at a time."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._path, self._epoch = _first_sheet(archive)
        self._shared = _shared_strings(archive)
        self._date_styles = _date_styles(archive)
        self._lines: deque[Line] = deque()
        self._row = 0
        self._cells: list[Cell] = []
        self._column = 0
        self._type = ""
        self._style = 0
        self._text: list[str] | None = None

    def lines(self) -> Lines:
        with self._archive.open(self._path) as source:
            for _ in _fed(source, self._start, self._end, self._chars):
                while self._lines:
                    yield self._lines.popleft()
        yield from self._lines

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self._row = self._number_of(attributes.get("r"))
            self._cells = []
            self._column = 0
        elif tag == "c":
            place = attributes.get("r")
            self._column = _column_index(place) if place else self._column + 1
            self._type = attributes.get("t", "n")
            self._style = int(attributes.get("s") or 0)
            self._value = ""
        elif tag in {"v", "t"}:
            self._text = []

    def _number_of(self, text: str | None) -> int:
        """The number that a row has by its own account, or the next one. Raises Unreadable for one that no row has."""
        number = int(text) if text else self._row + 1
        if not 1 <= number <= MAX_ROWS:
            place, told = self._row + 1, f"A{number}"
            raise Unreadable(
                Fault(FaultCode.ROW_OUT_OF_RANGE, place, cell=told[:20], value=told[1:80])
            )
        return number

    def _end(self, tag: str) -> None:
        if tag in {"v", "t"} and self._text is not None:
            self._value += "".join(self._text)
            self._text = None
        elif tag == "c":
            self._put(self._cell(self._value))
        elif tag == "row":
            self._lines.append((self._row, self._cells))

    def _chars(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _put(self, cell: Cell) -> None:
        if cell is None or not 1 <= self._column <= MAX_COLUMNS:
            return
        self._cells.extend([None] * (self._column - len(self._cells)))
        self._cells[self._column - 1] = cell

    def _cell(self, raw: str) -> Cell:
        """What a cell holds, by its type: shared text, text, a date, or a number that its style may call a date."""
        if not raw:
            return None
        if self._type == "s":
            return self._shared[int(raw)] or None
        if self._type != "n":
            return raw.strip() or None
        number = _number(raw)
        if isinstance(number, Decimal) and self._style in self._date_styles:
            return _serial_day(number, self._epoch)
        return number


def _serial_day(number: Decimal, epoch: date) -> Cell:
    if not -MAX_DAYS <= number <= MAX_DAYS:
        return number
    try:
        return epoch + timedelta(days=int(number))
    except OverflowError:
        return number


def _number(raw: str) -> Cell:
    """A number without the noise of binary fractions: 123.45000000000002 is 123.45."""
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite():
        return raw
    return Decimal(f"{number:.{NUMBER_DIGITS}g}")


def _column_index(place: str) -> int:
    """ "C17" is the third column."""
    index = 0
    for character in place[:MAX_LETTERS]:
        if not "A" <= character <= "Z":
            break
        index = index * 26 + ord(character) - 64
    return index


def column_name(index: int) -> str:
    """The third column is "C"."""
    name = ""
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


# What a workbook says about its sheets -------------------------------------------------------------------


def _first_sheet(archive: zipfile.ZipFile) -> tuple[str, date]:
    """The path of the first sheet that is shown, and the day from which its dates count."""
    sheets: list[str] = []
    properties: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr":
            properties.update(attributes)
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.append(next((v for k, v in attributes.items() if k.endswith("id")), ""))

    _parse(archive, MAIN, start)
    targets: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(archive, RELATIONS, relation)
    if not sheets:
        raise Unreadable(Fault(FaultCode.NO_ROWS))
    target = targets[sheets[0]]
    path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    is_1904 = properties.get("date1904") in {"1", "true"}
    return path, EPOCH_1904 if is_1904 else EPOCH


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by number; of formatted ones the parts, without pronunciation."""
    if STRINGS not in archive.namelist():
        return []
    found: list[str] = []
    parts: list[str] = []
    reads, aside = [False], [0]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            parts.clear()
        aside[0] += tag == "rPh"
        reads[0] = tag == "t" and not aside[0]

    def end(tag: str) -> None:
        if tag == "si":
            found.append("".join(parts).strip())
        aside[0] -= tag == "rPh"
        reads[0] = False

    def chars(text: str) -> None:
        if reads[0]:
            parts.append(text)

    _parse(archive, STRINGS, start, end, chars)
    return found


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Numbers of the styles that show a number as a date."""
    if STYLES not in archive.namelist():
        return frozenset()
    own: dict[int, bool] = {}
    formats: list[int] = []
    inside = [False]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            own[int(attributes["numFmtId"])] = _is_date_format(attributes.get("formatCode", ""))
        if tag == "cellXfs":
            inside[0] = True
        if tag == "xf" and inside[0]:
            formats.append(int(attributes.get("numFmtId") or 0))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside[0] = False

    _parse(archive, STYLES, start, end)
    return frozenset(
        index for index, format_ in enumerate(formats) if own.get(format_, format_ in DATE_FORMATS)
    )


def _is_date_format(code: str) -> bool:
    """Whether a number format shows a day or a year: outside quotes and brackets."""
    return bool(re.search(r"[dy]", re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code.lower())))


# XML -----------------------------------------------------------------------------------------------------


def _parse(
    archive: zipfile.ZipFile,
    path: str,
    start: Start,
    end: End | None = None,
    text: Text | None = None,
) -> None:
    with archive.open(path) as source:
        for _ in _fed(source, start, end, text):
            pass


def _fed(source: IO[bytes], start: Start, end: End | None, text: Text | None) -> Iterator[None]:
    """Feed XML to handlers, a piece at a time. Tags come without a prefix, which most writers give them none of: it is
    looked for once, because there are five million tags in a hundred thousand lines.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def root(tag: str, found: dict[str, str]) -> None:
        has_prefix = ":" in tag
        parser.StartElementHandler = _without_prefix(start) if has_prefix else start
        parser.EndElementHandler = _without_prefix(end) if has_prefix and end else end
        parser.StartElementHandler(tag, found)

    parser.StartElementHandler = root
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = _refuse_entities
    try:
        while piece := source.read(CHUNK):
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, IndexError) as error:
        raise Unreadable(Fault(FaultCode.NOT_A_FILE)) from error
    yield


def _without_prefix(handler: Callable[..., None]) -> Callable[..., None]:
    """The handler for tags such as "x:row"."""
    return lambda tag, *rest: handler(tag.rpartition(":")[2], *rest)


def _refuse_entities(*_: Any) -> None:
    raise Unreadable(Fault(FaultCode.NOT_A_FILE))
