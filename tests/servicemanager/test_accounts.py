"""The customer's account at a vendor: made once, however many first orders need it at the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.core.models import Job
from bss.subscriptions.choices import SubscriptionState
from servicemanager.choices import ProvisioningState as P
from servicemanager.contracts import Done, InProgress, OutcomeUnknown, Refused
from servicemanager.models import AccountLink
from servicemanager.services import provisioning_request, provisioning_step
from tests.factories.orders import make_subscription
from tests.servicemanager.conftest import job_of, make_instance, make_managed
from tests.servicemanager.managers import Crash

UNKNOWN = OutcomeUnknown("OUTCOME_UNKNOWN", "No answer in time.")


@pytest.fixture
def vendor(at_distributor, scripted_accounts):
    """An instance whose vendor keeps accounts."""
    made = make_instance(at_distributor, "scripted-accounts")
    scripted_accounts.heard.clear()
    return made


@pytest.fixture
def orders(vendor, account, staff):
    """Two first orders of one new customer; the first step of neither was taken."""
    product = make_managed(vendor)
    both = [make_subscription(account, product, active=False) for _ in range(2)]
    for subscription in both:
        provisioning_request(subscription=subscription, actor=staff.actor)
    return both


def states(orders):
    return [job_of(subscription).state for subscription in orders]


def test_two_first_orders_at_once_make_the_account_once(
    orders, scripted_accounts, run_jobs, travel
):
    first, second = orders

    def meanwhile(call):
        """Another worker takes the second order's step while the vendor makes the account."""
        provisioning_step(job_id=job_of(second).pk)
        return Done("account-1")

    scripted_accounts.script = {"account_sync": [meanwhile, Done("account-2")]}
    provisioning_step(job_id=job_of(first).pk)

    waiting = job_of(second)
    assert (waiting.state, waiting.code, waiting.calls) == (P.QUEUED, "ACCOUNT_BUSY", 0)
    assert len(scripted_accounts.asked("account_find")) == 1

    travel(timedelta(seconds=10))
    run_jobs()

    assert states(orders) == [P.SUCCEEDED, P.SUCCEEDED]
    assert len(scripted_accounts.asked("account_sync")) == 1
    link = AccountLink.everywhere.get()
    assert (link.external_id, link.claimed_by) == ("account-1", None)
    sent = [call.target.account.external_id for call in scripted_accounts.asked("provision")]
    assert sent == ["account-1", "account-1"]


def test_whoever_died_making_the_account_goes_on_with_it(
    orders, scripted_accounts, run_jobs, travel
):
    scripted_accounts.script = {"account_sync": [Crash(), Done("account-1")]}
    with pytest.raises(Crash):
        run_jobs()
    assert states(orders) == [P.CALLING, P.QUEUED]
    provisioning_step(job_id=job_of(orders[1]).pk)
    assert len(scripted_accounts.asked("account_sync")) == 1
    Job.objects.filter(kind="provisioning.step").update(lease_until="2020-01-01T00:00:00Z")

    run_jobs()
    travel(timedelta(seconds=30))
    run_jobs()

    keys = {call.idempotency_key for call in scripted_accounts.asked("account_sync")}
    assert states(orders) == [P.SUCCEEDED, P.SUCCEEDED]
    assert keys == {job_of(orders[0]).idempotency_key}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(UNKNOWN, id="nobody knows"),
        pytest.param(InProgress("making", retry_after=5), id="it takes its time"),
    ],
)
def test_while_an_account_may_be_on_its_way_nobody_else_makes_one(
    orders, scripted_accounts, run_jobs, travel, answer
):
    scripted_accounts.script = {"account_sync": [answer, Done("account-1")]}
    run_jobs()
    assert len(scripted_accounts.asked("account_sync")) == 1

    for _ in range(3):
        travel(timedelta(seconds=20))
        run_jobs()

    keys = {call.idempotency_key for call in scripted_accounts.asked("account_sync")}
    assert states(orders) == [P.SUCCEEDED, P.SUCCEEDED]
    assert keys == {job_of(orders[0]).idempotency_key}


def test_where_one_order_failed_to_make_the_account_the_next_one_does(
    orders, scripted_accounts, run_jobs, travel
):
    refusal = Refused("VENDOR_REFUSED", "The account's address is incomplete.")
    scripted_accounts.script = {"account_sync": [refusal, Done("account-1")]}
    run_jobs()
    travel(timedelta(seconds=10))
    run_jobs()

    assert states(orders) == [P.FAILED, P.SUCCEEDED]
    assert AccountLink.everywhere.get().external_id == "account-1"
    for subscription in orders:
        subscription.refresh_from_db()
    assert [s.state for s in orders] == [SubscriptionState.FAILED, SubscriptionState.ACTIVE]


def test_an_account_the_vendor_forgot_is_made_again(orders, scripted_accounts, run_jobs, travel):
    gone = Refused("ACCOUNT_UNKNOWN", "Deleted.")
    scripted_accounts.script = {
        "account_sync": [Done("account-1"), Done("account-2")], "provision": [gone, Done("v-1")]
    }  # fmt: skip
    run_jobs()
    travel(timedelta(seconds=10))
    run_jobs()

    assert states(orders) == [P.FAILED, P.SUCCEEDED]
    assert AccountLink.everywhere.get().external_id == "account-2"
