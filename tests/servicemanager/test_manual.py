"""Manual fulfilment: staff deliver with a note, or decline with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.core.errors import Conflict, Invalid
from bss.core.models import HistoryEntry
from bss.orders.choices import LineState
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.services import change_request
from servicemanager.choices import InstanceState
from servicemanager.choices import ProvisioningState as P
from servicemanager.models import Exchange, Instance
from servicemanager.selectors import deliveries
from servicemanager.services import (
    provisioning_decline,
    provisioning_deliver,
    provisioning_retry,
)
from tests.factories.orders import make_product, make_subscription
from tests.servicemanager.conftest import job_of


@pytest.fixture
def by_hand(at_distributor, account, run_jobs):
    """A subscription that staff are to deliver."""
    subscription = make_subscription(account, make_product(at_distributor), active=False)
    run_jobs()
    subscription.refresh_from_db()
    return subscription


def test_what_nobody_manages_waits_for_staff(by_hand, distributor):
    made = Instance.everywhere.get(organization=distributor)
    assert (made.manager, made.state) == ("manual", InstanceState.ACTIVE)
    assert job_of(by_hand).state == P.IN_PROGRESS
    assert by_hand.state == SubscriptionState.PENDING
    assert list(deliveries()) == [job_of(by_hand)]


def test_it_waits_without_limit_and_is_never_polled(by_hand, run_jobs, travel):
    travel(timedelta(days=90))

    assert run_jobs() == 0
    assert job_of(by_hand).state == P.IN_PROGRESS


def test_the_instance_is_made_once(by_hand, at_distributor, account, run_jobs):
    make_subscription(account, make_product(at_distributor), active=False)
    run_jobs()

    assert Instance.everywhere.count() == 1


def test_delivering_activates_and_keeps_the_note(by_hand, staff, run_jobs):
    job = job_of(by_hand)
    provisioning_deliver(job=job, note="Shipped the key by courier.", actor=staff.actor)

    by_hand.refresh_from_db()
    assert (by_hand.state, by_hand.order_line.state) == (
        SubscriptionState.ACTIVE,
        LineState.DELIVERED,
    )
    assert job_of(by_hand).text == "Shipped the key by courier."
    told = HistoryEntry.objects.get(action="provisioningjob.succeed", subject_id=job.pk)
    assert (told.reason, told.actor_label) == ("Shipped the key by courier.", staff.actor.label)
    assert Exchange.everywhere.count() == 0


def test_declining_fails_the_line_with_the_reason(by_hand, staff):
    provisioning_decline(job=job_of(by_hand), reason="Out of stock.", actor=staff.actor)

    by_hand.refresh_from_db()
    assert (by_hand.state, by_hand.problem_code) == (SubscriptionState.FAILED, "DECLINED")
    assert by_hand.problem_text == "Out of stock."
    assert by_hand.order_line.state == LineState.FAILED


def test_a_declined_one_comes_back_among_the_deliveries_on_retry(by_hand, staff, run_jobs):
    provisioning_decline(job=job_of(by_hand), reason="Out of stock.", actor=staff.actor)
    provisioning_retry(job=job_of(by_hand), actor=staff.actor)
    run_jobs()

    job = job_of(by_hand)
    assert (job.state, job.attempts) == (P.IN_PROGRESS, 2)
    provisioning_deliver(job=job, note="Arrived.", actor=staff.actor)
    by_hand.refresh_from_db()
    assert by_hand.state == SubscriptionState.ACTIVE


@pytest.mark.parametrize(
    ("decide", "words"),
    [(provisioning_deliver, {"note": "  "}), (provisioning_decline, {"reason": ""})],
)
def test_a_decision_needs_words(by_hand, staff, decide, words):
    with pytest.raises(Invalid):
        decide(job=job_of(by_hand), actor=staff.actor, **words)

    by_hand.refresh_from_db()
    assert by_hand.state == SubscriptionState.PENDING


def test_a_decision_is_made_once(by_hand, staff):
    job = job_of(by_hand)
    provisioning_deliver(job=job, note="Done.", actor=staff.actor)

    with pytest.raises(Conflict):
        provisioning_deliver(job=job_of(by_hand), note="Done again.", actor=staff.actor)
    with pytest.raises(Conflict):
        provisioning_decline(job=job, reason="No.", actor=staff.actor)
    by_hand.refresh_from_db()
    assert by_hand.terms.count() == 1


def test_changes_are_delivered_by_hand_too(by_hand, staff, run_jobs):
    provisioning_deliver(job=job_of(by_hand), note="Done.", actor=staff.actor)
    by_hand.refresh_from_db()
    change_request(
        subscription=by_hand, kind="quantity", quantity=7, actor=staff.actor, source="portal"
    )
    run_jobs()
    by_hand.refresh_from_db()
    assert by_hand.quantity == 5

    provisioning_deliver(job=job_of(by_hand), note="Two more keys sent.", actor=staff.actor)

    by_hand.refresh_from_db()
    assert by_hand.quantity == 7


def test_only_manual_jobs_are_delivered_by_staff(pending, scripted, run_jobs, staff):
    run_jobs()
    with pytest.raises(Conflict) as refusal:
        provisioning_deliver(job=job_of(pending), note="Done.", actor=staff.actor)
    assert refusal.value.code == "NOT_MANUAL"
