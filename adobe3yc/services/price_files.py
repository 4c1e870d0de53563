"""Price files: taken whole or not at all, put into force, discarded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date
from itertools import islice
from typing import IO

from django.db import IntegrityError, connection, transaction

from adobe3yc.choices import PriceFileKind
from adobe3yc.errors import PriceFileFaulty
from adobe3yc.locks import price_files_in_force, price_upload_locked
from adobe3yc.models import PriceFile, PriceRow, PriceUpload
from adobe3yc.pricefiles.contracts import Fault, Unreadable
from adobe3yc.pricefiles.contracts import PriceRow as Read
from adobe3yc.pricefiles.reading import MOST_FAULTS, Expected, read_rows
from adobe3yc.pricefiles.windows import Windows
from adobe3yc.states import PRICE_FILE
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import StaleState
from servicemanager.models import Instance

COLUMNS = (
    "file_id", "number", "offer_id", "family", "currency", "price", "street_price", "first_on", "last_on", "code",
)  # fmt: skip
# How many rows are read between two reports of progress.
REPORT_ROWS = 1000
# Rows wait here until all of them are known to be good: in memory up to this size, then in a temporary file.
SPOOL_BYTES = 8 * 1024 * 1024

Told = Callable[[int], None]


def price_file_take(
    *,
    instance: Instance,
    name: str,
    file: IO[bytes],
    expected: Expected,
    actor: Actor,
    month: date | None = None,
    upload: PriceUpload | None = None,
    told: Told = lambda rows: None,
) -> PriceFile:
    """Read a file into a PriceFile that is checked and not in force yet; all of it, or nothing.

    It is read before the transaction that writes it, so that `told` can report how many rows were read since it last
    did, and whatever that raises stops the reading. `upload` is what the file came in with: it makes one file, whoever
    takes it beside. Raises PriceFileFaulty with each fault, MOST_FAULTS of them at most.
    """
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES, "w+", encoding="utf-8", newline="") as spool:
        count, warnings = _read(read_rows(name, file, expected), spool, told)
        spool.seek(0)
        with transaction.atomic():
            if upload is not None and (earlier := price_upload_locked(upload.pk).file):
                return earlier
            made = PriceFile(
                organization_id=instance.organization_id,
                instance=instance,
                kind=PriceFileKind(expected.kind.value),
                name=name[:200],
                month=month,
                row_count=count,
                warnings=[asdict(fault) for fault in warnings],
            )
            made.save(force_insert=True)
            _copy(made, spool)
            if upload is not None:
                upload.file, upload.content = made, None
                upload.save(update_fields=["file", "content"])
            history.record(made, actor=actor, action="price_file.taken", to_state=made.state)
    return made


def price_file_enforce(*, file: PriceFile, actor: Actor) -> PriceFile:
    """Prices come from this file from now on, and no longer from the one before it.

    Raises IllegalTransition for one that is in force or discarded, StaleState when another came first.
    """
    try:
        with transaction.atomic():
            for before in price_files_in_force(file):
                PRICE_FILE.fire(before, "replace", actor=actor)
            return PRICE_FILE.fire(
                file, "enforce", actor=actor, changes={"in_force_at": clock.now()}
            )
    except IntegrityError as error:
        if "price_file_one_in_force" not in str(error):
            raise
        raise StaleState from error


def price_file_discard(*, file: PriceFile, actor: Actor) -> PriceFile:
    """A checked file is not wanted. Raises IllegalTransition for any other."""
    return PRICE_FILE.fire(file, "discard", actor=actor)


def _read(found: Iterable[Read | Fault], spool: IO[str], told: Told) -> tuple[int, list[Fault]]:
    """Write each good row to `spool` as COPY reads it: how many there are, and what to warn of.

    Raises PriceFileFaulty at the end, so that every fault is named at once.
    """
    faults: list[Fault] = []
    windows = Windows()
    count = unreported = 0
    for row in _good(found, windows, faults):
        spool.write(_line(row))
        count, unreported = count + 1, unreported + 1
        if unreported == REPORT_ROWS:
            told(unreported)
            unreported = 0
    told(unreported)
    between = list(islice(windows.faults(), MOST_FAULTS))
    faults += [fault for fault in between if not fault.is_warning]
    if faults:
        raise PriceFileFaulty(faults)
    return count, between


def _good(found: Iterable[Read | Fault], windows: Windows, faults: list[Fault]) -> Iterator[Read]:
    """The rows to keep; their windows, and the faults of the others or of the whole, are noted on the way."""
    try:
        for one in found:
            if isinstance(one, Fault):
                faults.append(one)
            elif not one.is_removed:
                windows.add(one)
                yield one
    except Unreadable as error:
        faults.append(error.fault)


def _copy(made: PriceFile, spool: IO[str]) -> None:
    """Write the rows by COPY, a piece at a time, so that neither side holds the file."""
    table, columns = PriceRow._meta.db_table, ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', _Numbered(made.pk, spool))


class _Numbered:
    """Lines as COPY reads them, each with the file that it is of."""

    def __init__(self, file_id: int, lines: IO[str]) -> None:
        self._file_id = file_id
        self._lines = lines

    def read(self, size: int = 8192) -> str:
        lines = islice(self._lines, max(1, size // 128))
        return "".join(f"{self._file_id}\t{line}" for line in lines)


def _line(row: Read) -> str:
    values = (
        row.number, row.offer_id, row.family, row.currency, row.price, row.street_price, row.first, row.last,
        row.code,
    )  # fmt: skip
    return "\t".join(map(_copied, values)) + "\n"


ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


def _copied(value: object) -> str:
    return r"\N" if value is None else str(value).translate(ESCAPES)
