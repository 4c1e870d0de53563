"""The provider of card payments, over HTTP: what a key asked for happens once, and survives a restart."""

from __future__ import annotations

import pytest

from tests.sandbox.services import running_cards

BACK = "http://shop.example/back"


def pay(cards, key, number="4242000000001008", **values):
    body = {
        "token": cards.token(number)["id"], "amount": "10.00", "currency": "EUR", "capture": False,
        "off_session": False, "reference": "SO-1", "return_url": BACK, **values,
    }  # fmt: skip
    return send(cards, "POST", "/v1/payments", key, json=body), body


def send(cards, method, path, key="", **values):
    headers = {"Authorization": f"Bearer {cards.key}"} | ({"Idempotency-Key": key} if key else {})
    return cards.http.request(method, path, headers=headers, **values)


@pytest.mark.parametrize(
    ("number", "values", "status", "code"),
    [
        ("4242000000001008", {}, "authorised", ""),
        ("4242000000001008", {"capture": True}, "captured", ""),
        ("4242000000002006", {}, "declined", "card_declined"),
        ("4242000000003004", {}, "requires_step", ""),
        ("4242000000003004", {"return_url": ""}, "declined", "authentication_required"),
        ("4242000000005009", {}, "authorised", ""),
        ("4242000000005009", {"capture": True}, "declined", "insufficient_funds"),
        ("4242000000006007", {"off_session": True}, "declined", "authentication_required"),
    ],
)
def test_each_test_card_does_what_it_says(cards, number, values, status, code):
    answer, _body = pay(cards, "k1", number, **values)

    assert (answer.json()["status"], answer.json()["decline_code"]) == (status, code)
    assert answer.status_code == (402 if status == "declined" else 200)


def test_a_key_asks_once_and_not_for_something_else(cards):
    first, body = pay(cards, "k1")
    again = send(cards, "POST", "/v1/payments", "k1", json=body)
    other = send(cards, "POST", "/v1/payments", "k1", json={**body, "amount": "11.00"})

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(cards.payments()) == 1


def test_what_is_captured_is_at_most_what_is_held(cards):
    payment = pay(cards, "k1")[0].json()
    url = f"/v1/payments/{payment['id']}"
    assert send(cards, "POST", f"{url}/capture", "k2", json={"amount": "10.01"}).status_code == 422

    taken = send(cards, "POST", f"{url}/capture", "k3", json={"amount": "4.00"}).json()
    again = send(cards, "POST", f"{url}/capture", "k4", json={"amount": "4.00"}).json()
    released = send(cards, "POST", f"{url}/release", "k5", json={}).json()

    assert (taken["status"], taken["captured"]) == ("captured", "4.00")
    assert again == released == taken


def test_what_is_held_runs_out_after_a_week(cards):
    pay(cards, "k1")
    cards.move_clock(7 * 86_400 + 1)

    assert send(cards, "GET", "/v1/payments?key=k1").json()["status"] == "expired"


def test_a_real_looking_number_is_refused(cards):
    page = cards.http.post("/admin/tokens", json={"number": "4111111111111111"})

    assert (page.status_code, page.json()["code"]) == (422, "number_unknown")


def test_without_the_key_nothing_is_done(cards):
    answer = cards.http.post("/v1/payments", json={})

    assert (answer.status_code, cards.payments()) == (401, [])


def test_a_restart_forgets_nothing(tmp_path):
    with running_cards(state=tmp_path) as first:
        pay(first, "k1")
        assert first.stop() == 0
    with running_cards(state=tmp_path) as second:
        assert send(second, "GET", "/v1/payments?key=k1").json()["status"] == "authorised"
