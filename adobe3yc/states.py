"""The life of a price file."""

from __future__ import annotations

from adobe3yc.choices import PriceFileState as S
from adobe3yc.models import PriceFile
from bss.core.machine import Machine, move

PRICE_FILE = Machine(
    PriceFile,
    S,
    [
        # A replaced file may be taken back into force: a wrong one was uploaded after it.
        move("enforce", {S.CHECKED, S.REPLACED}, S.IN_FORCE),
        move("replace", S.IN_FORCE, S.REPLACED),
        move("discard", S.CHECKED, S.DISCARDED),
    ],
    initial=frozenset({S.CHECKED}),
)
