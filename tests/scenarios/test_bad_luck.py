"""What breaks on the way from an order to a storefront, and that nothing is lost or done twice."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend

from bss.accounts.models import Storefront
from bss.core.models import Job, JobState
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from notifications.contracts import Sender
from notifications.models import Delivery
from notifications.ports import MAIL_SENDER
from resellers.plugin import ResellerPlans
from servicemanager.choices import ProvisioningState
from servicemanager.models import Instance, ProvisioningJob
from tests.conformance import rigs
from tests.factories.ports import filled
from tests.scenarios.conftest import ALIAS

pytestmark = [pytest.mark.scenario, pytest.mark.django_db]


class Killed(BaseException):
    """The worker ends here: nothing catches it."""


class DeadServer(BaseEmailBackend):
    """A mail server that nobody reaches."""

    def __init__(self):
        super().__init__()
        self.tried = 0

    def send_messages(self, messages):
        self.tried += 1
        raise smtplib.SMTPServerDisconnected("Connection refused")

    def sender_for(self, *, organization_id, storefront_id):
        return Sender(self, "noreply@tradewind.example")


def leases_end() -> None:
    Job.objects.filter(state=JobState.RUNNING).update(lease_until="2020-01-01T00:00:00Z")


@pytest.mark.parametrize("after_the_work", [False, True])
def test_a_worker_killed_in_provisioning_leaves_one_storefront(
    reseller, buyer, client, run_jobs, monkeypatch, after_the_work
):
    order = buyer.buy("free")
    works = ResellerPlans.provision

    def die(self, call):
        if after_the_work:
            works(self, call)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(ResellerPlans, "provision", die)
        with pytest.raises(Killed):
            run_jobs()
    assert Subscription.everywhere.get().state == SubscriptionState.PENDING
    assert ProvisioningJob.everywhere.get().state == ProvisioningState.CALLING
    assert Storefront.everywhere.filter(owner=reseller.account).count() == int(after_the_work)

    leases_end()
    run_jobs()

    order.refresh_from_db()
    assert order.state == OrderState.EXECUTED
    assert Subscription.everywhere.get().state == SubscriptionState.ACTIVE
    assert ProvisioningJob.everywhere.get().state == ProvisioningState.SUCCEEDED
    assert Storefront.everywhere.get(owner=reseller.account).alias == ALIAS
    assert client.get(f"/{ALIAS}/").status_code == 200
    assert Delivery.everywhere.filter(kind="plan_activated").count() == 1


def test_a_dead_mail_server_delays_e_mails_and_nothing_else(
    reseller, buyer, client, run_jobs, travel, mailoutbox
):
    server = DeadServer()
    with filled(MAIL_SENDER, server):
        order = buyer.buy("free")
        run_jobs()
        order.refresh_from_db()
        assert order.state == OrderState.EXECUTED
        assert client.get(f"/{ALIAS}/").status_code == 200
        waiting = Delivery.everywhere.count()
        assert waiting >= 2
        assert server.tried == waiting
    assert mailoutbox == []

    travel(timedelta(hours=1))
    run_jobs()

    assert len(mailoutbox) == waiting == Delivery.everywhere.count()
    ids = [mail.extra_headers["Message-ID"] for mail in mailoutbox]
    assert len(set(ids)) == waiting
    assert Order.everywhere.count() == 1


def test_a_vendor_that_accepts_and_never_answers_creates_once(
    request, reseller, at_distributor, buyer, run_jobs, travel
):
    rig, echo = rigs.echo(request), request.getfixturevalue("echo")
    hasty = {**rig.instance.settings, "timeout": "1"}
    Instance.everywhere.filter(pk=rig.instance.pk).update(settings=hasty)
    added = reseller.client.post(
        "/basket/add/", {"product": rig.product.public_id, "unit": "P1M", "quantity": "3"}
    )
    assert added.status_code == 302
    page = buyer.to_details()
    names = {n.rpartition("-")[2]: n for n in page.form("workspace").values}
    typed = {names["workspace"]: "aegean", names["region"]: "eu-west"}
    page = buyer.press(page, "workspace", typed).expect("Place order")
    echo.behave("timeout_after_accept", seconds=3, times=1, match="/v1/subscriptions/")

    buyer.press(page, "Place order", {"terms": "on"}).expect()
    run_jobs()
    assert ProvisioningJob.everywhere.get(instance=rig.instance).state == ProvisioningState.UNKNOWN
    travel(timedelta(seconds=30))
    run_jobs()

    order = Order.everywhere.get()
    assert order.state == OrderState.EXECUTED
    assert Subscription.everywhere.get().state == SubscriptionState.ACTIVE
    assert echo.effects("/v1/subscriptions/") == ["created"]
    assert len(echo.log(method="PUT", path="/v1/subscriptions/")) == 1
    assert len(echo.state()["subscriptions"]) == 1
    buyer.see(f"/orders/{order.public_id}/progress/").expect()
