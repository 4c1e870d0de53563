"""What pricing shows on the catalogue's records."""

from __future__ import annotations


def register() -> None:
    """Put this app's items into their slots."""
