"""The pure price: examples from the books, and properties that hold for every price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bss.catalog.choices import PriceRule
from bss.core.money import round_half_up
from bss.pricing import engine
from bss.pricing.contracts import QuotedPrice, Rule, UnitPrice

amounts = st.decimals(min_value=0, max_value=10**9, places=10, allow_nan=False)
percents = st.decimals(min_value=0, max_value=100, places=4, allow_nan=False)
margins = st.decimals(min_value=0, max_value=99, places=4, allow_nan=False)
marks = st.sampled_from(["cost", "sell"])
rules = st.one_of(
    st.just(Rule()),
    st.builds(Rule, st.just(PriceRule.DISCOUNT), percents),
    st.builds(Rule, st.just(PriceRule.MARKUP), percents),
    st.builds(Rule, st.just(PriceRule.MARGIN), margins),
)
ULP = Decimal("0.0000000001")


def quote(amount: str | Decimal, mark: str) -> QuotedPrice:
    return QuotedPrice(1, "P1M", "EUR", Decimal(amount), mark)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "percent", "expected"),
    [
        (PriceRule.LIST, "0", "10"),
        (PriceRule.DISCOUNT, "10", "9"),
        (PriceRule.DISCOUNT, "100", "0"),
        (PriceRule.MARKUP, "10", "5.5"),
        (PriceRule.MARGIN, "50", "10"),
        (PriceRule.MARGIN, "25", "6.6666666667"),
    ],
)
def test_each_rule_makes_its_price_of_a_sell_price_of_10_and_a_cost_of_5(rule, percent, expected):
    made = engine.rule_price(Decimal(10), Decimal(5), Rule(rule, Decimal(percent)))

    assert made == Decimal(expected)


def test_a_margin_of_all_the_price_has_no_price():
    with pytest.raises(ValueError, match="margin"):
        engine.rule_price(Decimal(10), Decimal(5), Rule(PriceRule.MARGIN, Decimal(100)))


def test_a_list_rule_without_a_sell_price_has_no_price():
    assert engine.rule_price(None, Decimal(5), Rule()) is None
    assert engine.rule_price(None, Decimal(5), Rule(PriceRule.DISCOUNT, Decimal(10))) is None


def test_a_quoted_cost_is_sold_at_the_mark_up_of_the_price_list():
    base = engine.base_of(Decimal(12), Decimal(8), quote("9", "cost"))

    made = engine.tracks(base, Rule(PriceRule.MARKUP, Decimal(20)))

    assert (made.cost, made.price, made.list_price, made.resale) == (
        Decimal(9), Decimal("10.8"), Decimal("10.8"), None,
    )  # fmt: skip


@pytest.mark.parametrize("rule", [Rule(), Rule(PriceRule.DISCOUNT, Decimal(10))])
def test_a_quoted_cost_without_a_rule_on_cost_cannot_be_ordered(rule):
    base = engine.base_of(Decimal(12), Decimal(8), quote("9", "cost"))

    assert engine.tracks(base, rule) is None


def test_a_quoted_sell_price_skips_the_price_list_and_keeps_the_known_cost():
    base = engine.base_of(Decimal(12), Decimal(8), quote("15", "sell"))

    made = engine.tracks(base, Rule(PriceRule.DISCOUNT, Decimal(50)))

    assert (made.cost, made.price, made.list_price) == (Decimal(8), Decimal(15), Decimal(15))


def test_a_quoted_sell_price_of_unknown_cost_makes_no_profit():
    made = engine.tracks(engine.base_of(None, None, quote("15", "sell")), Rule())

    assert made.price - made.cost == 0


def test_without_a_list_price_and_without_a_quote_there_is_no_price():
    assert engine.base_of(None, None) is None
    assert engine.base_of(None, Decimal(5)) is None


def test_a_reseller_without_a_rule_resells_at_the_list_price():
    base = engine.base_of(Decimal(12), Decimal(8))

    made = engine.tracks(base, Rule(PriceRule.DISCOUNT, Decimal(25)), resale=engine.LIST)

    assert (made.cost, made.price, made.resale) == (Decimal(8), Decimal(9), Decimal(12))


def test_a_reseller_without_a_rule_resells_a_quoted_cost_at_what_it_pays():
    base = engine.base_of(None, None, quote("10", "cost"))

    made = engine.tracks(base, Rule(PriceRule.MARKUP, Decimal(20)), resale=engine.LIST)

    assert (made.price, made.resale) == (Decimal(12), Decimal(12))


def test_a_resellers_mark_up_builds_on_what_it_pays_and_not_on_the_distributors_cost():
    base = engine.base_of(Decimal(12), Decimal(1))

    made = engine.tracks(
        base,
        Rule(PriceRule.DISCOUNT, Decimal(50)),
        resale=Rule(PriceRule.MARKUP, Decimal(100)),
    )

    assert made.resale == Decimal(12)


def test_a_resellers_rule_also_counts_on_a_quoted_sell_price():
    base = engine.base_of(None, None, quote("15", "sell"))

    made = engine.tracks(base, Rule(), resale=Rule(PriceRule.DISCOUNT, Decimal(10)))

    assert (made.price, made.resale) == (Decimal(15), Decimal("13.5"))


@given(sell=amounts, cost=amounts, rule=rules, resale=st.none() | rules)
def test_every_track_has_ten_decimals_and_is_never_negative(sell, cost, rule, resale):
    made = engine.tracks(engine.base_of(sell, cost), rule, resale)

    for amount in (made.cost, made.list_price, made.price, made.resale or Decimal(0)):
        assert amount >= 0
        assert amount == amount.quantize(ULP)


@given(sell=amounts, cost=amounts, percent=percents)
def test_a_discount_is_never_dearer_than_the_list(sell, cost, percent):
    made = engine.tracks(engine.base_of(sell, cost), Rule(PriceRule.DISCOUNT, percent))

    assert made.price <= sell


@given(cost=amounts, percent=margins)
def test_the_margin_is_the_part_of_the_price_that_is_profit(cost, percent):
    price = engine.rule_price(None, cost, Rule(PriceRule.MARGIN, percent))

    assert abs((price - cost) - price * percent / 100) <= 2 * ULP


@given(cost=amounts, percent=percents)
def test_a_mark_up_never_sells_below_cost_and_a_margin_is_at_least_as_dear(cost, percent):
    markup = engine.rule_price(None, cost, Rule(PriceRule.MARKUP, percent))
    margin = engine.rule_price(None, cost, Rule(PriceRule.MARGIN, min(percent, Decimal(99))))

    assert markup >= cost
    assert margin >= engine.rule_price(
        None, cost, Rule(PriceRule.MARKUP, min(percent, Decimal(99)))
    )


@given(sell=amounts, cost=amounts, amount=amounts, mark=marks, rule=rules)
def test_the_payers_price_knows_nothing_of_the_resellers_rule(sell, cost, amount, mark, rule):
    base = engine.base_of(sell, cost, quote(amount, mark))

    alone = engine.tracks(base, rule)
    resold = engine.tracks(base, rule, resale=Rule(PriceRule.MARKUP, Decimal(30)))

    assert (alone is None) == (resold is None)
    if alone is not None:
        assert (alone.cost, alone.price) == (resold.cost, resold.price)
        assert alone.resale is None


@given(sell=amounts, cost=amounts, amount=amounts, rule=rules)
def test_a_quoted_sell_price_is_the_price_whatever_the_list_says(sell, cost, amount, rule):
    made = engine.tracks(engine.base_of(sell, cost, quote(amount, "sell")), rule)

    assert made.price == amount


@given(price=amounts, quantity=st.integers(1, 100_000))
def test_a_line_is_rounded_once_after_multiplying(price, quantity):
    unit = UnitPrice(1, "P1M", "EUR", price, price, price, None, "List", None)

    line = unit.line(quantity)

    assert line.total == round_half_up(price * quantity, "EUR")
    assert line.profit == 0
    assert line.resale is None


@pytest.mark.parametrize(
    ("rule", "percent", "quoted", "words"),
    [
        (PriceRule.LIST, "0", None, "List 12.00"),
        (PriceRule.DISCOUNT, "10.0000", None, "List 12.00, discount 10 %"),
        (PriceRule.MARKUP, "12.5000", None, "Cost 8.00, mark-up 12.5 %"),
        (PriceRule.MARGIN, "20", None, "Cost 8.00, margin 20 %"),
        (PriceRule.MARKUP, "10", "cost", "Quoted cost 8.00, mark-up 10 %"),
        (PriceRule.MARGIN, "10", "cost", "Quoted cost 8.00, margin 10 %"),
        (PriceRule.MARKUP, "10", "sell", "Quoted sell price 12.00"),
    ],
)
def test_staff_read_how_a_price_was_made(rule, percent, quoted, words):
    price = UnitPrice(
        1, "P1M", "EUR", Decimal("12.0000000000"), Decimal(8), Decimal(1), None, "Gold", 1,
        rule, Decimal(percent), quoted,
    )  # fmt: skip

    assert engine.explanation(price) == words


def test_the_margin_percentage_is_part_of_the_price_and_absent_for_a_gift():
    assert engine.margin_percent(Decimal(12), Decimal(9)) == Decimal("25.0")
    assert engine.margin_percent(Decimal(0), Decimal(9)) is None
