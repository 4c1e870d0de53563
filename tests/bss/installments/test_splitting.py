"""The split of a total: whole, never negative, the last one largest, in every currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bss.core.money import minor_unit, round_half_up
from bss.installments.contracts import PlanTerms
from bss.installments.splitting import is_splittable, split
from bss.pricing.contracts import UnitPrice
from bss.pricing.engine import planned

# A busy machine is slow to begin; what is asked is whether the sums are right.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "USD", "CLF"])
UNITS = st.integers(min_value=0, max_value=10**15)
COUNTS = st.integers(min_value=1, max_value=60)


@patient
@given(currency=CURRENCIES, units=UNITS, count=COUNTS)
def test_installments_add_up_to_the_whole_and_the_last_takes_the_rest(currency, units, count):
    total = units * minor_unit(currency)

    found = split(total, count, currency)

    parts = found.amounts
    assert len(parts) == count
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    assert all(part == found.regular for part in parts[:-1])
    assert 0 <= found.last - found.regular < count * minor_unit(currency)
    assert all(part == round_half_up(part, currency) for part in parts)
    assert found.is_even == (units % count == 0)


@patient
@given(currency=CURRENCIES, units=UNITS, count=COUNTS)
def test_none_is_nothing_where_a_plan_may_be_offered(currency, units, count):
    total = units * minor_unit(currency)

    assert is_splittable(total, count, currency) == (split(total, count, currency).regular > 0)


PRICES = st.decimals(min_value=0, max_value=10**6, places=10)
CHARGES = st.decimals(min_value=0, max_value=1000, places=4)


@patient
@given(
    currency=CURRENCIES,
    price=PRICES,
    resale=st.none() | PRICES,
    charge=CHARGES,
    count=st.integers(min_value=2, max_value=60),
    quantity=st.integers(min_value=1, max_value=1_000_000),
)
def test_a_planned_line_splits_each_tracks_rounded_total(
    currency, price, resale, charge, count, quantity
):
    plan = PlanTerms("monthly", count, charge)
    unit_price = UnitPrice(1, "P1Y", currency, price, Decimal(0), price, resale, "", None)

    line = planned(unit_price, plan, quantity)

    by_plan = unit_price.paid_by(plan).line(quantity)
    totals = [by_plan.total] if resale is None else [by_plan.total, by_plan.resale]
    if line is None:
        assert any(total < count * minor_unit(currency) for total in totals)
    else:
        assert [sum(line.price.amounts), sum(line.customer.amounts)] == [totals[0], totals[-1]]
        assert min(*line.price.amounts, *line.customer.amounts) > 0
        assert line.unit_price.line(quantity) == by_plan


@pytest.mark.parametrize(
    ("total", "count", "currency", "regular", "last"),
    [
        ("100.00", 12, "EUR", "8.33", "8.37"),
        ("100", 12, "JPY", "8", "12"),
        ("100.000", 12, "KWD", "8.333", "8.337"),
        ("0.12", 12, "EUR", "0.01", "0.01"),
        ("0.23", 12, "EUR", "0.01", "0.12"),
        ("0", 12, "EUR", "0", "0"),
        ("99.99", 1, "EUR", "99.99", "99.99"),
    ],
)
def test_figures_told_to_people(total, count, currency, regular, last):
    found = split(Decimal(total), count, currency)

    assert (found.regular, found.last) == (Decimal(regular), Decimal(last))


@pytest.mark.parametrize(
    ("total", "count", "currency"),
    [("-1", 2, "EUR"), ("1.005", 2, "EUR"), ("1.5", 2, "JPY"), ("1", 0, "EUR")],
)
def test_what_is_no_total_is_refused(total, count, currency):
    with pytest.raises(ValueError, match="cannot be split"):
        split(Decimal(total), count, currency)
