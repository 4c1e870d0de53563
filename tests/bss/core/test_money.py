"""Money is exact, knows its currency, and is rounded once, half up, to that currency's minor unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bss.core.errors import Invalid
from bss.core.money import Money, known_currencies, minor_unit, round_down, round_half_up

currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "HUF", "CLF"])
amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=10, allow_nan=False)


@pytest.mark.parametrize(
    ("currency", "unit"),
    [("EUR", "0.01"), ("USD", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("CLF", "0.0001")],
)
def test_the_smallest_amount_of_a_currency(currency, unit):
    assert minor_unit(currency) == Decimal(unit)


@pytest.mark.parametrize(
    ("amount", "currency", "half_up", "down"),
    [
        ("1.005", "EUR", "1.01", "1.00"),
        ("1.004999", "EUR", "1.00", "1.00"),
        ("2.675", "USD", "2.68", "2.67"),
        ("0.5", "JPY", "1", "0"),
        ("1.5", "JPY", "2", "1"),
        ("2.5", "JPY", "3", "2"),
        ("0.0005", "KWD", "0.001", "0.000"),
        ("-1.005", "EUR", "-1.01", "-1.00"),
        ("-0.5", "JPY", "-1", "0"),
    ],
)
def test_rounding(amount, currency, half_up, down):
    assert round_half_up(Decimal(amount), currency) == Decimal(half_up)
    assert round_down(Decimal(amount), currency) == Decimal(down)


@given(amounts, currencies)
def test_rounding_moves_by_at_most_half_a_unit_and_only_once(amount, currency):
    rounded = round_half_up(amount, currency)

    assert abs(rounded - amount) <= minor_unit(currency) / 2
    assert round_half_up(rounded, currency) == rounded
    assert rounded % minor_unit(currency) == 0


@given(amounts, currencies)
def test_rounding_down_never_grows(amount, currency):
    rounded = round_down(amount, currency)

    assert abs(rounded) <= abs(amount)
    assert abs(amount - rounded) < minor_unit(currency)


@given(st.lists(amounts, max_size=20), currencies)
def test_a_total_is_its_parts_in_any_order(parts, currency):
    money = [Money(part, currency) for part in parts]

    assert Money.total(money, currency) == Money.total(reversed(money), currency)
    assert Money.total(money, currency).amount == sum(parts, Decimal(0))


@given(amounts, amounts, currencies)
def test_subtracting_undoes_adding(one, other, currency):
    a, b = Money(one, currency), Money(other, currency)

    assert a + b - b == a
    assert a - b == -(b - a)
    assert (a < b) == (one < other)
    assert (a <= b) == (one <= other)


@given(amounts, st.integers(min_value=-1000, max_value=1000), currencies)
def test_a_multiple_is_repeated_addition(amount, times, currency):
    assert (Money(amount, currency) * times).amount == amount * times


def test_currencies_are_never_mixed():
    euro, yen = Money(Decimal(1), "EUR"), Money(Decimal(1), "JPY")

    for mix in (
        lambda: euro + yen,
        lambda: euro - yen,
        lambda: euro < yen,
        lambda: euro <= yen,
        lambda: Money.total([euro, yen], "EUR"),
    ):
        with pytest.raises(Invalid) as refusal:
            mix()
        assert refusal.value.code == "CURRENCY_MISMATCH"
    assert euro != yen


def test_money_is_never_a_float():
    with pytest.raises(TypeError):
        Money(0.1, "EUR")
    with pytest.raises(TypeError):
        Money(Decimal(1), "EUR") * 0.1


def test_nothing_is_false_and_something_is_true():
    assert not Money.zero("EUR")
    assert Money(Decimal("0.01"), "EUR")
    assert Money(Decimal("-0.01"), "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        ("1234.5", "EUR", "en", "€1,234.50"),
        ("1234.5", "EUR", "de", "1.234,50\xa0€"),
        ("1234.5", "EUR", "fr", "1\u202f234,50\xa0€"),
        ("1234567.5", "INR", "hi", "₹12,34,567.50"),
        ("1234.5", "JPY", "en", "¥1,234.5"),
        ("1234", "JPY", "en", "¥1,234"),
        ("1.2345", "KWD", "en", "KWD1.2345"),
        ("0.0123", "EUR", "en", "€0.0123"),
        ("-3", "EUR", "en", "-€3.00"),
    ],
)
def test_amounts_are_written_as_people_do_and_never_shortened(amount, currency, locale, text):
    assert Money(Decimal(amount), currency).format(locale) == text


def test_currencies_are_those_that_exist():
    assert {"EUR", "USD", "JPY", "KWD", "INR"} <= known_currencies()
    assert known_currencies().isdisjoint({"EUX", "XXX", "XTS"})
