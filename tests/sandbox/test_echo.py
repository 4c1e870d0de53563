"""Echo does what it is asked once, and misbehaves exactly as it was told."""

import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.sandbox.services import Echo, running_echo

ACCOUNT = "/v1/accounts/acc-1"
SUBSCRIPTION = "/v1/subscriptions/sub-1"


def target(**changes: Any) -> dict[str, Any]:
    return {
        "account": "acc-1",
        "sku": "echo-desk-team",
        "quantity": 3,
        "unit": "P1M",
        "status": "active",
        "attributes": {"workspace": "nordwind", "region": "eu-west"},
        **changes,
    }


def put(
    echo: Echo,
    path: str = SUBSCRIPTION,
    body: Any = None,
    *,
    key: str = "k1",
    timeout: float = 15,
    correlation_id: str = "",
) -> httpx2.Response:
    """Put a target state; the account's path has the account's body."""
    if body is None:
        body = {"name": "Nordwind"} if path == ACCOUNT else target()
    headers = {"Authorization": f"Bearer {echo.key}", "Idempotency-Key": key}
    if correlation_id:
        headers["X-Correlation-Id"] = correlation_id
    return echo.http.put(path, json=body, headers=headers, timeout=timeout)


def get(echo: Echo, path: str = SUBSCRIPTION) -> httpx2.Response:
    return echo.http.get(path, headers={"Authorization": f"Bearer {echo.key}"})


@pytest.fixture
def with_account(echo: Echo) -> Echo:
    assert put(echo, ACCOUNT, key="account").status_code == 201
    return echo


# Well behaved ------------------------------------------------------------------------------------


def test_a_subscription_is_created_then_changed(with_account: Echo) -> None:
    created = put(with_account)
    changed = put(with_account, body=target(quantity=8), key="k2")

    assert (created.status_code, changed.status_code) == (201, 200)
    assert created.json()["external_id"] == changed.json()["external_id"] == "ECH-000002"
    found = get(with_account).json()
    assert {name: found[name] for name in target()} == target(quantity=8)
    assert (found["platform_id"], found["version"], found["operation_id"]) == ("sub-1", 2, None)
    assert with_account.effects(SUBSCRIPTION) == ["created", "updated"]


def test_the_same_target_state_again_changes_nothing(with_account: Echo) -> None:
    put(with_account)

    again = put(with_account, key="k2")

    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert with_account.effects(SUBSCRIPTION) == ["created", "unchanged"]


def test_suspended_then_active_then_cancelled_for_good(with_account: Echo) -> None:
    for number, status in enumerate(["active", "suspended", "active", "cancelled"]):
        assert put(with_account, body=target(status=status), key=f"k{number}").is_success

    refused = put(with_account, key="k9")

    assert (refused.status_code, refused.json()["code"]) == (422, "subscription_cancelled")
    assert get(with_account).json()["status"] == "cancelled"


def test_addons_are_part_of_the_target_state(with_account: Echo) -> None:
    addons = [{"sku": "echo-desk-archive", "quantity": 3}]

    assert put(with_account, body=target(addons=addons)).json()["addons"] == addons
    assert put(with_account, key="k2").json()["addons"] == []


def test_the_same_key_and_body_returns_the_kept_answer(with_account: Echo) -> None:
    first = put(with_account)
    put(with_account, body=target(quantity=8), key="k2")

    again = put(with_account)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert get(with_account).json()["quantity"] == 8
    assert with_account.effects(SUBSCRIPTION) == ["created", "updated", "replayed"]


@pytest.mark.parametrize(
    ("path", "body"), [(SUBSCRIPTION, target(quantity=8)), ("/v1/subscriptions/sub-2", target())]
)
def test_the_same_key_for_another_request_is_a_conflict(
    with_account: Echo, path: str, body: dict[str, Any]
) -> None:
    put(with_account)

    conflict = put(with_account, path, body)

    assert (conflict.status_code, conflict.json()["code"]) == (409, "idempotency_key_reused")
    assert [s["quantity"] for s in with_account.state()["subscriptions"]] == [3]


