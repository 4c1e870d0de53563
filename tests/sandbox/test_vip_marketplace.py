"""VIP Marketplace over HTTP: who may call, what a correlation id means, how accounts and orders settle."""

from __future__ import annotations

import pytest

from tests.sandbox.services import VipMarketplace, running_vip_marketplace
from tests.sandbox.vip_calls import (
    ALL_APPS,
    SIGN,
    Partner,
    customer_body,
    order_body,
    profile,
    reseller_body,
)

DAY = 86_400


@pytest.fixture
def partner(vip_marketplace: VipMarketplace) -> Partner:
    return Partner(vip_marketplace)


@pytest.fixture
def reseller(partner):
    return partner.reseller()


@pytest.fixture
def customer(partner, reseller):
    return partner.customer(reseller)


# Who may call ------------------------------------------------------------------------------------


def test_wrong_credentials_get_no_token_in_the_shape_of_the_token_endpoint(vip_marketplace):
    body = {"grant_type": "client_credentials", "client_id": "vip-client", "client_secret": "no"}
    answer = vip_marketplace.http.post("/ims/token/v3", data=body)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        ("X-Api-Key", "other", 403, "4115"),
        ("Authorization", "", 403, "4117"),
        ("Authorization", "Bearer other", 401, "4116"),
        ("Accept", "text/html", 400, "5122"),
        ("Content-Type", "text/plain", 400, "5122"),
        ("X-Correlation-Id", "", 400, "4119"),
    ],
)
def test_each_header_is_checked(partner, header, value, status, code):
    headers = partner.headers(**{header: value})
    answer = partner.service.http.post("/v3/resellers", json={}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert partner.service.state()["resellers"] == []


def test_a_token_is_good_for_a_day(partner):
    assert partner.call("GET", "/v3/customers/1").status_code == 404
    partner.service.move_clock(DAY)

    assert partner.call("GET", "/v3/customers/1").json()["code"] == "4116"


def test_the_log_keeps_no_secret_of_a_token_request(partner):
    [entry] = partner.service.log(path="/ims/")

    assert (entry["body"], entry["answer"]) == (None, None)


# The correlation id ------------------------------------------------------------------------------


def test_a_correlation_id_makes_a_call_happen_once(partner, reseller):
    body = customer_body(reseller)
    first = partner.call("POST", "/v3/customers", body, key="one")
    again = partner.call("POST", "/v3/customers", body, key="one")

    assert (first.status_code, first.text) == (201, again.text)
    assert partner.service.effects("/v3/customers") == ["created", "replayed"]
    assert len(partner.service.state()["customers"]) == 1


def test_a_refusal_is_replayed_too_even_for_a_corrected_body(partner, reseller):
    wrong = customer_body(reseller, companyProfile=profile("X"))
    first = partner.call("POST", "/v3/customers", wrong, key="one")
    again = partner.call("POST", "/v3/customers", customer_body(reseller), key="one")

    assert (first.status_code, first.json()) == (400, again.json())
    assert partner.service.state()["customers"] == []


def test_a_reply_is_kept_for_ten_days(partner, customer):
    path = f"/v3/customers/{customer}"
    partner.call("GET", path, key="one")
    partner.service.act(customer, "status", status="1004")
    partner.service.move_clock(9 * DAY)
    partner.token = partner.service.token()
    assert partner.call("GET", path, key="one").json()["status"] == "1000"

    partner.service.move_clock(10 * DAY + 5)
    partner.token = partner.service.token()

    assert partner.call("GET", path, key="one").json()["status"] == "1004"


def test_a_request_id_is_used_once(partner, reseller):
    body = reseller_body(partner.service)
    for key, code in (("a", None), ("a", None), ("b", "4120")):
        headers = partner.headers(key, **{"X-Request-Id": "r"})
        answer = partner.service.http.post("/v3/resellers", json=body, headers=headers)
        assert answer.json().get("code") == code
    assert len(partner.service.state()["resellers"]) == 2


# What a body may hold ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"nickname": "x"}, "1121", ["nickname"]),
        ({"companyProfile": profile(extra=1)}, "1121", ["companyProfile.extra"]),
        ({"companyProfile": profile(preferredLanguage=None)}, "1122",
         ["companyProfile.preferredLanguage"]),
        ({"companyProfile": profile("Xy")}, "1117", ["companyProfile.companyName"]),
        ({"companyProfile": profile("A <b> company")}, "1117", ["companyProfile.companyName"]),
        ({"companyProfile": profile(email="nobody")}, "1117",
         ["companyProfile.contacts[0].email"]),
        ({"companyProfile": profile(address={**profile()["address"], "postalCode": "1"})},
         "1118", ["companyProfile.address.postalCode"]),
        ({"companyProfile": profile(address={**profile()["address"], "country": "SY"})},
         "1118", ["companyProfile.address.country"]),
        ({"companyProfile": profile(marketSegment="XXX")}, "2135", None),
        ({"resellerId": "1"}, "1115", None),
        ({"cotermDate": "2020-01-01"}, "1117", ["cotermDate"]),
    ],
)  # fmt: skip
def test_a_body_that_is_not_right_is_refused_and_the_field_named(
    partner, reseller, changes, code, details
):
    answer = partner.call("POST", "/v3/customers", customer_body(reseller, **changes))

    assert (answer.json()["code"], answer.json().get("additionalDetails")) == (code, details)
    assert partner.service.state()["customers"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_what_is_no_json_object_is_refused(partner, body):
    answer = partner.service.http.post("/v3/customers", content=body, headers=partner.headers())

    assert (answer.status_code, answer.json()["code"]) == (400, "5122")


def test_unknown_paths_fail_in_the_shape_of_the_gateway(partner):
    answer = partner.call("GET", "/v3/unheard")

    assert (answer.status_code, answer.json()["error_code"]) == (404, "404001")


# Accounts ----------------------------------------------------------------------------------------


def test_accounts_are_pending_until_they_settle(partner):
    partner.service.rules(settle_seconds=60)
    reseller = partner.reseller()
    customer = partner.customer(reseller)
    assert partner.read(customer)["status"] == "1002"
    update = {"companyProfile": profile()}
    assert partner.call("PATCH", f"/v3/customers/{customer}", update).json()["code"] == "1125"

    partner.service.move_clock(61)

    assert partner.call("GET", f"/v3/resellers/{reseller}").json()["status"] == "1000"
    assert partner.read(customer)["status"] == "1000"


def test_the_same_company_twice_is_refused_for_one_reseller_and_inactive_for_another(
    partner, reseller, customer
):
    assert partner.read(customer)["status"] == "1000"
    again = partner.call("POST", "/v3/customers", customer_body(reseller))
    other = partner.customer(partner.reseller())

    assert again.json()["code"] == "1127"
    assert partner.read(other)["status"] == "1014"
    assert partner.read(customer)["status"] == "1000"


def test_name_country_and_region_stay_as_they_are(partner, customer):
    partner.read(customer)
    body = {"companyProfile": profile("Another Name")}
    answer = partner.call("PATCH", f"/v3/customers/{customer}", body)

    assert answer.json()["code"] == "1119"
    assert answer.json()["additionalDetails"] == ["companyProfile.companyName"]
    assert partner.read(customer)["companyProfile"]["companyName"] == "Fairmont Textiles"


def test_customers_of_a_reseller_are_searched_by_name(partner, reseller, customer):
    partner.read(customer)
    found = partner.call("GET", f"/v3/resellers/{reseller}/customers?company-name=*text*")
    none = partner.call("GET", f"/v3/resellers/{reseller}/customers?company-name=text")

    assert [c["customerId"] for c in found.json()["accounts"]] == [customer]
    assert none.json()["totalCount"] == 0


# Orders ------------------------------------------------------------------------------------------


def test_an_order_is_pending_then_delivers_a_subscription_at_its_base_offer(partner, customer):
    partner.service.rules(settle_seconds=30)
    partner.service.move_clock(31)
    placed = partner.order(customer, [("65304479CA02A12", 10)]).json()
    path = f"/v3/customers/{customer}/orders/{placed['orderId']}"
    assert (placed["status"], placed["lineItems"][0]["subscriptionId"]) == ("1002", "")
    assert partner.call("GET", f"/v3/customers/{customer}/subscriptions").json()["items"] == []

    partner.service.move_clock(70)

    done = partner.call("GET", path).json()
    [owned] = partner.call("GET", f"/v3/customers/{customer}/subscriptions").json()["items"]
    assert (done["status"], done["lineItems"][0]["subscriptionId"]) == (
        "1000",
        owned["subscriptionId"],
    )
    assert (owned["offerId"], owned["currentQuantity"]) == (ALL_APPS, 10)


def test_a_further_order_adds_to_the_subscription(partner, customer):
    partner.buy(customer, (ALL_APPS, 3))
    partner.buy(customer, (ALL_APPS, 4))

    [owned] = partner.call("GET", f"/v3/customers/{customer}/subscriptions").json()["items"]
    assert owned["currentQuantity"] == 7


@pytest.mark.parametrize(
    ("quantity", "offer", "best"),
    [
        (9, ALL_APPS, "65304479CA01A12"),
        (10, ALL_APPS, "65304479CA02A12"),
        (49, ALL_APPS, "65304479CA02A12"),
        (50, ALL_APPS, "65304479CA03A12"),
        (100, ALL_APPS, "65304479CA04A12"),
        (1, "65304479CA14A12", "65304479CA01A12"),
        (999, SIGN, "65300041CAT1A12"),
        (1_000, SIGN, "65300041CAT2A12"),
        (100_000, SIGN, "65300041CAT7A12"),
        (50, "65300031CA01A12", "65300031CA01A12"),
    ],
)
def test_a_preview_names_the_best_offer_and_stores_nothing(
    partner, customer, quantity, offer, best
):
    assert partner.preview(customer, (offer, quantity)) == [best]
    assert partner.service.state()["orders"] == []


def test_licences_of_all_products_count_together(partner, customer):
    offers = partner.preview(customer, (ALL_APPS, 6), ("65300011CA01A12", 4))

    assert offers == ["65304479CA02A12", "65300011CA02A12"]


def test_a_level_does_not_fall_within_the_term(partner, customer):
    partner.buy(customer, (ALL_APPS, 50))

    assert partner.preview(customer, (ALL_APPS, 1)) == ["65304479CA03A12"]


def test_an_order_at_another_level_than_the_preview_says_is_refused(partner, customer):
    answer = partner.order(customer, [("65304479CA04A12", 10)])

    assert answer.json()["code"] == "2129"
    assert partner.service.state()["orders"] == []


@pytest.mark.parametrize(
    ("lines", "changes", "code"),
    [
        ([("12345678CA01A12", 1)], {}, "2122"),
        ([("nonsense", 1)], {}, "2122"),
        ([(ALL_APPS, 0)], {}, "2120"),
        ([(ALL_APPS, 10_001)], {}, "2120"),
        ([("65304479CB01A12", 1)], {}, "2129"),
        ([(ALL_APPS, 1)], {"currencyCode": "XXX"}, "2128"),
        ([(ALL_APPS, 1)], {"currencyCode": None}, "1122"),
        ([(ALL_APPS, 1)], {"externalReferenceId": "x" * 36}, "2126"),
        ([(ALL_APPS, 1)], {"orderType": "SWITCH"}, "1117"),
        ([(ALL_APPS, 1)], {"surprise": 1}, "1121"),
        ([], {}, "1117"),
    ],
)
@pytest.mark.parametrize("kind", ["PREVIEW", "NEW"])
def test_a_preview_is_refused_as_the_order_would_be(partner, customer, lines, changes, code, kind):
    body = {**order_body(lines, kind), **changes}
    answer = partner.call("POST", f"/v3/customers/{customer}/orders", body)

    assert answer.json()["code"] == code
    assert partner.service.state()["orders"] == []


def test_orders_of_a_customer_that_turns_inactive_fail(partner, reseller):
    partner.service.rules(settle_seconds=60, customer_outcome="1010")
    customer = partner.customer(reseller)
    partner.order(customer, [(ALL_APPS, 1)])
    partner.service.move_clock(61)

    [order] = partner.service.state()["orders"]
    assert (order["status"], partner.read(customer)["status"]) == ("1024", "1010")
    assert partner.service.state()["subscriptions"] == []


def test_previews_carry_prices_when_asked_and_only_in_the_new_era(partner, customer):
    path = f"/v3/customers/{customer}/orders?fetch-price=true"
    body = order_body([(ALL_APPS, 10)], "PREVIEW")
    line = partner.call("POST", path, body).json()["lineItems"][0]
    assert line["pricing"]["partnerPrice"] == 740.89
    assert line["pricing"]["lineItemPartnerPrice"] == 7408.90

    partner.service.rules(era="2024")

    assert "pricing" not in partner.call("POST", path, body).json()["lineItems"][0]


def test_seats_added_later_are_prorated_to_the_anniversary(partner, customer):
    partner.buy(customer, (ALL_APPS, 1))
    partner.service.move_clock(100 * DAY)
    partner.token = partner.service.token()
    path = f"/v3/customers/{customer}/orders?fetch-price=true"
    line = partner.call("POST", path, order_body([(ALL_APPS, 1)], "PREVIEW")).json()["lineItems"][0]

    assert line["proratedDays"] == 265
    assert line["pricing"]["lineItemPartnerPrice"] < line["pricing"]["partnerPrice"]


def test_the_history_is_newest_first_filtered_and_in_pages(partner, customer):
    ids = [partner.buy(customer, (ALL_APPS, n))["orderId"] for n in (1, 2, 3)]
    path = f"/v3/customers/{customer}/orders"
    page = partner.call("GET", f"{path}?limit=2").json()

    assert [o["orderId"] for o in page["items"]] == [ids[2], ids[1]]
    assert (page["totalCount"], page["count"], "next" in page["links"]) == (3, 2, True)
    assert partner.call("GET", f"{path}?order-type=RENEWAL").json()["items"] == []
    assert partner.call("GET", f"{path}?order-type=ODD").json()["code"] == "1132"
    assert partner.call("GET", f"{path}?offset=3").json()["code"] == "1133"


# Returns and renewals ----------------------------------------------------------------------------


def give_back(partner, customer, order, **changes):
    line = order["lineItems"][0]
    sent = {name: line[name] for name in ("extLineItemNumber", "offerId", "quantity")}
    body = {
        "orderType": "RETURN",
        "referenceOrderId": order["orderId"],
        "currencyCode": "EUR",
        "lineItems": [{**sent, **changes}],
    }
    return partner.call("POST", f"/v3/customers/{customer}/orders", body)


def test_a_return_within_two_weeks_gives_the_seats_back_once(partner, customer):
    order = partner.buy(customer, (ALL_APPS, 5))
    partner.service.move_clock(14 * DAY - 60)
    partner.token = partner.service.token()
    assert give_back(partner, customer, order).status_code == 201
    assert give_back(partner, customer, order).json()["code"] == "2133"

    returned = partner.call("GET", f"/v3/customers/{customer}/orders/{order['orderId']}").json()
    [owned] = partner.service.state()["subscriptions"]
    assert (returned["status"], owned["status"], owned["currentQuantity"]) == ("1008", "1004", 0)
    assert give_back(partner, customer, order).json()["code"] == "2133"


def test_after_two_weeks_nothing_is_given_back(partner, customer):
    order = partner.buy(customer, (ALL_APPS, 5))
    partner.service.move_clock(14 * DAY + 60)
    partner.token = partner.service.token()

    assert give_back(partner, customer, order).json()["code"] == "2134"
    assert partner.service.state()["subscriptions"][0]["currentQuantity"] == 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"offerId": "65304479CA02A12"}, "2130"),
        ({"extLineItemNumber": 9}, "2131"),
        ({"quantity": 4}, "2132"),
    ],
)
def test_a_return_matches_its_order(partner, customer, changes, code):
    order = partner.buy(customer, (ALL_APPS, 5))

    assert give_back(partner, customer, order, **changes).json()["code"] == code


