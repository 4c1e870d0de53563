"""What upper apps tell accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol

from bss.core.ports import Port


class Entitlements(Protocol):
    """Which capabilities an account's plan grants."""

    def capabilities(self, account_id: int) -> frozenset[str]:
        """Capability codes such as "own_storefront"; an empty set when it has none."""
        ...


class _NothingGranted:
    def capabilities(self, account_id: int) -> frozenset[str]:
        return frozenset()


ENTITLEMENTS: Port[Entitlements] = Port("entitlements", _NothingGranted())


SignInChange = Literal[
    "password_changed", "second_factor_added", "second_factor_removed", "recovery_codes_generated"
]


class Mail(Protocol):
    """Tells people by e-mail what happened to their sign-in."""

    def security_notice(self, *, membership_id: int, change: SignInChange, notice: str) -> None:
        """Write the e-mail in the caller's transaction; `notice` is unique per change."""
        ...


class _NobodyMails:
    def security_notice(self, *, membership_id: int, change: SignInChange, notice: str) -> None:
        return None


MAIL: Port[Mail] = Port("mail", _NobodyMails())


class Cards(Protocol):
    """Whether anybody can pay by card here. Filled by billing."""

    @property
    def is_configured(self) -> bool: ...


class _NoCards:
    is_configured = False


CARDS: Port[Cards] = Port("cards", _NoCards())


class Dealings(Protocol):
    """What a payer has that is in its currency. Filled by billing."""

    def under_way(self, account_id: int) -> Sequence[str]:
        """What of it is live or open, each in a word or two for people; empty where everything ended and is settled."""
        ...


class _NoDealings:
    def under_way(self, account_id: int) -> Sequence[str]:
        return ()


DEALINGS: Port[Dealings] = Port("dealings", _NoDealings())


# What was asked already by a request that changes nothing, by account id.
_asked: ContextVar[dict[int, frozenset[str]] | None] = ContextVar("entitlements", default=None)


@contextmanager
def entitlements_asked_once() -> Iterator[None]:
    """Within this block each account's capabilities are asked once: for what only reads, since a plan may change."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def capabilities_of(account_id: int) -> frozenset[str]:
    """What an account's plan grants, as ENTITLEMENTS says it."""
    asked = _asked.get()
    if asked is None:
        return ENTITLEMENTS.get().capabilities(account_id)
    if account_id not in asked:
        asked[account_id] = ENTITLEMENTS.get().capabilities(account_id)
    return asked[account_id]
