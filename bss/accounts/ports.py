"""What upper apps tell accounts."""

from __future__ import annotations

from typing import Protocol

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
