"""Providers for ports, for the length of a block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bss.accounts.models import Account
from bss.accounts.ports import ENTITLEMENTS
from bss.core.ports import Port
from bss.pricing.contracts import PriceRequest, QuotedPrice
from bss.pricing.ports import PRICE_SOURCE


@dataclass
class _Granted:
    account_id: int
    codes: frozenset[str]

    def capabilities(self, account_id: int) -> frozenset[str]:
        return self.codes if account_id == self.account_id else frozenset()


@dataclass
class _Quoted:
    quoted: dict[tuple[int, str], tuple[Decimal, str]] = field(default_factory=dict)

    def quotes(self, requests: Sequence[PriceRequest], currency: str) -> Mapping[int, QuotedPrice]:
        found = {}
        for index, request in enumerate(requests):
            answer = self.quoted.get((request.product_id, request.unit))
            if answer is not None:
                amount, mark = answer
                found[index] = QuotedPrice(request.product_id, request.unit, currency, amount, mark)  # type: ignore[arg-type]
        return found


@contextmanager
def filled(port: Port[Any], provider: Any) -> Iterator[None]:
    """`provider` answers at `port`."""
    before = port._provider
    port._provider = provider
    try:
        yield
    finally:
        port._provider = before


def granted(account: Account, *capabilities: str) -> Any:
    """The account's plan includes these capabilities, and nobody else's includes any."""
    return filled(ENTITLEMENTS, _Granted(account.pk, frozenset(capabilities)))


def quoted(quotes: dict[tuple[int, str], tuple[str, str]]) -> Any:
    """(product id, unit) to (amount, mark) as a service manager quotes them, in the currency that is asked for."""
    values = {key: (Decimal(amount), mark) for key, (amount, mark) in quotes.items()}
    return filled(PRICE_SOURCE, _Quoted(values))
