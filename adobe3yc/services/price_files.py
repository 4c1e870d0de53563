"""Price files: taken whole or not at all, put into force, discarded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import IO

from django.db import IntegrityError, connection, transaction

from adobe3yc.choices import PriceFileKind
from adobe3yc.errors import PriceFileFaulty
from adobe3yc.locks import price_files_in_force
from adobe3yc.models import PriceFile, PriceRow
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


def price_file_take(
    *, instance: Instance, name: str, file: IO[bytes], expected: Expected, actor: Actor
) -> PriceFile:
    """Read a file into a PriceFile that is checked and not in force yet; all of it, or nothing.

    Raises PriceFileFaulty with each fault, MOST_FAULTS of them at most.
    """
    faults: list[Fault] = []
    windows = Windows()
    with transaction.atomic():
        made = PriceFile(
            organization_id=instance.organization_id,
            instance=instance,
            kind=PriceFileKind(expected.kind.value),
            name=name[:200],
        )
        made.save(force_insert=True)
        made.row_count = _copy(made, _good(read_rows(name, file, expected), windows, faults))
        between = list(islice(windows.faults(), MOST_FAULTS))
        faults += [fault for fault in between if not fault.is_warning]
        if faults:
            raise PriceFileFaulty(faults)
        made.warnings = [asdict(fault) for fault in between]
        made.save(update_fields=["row_count", "warnings"])
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


def _good(found: Iterable[Read | Fault], windows: Windows, faults: list[Fault]) -> Iterator[Read]:
    """The rows to keep; their windows, and the faults of the others or of the whole, are noted on the way.

    Nothing is raised here: the driver that reads this would raise something of its own instead.
    """
    try:
        for one in found:
            if isinstance(one, Fault):
                faults.append(one)
            elif not one.is_removed:
                windows.add(one)
                yield one
    except Unreadable as error:
        faults.append(error.fault)


def _copy(made: PriceFile, rows: Iterator[Read]) -> int:
    """Write rows by COPY as they are read, so that neither side holds the file. Returns how many there were."""
    source = _CopyText(made.pk, rows)
    table, columns = PriceRow._meta.db_table, ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', source)
    return source.count


class _CopyText:
    """Rows as COPY reads them: a file that is written while it is read."""

    def __init__(self, file_id: int, rows: Iterator[Read]) -> None:
        self._file_id = file_id
        self._rows = rows
        self.count = 0

    def read(self, size: int = 8192) -> str:
        lines = [self._line(row) for row in islice(self._rows, max(1, size // 128))]
        self.count += len(lines)
        return "".join(lines)

    def _line(self, row: Read) -> str:
        values = (
            self._file_id, row.number, row.offer_id, row.family, row.currency, row.price, row.street_price,
            row.first, row.last, row.code,
        )  # fmt: skip
        return "\t".join(map(_copied, values)) + "\n"


ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


def _copied(value: object) -> str:
    return r"\N" if value is None else str(value).translate(ESCAPES)
