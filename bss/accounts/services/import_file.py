"""An uploaded CSV file, of accounts or of another layout: from bytes to rows, whatever program wrote it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from bss.core.errors import Invalid

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
# What spreadsheets of a language write when they do not write Unicode.
_LEGACY_ENCODINGS = {"el": "cp1253"}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

# Column to the names under which it is understood; spaces, hyphens, underscores and case do not matter.
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("number", "account number", "accountno"),
    "kind": ("kind", "type", "account type"),
    "name": ("name", "company", "company name", "account name"),
    "parent": ("parent", "reseller", "parent account", "parent number"),
    "corporate_email": ("corporate email", "company email", "email", "e-mail"),
    "phone": ("phone", "telephone", "company phone"),
    "website": ("website", "web", "url"),
    "language": ("language",),
    "address_1": ("address 1", "address", "street", "address line 1"),
    "address_2": ("address 2", "address line 2"),
    "city": ("city", "town"),
    "postcode": ("postcode", "postal code", "zip", "zip code"),
    "region": ("region", "state", "state or region", "province"),
    "country": ("country", "country code"),
    "tax_country": ("tax country",),
    "vat_id": ("vat id", "vat", "vat number", "tax id"),
    "taxable": ("taxable", "is taxable"),
    "currency": ("currency",),
    "ordering_enabled": ("ordering enabled", "enable ordering", "may order"),
    "reselling_enabled": ("reselling enabled", "enable reselling", "may resell"),
    "credit_limit": ("credit limit",),
    "payment_method": ("payment method",),
    "billing_day": ("billing day",),
    "separate_invoices": ("separate invoices", "one invoice per end customer"),
    "contact_first_name": ("contact first name", "first name"),
    "contact_last_name": ("contact last name", "last name"),
    "contact_email": ("contact email", "contact e-mail"),
}
REQUIRED = ("name", "country")
# What people call each column. In English a header may say so too.
LABELS: dict[str, Any] = {
    "number": _("Account number"),
    "kind": _("Account type"),
    "name": _("Company name"),
    "parent": _("Reseller"),
    "corporate_email": _("Corporate e-mail"),
    "phone": _("Phone"),
    "website": _("Website"),
    "language": _("Language"),
    "address_1": _("Address"),
    "address_2": _("Address line 2"),
    "city": _("City"),
    "postcode": _("Postcode"),
    "region": _("State or region"),
    "country": _("Country"),
    "tax_country": _("Tax country"),
    "vat_id": _("VAT id"),
    "taxable": _("Taxable"),
    "currency": _("Currency"),
    "ordering_enabled": _("May order"),
    "reselling_enabled": _("May resell"),
    "credit_limit": _("Credit limit"),
    "payment_method": _("Payment method"),
    "billing_day": _("Billing day"),
    "separate_invoices": _("One invoice per end customer"),
    "contact_first_name": _("Contact first name"),
    "contact_last_name": _("Contact last name"),
    "contact_email": _("Contact e-mail"),
}
_YES_OR_NO = _("Yes or no.")
# What may stand in a column, where its name does not say it.
NOTES: dict[str, Any] = {
    "number": _("Your own number. Left empty, the next one is given."),
    "kind": _(
        "Direct customer, Reseller or End customer. Left empty, it is an end customer where a reseller is named,"
        " else a direct customer."
    ),
    "parent": _("The account number or company name of an end customer's reseller."),
    "language": _("Its code, such as en or de. Left empty, that of the reseller, or yours."),
    "country": _("Its two-letter code, such as GR."),
    "tax_country": _("Its two-letter code. Left empty, the country."),
    "taxable": _YES_OR_NO,
    "currency": _(
        "Its three-letter code, such as EUR. Left empty, that of the reseller, or yours."
    ),
    "ordering_enabled": _YES_OR_NO,
    "reselling_enabled": _("Yes or no; only a reseller can resell."),
    "credit_limit": _("An amount such as 5000.00, or unlimited. Left empty, nothing may be owed."),
    "payment_method": _("As it is called under Payment methods."),
    "billing_day": _("The day of the month, 1 to 28."),
    "separate_invoices": _YES_OR_NO,
    "contact_last_name": _("Needed where any other column of the contact is filled."),
    "contact_email": _("Needed where any other column of the contact is filled."),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file holds: each column with the names under which it is understood, and those it must have."""

    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]

    def names(self, column: str) -> list[str]:
        """What a header may call a column, each name once: case, spaces and hyphens do not tell two apart."""
        found = {_plain(name): name for name in reversed((column, *self.columns[column]))}
        return list(found.values())[::-1]

    def column_of(self, name: str) -> str:
        """The column a header's name stands for; "" for none."""
        plain = _plain(name)
        return next(
            (
                column
                for column, aliases in self.columns.items()
                if any(_plain(alias) == plain for alias in (column, *aliases))
            ),
            "",
        )


