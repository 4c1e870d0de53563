"""Levels, commitments, the choice of a price, proration: by table and by property."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adobe3yc.rules import commitments as rules
from adobe3yc.rules.commitments import Objection, Shown
from adobe3yc.rules.offers import (
    MalformedOffer,
    OfferType,
    Segment,
    committed_ladder,
    committed_level,
    next_step,
    read_offer,
    standard_level,
)
from adobe3yc.rules.prices import (
    Chosen,
    CommittedListMissing,
    NoPrice,
    PriceWindow,
    Source,
    choose,
    days_left,
    days_of_term,
    prorated,
)
from adobe3yc.vipmp.contracts import Minimum, Term, ThreeYearCommit

LICENSE, CONSUMABLES = OfferType.LICENSE, OfferType.CONSUMABLES
CENT = Decimal("0.01")
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))


# Offers and levels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "segment", "kind", "base"),
    [
        ("65304479CA12A12", Segment.COM, LICENSE, "65304479CA01A12"),
        ("65304479CB03A12", Segment.EDU, LICENSE, "65304479CB01A12"),
        ("30001475CC01A12", Segment.GOV, LICENSE, "30001475CC01A12"),
        ("65322435CAT5012", Segment.COM, CONSUMABLES, "65322435CAT1012"),
        ("65304479CATBA12", Segment.COM, CONSUMABLES, "65304479CAT1A12"),
    ],
)
def test_an_offer_id_says_everything(text, segment, kind, base):
    offer = read_offer(text)

    assert (offer.id, offer.segment, offer.type, offer.base.id) == (text, segment, kind, base)
    assert offer.product == text[:10]
    assert offer.is_standard == (text[12] == "A")


@pytest.mark.parametrize(
    "text", ["", "65304479CA12A1", "65304479XA12A12", "65304479CATHA12", "65304479CA12A12 "]
)
def test_what_is_no_offer_id_is_none(text):
    with pytest.raises(MalformedOffer):
        read_offer(text)


@pytest.mark.parametrize(
    ("quantity", "licences", "edu"),
    [
        (10, "12", "02"),
        (49, "12", "02"),
        (50, "13", "03"),
        (99, "13", "03"),
        (100, "14", "04"),
        (9, None, None),
    ],
)
def test_committed_levels_of_licences(quantity, licences, edu):
    assert committed_level(LICENSE, Segment.COM, quantity) == licences
    assert committed_level(LICENSE, Segment.GOV, quantity) == licences
    assert committed_level(LICENSE, Segment.EDU, quantity) == edu


@pytest.mark.parametrize(
    ("quantity", "standard", "committed"),
    [
        (999, "T1", None), (1_000, "T2", "TB"), (2_499, "T2", "TB"), (2_500, "T3", "TC"), (5_000, "T4", "TD"),
        (15_000, "T5", "TE"), (50_000, "T6", "TF"), (99_999, "T6", "TF"), (100_000, "T7", "TG"),
    ],
)  # fmt: skip
def test_levels_of_transactions(quantity, standard, committed):
    assert standard_level(CONSUMABLES, quantity) == standard
    assert committed_level(CONSUMABLES, Segment.COM, quantity) == committed


@given(kind=st.sampled_from(OfferType), quantity=st.integers(1, 10**6))
def test_a_level_does_not_fall_with_the_quantity(kind, quantity):
    order = [
        standard_level(kind, n)
        for n in (1, 10, 50, 100, 1_000, 2_500, 5_000, 15_000, 50_000, 10**5)
    ]
    assert order.index(standard_level(kind, quantity)) <= order.index(
        standard_level(kind, quantity + 1)
    )
    step = next_step(kind, quantity)
    assert step is None or standard_level(kind, step) != standard_level(kind, quantity)


@given(segment=st.sampled_from(Segment), kind=st.sampled_from(OfferType))
def test_the_least_that_can_be_committed_earns_the_first_level(segment, kind):
    assert committed_ladder(kind, segment)[0][0] == rules.LEAST[kind]


# Commitments ---------------------------------------------------------------------------------------------


def term(status, licences=0, transactions=0, start=None, end=None):
    minimums = [Minimum("LICENSE", licences)] if licences else []
    minimums += [Minimum("CONSUMABLES", transactions)] if transactions else []
    return Term(status, tuple(minimums), start, end)


def asked(licences=0, transactions=0):
    return term("", licences, transactions).minimums


def why(objections):
    return [(o.why, o.type, o.least) for o in objections]


def test_too_few_are_refused_with_the_number_that_would_do():
    assert why(rules.request_objections(ThreeYearCommit(), asked(9, 999))) == [
        (Objection.TOO_FEW, LICENSE, 10),
        (Objection.TOO_FEW, CONSUMABLES, 1_000),
    ]
    assert why(rules.request_objections(ThreeYearCommit(), ())) == [
        (Objection.NOTHING_ASKED, None, None)
    ]
    assert rules.request_objections(ThreeYearCommit(), asked(10, 1_000)) == []


def test_a_second_type_names_the_first_again_and_nothing_gets_less():
    held = ThreeYearCommit(commitment=term("COMMITTED", 20))

    assert why(rules.request_objections(held, asked(0, 1_000))) == [
        (Objection.TYPE_LEFT_OUT, LICENSE, 20)
    ]
    assert why(rules.request_objections(held, asked(19))) == [(Objection.NOT_MORE, LICENSE, 20)]
    assert rules.request_objections(held, asked(20, 1_000)) == []
    assert rules.request_objections(held, asked(50)) == []


@pytest.mark.parametrize("status", ["REQUESTED", "ACCEPTED"])
def test_a_request_and_one_for_the_next_three_years_exclude_each_other(status):
    end = date(2029, 2, 28)
    request = ThreeYearCommit(term("COMMITTED", 10, end=end), request=term(status, 50))
    recommitment = ThreeYearCommit(term("COMMITTED", 10, end=end), recommitment=term(status, 50))

    assert why(rules.recommitment_objections(request, asked(10), end)) == [
        (Objection.OTHER_OPEN, None, None)
    ]
    assert why(rules.request_objections(recommitment, asked(50))) == [
        (Objection.OTHER_OPEN, None, None)
    ]


@pytest.mark.parametrize(("days", "allowed"), [(31, False), (30, True), (0, True)])
def test_the_next_three_years_are_for_the_last_thirty_days(days, allowed):
    end = date(2029, 2, 28)
    found = ThreeYearCommit(commitment=term("COMMITTED", 10, end=end))
    objections = rules.recommitment_objections(found, asked(10), end - timedelta(days=days))

    assert (objections == []) == allowed
    if not allowed:
        assert why(objections) == [(Objection.TOO_EARLY, None, 1)]


@pytest.mark.parametrize(
    "status", ["EXPIRED", "NONCOMPLIANT", "INACTIVE", "DECLINED", "UNHEARD_OF"]
)
def test_without_a_commitment_in_force_there_are_no_next_three_years(status):
    found = ThreeYearCommit(commitment=term(status, 10, end=date(2029, 2, 28)))

    assert why(rules.recommitment_objections(found, asked(10), date(2029, 2, 20))) == [
        (Objection.NOT_COMMITTED, None, None)
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("COMMITTED", Shown.COMMITTED),
        ("ACTIVE", Shown.COMMITTED),
        ("EXPIRED", Shown.ENDED),
        ("X", Shown.ENDED),
    ],
)
def test_what_a_screen_calls_it(status, expected):
    assert rules.shown(ThreeYearCommit(commitment=term(status, 10))) == expected
    assert rules.shown(ThreeYearCommit(request=term(status, 10))) == Shown.UNCOMMITTED


def test_of_twenty_committed_and_thirty_owned_ten_may_go():
    found = ThreeYearCommit(commitment=term("COMMITTED", 20))

    assert rules.least_quantity(found, LICENSE, total=30, this=30) == 20
    assert rules.least_quantity(found, LICENSE, total=30, this=12) == 2
    assert rules.least_quantity(found, LICENSE, total=30, this=10) == 0
    assert rules.least_quantity(found, CONSUMABLES, total=500, this=500) == 0


@pytest.mark.parametrize(
    ("ends", "least"),
    [
        (date(2029, 5, 31), 20),
        (date(2027, 6, 5), 0),
        (date(2027, 5, 31), 0),
        (date(2027, 5, 29), 0),
        (None, 20),
    ],
)
def test_a_renewal_is_held_while_the_commitment_outlives_it(ends, least):
    held = replace(term("COMMITTED", 20), end=ends)
    renews_on = date(2027, 6, 1)

    found = ThreeYearCommit(commitment=held)
    assert rules.least_renewing(found, LICENSE, 30, 30, renews_on) == least
    assert rules.least_renewing(found, LICENSE, 30, 12, renews_on) == max(0, least - 18)
    over = ThreeYearCommit(commitment=replace(held, status="EXPIRED"))
    assert rules.least_renewing(over, LICENSE, 30, 30, renews_on) == 0


@pytest.mark.parametrize(("status", "least"), [("ACCEPTED", 15), ("REQUESTED", 0), ("DECLINED", 0)])
def test_in_its_last_term_an_accepted_recommitment_holds_the_next(status, least):
    held = replace(term("COMMITTED", 20), end=date(2027, 5, 31))
    found = ThreeYearCommit(commitment=held, recommitment=term(status, 15))

    assert rules.least_renewing(found, LICENSE, 30, 30, date(2027, 6, 1)) == least


@given(promised=st.integers(10, 500), others=st.integers(0, 500), this=st.integers(0, 500))
def test_the_least_keeps_the_promise_and_one_less_breaks_it(promised, others, this):
    found = ThreeYearCommit(commitment=term("COMMITTED", promised))
    least = rules.least_quantity(found, LICENSE, others + this, this)

    assert others + least >= promised
    assert least == 0 or others + least - 1 < promised


def test_what_is_missing_to_an_accepted_minimum():
    request = term("ACCEPTED", 10, 1_000)

    assert rules.missing(request, {LICENSE: 9, CONSUMABLES: 1_000}) == {LICENSE: 1}
    assert rules.missing(request, {}) == {LICENSE: 10, CONSUMABLES: 1_000}
    assert rules.missing(None, {}) == {}


def test_the_date_that_locks_a_price():
    old, new = date(2025, 1, 1), date(2026, 1, 1)
    both = ThreeYearCommit(
        term("COMMITTED", 10, start=old), request=term("ACCEPTED", 50, start=new)
    )

    assert rules.price_date(both, LICENSE, 49) == old
    assert rules.price_date(both, LICENSE, 50) == new
    assert rules.price_date(both, CONSUMABLES, 5_000) is None
    assert (
        rules.price_date(ThreeYearCommit(request=term("REQUESTED", 10, start=new)), LICENSE, 10)
        is None
    )
    assert (
        rules.price_date(ThreeYearCommit(commitment=term("EXPIRED", 10, start=old)), LICENSE, 10)
        is None
    )


def test_until_when_to_accept_and_to_buy():
    day = date(2026, 3, 1)

    assert (rules.accept_until(day), rules.buy_until(day)) == (date(2026, 3, 8), date(2026, 3, 31))


# The choice of a price -----------------------------------------------------------------------------------

EARLY = PriceWindow(Decimal("200.00"), date(2023, 7, 1), date(2023, 11, 1))
LATE = PriceWindow(Decimal("210.00"), date(2023, 11, 2), date(2024, 12, 31))
DEFAULT = PriceWindow(Decimal("230.00"))


@pytest.mark.parametrize(
    ("accepted", "price", "source"),
    [
        (date(2023, 10, 15), "200.00", Source.COMMITTED),
        (date(2023, 11, 1), "200.00", Source.COMMITTED),
        (date(2023, 11, 2), "210.00", Source.COMMITTED),
        (date(2024, 3, 1), "210.00", Source.COMMITTED),
        (date(2025, 2, 1), "230.00", Source.STANDARD),
        (date(2023, 6, 30), "230.00", Source.STANDARD),
        (None, "230.00", Source.STANDARD),
    ],
)
def test_the_acceptance_date_chooses_the_row(accepted, price, source):
    found = choose(
        accepted_on=accepted,
        ordered_on=date(2025, 3, 1),
        standard=[DEFAULT],
        committed=[EARLY, LATE],
    )

    assert (found.price, found.source) == (Decimal(price), source)


def test_a_customer_that_qualifies_needs_the_committed_list():
    with pytest.raises(CommittedListMissing):
        choose(
            accepted_on=date(2024, 1, 1),
            ordered_on=date(2025, 1, 1),
            standard=[DEFAULT],
            committed=None,
        )

    plain = choose(
        accepted_on=None, ordered_on=date(2025, 1, 1), standard=[DEFAULT], committed=None
    )
    assert plain == Chosen(Source.STANDARD, DEFAULT)


def test_without_any_row_there_is_no_price():
    with pytest.raises(NoPrice):
        choose(accepted_on=None, ordered_on=date(2025, 1, 1), standard=[EARLY], committed=[])


def test_a_discount_code_takes_its_row_and_nobody_elses():
    coded = PriceWindow(Decimal("150.00"), code="HVD1")

    def price(code):
        return choose(
            accepted_on=None,
            ordered_on=date(2025, 1, 1),
            standard=[coded, DEFAULT],
            committed=None,
            code=code,
        ).price

    assert (price("HVD1"), price("OTHER"), price("")) == (Decimal(150), Decimal(230), Decimal(230))


@given(accepted=DAYS, first=DAYS, length=st.integers(0, 2_000), ordered=DAYS)
def test_a_window_holds_from_its_first_to_its_last_day(accepted, first, length, ordered):
    last = first + timedelta(days=length)
    locked = PriceWindow(Decimal(1), first, last)
    found = choose(accepted_on=accepted, ordered_on=ordered, standard=[DEFAULT], committed=[locked])

    assert (found.source is Source.COMMITTED) == (first <= accepted <= last)


# Proration -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "anniversary", "days", "amount"),
    [
        (date(2022, 3, 10), date(2023, 3, 10), 365, "173.28"),
        (date(2022, 7, 25), date(2023, 3, 10), 228, "108.24"),
        (date(2019, 3, 10), date(2020, 3, 10), 366, "173.28"),
        (date(2019, 5, 20), date(2020, 3, 10), 295, "139.67"),
        (date(2020, 2, 16), date(2020, 3, 10), 23, "10.89"),
    ],
)
def test_the_cases_of_adobes_own_sheet(first, anniversary, days, amount):
    assert days_left(first, anniversary) == days
    assert prorated(Decimal("173.28"), 1, first, anniversary, CENT) == Decimal(amount)


@given(yearly=st.decimals(0, 10**5, places=2), quantity=st.integers(1, 10_000), anniversary=DAYS)
def test_a_whole_year_costs_its_price(yearly, quantity, anniversary):
    first = anniversary - timedelta(days=days_of_term(anniversary))
    whole = prorated(yearly, quantity, first, anniversary, CENT)

    # A day has nine decimals, so that at most half of the last one is lost for each day and seat.
    assert abs(whole - yearly * quantity) <= Decimal("0.0000000005") * 366 * quantity + Decimal(
        "0.005"
    )


@given(
    yearly=st.decimals(1, 10**5, places=2),
    quantity=st.integers(1, 1_000),
    anniversary=DAYS,
    gone=st.integers(0, 363),
)
def test_a_day_less_never_costs_more(yearly, quantity, anniversary, gone):
    first = anniversary - timedelta(days=days_of_term(anniversary) - gone)

    def cost(day):
        return prorated(yearly, quantity, day, anniversary, CENT)

    assert cost(first) >= cost(first + timedelta(days=1)) >= 0
