"""The three-year commitment at VIP Marketplace: asked, answered, fulfilled, lapsed, kept, renewed, over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.sandbox.services import VipMarketplace
from tests.sandbox.test_vip_marketplace import DAY, give_back
from tests.sandbox.vip_calls import ALL_APPS, SIGN, Partner, customer_body, profile

LICENCES = {"LICENSE": 10}


@pytest.fixture
def partner(vip_marketplace: VipMarketplace) -> Partner:
    return Partner(vip_marketplace)


@pytest.fixture
def reseller(partner):
    return partner.reseller()


def asked(partner, reseller, minimums=None, **changes):
    """A customer that settled and was asked for a commitment."""
    customer = partner.customer(reseller, minimums or LICENCES, **changes)
    partner.read(customer)
    return customer


def committed(partner, reseller, minimums=None, **changes):
    """A customer that accepted and bought the minimum of licences."""
    customer = asked(partner, reseller, minimums, **changes)
    partner.service.act(customer, "accept")
    partner.buy(customer, (ALL_APPS, (minimums or LICENCES)["LICENSE"]))
    return customer


def benefit(partner, customer):
    return partner.read(customer)["benefits"][0]


def later(partner, days):
    partner.service.move_clock(days * DAY)
    partner.token = partner.service.token()


@pytest.mark.parametrize(
    ("minimums", "details"),
    [
        ({"LICENSE": 9}, ["LICENSE"]),
        ({"CONSUMABLES": 999}, ["CONSUMABLES"]),
        ({"LICENSE": 10, "CONSUMABLES": 999}, ["CONSUMABLES"]),
    ],
)
def test_minimums_are_ten_licences_and_a_thousand_transactions(
    partner, reseller, minimums, details
):
    answer = partner.call("POST", "/v3/customers", customer_body(reseller, minimums))

    assert (answer.json()["code"], answer.json()["additionalDetails"]) == ("1135", details)
    assert partner.service.state()["customers"] == []


def test_a_request_waits_then_is_accepted_then_fulfilled(partner, reseller):
    customer = asked(partner, reseller)
    assert benefit(partner, customer)["commitmentRequest"]["status"] == "REQUESTED"
    assert partner.preview(customer, (ALL_APPS, 10)) == ["65304479CA02A12"]

    partner.service.act(customer, "accept")
    assert benefit(partner, customer)["commitmentRequest"]["status"] == "ACCEPTED"
    assert partner.preview(customer, (ALL_APPS, 9)) == ["65304479CA01A12"]
    assert partner.preview(customer, (ALL_APPS, 10)) == ["65304479CA12A12"]

    partner.buy(customer, (ALL_APPS, 10))

    told = benefit(partner, customer)
    assert (told["commitment"]["status"], told["commitmentRequest"]) == ("COMMITTED", None)
    assert partner.preview(customer, (ALL_APPS, 1)) == ["65304479CA12A12"]
    assert partner.preview(customer, (ALL_APPS, 100)) == ["65304479CA12A12"]


@pytest.mark.parametrize(
    ("minimums", "line", "best"),
    [
        ({"LICENSE": 50}, (ALL_APPS, 50), "65304479CA13A12"),
        ({"LICENSE": 100}, (ALL_APPS, 100), "65304479CA14A12"),
        ({"CONSUMABLES": 1000}, (SIGN, 1000), "65300041CATBA12"),
        ({"CONSUMABLES": 2500}, (SIGN, 2500), "65300041CATCA12"),
        ({"CONSUMABLES": 100_000}, (SIGN, 100_000), "65300041CATGA12"),
        ({"LICENSE": 10}, (SIGN, 1000), "65300041CAT2A12"),
    ],
)
def test_the_level_follows_the_minimum_of_its_type(partner, reseller, minimums, line, best):
    customer = asked(partner, reseller, minimums)
    partner.service.act(customer, "accept")

    assert partner.preview(customer, line) == [best]


@pytest.mark.parametrize(
    ("segment", "code", "levels"),
    [("GOV", "CC", ("12", "13", "14")), ("EDU", "CB", ("02", "03", "04"))],
)
def test_government_and_education_have_their_levels(partner, reseller, segment, code, levels):
    for minimum, level in zip((10, 50, 100), levels, strict=True):
        company = profile(f"School {minimum}", marketSegment=segment)
        customer = asked(partner, reseller, {"LICENSE": minimum}, companyProfile=company)
        partner.service.act(customer, "accept")
        best = partner.preview(customer, (f"65304479{code}01A12", minimum))
        assert best == [f"65304479{code}{level}A12"]


@pytest.mark.parametrize("name", ["DECLINED", "EXPIRED"])
def test_a_customer_may_decline(partner, reseller, name):
    partner.service.rules(refused_status=name)
    customer = asked(partner, reseller)
    partner.service.act(customer, "decline")

    assert benefit(partner, customer)["commitmentRequest"]["status"] == name
    assert partner.preview(customer, (ALL_APPS, 10)) == ["65304479CA02A12"]
    assert partner.ask(customer, LICENCES).status_code == 200
    assert benefit(partner, customer)["commitmentRequest"]["status"] == "REQUESTED"


def test_a_request_that_nobody_answers_expires_after_a_week(partner, reseller):
    customer = asked(partner, reseller)
    later(partner, 6.9)
    assert benefit(partner, customer)["commitmentRequest"]["status"] == "REQUESTED"
    later(partner, 7.1)

    assert benefit(partner, customer)["commitmentRequest"]["status"] == "EXPIRED"


@pytest.mark.parametrize(("era", "days"), [("2024", 7), ("2025", 30)])
def test_who_does_not_buy_the_minimum_in_time_does_not_comply(partner, reseller, era, days):
    partner.service.rules(era=era)
    customer = asked(partner, reseller)
    partner.service.act(customer, "accept")
    later(partner, days - 0.1)
    assert benefit(partner, customer)["commitmentRequest"]["status"] == "ACCEPTED"
    later(partner, days + 0.1)

    assert benefit(partner, customer)["commitmentRequest"]["status"] == "NONCOMPLIANT"
    assert partner.preview(customer, (ALL_APPS, 10)) == ["65304479CA02A12"]


def test_several_orders_reach_the_minimum_together(partner, reseller):
    customer = asked(partner, reseller)
    partner.service.act(customer, "accept")
    partner.buy(customer, (ALL_APPS, 4))
    assert benefit(partner, customer)["commitment"] is None

    partner.buy(customer, (ALL_APPS, 6))

    assert benefit(partner, customer)["commitment"]["status"] == "COMMITTED"


def test_of_two_types_the_one_that_is_met_is_committed_first(partner, reseller):
    customer = asked(partner, reseller, {"LICENSE": 10, "CONSUMABLES": 1000})
    partner.service.act(customer, "accept")
    partner.buy(customer, (SIGN, 1000))

    told = benefit(partner, customer)
    assert told["commitment"]["minimumQuantities"] == [
        {"offerType": "CONSUMABLES", "quantity": 1000}
    ]
    assert told["commitmentRequest"]["minimumQuantities"] == [
        {"offerType": "LICENSE", "quantity": 10}
    ]
    assert told["commitmentRequest"]["status"] == "ACCEPTED"


def test_who_owns_enough_is_committed_at_once(partner, reseller):
    customer = partner.customer(reseller)
    partner.buy(customer, (ALL_APPS, 10))
    assert partner.ask(customer, LICENCES).status_code == 200
    partner.service.act(customer, "accept")

    assert benefit(partner, customer)["commitment"]["status"] == "COMMITTED"


def test_a_customer_may_commit_without_its_partner(partner, reseller):
    customer = partner.customer(reseller)
    partner.buy(customer, (ALL_APPS, 25))
    partner.service.act(customer, "enrol")

    assert benefit(partner, customer)["commitment"]["minimumQuantities"] == [
        {"offerType": "LICENSE", "quantity": 25}
    ]


def test_without_an_anniversary_three_years_run_from_acceptance(partner, reseller):
    customer = committed(partner, reseller)
    told, read = benefit(partner, customer)["commitment"], partner.read(customer)
    start, end = (date.fromisoformat(told[name]) for name in ("startDate", "endDate"))

    assert (end + timedelta(days=1)).year == start.year + 3
    assert date.fromisoformat(read["cotermDate"]).year == start.year + 1


@pytest.mark.parametrize(
    ("era", "days_left", "years"), [("2024", 20, 2), ("2025", 20, 3), ("2025", 31, 2)]
)
def test_with_an_anniversary_the_end_is_aligned_to_it(partner, reseller, era, days_left, years):
    partner.service.rules(era=era)
    customer = partner.customer(reseller)
    partner.buy(customer, (ALL_APPS, 10))
    anniversary = (date.today() + timedelta(days=days_left)).isoformat()  # noqa: DTZ011 -- the service's own day
    partner.service.act(customer, "coterm", cotermDate=anniversary)
    partner.ask(customer, LICENCES)
    partner.service.act(customer, "accept")

    end = date.fromisoformat(benefit(partner, customer)["commitment"]["endDate"])
    expected = date.fromisoformat(anniversary)
    assert end + timedelta(days=1) == expected.replace(year=expected.year + years)


def test_a_return_below_the_minimum_is_refused(partner, reseller):
    customer = committed(partner, reseller)
    order = partner.buy(customer, (ALL_APPS, 5))
    first = partner.call("GET", f"/v3/customers/{customer}/orders").json()["items"][-1]

    refused = give_back(partner, customer, first)
    assert (refused.json()["code"], refused.json()["additionalDetails"]) == (
        "2127",
        ["THREE_YEAR_COMMIT"],
    )
    assert give_back(partner, customer, order).status_code == 201


@pytest.mark.parametrize(
    ("renewal", "code"),
    [
        ({"enabled": True, "renewalQuantity": 20}, None),
        ({"enabled": True, "renewalQuantity": 19}, "3120"),
        ({"enabled": False}, "3120"),
        ({"enabled": True, "renewalQuantity": 0}, "3116"),
    ],
)
def test_a_renewal_below_the_minimum_is_refused(partner, reseller, renewal, code):
    customer = committed(partner, reseller, {"LICENSE": 20})
    partner.buy(customer, (ALL_APPS, 10))
    [owned] = partner.call("GET", f"/v3/customers/{customer}/subscriptions").json()["items"]
    path = f"/v3/customers/{customer}/subscriptions/{owned['subscriptionId']}"

    assert partner.call("PATCH", path, {"autoRenewal": renewal}).json().get("code") == code
    kept = partner.call("GET", path).json()["autoRenewal"]
    assert kept == {"enabled": True, "renewalQuantity": 30 if code else 20}


def test_in_its_last_term_a_commitment_holds_no_renewal(partner, reseller):
    customer = committed(partner, reseller)
    [owned] = partner.call("GET", f"/v3/customers/{customer}/subscriptions").json()["items"]
    path = f"/v3/customers/{customer}/subscriptions/{owned['subscriptionId']}"
    anniversary = date.fromisoformat(partner.read(customer)["cotermDate"])
    stop = {"autoRenewal": {"enabled": False}}
    assert partner.call("PATCH", path, stop).json()["code"] == "3120"

    last = (anniversary - timedelta(days=1)).isoformat()
    partner.service.act(customer, "term", term="commitment", endDate=last)

    assert partner.call("PATCH", path, stop).json()["autoRenewal"]["enabled"] is False


def test_an_increase_counts_once_it_is_bought(partner, reseller):
    customer = committed(partner, reseller)
    assert partner.ask(customer, {"LICENSE": 50}).status_code == 200
    partner.service.act(customer, "accept")
    assert partner.preview(customer, (ALL_APPS, 39)) == ["65304479CA12A12"]
    assert partner.preview(customer, (ALL_APPS, 40)) == ["65304479CA13A12"]

    partner.buy(customer, (ALL_APPS, 40))

    told = benefit(partner, customer)
    assert told["commitment"]["minimumQuantities"] == [{"offerType": "LICENSE", "quantity": 50}]
    assert told["commitmentRequest"] is None


def test_a_second_type_is_added_by_naming_both(partner, reseller):
    customer = committed(partner, reseller)

    assert partner.ask(customer, {"CONSUMABLES": 1000}).json()["code"] == "1117"
    both = partner.ask(customer, {"LICENSE": 10, "CONSUMABLES": 1000})
    assert both.status_code == 200


def test_a_recommitment_is_for_the_last_thirty_days_of_a_commitment(partner, reseller):
    customer = partner.customer(reseller)
    partner.buy(customer, (ALL_APPS, 10))
    kind = "recommitmentRequest"
    assert partner.ask(customer, LICENCES, kind).json()["code"] == "1117"
    partner.ask(customer, LICENCES)
    partner.service.act(customer, "accept")
    end = date.fromisoformat(benefit(partner, customer)["commitment"]["endDate"])
    today = date.today()  # noqa: DTZ011 -- the service's own day
    left = (end - today).days
    later(partner, left - 31)
    assert partner.ask(customer, LICENCES, kind).json()["code"] == "1117"
    later(partner, left - 29)

    assert partner.ask(customer, LICENCES, kind).status_code == 200
    assert partner.ask(customer, {"LICENSE": 50}).json()["code"] == "1117"
    partner.service.act(customer, "accept", term="recommitment")
    assert benefit(partner, customer)[kind]["status"] == "ACCEPTED"
    later(partner, left + 2)

    told = benefit(partner, customer)
    assert told["commitment"]["startDate"] == (end + timedelta(days=1)).isoformat()
    assert (told["commitment"]["status"], told[kind]) == ("COMMITTED", None)


def test_a_commitment_ends_and_the_next_year_has_standard_levels(partner, reseller):
    customer = committed(partner, reseller)
    end = date.fromisoformat(benefit(partner, customer)["commitment"]["endDate"])
    later(partner, (end - date.today()).days + 2)  # noqa: DTZ011 -- the service's own day

    assert benefit(partner, customer)["commitment"]["status"] == "EXPIRED"
    assert partner.read(customer)["discounts"][0]["level"] == "02"


def test_the_other_of_two_requests_is_refused(partner, reseller):
    body = customer_body(reseller, LICENCES)
    request = body["benefits"][0]["commitmentRequest"]
    body["benefits"][0]["recommitmentRequest"] = request

    assert partner.call("POST", "/v3/customers", body).json()["code"] == "1117"


@pytest.mark.parametrize(
    ("empty", "told"),
    [("null", {"commitment": None}), ("object", {"commitment": {}}), ("missing", {})],
)
def test_what_is_not_there_is_sent_in_three_ways(partner, reseller, empty, told):
    partner.service.rules(empty_terms=empty)
    found = benefit(partner, asked(partner, reseller))

    assert {k: v for k, v in found.items() if k == "commitment"} == told


def test_the_console_accepts_and_declines_and_nothing_else_is_open(partner, reseller):
    customer = asked(partner, reseller)
    http = partner.service.http
    assert "Accept" in http.get(f"/console/{customer}").text
    assert http.post(f"/console/{customer}/accept", data={"term": "request"}).status_code == 303
    assert benefit(partner, customer)["commitmentRequest"]["status"] == "ACCEPTED"
    assert "Accept</button>" not in http.get(f"/console/{customer}").text

    again = http.post(f"/console/{customer}/decline", data={"term": "request"})

    assert again.status_code == 422
    assert benefit(partner, customer)["commitmentRequest"]["status"] == "ACCEPTED"


def test_statuses_may_be_skipped_as_adobe_may(partner, reseller):
    customer = asked(partner, reseller)
    partner.service.act(customer, "term", term="request", status="COMMITTED",
                        startDate="2026-01-01", endDate="2028-12-31")  # fmt: skip

    told = benefit(partner, customer)
    assert (told["commitment"]["status"], told["commitmentRequest"]) == ("COMMITTED", None)
    assert told["commitment"]["startDate"] == "2026-01-01"