def test_a_renewal_takes_what_is_set_and_evaluates_the_level_again(partner, customer):
    order = partner.buy(customer, (ALL_APPS, 50))
    sid = order["lineItems"][0]["subscriptionId"]
    path = f"/v3/customers/{customer}/subscriptions/{sid}"
    body = {"autoRenewal": {"enabled": True, "renewalQuantity": 12}}
    assert partner.call("PATCH", path, body).json()["autoRenewal"]["renewalQuantity"] == 12
    preview = partner.order(customer, [], "PREVIEW_RENEWAL").json()["lineItems"]
    assert [(n["offerId"], n["quantity"]) for n in preview] == [("65304479CA02A12", 12)]

    partner.service.move_clock(366 * DAY)
    partner.token = partner.service.token()

    history = partner.call("GET", f"/v3/customers/{customer}/orders?order-type=RENEWAL").json()
    [renewed] = history["items"]
    assert (renewed["source"], renewed["lineItems"][0]["offerId"]) == ("System", "65304479CA02A12")
    assert partner.call("GET", path).json()["currentQuantity"] == 12


def test_what_is_not_to_renew_ends(partner, customer):
    order = partner.buy(customer, (ALL_APPS, 5))
    path = f"/v3/customers/{customer}/subscriptions/{order['lineItems'][0]['subscriptionId']}"
    partner.call("PATCH", path, {"autoRenewal": {"enabled": False}})
    assert partner.order(customer, [], "PREVIEW_RENEWAL").json()["code"] == "2136"
    partner.service.move_clock(366 * DAY)
    partner.token = partner.service.token()

    assert partner.call("GET", path).json()["status"] == "1004"
    again = partner.call("PATCH", path, {"autoRenewal": {"enabled": True}})
    assert again.json()["code"] == "3119"


