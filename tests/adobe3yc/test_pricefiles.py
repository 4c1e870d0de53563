"""Price files: whoever wrote them and however, they become rows; what is wrong is named with its cell."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adobe3yc.pricefiles.contracts import (
    DateOrder,
    Fault,
    FaultCode,
    FileKind,
    PriceRow,
    Unreadable,
)
from adobe3yc.pricefiles.reading import MOST_FAULTS, Expected, read_rows
from adobe3yc.pricefiles.sheets import column_name, lines_of
from adobe3yc.pricefiles.windows import Windows
from tests.adobe3yc.workbooks import Serial, workbook

HEADER = [
    "Product Family",
    "Part Number",
    "First Order Date",
    "Last Order Date",
    "Partner Price",
    "Points",
]
ROW = ["All Apps", "65304479CA12A12", date(2026, 1, 1), date(2026, 6, 30), Decimal("200.5"), None]
EUROS = frozenset({"EUR"})
COMMITTED = Expected(FileKind.COMMITTED, "EUR", EUROS)
COM = Expected(FileKind.COM, "EUR", EUROS)


def read(data, expected=COMMITTED, name="prices.xlsx"):
    return list(read_rows(name, io.BytesIO(data), expected))


def read_csv(text, expected=COMMITTED, encoding="utf-8"):
    return read(text.encode(encoding), expected, "prices.csv")


def as_csv(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def changed(field, value):
    row = list(ROW)
    row[HEADER.index(field)] = value
    return row


EXPECTED = PriceRow(
    2, "65304479CA12A12", "All Apps", "COM", "EUR", Decimal("200.5"),
    first=date(2026, 1, 1), last=date(2026, 6, 30),
)  # fmt: skip


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"shared": False},
        {"prefix": "x"},
        {"is_1904": True},
        {"places": False},
    ],
)
def test_a_workbook_is_read_however_it_was_written(how):
    assert read(workbook([HEADER, ROW], **how)) == [EXPECTED]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_however_it_was_saved(encoding, delimiter):
    family = changed("Product Family", "Création")
    [row] = read_csv(as_csv([HEADER, family], delimiter), encoding=encoding)

    assert (row.family, row.price, row.first) == ("Création", Decimal("200.5"), date(2026, 1, 1))


def test_titles_are_found_wherever_they_stand():
    lines = [
        ["Adobe price list"],
        [],
        ["  part   NUMBER ", "PARTNER PRICE"],
        ["65304479CA01A12", 9],
    ]
    [row] = read(workbook(lines), COM)

    assert (row.number, row.offer_id, row.price, row.first) == (4, "65304479CA01A12", 9, None)


def test_empty_lines_are_passed_over_and_numbers_stay_those_of_the_file():
    assert [r.number for r in read(workbook([HEADER, ROW, [], ROW]))] == [2, 4]


def test_a_row_that_takes_an_offer_off_the_list_says_so():
    rows = [[*HEADER, "ACD Indicator"], [*ROW, "Delete"], [*ROW, "Add"]]

    assert [r.is_removed for r in read(workbook(rows))] == [True, False]


# What is wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "code", "cell"),
    [
        ("Part Number", None, FaultCode.EMPTY, "B2"),
        ("Part Number", "65304479", FaultCode.NOT_AN_OFFER, "B2"),
        ("First Order Date", None, FaultCode.EMPTY, "C2"),
        ("Last Order Date", None, FaultCode.EMPTY, "D2"),
        ("First Order Date", "soon", FaultCode.NOT_A_DATE, "C2"),
        ("First Order Date", "31/02/2026", FaultCode.NOT_A_DATE, "C2"),
        ("First Order Date", "03/04/2026", FaultCode.DATE_UNCLEAR, "C2"),
        ("First Order Date", Decimal(46023), FaultCode.NOT_A_DATE, "C2"),
        ("Last Order Date", date(2025, 12, 31), FaultCode.ENDS_BEFORE_IT_BEGINS, "D2"),
        ("Partner Price", None, FaultCode.EMPTY, "E2"),
        ("Partner Price", "dear", FaultCode.NOT_A_PRICE, "E2"),
        ("Partner Price", "1.234,50", FaultCode.NOT_A_PRICE, "E2"),
        ("Partner Price", Decimal(-1), FaultCode.NOT_A_PRICE, "E2"),
        ("Partner Price", "NaN", FaultCode.NOT_A_PRICE, "E2"),
    ],
)
def test_what_is_wrong_is_named_with_its_cell(field, value, code, cell):
    good = changed("Product Family", "Good")
    fault, row = read(workbook([HEADER, changed(field, value), good]))

    assert (fault.code, fault.row, fault.column, fault.cell) == (code, 2, field, cell)
    assert fault.value == ("" if value is None else str(value))
    assert row.family == "Good"


@pytest.mark.parametrize(
    ("field", "value", "cell"),
    [
        ("Part Number", "65304479CA12A12\0", "B2"),
        ("Product Family", "All\0Apps", "A2"),
        ("Last Order Date", "\0", "D2"),
        ("Partner Price", "20\x000", "E2"),
        ("Points", "\0A", "F2"),
    ],
)
def test_a_character_that_no_database_keeps_is_named_with_its_cell(field, value, cell):
    rows = [HEADER, changed(field, value), ROW]
    fault, row = read_csv(as_csv(rows))

    assert (fault.code, fault.row, fault.column, fault.cell) == (FaultCode.NO_TEXT, 2, field, cell)
    assert fault.value == value.replace("\0", "␀")
    assert row.number == 3


def test_what_stands_in_columns_that_nobody_reads_is_passed_over():
    [row] = read_csv(as_csv([[*HEADER, "Remark\0"], [*ROW, "\0"]]))

    assert row.offer_id == "65304479CA12A12"


@pytest.mark.parametrize("number", ["1048577", "99999999999", "-3", "0", "1" + "0" * 100])
def test_a_row_of_a_number_that_none_has_is_named(number):
    numbers = {1: "1", 2: "7", 3: number}
    found = read_rows(
        "prices.xlsx", io.BytesIO(workbook([HEADER, ROW, ROW], called=numbers.get)), COMMITTED
    )
    with pytest.raises(Unreadable) as refused:
        list(found)

    fault = refused.value.fault
    assert (fault.code, fault.row) == (FaultCode.ROW_OUT_OF_RANGE, 8)
    assert (fault.cell, fault.value) == (f"A{number}"[:20], number[:79])


def test_the_last_row_that_there_can_be_is_read():
    numbers = {1: "1", 2: "1048576"}

    assert [x.number for x in read(workbook([HEADER, ROW], called=numbers.get))] == [1_048_576]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("Partner Price", Decimal("1e-2000000000"), FaultCode.NOT_A_PRICE),
        ("Partner Price", Decimal("0.00000000004"), FaultCode.NOT_A_PRICE),
        ("Partner Price", Decimal("1e2000000000"), FaultCode.NOT_A_PRICE),
        ("First Order Date", Serial("1e2000000000"), FaultCode.NOT_A_DATE),
        ("First Order Date", Serial("-99999999"), FaultCode.NOT_A_DATE),
    ],
)
def test_absurd_numbers_are_faults_and_not_worked_out(field, value, code):
    [fault] = read(workbook([HEADER, changed(field, value)]))

    assert (fault.code, fault.column) == (code, field)


@pytest.mark.parametrize(
    ("value", "price"),
    [
        ("0E+2000000000", "0"),
        ("0.00", "0"),
        ("1." + "0" * 20_000 + "1", "1"),
        ("0.00000000005", "0.0000000001"),
        ("999999999.99999999994", "999999999.9999999999"),
    ],
)
def test_prices_have_ten_decimals_however_many_are_written(value, price):
    [row] = read_csv(as_csv([HEADER, changed("Partner Price", value)]))

    assert (row.price, row.price.as_tuple().exponent) == (Decimal(price), -10)


def test_a_file_of_one_segment_holds_no_other():
    [fault] = read(workbook([HEADER, changed("Part Number", "65304479CB12A12")]), COM)

    assert (fault.code, fault.value) == (FaultCode.OTHER_SEGMENT, "65304479CB12A12")


@pytest.mark.parametrize(
    ("currency", "code"),
    [("USD", FaultCode.OTHER_CURRENCY), ("euro", FaultCode.NOT_A_CURRENCY), ("EUR", None)],
)
def test_currencies_are_those_that_are_sold_in(currency, code):
    [found] = read(workbook([[*HEADER, "Currency"], [*ROW, currency]]))

    assert (found.code if isinstance(found, Fault) else None) == code


@pytest.mark.parametrize("title", ["First Order Date", "Last Order Date", "Partner Price"])
def test_a_column_that_is_needed_is_missing(title):
    with pytest.raises(Unreadable) as raised:
        read(workbook([[t if t != title else "Other" for t in HEADER], ROW]))

    assert (raised.value.fault.code, raised.value.fault.column) == (
        FaultCode.COLUMN_MISSING,
        title,
    )


def test_order_dates_are_needed_in_the_committed_file_alone():
    rows = [["Part Number", "Partner Price"], ["65304479CA01A12", 1]]

    assert len(read(workbook(rows), COM)) == 1
    with pytest.raises(Unreadable):
        read(workbook(rows))


def test_a_column_that_is_there_twice_is_unclear():
    with pytest.raises(Unreadable) as raised:
        read(workbook([[*HEADER, "SKU"], [*ROW, "x"]]))

    assert (raised.value.fault.code, raised.value.fault.cell) == (FaultCode.COLUMN_TWICE, "G1")


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "prices.xlsx", FaultCode.NOT_A_FILE),
        (b"PK\x03\x04 cut short", "prices.xlsx", FaultCode.NOT_A_FILE),
        (b"%PDF", "prices.pdf", FaultCode.NOT_A_FILE),
        (b"", "prices.csv", FaultCode.NO_HEADER),
        (b"a,b\n1,2\n", "prices.csv", FaultCode.NO_HEADER),
        (b"Part Number,Partner Price\n", "prices.csv", FaultCode.NO_ROWS),
    ],
)
def test_what_is_no_price_file_is_refused_whole(data, name, code):
    with pytest.raises(Unreadable) as raised:
        read(data, COM, name)

    assert raised.value.fault.code == code


def test_xml_that_declares_entities_is_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with pytest.raises(Unreadable) as raised:
        read(workbook([HEADER, ROW], head=bomb))

    assert raised.value.fault.code == FaultCode.NOT_A_FILE


def test_what_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr("adobe3yc.pricefiles.sheets.MAX_UNPACKED", 2_000)
    with pytest.raises(Unreadable) as raised:
        read(workbook([HEADER, *[ROW] * 50]))

    assert raised.value.fault.code == FaultCode.TOO_LARGE


def test_a_file_of_nothing_but_faults_is_given_up_early():
    faults = read(workbook([HEADER, *[changed("Partner Price", "dear")] * (MOST_FAULTS + 50)]))

    assert len(faults) == MOST_FAULTS


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2026-04-03", None, date(2026, 4, 3)),
        ("2026-04-03T00:00:00.000+00:00", None, date(2026, 4, 3)),
        ("03/04/2026", DateOrder.DAY_FIRST, date(2026, 4, 3)),
        ("03/04/2026", DateOrder.MONTH_FIRST, date(2026, 3, 4)),
        ("13.4.2026", None, date(2026, 4, 13)),
        ("4-13-2026", None, date(2026, 4, 13)),
        ("4/4/2026", None, date(2026, 4, 4)),
    ],
)
def test_dates_written_as_text(text, order, day):
    expected = Expected(FileKind.COMMITTED, "EUR", EUROS, order)
    row = changed("First Order Date", text)
    [found] = read_csv(as_csv([HEADER, row]), expected)

    assert found.first == day


# Between rows --------------------------------------------------------------------------------------------


def between(*windows):
    known = Windows()
    for number, (first, last) in enumerate(windows, start=2):
        known.add(
            PriceRow(
                number, "65304479CA12A12", "", "COM", "EUR", Decimal(1), first=first, last=last
            )
        )
    return [(fault.code, fault.row, fault.other_row) for fault in known.faults()]


JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def test_windows_that_adjoin_are_well():
    assert between(FEBRUARY, JANUARY, MARCH) == []


def test_the_same_window_twice_an_overlap_and_a_gap_are_told():
    assert between(JANUARY, JANUARY) == [(FaultCode.TWICE, 3, 2)]
    assert between(JANUARY, (date(2026, 1, 31), None)) == [(FaultCode.OVERLAPS, 3, 2)]
    assert between(JANUARY, MARCH) == [(FaultCode.GAP, 3, 2)]
    assert between((date(2026, 1, 1), date(2026, 3, 31)), FEBRUARY, MARCH) == [
        (FaultCode.OVERLAPS, 3, 2),
        (FaultCode.OVERLAPS, 4, 2),
    ]
    assert [f.is_warning for f in (Fault(FaultCode.GAP), Fault(FaultCode.TWICE))] == [True, False]


@given(
    starts=st.lists(st.integers(0, 300), min_size=1, max_size=8),
    lengths=st.lists(st.integers(0, 60), min_size=8, max_size=8),
)
def test_windows_are_faultless_exactly_when_no_day_lies_in_two(starts, lengths):
    base = date(2026, 1, 1).toordinal()
    spans = [(base + s, base + s + n) for s, n in zip(starts, lengths, strict=False)]
    found = between(*[(date.fromordinal(a), date.fromordinal(b)) for a, b in spans])
    clashes = [code for code, _, _ in found if code != FaultCode.GAP]
    days = [day for a, b in spans for day in range(a, b + 1)]

    assert bool(clashes) == (len(days) != len(set(days)))


# Any file ------------------------------------------------------------------------------------------------


def _printable(cell):
    """A cell without what XML cannot hold."""
    return "".join(filter(str.isprintable, cell)) if isinstance(cell, str) else cell


CELLS = st.none() | st.text(max_size=8) | st.integers(-(10**6), 10**6) | st.dates()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["65304479CA01A12", "65300041CAT1A12"]),
            st.decimals(0, 10**6, places=2, allow_nan=False),
            st.dates(date(2020, 1, 1), date(2040, 1, 1)),
        ),
        min_size=1,
        max_size=6,
    ),
    shared=st.booleans(),
)
def test_prices_and_dates_survive_a_workbook_and_a_csv(rows, shared):
    table = [["Part Number", "Partner Price", "First Order Date"], *map(list, rows)]
    expected = [(offer, price, first) for offer, price, first in rows]
    for found in (read(workbook(table, shared=shared), COM), read_csv(as_csv(table), COM)):
        assert [(r.offer_id, r.price, r.first) for r in found] == expected


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELLS, max_size=7), max_size=6))
def test_whatever_stands_in_the_cells_each_row_is_a_row_or_a_fault(rows):
    found = read(workbook([HEADER, *([_printable(cell) for cell in row] for row in rows), ROW]))
    assert all(isinstance(one, PriceRow | Fault) for one in found)
    assert [getattr(one, "number", None) or one.row for one in found] == sorted(
        getattr(one, "number", None) or one.row for one in found
    )


@settings(max_examples=80, deadline=None)
@given(data=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.xlsx"]))
def test_any_bytes_are_lines_or_refused(data, name):
    with suppress(Unreadable):
        list(lines_of(name, io.BytesIO(data)))


@given(index=st.integers(1, 16_384))
def test_columns_are_named_as_spreadsheets_name_them(index):
    name = column_name(index)
    assert name.isalpha()
    assert (column_name(1), column_name(26), column_name(27), column_name(703)) == (
        "A", "Z", "AA", "AAA",
    )  # fmt: skip