def test_two_requests_with_one_key_at_once_create_once(with_account: Echo) -> None:
    answers: list[httpx2.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(put(with_account))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 6
    assert sorted(with_account.effects(SUBSCRIPTION)) == ["created", *["replayed"] * 5]


def test_a_wrong_or_missing_key_opens_nothing(echo: Echo) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic echo-key"}):
        answer = echo.http.put(ACCOUNT, json={"name": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert echo.state()["accounts"] == []


def test_a_write_without_an_idempotency_key_is_refused(echo: Echo) -> None:
    answer = echo.http.put(
        ACCOUNT, json={"name": "x"}, headers={"Authorization": "Bearer echo-key"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
    assert echo.state()["accounts"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (target(colour="red"), "colour"),
        (target(quantity="3"), "quantity"),
        (target(quantity=None), "quantity"),
        (target(status="paused"), "status"),
        (target(attributes=[]), "attributes"),
        (target(addons=[{"sku": "echo-desk-archive", "seats": 1}]), "addons[0].seats"),
    ],
)
def test_a_wrong_shape_is_400_and_names_the_field(
    with_account: Echo, body: dict[str, Any], field: str
) -> None:
    answer = put(with_account, body=body)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.json()["retryable"] is False
    assert with_account.state()["subscriptions"] == []


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'"text"'])
def test_what_is_not_a_json_object_is_malformed(echo: Echo, content: bytes) -> None:
    headers = {"Authorization": "Bearer echo-key", "Idempotency-Key": "k"}

    answer = echo.http.put(ACCOUNT, content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (target(account="acc-9"), "account_unknown", "account"),
        (target(sku="nothing"), "sku_unknown", "sku"),
        (target(sku="echo-desk-archive"), "addon_alone", "sku"),
        (target(quantity=51), "quantity_out_of_range", "quantity"),
        (target(unit="P3Y"), "unit_not_offered", "unit"),
        (target(status="cancelled"), "subscription_unknown", "status"),
        (target(attributes={"region": "eu-west"}), "attribute_required", "attributes.workspace"),
        (
            target(attributes={"workspace": "No", "region": "eu-west"}),
            "attribute_invalid",
            "attributes.workspace",
        ),
        (
            target(attributes={"workspace": "nordwind", "region": "mars"}),
            "attribute_invalid",
            "attributes.region",
        ),
        (
            target(attributes={"workspace": "nordwind", "region": "eu-west", "size": 1}),
            "attribute_unknown",
            "attributes.size",
        ),
        (
            target(addons=[{"sku": "echo-desk-team", "quantity": 1}]),
            "addon_not_offered",
            "addons[0].sku",
        ),
    ],
)
def test_what_is_not_sold_is_422_and_names_the_field(
    with_account: Echo, body: dict[str, Any], code: str, field: str
) -> None:
    answer = put(with_account, body=body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"] == field
    assert with_account.state()["subscriptions"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sku": "echo-desk-team"}, "change_not_offered"),
        ({"account": "acc-2"}, "account_fixed"),
        ({"attributes": {"workspace": "nordwind", "region": "us-east"}}, "attribute_fixed"),
    ],
)
def test_a_change_that_is_not_offered_is_refused(
    with_account: Echo, changes: dict[str, Any], code: str
) -> None:
    put(with_account, "/v1/accounts/acc-2", {"name": "Other"}, key="a2")
    business = {"sku": "echo-desk-business", "quantity": 5}
    put(with_account, body=target(**business))

    answer = put(with_account, body=target(**{**business, **changes}), key="k2")

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert get(with_account).json()["version"] == 1


def test_a_corrected_request_may_use_the_key_of_the_refused_one(with_account: Echo) -> None:
    assert put(with_account, body=target(quantity=51)).status_code == 422
    assert put(with_account, body=target(quantity=50)).status_code == 201


def test_reading_what_is_not_there_is_404(echo: Echo) -> None:
    for path in (ACCOUNT, SUBSCRIPTION, "/v1/operations/OP-000001", "/v1/operations/x", "/v1/x"):
        assert get(echo, path).status_code == 404


def test_the_catalogue_lists_products_fields_and_prices(echo: Echo) -> None:
    [product_type] = get(echo, "/v1/catalog").json()["types"]

    assert product_type["id"] == "echo-desk"
    assert [field["code"] for field in product_type["fields"]] == [
        "workspace",
        "region",
        "greeting",
    ]
    assert [(p["sku"], p["kind"]) for p in product_type["products"]] == [
        ("echo-desk-team", "product"),
        ("echo-desk-business", "product"),
        ("echo-desk-archive", "addon"),
    ]
    assert product_type["products"][0]["prices"] == [
        {"unit": "P1M", "currency": "EUR", "cost": "5.60", "price": "7.00"},
        {"unit": "P1Y", "currency": "EUR", "cost": "56.00", "price": "70.00"},
    ]


def test_another_catalogue_is_sold_until_the_reset(with_account: Echo) -> None:
    put(with_account)
    catalogue = get(with_account, "/v1/catalog").json()
    catalogue["types"][0]["products"].pop(0)
    assert with_account.http.put("/admin/catalog", json=catalogue).is_success

    other = put(with_account, "/v1/subscriptions/sub-2", key="k2")
    assert (other.status_code, other.json()["code"]) == (422, "sku_unknown")
    assert put(with_account, body=target(status="cancelled"), key="k3").status_code == 200
    with_account.reset()
    assert len(get(with_account, "/v1/catalog").json()["types"][0]["products"]) == 3


# Badly behaved -----------------------------------------------------------------------------------


def test_async_answers_202_and_works_until_the_clock_says_done(with_account: Echo) -> None:
    with_account.behave("async", seconds=600, times=1)
    accepted = put(with_account)
    assert accepted.status_code == 202
    operation = f"/v1/operations/{accepted.json()['operation_id']}"
    assert accepted.headers["Retry-After"] == str(accepted.json()["retry_after"]) == "5"
    assert get(with_account).status_code == 202
    assert get(with_account).json()["operation_id"] == accepted.json()["operation_id"]

    with_account.move_clock(300)
    halfway = get(with_account, operation).json()
    assert (halfway["state"], halfway["percent"], halfway["result"]) == ("in_progress", 50, None)
    assert with_account.state()["subscriptions"] == []

    with_account.move_clock(601)
    done = get(with_account, operation).json()
    assert (done["state"], done["percent"], done["retry_after"]) == ("succeeded", 100, None)
    assert done["result"] == get(with_account).json()
    assert done["result"]["external_id"] == "ECH-000002"


def test_while_an_operation_runs_another_change_is_refused(with_account: Echo) -> None:
    put(with_account)
    with_account.behave("async", seconds=600, times=1)
    accepted = put(with_account, body=target(quantity=8), key="k2")

    busy = put(with_account, body=target(quantity=9), key="k3")

    assert (busy.status_code, busy.json()["code"]) == (409, "operation_in_progress")
    assert busy.json()["retryable"] is True
    assert busy.headers["Retry-After"] == "5"
    found = get(with_account).json()
    assert (found["quantity"], found["operation_id"]) == (3, accepted.json()["operation_id"])
    with_account.move_clock(601)
    assert put(with_account, body=target(quantity=9), key="k3").json()["quantity"] == 9


def test_async_fail_ends_with_an_error_and_without_a_change(with_account: Echo) -> None:
    with_account.behave("async_fail", seconds=600, times=1)
    operation = f"/v1/operations/{put(with_account).json()['operation_id']}"

    with_account.move_clock(601)

    failed = get(with_account, operation).json()
    assert (failed["state"], failed["result"]) == ("failed", None)
    assert failed["error"]["code"] == "provisioning_failed"
    assert get(with_account).status_code == 404
    assert put(with_account, key="k2").status_code == 201


def test_slow_waits_and_then_works(with_account: Echo) -> None:
    with_account.behave("slow", seconds=0.4, times=1)
    began = time.monotonic()

    assert put(with_account).status_code == 201

    assert time.monotonic() - began >= 0.4
    assert with_account.effects(SUBSCRIPTION) == ["created"]


def test_a_reset_ends_a_wait_and_keeps_its_request_from_the_new_books(with_account: Echo) -> None:
    with_account.behave("slow", seconds=60)
    answers: list[httpx2.Response] = []
    waiting = threading.Thread(target=lambda: answers.append(put(with_account)))
    waiting.start()
    deadline = time.monotonic() + 10
    while not with_account.log(path=SUBSCRIPTION):
        assert time.monotonic() < deadline, "the request never arrived"

    with_account.reset()
    waiting.join(10)

    assert [answer.status_code for answer in answers] == [503]
    assert with_account.state() == {"accounts": [], "subscriptions": []}


def test_timeout_after_accept_changes_once_whatever_the_client_saw(with_account: Echo) -> None:
    with_account.behave("timeout_after_accept", seconds=30, times=1)
    with pytest.raises(httpx2.ReadTimeout):
        put(with_account, timeout=0.5)

    assert get(with_account).json()["quantity"] == 3
    assert put(with_account).status_code == 201
    assert with_account.effects(SUBSCRIPTION) == ["created", "replayed"]


@pytest.mark.parametrize(
    ("mode", "status", "retryable", "retry_after"),
    [
        ("fail", 500, True, None),
        ("refuse", 422, False, None),
        ("unavailable", 503, True, "7"),
        ("throttle", 429, True, "7"),
    ],
)
def test_a_failure_changes_nothing_and_the_next_try_succeeds(
    with_account: Echo, mode: str, status: int, retryable: bool, retry_after: str | None
) -> None:
    with_account.behave(mode, seconds=7, times=1)

    failed = put(with_account)

    assert failed.status_code == status
    assert failed.json()["retryable"] is retryable
    assert failed.headers.get("Retry-After") == retry_after
    assert with_account.state()["subscriptions"] == []
    assert put(with_account).status_code == 201
    assert with_account.effects(SUBSCRIPTION) == ["created"]


def test_garbage_is_html_with_200_and_no_change(with_account: Echo) -> None:
    with_account.behave("garbage", times=1)

    answer = put(with_account)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert with_account.state()["subscriptions"] == []


def test_a_behaviour_lasts_as_many_times_as_it_was_told(with_account: Echo) -> None:
    with_account.behave("fail", times=2)

    assert [put(with_account).status_code for _ in range(3)] == [500, 500, 201]
    assert with_account.http.get("/admin/behaviour").json()["mode"] == "ok"


def test_a_behaviour_without_times_lasts_until_it_is_changed(with_account: Echo) -> None:
    with_account.behave("fail")
    assert [put(with_account).status_code for _ in range(3)] == [500] * 3

    with_account.behave("ok")
    assert put(with_account).status_code == 201


@pytest.mark.parametrize("match", ["sub-1", "echo-desk-team", "PUT /v1/subscriptions"])
def test_a_behaviour_befalls_only_what_it_matches(with_account: Echo, match: str) -> None:
    with_account.behave("fail", match=match)

    assert put(with_account, ACCOUNT, {"name": "New name"}, key="k2").status_code == 200
    assert get(with_account, "/v1/catalog").status_code == 200
    assert put(with_account).status_code == 500


def test_modes_about_changes_leave_reading_alone(with_account: Echo) -> None:
    for mode in ("async", "async_fail", "refuse", "timeout_after_accept"):
        with_account.behave(mode, times=1)
        assert get(with_account, ACCOUNT).status_code == 200
        assert with_account.http.get("/admin/behaviour").json()["times"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mode": "explode"}, "mode"),
        ({"mode": "slow", "seconds": "long"}, "seconds"),
        ({"mode": "slow", "times": 0}, "times"),
        ({"mode": "slow", "match": 7}, "match"),
        ({"mode": "slow", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_behaviour_is_refused_and_changes_nothing(
    echo: Echo, body: dict[str, Any], field: str
) -> None:
    answer = echo.http.put("/admin/behaviour", json=body)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert echo.http.get("/healthz").json()["behaviour"] == "ok"


# What is seen ------------------------------------------------------------------------------------


def test_the_log_has_every_request_with_its_answer(with_account: Echo) -> None:
    answer = put(with_account, correlation_id="corr-7")
    with_account.http.get(SUBSCRIPTION)

    assert answer.headers["X-Correlation-Id"] == "corr-7"
    _, written, read = with_account.log()
    assert (written["method"], written["path"], written["key"]) == ("PUT", SUBSCRIPTION, "k1")
    assert (written["body"], written["answer"]) == (target(), answer.json())
    assert (written["status"], written["effect"]) == (201, "created")
    assert written["correlation_id"] == "corr-7"
    assert (read["status"], read["effect"], read["answer"]["code"]) == (401, None, "unauthorized")
    assert [entry["method"] for entry in with_account.log(path=SUBSCRIPTION)] == ["PUT", "GET"]


def test_the_page_shows_subscriptions_and_requests_and_sets_the_behaviour(
    with_account: Echo,
) -> None:
    put(with_account, body=target(attributes={**target()["attributes"], "greeting": "<b>Hi</b>"}))
    form = {"mode": "slow", "seconds": "2.5", "times": "", "match": " sub "}

    assert with_account.http.post("/behaviour", data=form).status_code == 303

    expected = {"mode": "slow", "seconds": 2.5, "times": None, "match": "sub"}
    assert with_account.http.get("/admin/behaviour").json() == expected
    page = with_account.http.get("/")
    assert all(text in page.text for text in ("ECH-000002", "Nordwind", f"PUT {SUBSCRIPTION}"))
    assert "<b>Hi" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (
        with_account.http.get("/static/sandbox.css").headers["Content-Type"].startswith("text/css")
    )


def test_another_key_and_the_books_survive_a_restart_and_sigterm_is_clean(tmp_path: Path) -> None:
    with running_echo(state=tmp_path, key="other") as echo:
        put(echo, ACCOUNT, key="account")
        first = put(echo)
        echo.behave("async", seconds=600, match="sub-2")
        accepted = put(echo, "/v1/subscriptions/sub-2", key="k2")
        assert echo.stop() == 0

    with running_echo(state=tmp_path, key="other") as echo:
        assert put(echo).json() == first.json()
        assert echo.http.get("/admin/behaviour").json()["mode"] == "async"
        assert len(echo.log()) == 4
        echo.move_clock(601)
        operation = get(echo, f"/v1/operations/{accepted.json()['operation_id']}").json()
        assert operation["state"] == "succeeded"
