"""Adobe's JSON becomes typed values, whatever is missing; what cannot be read says so and nothing else."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adobe3yc.vipmp import reading
from adobe3yc.vipmp.contracts import Minimum, Progress, Term, ThreeYearCommit, progress_of
from adobe3yc.vipmp.errors import MEANINGS, Kind, NotDone, OutcomeUnknown, meaning_of

ABSENT = st.sampled_from(["null", "object", "missing"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)
NAMES = (  # noqa: SIM905
    "customerId resellerId orderId subscriptionId status offerId quantity lineItems items offers accounts discounts"
    " benefits type commitment commitmentRequest minimumQuantities startDate cotermDate companyProfile contacts address"
    " autoRenewal renewalQuantity pricing partnerPrice lineItemPartnerPrice totalCount offset access_token expires_in"
    " creationDate extLineItemNumber offerType level"
).split()
SHAPED = st.recursive(
    ANYTHING | st.sampled_from(["1000", "THREE_YEAR_COMMIT", "2026-03-01", "1.50", ""]),
    lambda inner: (
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=6) | st.lists(inner, max_size=3)
    ),
    max_leaves=20,
)
READERS = [
    reading.reseller,
    reading.customer,
    reading.customer_entries,
    reading.order,
    reading.preview,
    reading.orders,
    reading.subscription,
    reading.subscriptions,
    reading.listed_prices,
    reading.three_year,
    reading.token,
]
CUSTOMER = {"customerId": "9", "status": "1000"}
MINIMUMS = st.dictionaries(st.sampled_from(["LICENSE", "CONSUMABLES"]), st.integers(1, 10**6))


def term_body(status, minimums, dates):
    body = {
        "status": status,
        "minimumQuantities": [{"offerType": k, "quantity": n} for k, n in minimums.items()],
    }
    return {**body, "startDate": "2026-03-01", "endDate": "2029-02-28"} if dates else body


@given(
    terms=st.dictionaries(
        st.sampled_from(["commitment", "commitmentRequest", "recommitmentRequest"]),
        st.tuples(st.sampled_from(["REQUESTED", "COMMITTED", "NEWLY_MADE_UP"]), MINIMUMS, st.booleans()),
    ),
    absent=ABSENT,
)  # fmt: skip
def test_null_empty_and_missing_are_alike(terms, absent):
    block = {"type": "THREE_YEAR_COMMIT"}
    for name in ("commitment", "commitmentRequest", "recommitmentRequest"):
        if name in terms:
            block[name] = term_body(*terms[name])
        elif absent != "missing":
            block[name] = {} if absent == "object" else None
    found = reading.customer({**CUSTOMER, "benefits": [{"type": "OTHER"}, block]}).three_year

    def expected(name):
        if name not in terms:
            return None
        status, minimums, dates = terms[name]
        days = (date(2026, 3, 1), date(2029, 2, 28)) if dates else (None, None)
        return Term(status, tuple(Minimum(k, n) for k, n in minimums.items()), *days)

    assert found == ThreeYearCommit(
        expected("commitment"), expected("commitmentRequest"), expected("recommitmentRequest")
    )


@pytest.mark.parametrize("benefits", [None, [], {}, [None], [{"type": "OTHER"}]])
def test_without_a_commitment_there_is_none(benefits):
    assert reading.customer({**CUSTOMER, "benefits": benefits}).three_year == ThreeYearCommit()


@given(data=SHAPED)
def test_whatever_comes_is_read_or_called_unreadable(data):
    data = reading.json_of(json.dumps(data).encode())
    for read in READERS:
        try:
            read(data)
        except (OutcomeUnknown, NotDone):
            continue


@given(body=st.binary(max_size=60))
def test_what_is_no_json_is_nothing(body):
    reading.json_of(body)


@given(amount=st.decimals(min_value=0, max_value=10**8, places=10))
def test_amounts_are_exact_as_text_and_as_numbers(amount):
    for written in (json.dumps(str(amount)), format(amount, "f")):
        row = f'{{"offers": [{{"offerId": "x", "partnerPrice": {written}}}]}}'
        [price] = reading.listed_prices(reading.json_of(row.encode())).items
        assert price.price == amount
        assert isinstance(price.price, Decimal)


@pytest.mark.parametrize(
    "names",
    [
        ("netPartnerPrice", "lineItemPartnerPrice"),
        ("proratedPartnerPrice", "lineItemPartnerPrice"),
        ("netPartnerPrice", "lineItemPrice"),
    ],
)
def test_amounts_are_found_under_each_of_their_names(names):
    pricing = {"partnerPrice": 365, names[0]: "81.00", names[1]: "810.00"}
    body = {"lineItems": [{"offerId": "x", "quantity": 10, "pricing": pricing}]}
    [line] = reading.preview(body).lines

    assert (line.prices.yearly, line.prices.net, line.prices.line) == (
        Decimal(365),
        Decimal("81.00"),
        Decimal("810.00"),
    )


def test_an_instant_is_a_date_too():
    body = {"offers": [{"offerId": "x", "partnerPrice": "1",
                        "firstOrderDate": "2022-05-03T00:00:00.000+00:00"}]}  # fmt: skip

    [row] = reading.listed_prices(body).items
    assert (row.first, row.last) == (date(2022, 5, 3), None)


@pytest.mark.parametrize("missing", ["customerId", "status"])
def test_without_what_it_cannot_do_without_an_answer_is_unreadable(missing):
    body = {name: value for name, value in CUSTOMER.items() if name != missing}
    with pytest.raises(OutcomeUnknown):
        reading.customer(body)


def test_pages_say_whether_there_is_more():
    body = {
        "totalCount": 5,
        "offset": 2,
        "items": [CUSTOMER | {"orderId": "1", "lineItems": [{"offerId": "x"}]}] * 2,
    }

    assert reading.orders(body).next_offset == 4
    assert reading.orders({**body, "totalCount": 4}).next_offset is None
    assert reading.orders({**body, "items": []}).next_offset is None


def test_an_unknown_status_is_asked_about_again():
    assert progress_of("1000") == Progress.DONE
    assert progress_of("9999") == Progress.PENDING


def test_each_code_has_one_meaning():
    codes = [
        *("1114", "1115", "1116", "1117", "1118", "1119", "1121", "1122", "1125", "1126", "1127"),
        *("1135", "2115", "2119", "2120", "2122", "2127", "2129", "2134", "2136", "3115", "3116"),
        *("3119", "3120", "4115", "4116", "4117", "4118", "4119", "4120", "5122"),
    ]
    assert {code for code in codes if code not in MEANINGS} == set()
    assert {code for code, meaning in MEANINGS.items() if meaning.code != code} == set()
    assert (meaning_of("8888").kind, meaning_of("8888").code) == (Kind.OTHER, "8888")
