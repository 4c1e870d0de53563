"""Co-terming: days, shares and installments of a first term that ends with everything else of its customer."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from bss.installments.choices import Frequency
from bss.installments.contracts import PlanTerms
from bss.pricing.contracts import UnitPrice
from bss.pricing.coterm import coterm_of, installments_of, payment_words
from bss.pricing.previews import Purchase, Words, purchase_items, purchase_lot
from bss.pricing.schedule import lot_total, parts_of

END = datetime(2027, 3, 12, tzinfo=UTC)
MONTHLY = PlanTerms(Frequency.MONTHLY, 12)
QUARTERLY = PlanTerms(Frequency.QUARTERLY, 4)


def price(amount="365", resale=None) -> UnitPrice:
    return UnitPrice(
        product_id=1, unit="P1Y", currency="EUR", list_price=Decimal(amount), cost=Decimal(amount) / 2,
        price=Decimal(amount), resale=resale and Decimal(resale), source="", price_list_id=None,
    )  # fmt: skip


def purchase(coterm, quantity=1, plan=None, **values) -> Purchase:
    return Purchase(Words("Mail"), price(**values), quantity, plan, coterm)


def net(items) -> list[Decimal]:
    return [item.amounts.price for item in items]


@pytest.mark.parametrize(
    ("at", "days"),
    [
        (datetime(2027, 3, 11, 23, 59, 59, tzinfo=UTC), 1),
        (datetime(2027, 3, 11, tzinfo=UTC), 1),
        (datetime(2027, 3, 10, 23, 59, 59, tzinfo=UTC), 2),
        (datetime(2026, 12, 8, 14, 30, tzinfo=UTC), 94),
        (datetime(2026, 3, 13, 9, 0, tzinfo=UTC), 364),
    ],
)
def test_the_day_on_which_it_is_bought_is_charged_whole(at, days):
    coterm = coterm_of(END, "P1Y", at=at)

    assert (coterm.days, coterm.whole_days, coterm.share) == (days, 365, Fraction(days, 365))
    assert coterm.ends_at == END
    assert lot_total(purchase_lot(purchase(coterm, 3), at=at)).price == 3 * days


@pytest.mark.parametrize(
    "at",
    [END, END + timedelta(seconds=1), END - timedelta(days=365), END - timedelta(days=800)],
    ids=["at its end", "after it", "a whole unit before", "long before"],
)
def test_what_is_over_and_what_is_a_whole_unit_away_is_a_term_as_any_other(at):
    assert coterm_of(END, "P1Y", at=at) is None


@pytest.mark.parametrize(
    ("end", "at", "days", "whole"),
    [
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 2, 28, 8, tzinfo=UTC), 1, 366),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2027, 3, 1, 8, tzinfo=UTC), 365, 366),
        (datetime(2028, 3, 10, tzinfo=UTC), datetime(2028, 2, 16, 8, tzinfo=UTC), 23, 366),
        (datetime(2029, 2, 28, tzinfo=UTC), datetime(2028, 2, 29, 8, tzinfo=UTC), 365, 366),
    ],
)
def test_a_leap_day_is_a_day_as_any_other(end, at, days, whole):
    coterm = coterm_of(end, "P1Y", at=at)

    assert (coterm.days, coterm.whole_days) == (days, whole)


def test_any_purchase_at_any_moment_adds_up_and_keeps_its_amounts_all_day():
    chance = random.Random(20270312)
    for _ in range(400):
        end = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(1500))
        at = end - timedelta(seconds=chance.randrange(1, 364 * 86_400))
        coterm = coterm_of(end, "P1Y", at=at)
        assert coterm.starts_at <= at < coterm.starts_at + timedelta(days=1)
        assert coterm.days == (end.date() - at.date()).days < coterm.whole_days
        plan = chance.choice([None, MONTHLY, QUARTERLY])
        line = purchase(coterm, chance.randrange(1, 60), plan, amount="123.45", resale="150.1")
        lot = purchase_lot(line, at=at)
        parts = parts_of(lot)
        whole = line.price.line(line.quantity, coterm.share)
        assert len(parts) == installments_of(plan, coterm)
        assert sum(part.amounts.price for part in parts) == whole.total == lot_total(lot).price
        assert sum(part.amounts.cost for part in parts) == whole.cost
        assert sum(part.amounts.resale for part in parts) == whole.resale
        assert min(part.amounts.price for part in parts) > 0
        last = coterm.starts_at + timedelta(days=1, microseconds=-1)
        assert purchase_lot(purchase(coterm_of(end, "P1Y", at=last)), at=last).share == lot.share


def test_installments_join_the_rhythm_of_the_anniversary():
    at = datetime(2026, 12, 8, 14, 30, tzinfo=UTC)
    coterm = coterm_of(END, "P1Y", at=at)

    items = purchase_items([purchase(coterm, plan=MONTHLY)], at=at)

    assert [item.due_at for item in items] == [
        at, datetime(2026, 12, 12, tzinfo=UTC), datetime(2027, 1, 12, tzinfo=UTC),
        datetime(2027, 2, 12, tzinfo=UTC),
    ]  # fmt: skip
    assert net(items) == [Decimal("23.5")] * 4
    assert [item.is_at_once for item in items] == [True, False, False, False]
    assert payment_words(MONTHLY, coterm) == "4 monthly installments"
    assert payment_words(QUARTERLY, coterm) == "2 quarterly installments"


def test_what_ends_within_days_is_one_installment():
    coterm = coterm_of(END, "P1Y", at=END - timedelta(days=3, hours=1))

    assert installments_of(MONTHLY, coterm) == 1
    assert payment_words(MONTHLY, coterm) == "one installment"
    items = purchase_items([purchase(coterm, plan=MONTHLY)], at=END - timedelta(days=3, hours=1))
    assert net(items) == [Decimal(4)]


def test_a_price_that_is_not_for_days_is_charged_whole():
    at = END - timedelta(days=94)
    coterm = coterm_of(END, "P1Y", at=at, is_prorated=False)

    assert coterm.share == 1
    lot = purchase_lot(purchase(coterm), at=at)
    assert (lot_total(lot).price, lot.term_ends_at) == (Decimal(365), END)
    assert (
        str(coterm)
        == "Until Mar 12, 2027, with everything else of this customer: the whole price is charged"
    )


def test_people_read_until_when_and_how_many_days():
    told = str(coterm_of(END, "P1Y", at=END - timedelta(days=94)))
    one = str(coterm_of(END, "P1Y", at=END - timedelta(hours=3)))

    assert (
        told
        == "Until Mar 12, 2027, with everything else of this customer: 94 of 365 days are charged"
    )
    assert (
        one == "Until Mar 12, 2027, with everything else of this customer: 1 of 365 days is charged"
    )
