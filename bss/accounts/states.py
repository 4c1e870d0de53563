"""The lives of accounts' entities."""

from __future__ import annotations

from bss.accounts.choices import StorefrontState as S
from bss.accounts.events import StorefrontClosed, StorefrontOpened
from bss.accounts.models import Storefront
from bss.core.machine import Machine, move

STOREFRONT = Machine(
    Storefront,
    S,
    [
        move("close", S.OPEN, S.CLOSED, event=StorefrontClosed),
        move("open", S.CLOSED, S.OPEN, event=StorefrontOpened),
    ],
    initial=frozenset({S.OPEN, S.CLOSED}),
)