# Price lists -------------------------------------------------------------------------------------


def price_list(partner, query="", **changes):
    body = {
        "region": "WE",
        "marketSegment": "COM",
        "currency": "EUR",
        "priceListMonth": "202603",
        "priceListType": "3YC",
        **changes,
    }
    return partner.call("POST", f"/v3/pricelist{query}", body)


def test_a_price_list_has_windows_of_acceptance_dates(partner):
    found = price_list(partner, filters={"offerId": "65304479CA12A12"}).json()["offers"]

    assert [(o["firstOrderDate"][:10], o["partnerPrice"]) for o in found] == [
        ("2023-07-01", "629.75"),
        ("2026-01-01", "649.64"),
    ]


def test_a_price_list_comes_in_pages_and_did_not_exist_before(partner):
    first = price_list(partner, "?limit=5&offset=5").json()
    assert (first["count"], first["offset"], first["totalCount"] > 10) == (5, 5, True)
    assert price_list(partner, currency="XXX").json()["code"] == "1161"
    assert price_list(partner, marketSegment="XXX").json()["code"] == "1160"

    partner.service.rules(era="2024")

    assert price_list(partner).json()["code"] == "1162"


# Bad days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "status", "told"),
    [
        ("unavailable", 503, "error_code"),
        ("gateway", 504, "error_code"),
        ("fail", 500, "code"),
        ("throttle", 429, "code"),
    ],
)
def test_on_a_bad_day_nothing_is_done_and_the_same_key_works_later(
    partner, reseller, mode, status, told
):
    partner.service.behave(mode, times=1, match="POST /v3/customers")
    body = customer_body(reseller)
    bad = partner.call("POST", "/v3/customers", body, key="one")
    assert (bad.status_code, told in bad.json()) == (status, True)
    assert partner.service.state()["customers"] == []

    assert partner.call("POST", "/v3/customers", body, key="one").status_code == 201