ACCOUNTS = Layout(COLUMNS, REQUIRED)


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A decoded file: its text, and how it was read."""

    text: str
    encoding: str
    delimiter: str
    rows: int


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One row: its line in the file (the header is 1) and its non-empty cells by column."""

    number: int
    cells: Mapping[str, str]


def import_file_read(raw: bytes, *, language: str = "en", layout: Layout = ACCOUNTS) -> ImportFile:
    """Decode and look through an upload. `language` decides the legacy encoding where the file is no Unicode.

    Raises Invalid on the field file: empty, too large, no header, columns missing or twice.
    """
    if len(raw) > MAX_BYTES:
        raise _refused(_("The file is larger than 5 MB. Split it."), "FILE_TOO_LARGE")
    text, encoding = _decoded(raw, language)
    header_line = text.split("\n", 1)[0]
    if not header_line.strip():
        raise _refused(_("The file is empty, or its first line is."), "FILE_EMPTY")
    delimiter = max(",;\t|", key=header_line.count)
    header = _header(text, delimiter)
    _header_checked(header, layout)
    try:
        count = sum(1 for _line in lines(text, delimiter, layout))
    except csv.Error as error:
        raise _refused(_("The file cannot be read as CSV."), "FILE_NOT_CSV") from error
    if not count:
        raise _refused(_("There is no row below the header."), "FILE_EMPTY")
    if count > MAX_ROWS:
        raise _refused(_("The file has more than 20,000 rows. Split it."), "FILE_TOO_LONG")
    return ImportFile(text, encoding, delimiter, count)


def lines(text: str, delimiter: str, layout: Layout = ACCOUNTS) -> Iterator[ImportLine]:
    """The rows with something in them. A cell of a column nobody knows is left out."""
    reader = _reader(text, delimiter)
    header = [layout.column_of(name) for name in next(reader)]
    for row in reader:
        cells = {
            column: cell.strip()[:MAX_CELL]
            for column, cell in zip(header, row, strict=False)
            if column and cell.strip()
        }
        if cells:
            yield ImportLine(reader.line_num, cells)


def unknown_columns(text: str, delimiter: str) -> list[str]:
    """The header's names that mean nothing here."""
    return [
        name for name in _header(text, delimiter) if name.strip() and not ACCOUNTS.column_of(name)
    ]


def _plain(name: str) -> str:
    return re.sub(r"[\s_*-]+", "", name).lower()


def _decoded(raw: bytes, language: str) -> tuple[str, str]:
    marked = next((e for mark, e in _BYTE_ORDER_MARKS.items() if raw.startswith(mark)), "")
    for encoding in filter(None, (marked, "utf-8", _LEGACY_ENCODINGS.get(language, "cp1252"))):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), encoding
    raise _refused(
        _("This is no text file. Save it as CSV, with the encoding UTF-8."), "FILE_NOT_TEXT"
    )


def _header(text: str, delimiter: str) -> list[str]:
    try:
        return next(_reader(text, delimiter), [])
    except csv.Error as error:
        raise _refused(_("The first line cannot be read as CSV."), "FILE_NOT_CSV") from error


def _header_checked(header: list[str], layout: Layout) -> None:
    if len(header) > MAX_COLUMNS:
        raise _refused(_("The file has more than 60 columns."), "TOO_MANY_COLUMNS")
    found = [column for name in header if (column := layout.column_of(name))]
    missing = [name for name in layout.required if name not in found]
    if missing:
        text = _("The header lacks: %(names)s. Found: %(found)s.")
        raise _refused(
            text % {"names": ", ".join(missing), "found": ", ".join(filter(None, header))},
            "COLUMNS_MISSING",
        )
    twice = sorted({column for column in found if found.count(column) > 1})
    if twice:
        raise _refused(
            _("The header names these twice: %(names)s.") % {"names": ", ".join(twice)},
            "COLUMNS_TWICE",
        )


def _reader(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _refused(text: object, code: str) -> Invalid:
    return Invalid(text, field="file", code=code)
