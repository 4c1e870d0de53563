"""Echo over real HTTP: its bad days, and that none of them makes anything twice."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bss.catalog.models import PriceListItem, Product
from bss.core.actor import SYSTEM
from bss.core.errors import Invalid
from bss.core.models import Job
from bss.orders.choices import LineState
from bss.orders.models import Order
from bss.orders.services import line_correct, order_create, order_execute, order_line_add
from bss.subscriptions.choices import ChangeKind, SubscriptionState
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import change_request
from bss.subscriptions.tasks import changes_due
from servicemanager.choices import ProvisioningState as P
from servicemanager.echo.gateway import Echo
from servicemanager.models import AccountLink, Exchange, Instance
from servicemanager.services import (
    definition_start,
    instance_activate,
    instance_create,
    provisioning_retry,
)
from tests.factories.orders import default_list
from tests.servicemanager.conftest import job_of
from tests.servicemanager.managers import Crash

ANSWERS = {"workspace": "aegean", "region": "eu-west"}
SUBSCRIPTIONS = "/v1/subscriptions/"


@pytest.fixture(autouse=True)
def _may_call_here(settings):
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def vendor(at_distributor, echo, run_jobs) -> Instance:
    """An active instance of Echo whose offer is in the catalogue."""
    settings = {"base_url": echo.url, "api_key": echo.key, "timeout": "1"}
    made = instance_create(
        organization=at_distributor, manager="echo", name="Echo", settings=settings, actor=SYSTEM
    )
    instance_activate(instance=made, actor=SYSTEM)
    definition_start(instance=made, actor=SYSTEM)
    run_jobs()
    products = Product.objects.filter(type__managed_by=made.public_id)
    for product in products:
        PriceListItem.everywhere.create(
            organization=at_distributor, price_list=default_list(at_distributor), product=product
        )
    return made


@pytest.fixture
def ordered(account, vendor) -> Order:
    """An executed order of five Echo Desk Team; no job has run."""
    return order(account)


def order(account: Any, *, quantity: int = 5, **answers: str) -> Order:
    desk = Product.objects.get(external_id="echo-desk-team")
    made = order_create(account=account, customer=account, actor=SYSTEM)
    order_line_add(
        order=made, product=desk, unit="P1M", quantity=quantity, actor=SYSTEM,
        parameters={**ANSWERS, **answers},
    )  # fmt: skip
    made.refresh_from_db()
    return order_execute(order=made, actor=SYSTEM)


def subscription_of(order: Order) -> Subscription:
    return Subscription.objects.get(order_line__order=order)


def test_an_order_is_created_at_the_vendor_once(ordered, echo, run_jobs):
    run_jobs()

    subscription = subscription_of(ordered)
    (there,) = echo.state()["subscriptions"]
    assert subscription.state == SubscriptionState.ACTIVE
    assert subscription.external_id == there["external_id"]
    assert (there["sku"], there["quantity"], there["unit"]) == ("echo-desk-team", 5, "P1M")
    assert there["attributes"] == ANSWERS
    assert echo.effects(SUBSCRIPTIONS) == ["created"]


def test_the_account_is_made_at_the_vendor_and_linked_once(account, vendor, echo, run_jobs):
    for workspace in ("one-desk", "two-desks"):
        order(account, workspace=workspace)
        run_jobs()

    link = AccountLink.everywhere.get(instance=vendor, account=account)
    (there,) = echo.state()["accounts"]
    assert (link.external_id, there["name"]) == (there["external_id"], "Aegean Foods")
    assert echo.effects("/v1/accounts/") == ["created"]
    assert len(echo.log(method="GET", path="/v1/accounts/")) == 1


def test_every_call_carries_key_and_correlation(ordered, echo, run_jobs):
    run_jobs()

    job = job_of(subscription_of(ordered))
    (put,) = echo.log(method="PUT", path=SUBSCRIPTIONS)
    assert (put["key"], put["correlation_id"]) == (f"{job.public_id}-1", job.public_id)


def test_a_vendor_that_accepts_and_never_answers_creates_once(ordered, echo, run_jobs, travel):
    echo.behave("timeout_after_accept", seconds=3, times=1, match=SUBSCRIPTIONS)
    run_jobs()
    subscription = subscription_of(ordered)
    assert job_of(subscription).state == P.UNKNOWN
    assert subscription.state == SubscriptionState.PENDING

    travel(timedelta(seconds=10))
    run_jobs()

    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE
    assert echo.effects(SUBSCRIPTIONS) == ["created"]
    assert len(echo.log(method="PUT", path=SUBSCRIPTIONS)) == 1
    assert len(echo.state()["subscriptions"]) == 1


def test_a_worker_killed_between_call_and_record_creates_once(ordered, echo, run_jobs, monkeypatch):
    provision = Echo.provision

    def die(self, call):
        provision(self, call)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Echo, "provision", die)
        with pytest.raises(Crash):
            run_jobs()
    subscription = subscription_of(ordered)
    assert job_of(subscription).state == P.CALLING
    Job.objects.filter(kind="provisioning.step").update(lease_until="2020-01-01T00:00:00Z")
    run_jobs()

    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE
    assert echo.effects(SUBSCRIPTIONS) == ["created"]
    assert len(echo.log(method="PUT", path=SUBSCRIPTIONS)) == 1


def test_a_slow_vendor_is_waited_for(ordered, echo, run_jobs):
    echo.behave("slow", seconds=0.4)
    run_jobs()

    assert subscription_of(ordered).state == SubscriptionState.ACTIVE


def test_accepted_work_is_polled_until_it_is_done(ordered, echo, run_jobs, travel):
    echo.behave("async", seconds=60, match=SUBSCRIPTIONS)
    run_jobs()
    job = job_of(subscription_of(ordered))
    assert (job.state, job.reference) == (P.IN_PROGRESS, "OP-000001")

    echo.move_clock(120)
    travel(timedelta(seconds=20))
    run_jobs()

    subscription = subscription_of(ordered)
    assert subscription.state == SubscriptionState.ACTIVE
    assert subscription.external_id == echo.state()["subscriptions"][0]["external_id"]
    assert echo.effects(SUBSCRIPTIONS) == ["accepted"]


def test_work_that_takes_over_120_minutes_fails_and_a_retry_asks_first(
    ordered, echo, run_jobs, travel, staff
):
    echo.behave("async", seconds=9000, match=SUBSCRIPTIONS)
    run_jobs()
    travel(timedelta(minutes=121))
    run_jobs()
    subscription = subscription_of(ordered)
    job = job_of(subscription)
    assert (job.state, job.code) == (P.FAILED, "NOT_FINISHED_IN_TIME")
    assert subscription.state == SubscriptionState.FAILED

    echo.move_clock(9001)
    provisioning_retry(job=job, actor=staff.actor)
    run_jobs()

    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE
    assert len(echo.log(method="PUT", path=SUBSCRIPTIONS)) == 1
    assert len(echo.state()["subscriptions"]) == 1


def test_work_that_fails_at_the_vendor_is_tried_again_under_a_new_key(
    ordered, echo, run_jobs, travel, staff
):
    echo.behave("async_fail", seconds=5, match=SUBSCRIPTIONS)
    run_jobs()
    echo.move_clock(30)
    travel(timedelta(seconds=10))
    run_jobs()
    subscription = subscription_of(ordered)
    job = job_of(subscription)
    assert (job.state, job.code, job.vendor_code) == (
        P.FAILED,
        "VENDOR_FAILED",
        "provisioning_failed",
    )
    assert echo.state()["subscriptions"] == []

    echo.behave("ok")
    provisioning_retry(job=job, actor=staff.actor)
    run_jobs()

    subscription.refresh_from_db()
    first, second = echo.log(method="PUT", path=SUBSCRIPTIONS)
    assert first["key"] != second["key"]
    assert subscription.state == SubscriptionState.ACTIVE


def test_a_vendor_that_breaks_down_is_asked_then_called_again(ordered, echo, run_jobs, travel):
    echo.behave("fail", times=1, match=f"PUT {SUBSCRIPTIONS}")
    run_jobs()
    assert job_of(subscription_of(ordered)).state == P.UNKNOWN

    travel(timedelta(seconds=10))
    run_jobs()

    first, second = echo.log(method="PUT", path=SUBSCRIPTIONS)
    assert first["key"] == second["key"]
    assert echo.effects(SUBSCRIPTIONS) == ["created"]


@pytest.mark.parametrize("mode", ["unavailable", "throttle"])
def test_a_busy_vendor_is_left_alone_as_long_as_it_asks(ordered, echo, run_jobs, travel, mode):
    echo.behave(mode, seconds=90, times=1, match=f"PUT {SUBSCRIPTIONS}")
    run_jobs()
    job = job_of(subscription_of(ordered))
    assert (job.state, job.code) == (P.QUEUED, "VENDOR_BUSY")

    travel(timedelta(seconds=89))
    assert run_jobs() == 0
    travel(timedelta(seconds=40))
    run_jobs()

    assert subscription_of(ordered).state == SubscriptionState.ACTIVE
    assert echo.effects(SUBSCRIPTIONS) == ["created"]


def test_an_answer_that_is_no_answer_is_asked_about(ordered, echo, run_jobs, travel):
    echo.behave("garbage", times=1, match=f"PUT {SUBSCRIPTIONS}")
    run_jobs()
    job = job_of(subscription_of(ordered))
    assert (job.state, job.code) == (P.UNKNOWN, "VENDOR_GARBLED")

    travel(timedelta(seconds=10))
    run_jobs()
    assert echo.effects(SUBSCRIPTIONS) == ["created"]


def test_a_vendor_that_is_off_is_not_doubted_only_tried_again(
    ordered, vendor, echo, run_jobs, travel
):
    Instance.everywhere.update(settings={**vendor.settings, "base_url": "http://127.0.0.1:9"})
    run_jobs()
    job = job_of(subscription_of(ordered))
    assert (job.state, job.code) == (P.QUEUED, "VENDOR_UNREACHABLE")

    Instance.everywhere.update(settings=vendor.settings)
    travel(timedelta(minutes=2))
    run_jobs()
    assert echo.effects(SUBSCRIPTIONS) == ["created"]


def test_a_private_address_is_refused(ordered, vendor, run_jobs, settings):
    settings.OUTBOUND_ALLOW_NETWORKS = []
    run_jobs()

    job = job_of(subscription_of(ordered))
    assert (job.state, job.code) == (P.FAILED, "ADDRESS_REFUSED")


def test_a_refusal_keeps_the_vendors_words(ordered, echo, run_jobs):
    echo.behave("refuse", match=SUBSCRIPTIONS)
    run_jobs()

    job = job_of(subscription_of(ordered))
    assert (job.state, job.code, job.vendor_code) == (P.FAILED, "VENDOR_REFUSED", "refused")
    assert echo.state()["subscriptions"] == []


def test_a_wrong_answer_is_asked_for_again_and_goes_on(ordered, echo, run_jobs, staff):
    authorization = {"Authorization": f"Bearer {echo.key}"}
    offer = echo.http.get("/v1/catalog", headers=authorization).json()
    offer["types"][0]["fields"][0]["pattern"] = "desk-[a-z]+"
    echo.http.put("/admin/catalog", json=offer).raise_for_status()
    run_jobs()
    line = ordered.lines.get()
    assert (line.state, line.problem_code) == (LineState.NEEDS_INPUT, "ATTRIBUTE_INVALID")
    assert line.problem_field == "workspace"
    assert echo.state()["subscriptions"] == []

    line_correct(line=line, parameters={"workspace": "desk-aegean"}, actor=staff.actor)
    run_jobs()

    line.refresh_from_db()
    assert line.state == LineState.DELIVERED
    (there,) = echo.state()["subscriptions"]
    assert there["attributes"]["workspace"] == "desk-aegean"


def test_quantity_suspension_resumption_and_cancellation_reach_the_vendor(
    ordered, echo, run_jobs, staff
):
    run_jobs()
    subscription = subscription_of(ordered)

    def change(kind: str, **values: Any) -> dict[str, Any]:
        subscription.refresh_from_db()
        change_request(
            subscription=subscription, kind=kind, actor=staff.actor, source="portal", **values
        )
        run_jobs()
        subscription.refresh_from_db()
        return echo.state()["subscriptions"][0]

    assert change(ChangeKind.QUANTITY, quantity=8)["quantity"] == 8
    assert subscription.quantity == 8
    assert change(ChangeKind.SUSPEND, reason="Unpaid")["status"] == "suspended"
    assert subscription.state == SubscriptionState.SUSPENDED
    assert change(ChangeKind.RESUME)["status"] == "active"
    there = change(ChangeKind.CANCEL, reason="No longer needed")
    assert (there["status"], there["version"]) == ("cancelled", 5)
    assert subscription.state == SubscriptionState.CANCELLED


def test_seats_of_a_suspended_subscriptions_next_term_reach_the_vendor_and_resume_nothing(
    ordered, echo, run_jobs, staff, travel
):
    run_jobs()
    subscription = subscription_of(ordered)
    for wish in (
        {"kind": ChangeKind.QUANTITY, "quantity": 2, "when": "period_end"},
        {"kind": ChangeKind.SUSPEND, "reason": "Unpaid"},
    ):
        change_request(subscription=subscription, actor=staff.actor, source="portal", **wish)
        run_jobs()
    travel(timedelta(days=40))

    changes_due()
    run_jobs()

    (there,) = echo.state()["subscriptions"]
    assert (there["status"], there["quantity"]) == ("suspended", 2)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.quantity) == (SubscriptionState.SUSPENDED, 2)


def test_a_change_the_vendor_did_and_did_not_answer_is_made_once(
    ordered, echo, run_jobs, travel, staff
):
    run_jobs()
    subscription = subscription_of(ordered)
    echo.behave("timeout_after_accept", seconds=3, times=1, match=SUBSCRIPTIONS)
    change_request(
        subscription=subscription, kind="quantity", quantity=9, actor=staff.actor, source="portal"
    )
    run_jobs()
    subscription.refresh_from_db()
    assert subscription.quantity == 5

    travel(timedelta(seconds=10))
    run_jobs()

    subscription.refresh_from_db()
    assert subscription.quantity == 9
    assert echo.effects(SUBSCRIPTIONS) == ["created", "updated"]


def test_exchanges_tell_the_story_without_the_secret(ordered, vendor, echo, run_jobs, caplog):
    run_jobs()

    rows = list(Exchange.everywhere.filter(job=job_of(subscription_of(ordered))))
    assert [(row.method, row.path.split("/")[2], row.status) for row in rows] == [
        ("GET", "accounts", 404),
        ("PUT", "accounts", 201),
        ("PUT", "subscriptions", 201),
    ]
    assert rows[2].request["quantity"] == 5
    kept = json.dumps([[r.path, r.request, r.answer] for r in Exchange.everywhere.all()])
    assert echo.key not in kept
    assert echo.key not in caplog.text


def test_get_services_definition_makes_what_echo_sells(vendor):
    products = Product.objects.filter(type__managed_by=vendor.public_id).order_by("name")
    assert [(p.name, p.kind) for p in products] == [
        ("Echo Desk Archive", "add_on"),
        ("Echo Desk Business", "primary"),
        ("Echo Desk Team", "primary"),
    ]
    desk = products.get(external_id="echo-desk-team").type
    assert [spec["code"] for spec in desk.characteristics] == ["workspace", "region", "greeting"]
    vendor.refresh_from_db()
    assert vendor.defined_at is not None


def test_wrong_settings_are_told_at_their_field(at_distributor, echo):
    def create(**changed: str) -> dict[str, Any]:
        values = {"base_url": echo.url, "api_key": echo.key, "timeout": "5", **changed}
        with pytest.raises(Invalid) as refusal:
            instance_create(
                organization=at_distributor, manager="echo", name="E", settings=values, actor=SYSTEM
            )
        return refusal.value.errors

    assert list(create(api_key="wrong-key")) == ["api_key"]
    assert list(create(base_url="http://127.0.0.1:9")) == ["base_url"]
    assert list(create(base_url="not an address")) == ["base_url"]
    assert list(create(timeout="900")) == ["timeout"]
    assert list(create(api_key="")) == ["api_key"]
    assert Instance.everywhere.filter(manager="echo").count() == 0