def test_html_instead_of_json(partner, customer):
    partner.service.behave("garbage", times=1)
    answer = partner.call("GET", f"/v3/customers/{customer}")

    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (200, "text/html")


def test_an_error_of_choice_befalls_what_it_is_meant_for(partner, customer):
    partner.service.behave("error", code="2129", match="NEW")

    assert partner.preview(customer, (ALL_APPS, 1)) == [ALL_APPS]
    assert partner.order(customer, [(ALL_APPS, 1)]).json()["code"] == "2129"
    assert partner.service.state()["orders"] == []


def test_a_lost_answer_was_an_order_all_the_same(partner, customer):
    partner.service.behave("timeout_after_accept", seconds=0.01, times=1)
    partner.order(customer, [(ALL_APPS, 1)], key="one")
    partner.order(customer, [(ALL_APPS, 1)], key="one")

    assert partner.service.effects("/orders") == ["created", "replayed"]
    assert len(partner.service.state()["orders"]) == 1


# Life of the service -----------------------------------------------------------------------------


def test_a_restart_forgets_nothing(tmp_path):
    with running_vip_marketplace(state=tmp_path) as first:
        partner = Partner(first)
        first.rules(era="2024")
        customer = partner.customer(partner.reseller())
        partner.buy(customer, (ALL_APPS, 5))
        assert first.stop() == 0
    with running_vip_marketplace(state=tmp_path) as second:
        partner.service = second
        assert partner.read(customer)["status"] == "1000"
        assert second.state()["subscriptions"][0]["currentQuantity"] == 5
        assert price_list(partner).json()["code"] == "1162"


