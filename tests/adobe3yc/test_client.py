"""The client of VIP Marketplace against the sandbox: what comes back, and what is known when nothing good does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adobe3yc.vipmp.contracts import (
    CONSUMABLES,
    LICENSE,
    LineBody,
    Minimum,
    PriceListQuery,
    Progress,
)
from adobe3yc.vipmp.errors import (
    CredentialsRefused,
    Kind,
    NotDone,
    OutcomeUnknown,
    Refused,
    VipError,
)
from tests.adobe3yc.conftest import ALL_APPS, adobe_at, profile
from tests.sandbox.services import free_port

TEN = (Minimum(LICENSE, 10),)


# What works ----------------------------------------------------------------------------------------------


def test_a_customer_is_made_pending_and_read_again_when_it_settled(adobe):
    adobe.service.rules(settle_seconds=60)
    reseller = adobe.client.reseller_create(
        adobe.service.distributor, profile(), key=adobe.key(), reference="R-1"
    )
    made = adobe.client.customer_create(reseller.id, profile(), key=adobe.key(), reference="C-1")
    assert (made.status, made.progress) == ("1002", Progress.PENDING)
    assert adobe.client.customer(made.id).progress == Progress.PENDING

    adobe.travel(seconds=61)

    found = adobe.client.customer(made.id)
    assert (found.progress, found.reference) == (Progress.DONE, "C-1")
    assert found.profile == profile()
    assert (found.levels, found.coterm) == ({LICENSE: "01", CONSUMABLES: "T1"}, None)
    assert adobe.client.reseller(reseller.id).reference == "R-1"


def test_a_commitment_is_asked_for_with_the_customer_and_read(adobe):
    customer = adobe.customer(TEN)
    three_year = customer.three_year
    assert (three_year.commitment, three_year.recommitment) == (None, None)
    assert (three_year.request.status, three_year.request.start) == ("REQUESTED", None)
    assert three_year.request.minimum(LICENSE) == 10
    assert three_year.request.minimum(CONSUMABLES) == 0

    adobe.service.act(customer.id, "accept")
    adobe.buy(customer, 10)

    kept = adobe.client.customer(customer.id)
    assert kept.three_year.commitment.status == "COMMITTED"
    assert kept.three_year.request is None
    assert kept.three_year.commitment.start == adobe.now().date()
    assert kept.levels[LICENSE] == "12"


def test_a_commitment_is_asked_of_a_known_customer_without_changing_it(adobe):
    customer = adobe.customer()
    asked = adobe.client.commitment_request(customer, TEN, key=adobe.key())

    assert asked.three_year.request.status == "REQUESTED"
    assert asked.profile == customer.profile
    [sent] = adobe.service.log(method="PATCH")
    assert sent["body"]["companyProfile"]["contacts"] == []


def test_a_recommitment_is_refused_too_early(adobe):
    customer = adobe.customer()
    with pytest.raises(Refused) as refusal:
        adobe.client.recommitment_request(customer, TEN, key=adobe.key())

    assert refusal.value.code == "1117"
    assert adobe.client.customer(customer.id).three_year.recommitment is None


def test_a_preview_stores_nothing_and_tells_exact_prices(adobe):
    customer = adobe.customer()
    order = adobe.client.order_preview(customer.id, [LineBody(1, ALL_APPS, 10)], "EUR", prices=True)

    [line] = order.lines
    assert (line.offer_id, line.quantity, line.currency) == ("65304479CA02A12", 10, "EUR")
    assert (line.prices.yearly, line.prices.line) == (Decimal("740.89"), Decimal("7408.9"))
    assert (order.id, order.status) == ("", "")
    assert adobe.service.state()["orders"] == []


def test_an_order_is_placed_polled_returned_and_found_in_the_history(adobe):
    customer = adobe.customer()
    order = adobe.buy(customer, 5)
    assert order.progress == Progress.DONE
    [owned] = adobe.client.subscriptions(customer.id)
    assert (owned.offer_id, owned.quantity, owned.renews) == (ALL_APPS, 5, True)

    given_back = adobe.client.order_return(
        order, [LineBody(1, order.lines[0].offer_id, 5)], key=adobe.key(), reference="back"
    )

    assert adobe.client.order(customer.id, given_back.id).of == order.id
    assert adobe.client.order(customer.id, order.id).progress == Progress.CANCELLED
    history = adobe.client.orders(customer.id)
    assert [o.id for o in history.items] == [given_back.id, order.id]
    assert history.next_offset is None


def test_all_orders_are_read_page_by_page_as_far_as_somebody_reads(adobe, monkeypatch):
    monkeypatch.setattr("adobe3yc.vipmp.client.ORDERS_PAGE", 2)
    customer = adobe.customer()
    placed = [adobe.buy(customer, n).id for n in (1, 2, 3, 4, 5)]
    before = len(adobe.service.log(method="GET"))

    each = adobe.client.orders_each(customer.id)

    assert [next(each).id for _ in range(2)] == placed[:2:-1]
    assert len(adobe.service.log(method="GET")) == before + 1
    adobe.buy(customer, 6)
    assert [order.id for order in each] == placed[2::-1]


def test_what_renews_is_set_stopped_and_previewed(adobe):
    customer = adobe.customer()
    sid = adobe.buy(customer, 20).lines[0].subscription_id
    set_to = adobe.client.renewal_set(customer.id, sid, quantity=12, key=adobe.key())
    assert (set_to.renews, set_to.renewal_quantity) == (True, 12)
    [line] = adobe.client.renewal_preview(customer.id).lines
    assert (line.offer_id, line.quantity) == ("65304479CA02A12", 12)

    assert not adobe.client.renewal_stop(customer.id, sid, key=adobe.key()).renews

    with pytest.raises(Refused) as refusal:
        adobe.client.renewal_preview(customer.id)
    assert refusal.value.code == "2136"


def test_a_price_list_is_read_page_by_page(adobe):
    query = PriceListQuery("WE", "COM", "EUR", "202603", "3YC")
    page = adobe.client.price_list(query)
    [early, late] = [row for row in page.items if row.offer_id == "65304479CA12A12"]

    assert (early.price, late.price) == (Decimal("629.75"), Decimal("649.64"))
    assert (early.last.isoformat(), late.first.isoformat()) == ("2025-12-31", "2026-01-01")
    assert (page.total, page.next_offset) == (len(page.items), None)
    assert adobe.client.price_list(query, offset=5).total == page.total


def test_customers_are_searched_by_name(adobe):
    customer = adobe.customer()
    [entry] = adobe.client.customers(customer.reseller_id, name="fair*").items

    assert (entry.id, entry.name) == (customer.id, "Fairmont Textiles")


# Keys and tokens -----------------------------------------------------------------------------------------


def test_one_key_makes_one_customer(adobe):
    reseller = adobe.client.reseller_create(adobe.service.distributor, profile(), key=adobe.key())
    first = adobe.client.customer_create(reseller.id, profile(), key="one")
    again = adobe.client.customer_create(reseller.id, profile(), key="one")

    assert first == again
    assert len(adobe.service.state()["customers"]) == 1


def test_a_lost_answer_is_unknown_and_the_same_key_tells_what_became_of_it(vip_marketplace):
    adobe = adobe_at(vip_marketplace, read=0.5)
    customer = adobe.customer()
    lines = [LineBody(1, ALL_APPS, 3)]
    adobe.service.behave("timeout_after_accept", seconds=60, times=1, match="NEW")
    with pytest.raises(OutcomeUnknown) as lost:
        adobe.client.order_create(customer.id, lines, "EUR", key="one")
    assert (lost.value.is_known, lost.value.status) == (False, None)

    order = adobe.client.order_create(customer.id, lines, "EUR", key="one")

    assert [o["orderId"] for o in adobe.service.state()["orders"]] == [order.id]


def test_reading_again_is_never_answered_with_what_was(adobe):
    customer = adobe.customer()
    adobe.service.act(customer.id, "status", status="1004")

    assert adobe.client.customer(customer.id).status == "1004"


def test_a_token_is_asked_for_once_a_day(adobe):
    adobe.customer()
    adobe.customer(email="other@fairmont.example", name="Fairmont Wool")
    assert len(adobe.service.log(path="/ims/")) == 1

    adobe.travel(days=1)
    adobe.client.check()

    assert len(adobe.service.log(path="/ims/")) == 2


def test_a_token_that_adobe_no_longer_takes_is_replaced_and_the_call_made_once(adobe):
    reseller = adobe.client.reseller_create(adobe.service.distributor, profile(), key=adobe.key())
    adobe.service.move_clock(86_400 * 2)
    made = adobe.client.customer_create(reseller.id, profile(), key=adobe.key())

    assert [c["customerId"] for c in adobe.service.state()["customers"]] == [made.id]
    assert [e["status"] for e in adobe.service.log(path="/v3/customers")] == [401, 201]


def test_nothing_noted_holds_a_secret(adobe):
    adobe.customer()
    token = adobe.client._token()
    said = repr(adobe.notes)

    assert adobe.notes[0].path == "/ims/token/v3"
    assert adobe.notes[0].request["client_id"] == adobe.service.client_id
    assert adobe.service.client_secret not in said
    assert token not in said
    assert token not in repr(adobe.client.__dict__)


# What fails ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "error", "code", "is_known"),
    [
        ("unavailable", NotDone, "503000", True),
        ("throttle", NotDone, "4118", True),
        ("gateway", OutcomeUnknown, "504001", False),
        ("fail", OutcomeUnknown, "1124", False),
        ("garbage", OutcomeUnknown, "", False),
    ],
)
def test_each_bad_day_says_what_is_known(adobe, mode, error, code, is_known):
    customer = adobe.customer()
    adobe.service.behave(mode, seconds=7, times=1)
    with pytest.raises(VipError) as raised:
        adobe.client.order_create(customer.id, [LineBody(1, ALL_APPS, 3)], "EUR", key="one")

    assert (type(raised.value), raised.value.code, raised.value.is_known) == (
        error,
        code,
        is_known,
    )
    assert adobe.service.state()["orders"] == []
    if error is NotDone:
        assert raised.value.retry_after == 7


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("1127", Kind.EXISTS, 400),
        ("2122", Kind.OFFER, 400),
        ("2129", Kind.ELIGIBILITY, 400),
        ("1135", Kind.MINIMUM, 400),
        ("2115", Kind.MISSING, 404),
        ("7777", Kind.OTHER, 400),
    ],
)
def test_a_refusal_keeps_its_code_and_has_a_meaning(adobe, code, kind, status):
    customer = adobe.customer()
    adobe.service.behave("error", code=code)
    with pytest.raises(Refused) as raised:
        adobe.client.order_create(customer.id, [LineBody(1, ALL_APPS, 3)], "EUR", key="one")

    refusal = raised.value
    assert (refusal.code, refusal.meaning.kind, refusal.status) == (code, kind, status)
    assert refusal.is_known


def test_fields_that_adobe_refuses_are_named(adobe):
    reseller = adobe.client.reseller_create(adobe.service.distributor, profile(), key=adobe.key())
    with pytest.raises(Refused) as raised:
        adobe.client.customer_create(reseller.id, profile("Xy"), key=adobe.key())

    assert raised.value.details == ("companyProfile.companyName",)


def test_wrong_credentials_are_refused_before_anything_is_sent(vip_marketplace):
    adobe = adobe_at(vip_marketplace, secret="not-this-one")
    with pytest.raises(CredentialsRefused) as raised:
        adobe.customer()

    assert raised.value.code == "invalid_client"
    assert adobe.service.log(path="/v3/") == []
    assert "not-this-one" not in repr(adobe.notes)


@pytest.mark.parametrize("mode", ["unavailable", "gateway", "fail", "garbage"])
def test_without_a_token_nothing_was_done_whatever_went_wrong(adobe, mode):
    adobe.service.behave(mode, match="/ims/")
    with pytest.raises(NotDone):
        adobe.customer()

    assert adobe.service.log(path="/v3/") == []


def test_who_cannot_be_reached_did_nothing(vip_marketplace):
    adobe = adobe_at(vip_marketplace, url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(NotDone) as raised:
        adobe.client.check()

    assert raised.value.is_known


@pytest.mark.parametrize(
    ("wanted", "status", "progress"),
    [("1014", "1014", Progress.FAILED), ("1004", "1004", Progress.FAILED)],
)
def test_an_account_that_does_not_settle_well_says_so(adobe, wanted, status, progress):
    adobe.service.rules(customer_outcome=wanted)
    found = adobe.customer()

    assert (found.status, found.progress) == (status, progress)
