"""Orders at Adobe by provisioning jobs: one for the lines of an order, seats added and given back, levels checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from adobe3yc.models import AdobeCustomer, AdobeOrder
from adobe3yc.services import renewal_tell
from adobe3yc.vipmp.contracts import LineBody
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.core.models import HistoryEntry
from bss.orders.models import OrderLine
from bss.orders.services import line_correct
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import change_request, subscription_create
from servicemanager import registry
from servicemanager.contracts import Done, OutcomeUnknown
from servicemanager.models import ProvisioningJob
from servicemanager.services import provisioning_request, provisioning_retry
from servicemanager.services.steps import _call_for
from tests.adobe3yc.selling import LICENCE, on_sale, ordered, seller_customer

pytestmark = pytest.mark.django_db(transaction=True)
ACROBAT = "65300011CA01A12"


@pytest.fixture
def selling(distributor, vip_marketplace, run_jobs):
    with scope.activate(distributor.scope):
        yield on_sale(distributor, vip_marketplace, run_jobs)


@pytest.fixture
def customer(selling):
    return seller_customer(selling)


@pytest.fixture
def settle(run_jobs, travel):
    """Let everything run that is due in the next minutes."""

    def settle() -> None:
        for _ in range(3):
            run_jobs()
            travel(timedelta(seconds=90))
        run_jobs()

    return settle


def bought(selling, customer, settle, quantity=20) -> Subscription:
    ordered(selling, customer, **{LICENCE: quantity})
    settle()
    return Subscription.everywhere.get()


def changed(subscription, kind, quantity=None) -> None:
    change_request(
        subscription=subscription, kind=kind, quantity=quantity, actor=SYSTEM, source="portal"
    )


def offers(order) -> list[tuple[str, int]]:
    return [(line["offerId"], line["quantity"]) for line in order["lineItems"]]


def test_the_lines_of_one_order_are_one_order_at_their_common_level(selling, customer, settle):
    order = ordered(selling, customer, **{LICENCE: 6, ACROBAT: 4})
    settle()

    [placed] = selling.orders
    assert sorted(offers(placed)) == [("65300011CA02A12", 4), ("65304479CA02A12", 6)]
    assert len(selling.customers) == 1
    assert sorted(line.unit_price for line in order.lines.all()) == [Decimal(48), Decimal(95)]
    found = {s.external_id for s in Subscription.everywhere.filter(state="active")}
    assert found == {line["subscriptionId"] for line in placed["lineItems"]}
    assert len(found) == 2
    assert AdobeOrder.everywhere.get().status == "1000"


def test_an_order_whose_answer_was_lost_is_found_and_placed_once(selling, customer):
    order = ordered(selling, customer, **{LICENCE: 3})
    line = order.lines.select_related("order").get()
    subscription = subscription_create(line=line, actor=SYSTEM)
    job = provisioning_request(subscription=subscription, actor=SYSTEM)
    call = _call_for(ProvisioningJob.everywhere.get(pk=job.pk))
    manager = registry.get("adobe")
    manager.account_sync(call)
    selling.service.behave("timeout_after_accept", seconds=5, times=1, match="NEW")

    lost = manager.provision(replace(call, instance=replace(call.instance, timeout=1)))

    assert isinstance(lost, OutcomeUnknown)
    [placed] = selling.orders
    done = Done(placed["lineItems"][0]["subscriptionId"])
    assert manager.find(call) == manager.provision(call) == done
    assert len(selling.orders) == 1


def test_another_level_in_the_worker_parks_the_line_until_it_is_accepted(selling, customer, settle):
    order = ordered(selling, customer, **{LICENCE: 3})
    line = order.lines.get()
    line.quote = {"unit": "P1Y", "reference": "65304479CA12A12"}
    line.save(update_fields=["quote"])

    settle()

    line.refresh_from_db()
    assert (line.state, line.problem_code) == ("needs_input", "ADOBE_PRICE_CHANGED")
    assert "65304479CA01A12" in line.problem_text
    assert selling.orders == []
    line_correct(line=line, parameters={"accepted_offer": LICENCE}, actor=SYSTEM)
    settle()
    assert offers(selling.orders[0]) == [(LICENCE, 3)]
    line.refresh_from_db()
    assert line.state == "delivered"


def test_seats_are_added_to_the_same_subscription(selling, customer, settle):
    subscription = bought(selling, customer, settle, 5)

    changed(subscription, "quantity", 8)
    settle()

    subscription.refresh_from_db()
    assert subscription.quantity == 8
    [at_adobe] = selling.service.state()["subscriptions"]
    assert (at_adobe["currentQuantity"], at_adobe["subscriptionId"]) == (
        8,
        subscription.external_id,
    )
    assert [offers(order) for order in selling.orders] == [[(LICENCE, 3)], [(LICENCE, 5)]]


def test_what_was_added_is_given_back_whole_within_14_days(selling, customer, settle):
    subscription = bought(selling, customer, settle, 5)
    kind = subscription.product.type
    assert (kind.refund, kind.refund_days) == ("full", 14)
    changed(subscription, "quantity", 8)
    settle()
    subscription.refresh_from_db()

    changed(subscription, "quantity", 5)
    settle()

    assert selling.service.state()["subscriptions"][0]["currentQuantity"] == 5
    subscription.refresh_from_db()
    changed(subscription, "quantity", 3)
    settle()
    job = ProvisioningJob.everywhere.latest("pk")
    assert (job.state, job.code) == ("failed", "ADOBE_TOO_LATE")
    assert selling.service.state()["subscriptions"][0]["currentQuantity"] == 5


def test_what_lies_behind_the_first_page_of_orders_is_given_back_too(
    selling, customer, settle, monkeypatch
):
    monkeypatch.setattr("adobe3yc.vipmp.client.ORDERS_PAGE", 1)
    subscription = bought(selling, customer, settle, 5)
    changed(subscription, "quantity", 8)
    settle()
    subscription.refresh_from_db()

    changed(subscription, "quantity", 3)
    settle()

    assert selling.service.state()["subscriptions"][0]["currentQuantity"] == 3
    assert ProvisioningJob.everywhere.latest("pk").state == "succeeded"


def test_an_order_behind_the_first_page_is_found(selling, customer, monkeypatch, settle):
    monkeypatch.setattr("adobe3yc.vipmp.client.ORDERS_PAGE", 1)
    subscription = bought(selling, customer, settle, 5)
    changed(subscription, "quantity", 8)
    settle()
    job = ProvisioningJob.everywhere.order_by("pk").first()

    found = registry.get("adobe").find(_call_for(job))

    assert found == Done(subscription.external_id)


def test_seats_at_a_dearer_level_wait_for_somebodys_word(selling, customer, settle):
    subscription = bought(selling, customer, settle, 20)
    was = {"unit": "P1Y", "reference": "65304479CA12A12"}
    OrderLine.everywhere.filter(pk=subscription.order_line_id).update(quote=was)

    changed(subscription, "quantity", 25)
    settle()

    line = OrderLine.everywhere.latest("pk")
    assert (line.state, line.problem_code) == ("needs_input", "ADOBE_PRICE_CHANGED")
    assert "65304479CA02A12" in line.problem_text
    assert len(selling.orders) == 1
    line_correct(line=line, parameters={"accepted_offer": "65304479CA02A12"}, actor=SYSTEM)
    settle()
    subscription.refresh_from_db()
    assert subscription.quantity == 25
    assert offers(selling.orders[0]) == [("65304479CA02A12", 5)]


def test_seats_at_a_better_level_come_at_the_price_there_is(selling, customer, settle):
    subscription = bought(selling, customer, settle, 5)

    changed(subscription, "quantity", 65)
    settle()

    subscription.refresh_from_db()
    assert (subscription.quantity, subscription.unit_price) == (65, Decimal(100))
    assert offers(selling.orders[0]) == [("65304479CA03A12", 60)]


def test_a_return_that_was_interrupted_half_way_goes_on(selling, customer, settle, adobe):
    subscription = bought(selling, customer, settle, 20)
    mirror = AdobeCustomer.everywhere.get()
    selling.service.act(mirror.adobe_id, "enrol")
    selling.service.act(mirror.adobe_id, "term", term="commitment", status="COMMITTED")
    for quantity in (25, 30):
        changed(subscription, "quantity", quantity)
        settle()
        subscription.refresh_from_db()
    change = change_request(
        subscription=subscription, kind="quantity", quantity=20, actor=SYSTEM, source="portal"
    )
    job = provisioning_request(subscription=subscription, change=change, actor=SYSTEM)
    newest = adobe.client.order(mirror.adobe_id, selling.orders[0]["orderId"])
    [line] = newest.lines
    key, given_back = job.idempotency_key, LineBody(line.number, line.offer_id, line.quantity)
    adobe.client.order_return(newest, [given_back], key=f"{key}-1", reference=key)

    settle()

    subscription.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, subscription.quantity) == ("succeeded", 20)
    assert selling.service.state()["subscriptions"][0]["currentQuantity"] == 20
    returned = [order for order in selling.orders if order["orderType"] == "RETURN"]
    assert [offers(order)[0][1] for order in returned] == [5, 5]


def test_a_cancellation_gives_everything_back(selling, customer, settle):
    subscription = bought(selling, customer, settle, 5)

    changed(subscription, "cancel")
    settle()

    subscription.refresh_from_db()
    assert subscription.state == "cancelled"
    assert [order["orderType"] for order in selling.orders] == ["RETURN", "NEW"]


def test_no_fewer_than_committed_are_left_and_the_number_is_told(selling, customer, settle):
    subscription = bought(selling, customer, settle, 20)
    changed(subscription, "quantity", 30)
    settle()
    mirror = AdobeCustomer.everywhere.get()
    selling.service.act(mirror.adobe_id, "enrol")
    selling.service.act(mirror.adobe_id, "term", term="commitment", status="COMMITTED")
    subscription.refresh_from_db()

    changed(subscription, "quantity", 20)
    settle()

    job = ProvisioningJob.everywhere.latest("pk")
    assert (job.state, job.code) == ("failed", "ADOBE_COMMITTED")
    assert "no fewer than 30" in job.text
    assert selling.service.state()["subscriptions"][0]["currentQuantity"] == 30


def test_what_ends_with_its_term_does_not_renew_at_adobe(selling, customer, settle):
    subscription = bought(selling, customer, settle, 5)

    change_request(
        subscription=subscription, kind="cancel", when="period_end", actor=SYSTEM, source="portal"
    )
    settle()

    [at_adobe] = selling.service.state()["subscriptions"]
    assert at_adobe["autoRenewal"]["enabled"] is False


# Asked again ---------------------------------------------------------------------------------------------


def ending(subscription) -> None:
    change_request(
        subscription=subscription, kind="cancel", when="period_end", actor=SYSTEM, source="portal"
    )


def told(selling) -> tuple[bool, list[str]]:
    """Whether the subscription renews at Adobe, and the key of each time that it was told."""
    [at_adobe] = selling.service.state()["subscriptions"]
    keys = [each["correlation_id"] for each in selling.service.log(method="PATCH")]
    return at_adobe["autoRenewal"]["enabled"], keys


def heard() -> list[str]:
    actions = HistoryEntry.objects.filter(action__startswith="adobe.").order_by("pk")
    return list(actions.values_list("action", flat=True))


@pytest.mark.parametrize(
    ("mode", "code", "are_keys_new", "heard_first"),
    [
        ("error", "4122", True, ["adobe.renewal_postponed"]),
        ("gateway", "", False, []),
        ("throttle", "", False, []),
    ],
)
def test_a_renewal_that_is_not_set_at_once_is_told_again_until_adobe_hears(
    selling, customer, settle, run_jobs, travel, mode, code, are_keys_new, heard_first
):
    """Under the key of "not now" Adobe would say so for ten days; without an answer another key might do it twice."""
    subscription = bought(selling, customer, settle, 5)
    selling.service.behave(mode, code=code, times=1, match="PATCH")

    ending(subscription)
    run_jobs()
    assert (told(selling)[0], heard()) == (True, heard_first)
    travel(timedelta(minutes=6))
    run_jobs()

    renews, keys = told(selling)
    assert (renews, len(keys), len(set(keys)) == 2) == (False, 2, are_keys_new)
    assert heard() == [*heard_first, "adobe.renewal_set"]


def test_the_more_often_adobe_says_not_now_the_later_it_is_told_again(selling, customer, settle):
    subscription = bought(selling, customer, settle, 5)
    selling.service.behave("error", code="1125", times=10, match="PATCH")

    pauses = [renewal_tell(subscription=subscription) for _ in range(10)]

    assert pauses == [300.0 * 2**n for n in (0, 1, 2, 3, 4, 5, 6, 7, 7, 7)]
    assert renewal_tell(subscription=subscription) is None
    selling.service.behave("error", code="1125", times=1, match="PATCH")
    assert renewal_tell(subscription=subscription) == 300.0


def test_a_sign_in_that_adobe_refuses_loses_no_renewal(selling, customer, settle, run_jobs, travel):
    subscription = bought(selling, customer, settle, 5)
    instance = selling.instance
    right, instance.sealed = instance.sealed, instance.sealed_with({"client_secret": "wrong"})
    instance.save(update_fields=["sealed"])

    ending(subscription)
    run_jobs()
    assert (told(selling)[0], heard()) == (True, [])
    instance.sealed = right
    instance.save(update_fields=["sealed"])
    travel(timedelta(minutes=6))
    run_jobs()

    assert (told(selling)[0], heard()) == (False, ["adobe.renewal_set"])


@pytest.mark.parametrize(("quantity", "order"), [(25, "NEW"), (10, "RETURN")])
def test_seats_that_adobe_refuses_for_a_moment_are_asked_for_under_another_key(
    selling, customer, settle, quantity, order
):
    subscription = bought(selling, customer, settle, 10)
    changed(subscription, "quantity", 20)
    settle()
    subscription.refresh_from_db()
    selling.service.behave("error", code="1125", times=1, match=f"orders {order}")

    changed(subscription, "quantity", quantity)
    settle()

    assert selling.service.state()["subscriptions"][0]["currentQuantity"] == quantity
    assert heard() == ["adobe.order_refused"]
    job = ProvisioningJob.everywhere.latest("pk")
    sent = [each for each in selling.orders if each["externalReferenceId"] == job.idempotency_key]
    assert [each["orderType"] for each in sent] == [order]


def test_seats_refused_for_the_settings_are_added_once_they_are_right(selling, customer, settle):
    subscription = bought(selling, customer, settle, 10)
    selling.service.behave("error", code="2124", times=1, match="orders NEW")
    changed(subscription, "quantity", 25)
    settle()
    job = ProvisioningJob.everywhere.latest("pk")
    assert (job.state, job.code) == ("failed", "ADOBE_SETTINGS")

    provisioning_retry(job=job, actor=SYSTEM)
    settle()

    assert selling.service.state()["subscriptions"][0]["currentQuantity"] == 25
    job.refresh_from_db()
    assert job.state == "succeeded"