def test_the_pages_show_customers_and_set_switches(partner, customer):
    partner.buy(customer, (ALL_APPS, 5))
    http = partner.service.http
    overview, console = http.get("/"), http.get(f"/console/{customer}")
    assert "Fairmont Textiles" in overview.text
    assert "Creative Cloud All Apps for teams" in console.text
    assert "<script" not in overview.text + console.text

    sent = http.post("/behaviour", data={"mode": "error", "code": "1127", "times": "1"})

    assert sent.status_code == 303
    assert http.get("/healthz").json()["behaviour"] == "error"
    assert http.post("/rules", data={"era": "2024", "settle_seconds": "9"}).status_code == 303
    assert 'value="9"' in http.get("/").text
    assert http.post("/rules", data={"era": "1999"}).status_code == 400
    assert http.get("/console/unknown").status_code == 404


def test_the_clock_is_moved_on_the_page(partner, customer):
    partner.order(customer, [(ALL_APPS, 1)])
    assert partner.service.http.post("/clock", data={"days": "366"}).status_code == 303

    assert [o["orderType"] for o in partner.service.state()["orders"]] == ["RENEWAL", "NEW"]
    assert partner.service.http.post("/clock", data={"days": "0"}).status_code == 400


def test_price_files_are_downloaded(partner):
    http = partner.service.http
    first, *rows = http.get("/pricefiles/COM-3YC-EUR.csv").text.splitlines()

    assert "Part Number,Product Family" in first
    assert "First Order Date,Last Order Date" in first
    assert any("65304479CA12A12" in row and "649.64" in row for row in rows)
    assert http.get("/pricefiles/XXX-3YC-EUR.csv").status_code == 404
