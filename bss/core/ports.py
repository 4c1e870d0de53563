"""Ports: a protocol that a lower app declares and an upper app fills at start-up."""

from __future__ import annotations

from typing import Generic, TypeVar

P = TypeVar("P")


class Port(Generic[P]):
    """At most one provider. `get()` answers the provider, or the default the owner chose for "none registered"."""

    def __init__(self, name: str, default: P) -> None:
        self.name = name
        self._default = default
        self._provider: P | None = None

    def register(self, provider: P) -> None:
        if self._provider is not None and type(self._provider) is not type(provider):
            raise ValueError(f"port {self.name} already has a provider")
        self._provider = provider

    def get(self) -> P:
        return self._provider if self._provider is not None else self._default
