"""What is charged, when, and what is given back: every cent that was bought is invoiced, still due, or given back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bss.core.money import minor_unit
from bss.installments.choices import Frequency
from bss.installments.contracts import PlanTerms
from bss.installments.splitting import months_after
from bss.pricing.schedule import (
    Amounts,
    Charged,
    LotPrice,
    RefundPolicy,
    billing_date,
    given_back,
    lot_total,
    nothing,
    parts_of,
    reach_back,
    reduction_of,
    share_left,
    time_given_back,
)

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
MONTHLY = PlanTerms(Frequency.MONTHLY, 12)
FULL, UNUSED = RefundPolicy("full", None), RefundPolicy("unused", None)


def lot(quantity=1, *, price="100", plan=MONTHLY, after=timedelta(0), months=12, **values):
    """Seats of a term of twelve months from 31 January 2026, bought `after` its start."""
    given = {"unit_cost": Decimal(price) / 2, "unit_resale": None, "currency": "EUR", **values}
    return LotPrice(
        quantity=quantity,
        unit_price=Decimal(price),
        starts_at=START + after,
        term_starts_at=START,
        term_ends_at=months_after(START, months),
        plan=plan,
        **given,
    )


def charged(priced, invoiced=0):
    """Its parts, the first `invoiced` of them on an invoice already."""
    return [Charged(part, part.number <= invoiced) for part in parts_of(priced)]


def prices(parts):
    return [str(part.amounts.price) for part in parts]


# Examples ------------------------------------------------------------------------------------------------------


def test_a_hundred_in_twelve():
    parts = parts_of(lot())
    assert prices(parts) == ["8.33"] * 11 + ["8.37"]
    assert [part.number for part in parts] == list(range(1, 13))
    assert parts[1].due_at == datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert parts[2].due_at == datetime(2026, 3, 31, 9, tzinfo=UTC)
    assert [part.ends_at for part in parts[:-1]] == [part.due_at for part in parts[1:]]
    assert parts[-1].ends_at == lot().term_ends_at


def test_without_a_plan_everything_is_due_at_once():
    (part,) = parts_of(lot(3, plan=None))
    assert (part.amounts.price, part.due_at, part.ends_at) == (
        300, START, lot().term_ends_at,
    )  # fmt: skip


def test_seats_added_within_the_term_join_its_rhythm():
    added = lot(after=timedelta(days=200))
    parts = parts_of(added)
    assert parts[0].due_at == added.starts_at
    assert [part.due_at for part in parts[1:]] == [
        months_after(START, months) for months in range(7, 12)
    ]
    # 165 of 365 days are left: 45.2054..., rounded once, in six.
    assert lot_total(added).price == Decimal("45.21")
    assert prices(parts) == ["7.53"] * 5 + ["7.56"]


def test_seats_added_on_the_day_of_an_installment_pay_it_once():
    added = lot(after=months_after(START, 6) - START)
    assert len(parts_of(added)) == 6


def test_what_is_too_small_to_split_is_paid_at_once():
    assert prices(parts_of(lot(price="0.11"))) == ["0.11"]
    assert prices(parts_of(lot(price="0.12"))) == ["0.01"] * 12


@pytest.mark.parametrize(
    ("currency", "price", "first", "last"),
    [("JPY", "1000", "83", "87"), ("KWD", "1", "0.083", "0.087")],
)
def test_currencies_without_cents_and_with_three_digits(currency, price, first, last):
    parts = parts_of(lot(price=price, currency=currency))
    assert [parts[0].amounts.price, parts[-1].amounts.price] == [Decimal(first), Decimal(last)]


def test_a_full_refund_credits_what_was_invoiced_and_drops_the_rest():
    three = lot(3)
    reduced = reduction_of(three, charged(three, 2), keep=1, at=START, policy=FULL)
    # 25.00 each for three seats, 8.33 each for one.
    assert reduced.credit.price == Decimal("33.34")
    assert prices(reduced.parts) == ["8.33"] * 9 + ["8.37"]
    assert [part.number for part in reduced.parts] == list(range(3, 13))


def test_unused_time_is_credited_and_used_time_is_kept():
    single = lot(plan=None)
    at = START + timedelta(days=73)
    reduced = reduction_of(single, charged(single, 1), keep=0, at=at, policy=UNUSED)
    assert (reduced.credit.price, reduced.parts) == (Decimal("80.00"), ())


def test_time_used_before_it_was_invoiced_stays_due():
    single = lot(plan=None)
    at = START + timedelta(days=73)
    reduced = reduction_of(single, charged(single), keep=0, at=at, policy=UNUSED)
    assert not reduced.credit
    assert prices(reduced.parts) == ["20.00"]


def test_nobody_comes_to_owe_what_was_not_due():
    # From 1 July the first month has 31 of 365 days: more than a twelfth of the time.
    term = datetime(2026, 7, 1, tzinfo=UTC)
    long_month = replace(
        lot(), starts_at=term, term_starts_at=term, term_ends_at=months_after(term, 12)
    )
    at = term + timedelta(days=30, hours=23)
    reduced = reduction_of(long_month, charged(long_month, 1), keep=0, at=at, policy=UNUSED)
    assert (bool(reduced.credit), reduced.parts) == (False, ())


def stretches(priced, invoiced, policy, at):
    """For each correction of what all seats give back at `at`: its amount, from when and until when."""
    found = reduction_of(priced, charged(priced, invoiced), keep=0, at=at, policy=policy)
    far = reach_back(found.corrections, at=at)
    return [
        (
            str(each.amounts.price),
            *time_given_back(
                each.charged.part.due_at, each.charged.part.ends_at, refund=policy.kind, at=at,
                reaches_back=far,
            ),
        )
        for each in found.corrections
    ]  # fmt: skip


def test_what_is_given_back_says_for_which_time():
    at = datetime(2026, 2, 14, 9, tzinfo=UTC)
    first, second, *_others = parts_of(lot())
    whole = lot(price="365", plan=None)

    # 14 of 365 days were used.
    assert stretches(whole, 1, UNUSED, at) == [("351.00", at, whole.term_ends_at)]
    assert stretches(whole, 1, FULL, at) == [("365.00", START, whole.term_ends_at)]
    # Of a plan's installment what is left of it; the others are not due any more, or paid ahead.
    assert [each[1:] for each in stretches(lot(), 1, UNUSED, at)] == [(at, first.ends_at)]
    assert [each[1:] for each in stretches(lot(), 2, UNUSED, at)] == [
        (at, first.ends_at), (second.due_at, second.ends_at),
    ]  # fmt: skip
    assert [each[1:] for each in stretches(lot(), 2, FULL, at)] == [
        (first.due_at, first.ends_at), (second.due_at, second.ends_at),
    ]  # fmt: skip


def test_a_credit_of_parts_whose_time_is_over_is_for_what_is_left_of_the_term():
    early = lot(price="300", plan=PlanTerms(Frequency.MONTHLY, 3))
    at = datetime(2026, 8, 1, 21, tzinfo=UTC)
    # Half of the year is left, paid by the last part and half of the one before.
    assert stretches(early, 3, UNUSED, at) == [("50.00", at, None), ("100.00", at, None)]


def test_after_the_window_what_was_sold_stays_due():
    three = lot(3)
    until = START + timedelta(days=7)
    policy = RefundPolicy("full", until)
    late = reduction_of(three, charged(three, 1), keep=0, at=until, policy=policy)
    assert not late.credit
    assert prices(late.parts) == ["25.00"] * 11
    last_moment = until - timedelta(microseconds=1)
    inside = reduction_of(three, charged(three, 1), keep=0, at=last_moment, policy=policy)
    assert (inside.credit.price, inside.parts) == (Decimal("25.00"), ())


@pytest.mark.parametrize("keep", [-1, 3, 4])
def test_seats_that_cannot_stay(keep):
    three = lot(3)
    with pytest.raises(ValueError, match="cannot stay"):
        reduction_of(three, charged(three), keep=keep, at=START, policy=FULL)


def test_a_lot_without_its_parts_is_not_reduced():
    with pytest.raises(ValueError, match="has parts"):
        reduction_of(lot(2), [], keep=1, at=START, policy=FULL)
    free = reduction_of(lot(2, price="0"), [], keep=1, at=START, policy=UNUSED)
    assert (bool(free.credit), free.parts) == (False, ())


def test_the_length_of_a_term_across_daylight_saving_is_told_by_the_second():
    # Berlin: 29 March 2026 has 23 hours. A share is of real time, whatever the clocks on the wall say.
    begin = datetime.fromisoformat("2026-03-29T00:00:00+01:00")
    end = datetime.fromisoformat("2026-03-30T00:00:00+02:00")
    assert share_left(begin + timedelta(hours=11, minutes=30), begin, end) * 2 == 1


@pytest.mark.parametrize(
    ("due", "day", "zone", "billed"),
    [
        ("2026-01-31T12:00Z", 28, "UTC", date(2026, 2, 28)),
        ("2026-02-28T12:00Z", 28, "UTC", date(2026, 2, 28)),
        ("2028-02-29T12:00Z", 28, "UTC", date(2028, 3, 28)),
        ("2026-12-02T12:00Z", 1, "UTC", date(2027, 1, 1)),
        # 31 December in Lisbon is 1 January in Athens.
        ("2026-12-31T23:00Z", 1, "Europe/Athens", date(2027, 1, 1)),
        ("2026-12-31T23:00Z", 1, "Europe/Lisbon", date(2027, 1, 1)),
        # The hour that is there twice, and the one that is not.
        ("2026-10-25T01:30Z", 25, "Europe/Berlin", date(2026, 10, 25)),
        ("2026-03-28T23:30Z", 28, "Europe/Berlin", date(2026, 4, 28)),
    ],
)
def test_the_billing_day_is_the_payers_own(due, day, zone, billed):
    assert billing_date(datetime.fromisoformat(due), day, zone) == billed


# Properties ----------------------------------------------------------------------------------------------------

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
PLANS = st.sampled_from(
    [
        None, MONTHLY, PlanTerms(Frequency.QUARTERLY, 4), PlanTerms(Frequency.SEMI_ANNUAL, 2),
        PlanTerms(Frequency.ANNUAL, 3), PlanTerms(Frequency.MONTHLY, 36),
    ]
)  # fmt: skip
UNITS = st.decimals(min_value=0, max_value=5000, places=10, allow_nan=False)
STARTS = st.datetimes(
    # Hypothesis takes bare limits and adds the zone.
    min_value=datetime(2023, 1, 1),  # noqa: DTZ001
    max_value=datetime(2029, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@st.composite
def lots(draw):
    """Any lot: bought with its term or within it."""
    term = draw(STARTS)
    months = draw(st.sampled_from([12, 36]))
    plan = draw(PLANS)
    if plan is not None and plan.count * plan.months > months:
        months = 36
    ends = months_after(term, months)
    after = draw(st.one_of(st.just(0.0), st.floats(0, 1)))
    return LotPrice(
        currency=draw(CURRENCIES),
        quantity=draw(st.integers(1, 60)),
        unit_cost=draw(UNITS),
        unit_price=draw(UNITS),
        unit_resale=draw(st.none() | UNITS),
        starts_at=term + (ends - term) * after,
        term_starts_at=term,
        term_ends_at=ends,
        plan=plan,
    )


@dataclass
class Ledger:
    """One lot as billing keeps it: what was invoiced, what is still due, what was credited."""

    lot: LotPrice
    charged: list[Charged] = field(default_factory=list)
    credited: Amounts | None = None
    returned: Amounts | None = None

    def __post_init__(self):
        zero = nothing(resale=self.lot.unit_resale is not None)
        self.credited = self.returned = zero
        self.bought = lot_total(self.lot)
        self.charged = [Charged(part, False) for part in parts_of(self.lot)]
        self.zero = zero

    def invoice(self, until):
        self.charged = [
            Charged(each.part, each.is_invoiced or each.part.due_at <= until)
            for each in self.charged
        ]

    def reduce(self, keep, at, policy):
        given = {"keep": keep, "at": at, "policy": policy}
        worth = given_back(self.lot, self.charged, **given)
        reduction = reduction_of(self.lot, self.charged, **given)
        self.returned += worth.amounts
        self.credited += reduction.credit
        invoiced = [each for each in self.charged if each.is_invoiced]
        self.charged = [*invoiced, *(Charged(part, False) for part in reduction.parts)]
        if worth.is_open:
            self.lot = replace(self.lot, quantity=keep)

    def sum(self, *, invoiced):
        return sum(
            (each.part.amounts for each in self.charged if each.is_invoiced == invoiced), self.zero
        )


def each_track(amounts):
    return [
        amount for amount in (amounts.cost, amounts.price, amounts.resale) if amount is not None
    ]


@given(lots())
def test_parts_add_up_to_the_lot_in_every_track(priced):
    parts = parts_of(priced)
    zero = nothing(resale=priced.unit_resale is not None)
    assert sum((part.amounts for part in parts), zero) == lot_total(priced)
    assert all(amount >= 0 for part in parts for amount in each_track(part.amounts))
    assert [part.due_at for part in parts] == sorted({part.due_at for part in parts})
    assert parts[0].due_at == priced.starts_at
    assert {part.count for part in parts} == {len(parts)}
    unit = minor_unit(priced.currency)
    assert all(amount % unit == 0 for part in parts for amount in each_track(part.amounts))


@given(lots())
def test_a_plan_never_offers_an_installment_of_nothing(priced):
    parts = parts_of(priced)
    assert len(parts) == 1 or all(part.amounts.price > 0 for part in parts)


STEPS = st.lists(
    st.tuples(
        st.floats(0, 1),  # when, within the term
        st.booleans(),  # whether what is due was invoiced by then
        st.floats(0, 1),  # how many of the seats stay
        st.sampled_from(["full", "unused"]),
        st.sampled_from([None, 0, 0.5, 1]),  # until when they can be given back, within the term
    ),
    max_size=6,
)


@given(lots(), STEPS)
def test_what_was_bought_is_invoiced_or_due_or_given_back(priced, steps):
    ledger = Ledger(priced)
    begin, length = priced.starts_at, priced.term_ends_at - priced.starts_at
    for when, is_billed, stays, kind, until in sorted(steps, key=lambda step: step[0]):
        at = begin + length * when
        if is_billed:
            ledger.invoice(at)
        if ledger.lot.quantity == 0:
            break
        keep = min(int(ledger.lot.quantity * stays), ledger.lot.quantity - 1)
        window = None if until is None else begin + length * until
        ledger.reduce(keep, at, RefundPolicy(kind, window))
        assert_exact(ledger)
    ledger.invoice(priced.term_ends_at)
    assert_exact(ledger)
    assert each_track(ledger.sum(invoiced=False)) == each_track(ledger.zero)


def assert_exact(ledger):
    """Invoiced - credited + still due is what was bought less what was given back, and nothing is below zero."""
    invoiced, due = ledger.sum(invoiced=True), ledger.sum(invoiced=False)
    assert invoiced - ledger.credited + due == ledger.bought - ledger.returned
    amounts = [each.part.amounts for each in ledger.charged]
    amounts += [ledger.credited, ledger.returned, invoiced - ledger.credited]
    assert all(amount >= 0 for each in amounts for amount in each_track(each))


@given(lots(), st.floats(0, 1), st.integers(0, 36))
def test_giving_everything_back_gives_back_all_of_it(priced, when, invoiced):
    at = priced.starts_at + (priced.term_ends_at - priced.starts_at) * when
    reduced = reduction_of(priced, charged(priced, invoiced), keep=0, at=at, policy=FULL)
    paid = sum(
        (each.part.amounts for each in charged(priced, invoiced) if each.is_invoiced),
        nothing(resale=priced.unit_resale is not None),
    )
    assert (reduced.credit, reduced.parts) == (paid, ())


@given(lots(), st.floats(0, 1), st.integers(0, 36))
def test_unused_time_never_gives_back_more_than_everything(priced, when, invoiced):
    at = priced.starts_at + (priced.term_ends_at - priced.starts_at) * when
    given = {"keep": 0, "at": at}
    some = given_back(priced, charged(priced, invoiced), policy=UNUSED, **given).amounts
    whole = given_back(priced, charged(priced, invoiced), policy=FULL, **given).amounts
    assert whole == lot_total(priced)
    assert all(0 <= s <= w for s, w in zip(each_track(some), each_track(whole), strict=True))


@given(STARTS, st.integers(1, 28), st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]))
def test_a_billing_day_comes_within_a_month(due, day, zone):
    billed = billing_date(due, day, zone)
    assert billed.day == day
    assert timedelta(-1) <= billed - due.date() <= timedelta(31)
