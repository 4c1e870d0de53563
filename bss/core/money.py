"""Money: an exact Decimal and its currency, rounded half-up to the minor unit once, on the line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from functools import cache, lru_cache

from babel.numbers import format_currency, get_currency_precision, list_currencies

from bss.core.errors import Invalid

UNIT_PRICE_DECIMALS = 10
# Made once: saying how to round with every call costs more than rounding.
_HALF_UP = Context(prec=50, rounding=ROUND_HALF_UP)
_DOWN = Context(prec=50, rounding=ROUND_DOWN)
_UNIT_PRICE = Decimal(1).scaleb(-UNIT_PRICE_DECIMALS)


@cache
def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for EUR, 1 for JPY, 0.001 for KWD (CLDR, through Babel)."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


@cache
def known_currencies() -> frozenset[str]:
    """ISO 4217 codes that CLDR knows, without those for tests and for no currency."""
    return frozenset(list_currencies()) - {"XTS", "XXX"}


def round_half_up(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded half-up to the minor unit of `currency`."""
    return _HALF_UP.quantize(amount, minor_unit(currency))


def round_down(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded towards zero to the minor unit of `currency`."""
    return _DOWN.quantize(amount, minor_unit(currency))


def round_unit_price(amount: Decimal) -> Decimal:
    """`amount` of one unit rounded half-up to ten decimals."""
    return _HALF_UP.quantize(amount, _UNIT_PRICE)


@lru_cache(maxsize=4096)
def _in_words(amount: Decimal, currency: str, locale: str) -> str:
    """An amount for people. Kept: Babel takes a third of a millisecond, and a list shows a hundred, many alike."""
    exact = amount != round_half_up(amount, currency)
    return format_currency(amount, currency, locale=locale, decimal_quantization=not exact)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in one currency. Arithmetic across currencies raises Invalid."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, float):
            raise TypeError("money is never a float")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @classmethod
    def total(cls, parts: Iterable[Money], currency: str) -> Money:
        result = cls.zero(currency)
        for part in parts:
            result = result + part
        return result

    def rounded(self) -> Money:
        return Money(round_half_up(self.amount, self.currency), self.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * factor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def format(self, locale: str = "en") -> str:
        """As people write it in `locale` ("en", "de", "el"...), at least to the minor unit."""
        # Never "-0", which is the same key as 0.
        return _in_words(self.amount or Decimal(0), self.currency, locale.replace("-", "_"))

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise Invalid(
                f"{self.currency} and {other.currency} cannot be added.", code="CURRENCY_MISMATCH"
            )
