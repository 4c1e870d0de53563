"""Tenancy that fails closed.

A scope is a path of ids with a trailing dot: `organization.` or `organization.account.` or
`organization.reseller.customer.`. Whoever acts sees the rows whose path starts with its own. A query on owned rows
without an active scope raises; `everywhere` is the bypass, and an architecture test lists who may use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bss.core.errors import ScopeMissing

# The largest primary key there can be: an account that never exists.
NOBODY = 2**63 - 1
_PATH = re.compile(r"([1-9][0-9]*\.)+")


@dataclass(frozen=True, slots=True)
class Scope:
    """One place in the tree of tenants. Raises ValueError on a malformed path."""

    path: str

    def __post_init__(self) -> None:
        # "1.5" would match the accounts 5 and 50 to 59: the trailing dot is not decoration.
        if not _PATH.fullmatch(self.path):
            raise ValueError(f"malformed scope path {self.path!r}")

    @property
    def organization_id(self) -> int:
        return int(self.path.split(".", 1)[0])

    @property
    def is_organization(self) -> bool:
        return self.path.count(".") == 1

    def contains(self, path: str) -> bool:
        return path.startswith(self.path)

    def child(self, pk: int) -> Scope:
        return Scope(f"{self.path}{pk}.")

    @classmethod
    def of_organization(cls, pk: int) -> Scope:
        return cls(f"{pk}.")

    @classmethod
    def of_nobody(cls, organization_id: int) -> Scope:
        """A visitor of an organization's shop: sees what is shared downward, owns nothing."""
        return cls(f"{organization_id}.{NOBODY}.")


_active: ContextVar[Scope | None] = ContextVar("active_scope", default=None)


def active() -> Scope:
    """The scope of this request or job. Raises ScopeMissing when none is active."""
    scope = _active.get()
    if scope is None:
        raise ScopeMissing("No scope is active: open one with bss.core.scope.activate().")
    return scope


def active_or_none() -> Scope | None:
    return _active.get()


@contextmanager
def activate(scope: Scope | str | None) -> Iterator[None]:
    """Make `scope` (or no scope) the active one for the length of a block."""
    value = Scope(scope) if isinstance(scope, str) else scope
    token = _active.set(value)
    try:
        yield
    finally:
        _active.reset(token)
