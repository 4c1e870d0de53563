"""An e-mail leaves once, waits while the mail server is down, and says why when it will never leave."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email import message_from_string
from email.utils import parsedate_to_datetime

import pytest
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from bss.core import clock, jobs, scope
from bss.core.actor import SYSTEM
from bss.core.errors import IllegalTransition
from bss.core.history import timeline_for
from bss.core.models import Job
from notifications import kinds
from notifications.contracts import Sender
from notifications.errors import StillWaiting
from notifications.models import Delivery
from notifications.ports import MAIL_SENDER
from notifications.services import delivery_hurry, delivery_resend, delivery_send
from notifications.tasks import ATTEMPTS
from tests.factories.notifications import make_delivery


class Script(BaseEmailBackend):
    """A mail server that answers what the test says; the last answer is repeated."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.sent = []

    def send_messages(self, messages):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        self.sent.extend(messages)
        return len(messages)

    def sender_for(self, *, organization_id, storefront_id):
        return Sender(self, "noreply@tradewind.example")


@pytest.fixture
def script(monkeypatch):
    """`script(answer, ...)` puts a scripted mail server behind the port."""

    def use(*answers):
        server = Script(*answers)
        monkeypatch.setattr(MAIL_SENDER, "_provider", server)
        return server

    return use


def job_of(delivery):
    return Job.objects.get(kind="notifications.delivery_send", key=delivery.job_key)


def refreshed(delivery):
    return Delivery.everywhere.get(pk=delivery.pk)


def test_an_email_reaches_its_recipient(distributor, smtp, run_jobs):
    delivery = make_delivery(distributor)

    assert run_jobs() == 1

    delivery = refreshed(delivery)
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("sent", 1, "")
    assert delivery.sent_at is not None
    [message] = smtp.messages()
    assert message["recipients"] == ["eleni@aegean.example"]
    assert message["subject"] == delivery.subject
    assert message["text"].replace("\r\n", "\n").strip() == delivery.text.strip()
    assert "SO-2026-000123" in message["html"]


def test_the_headers_say_what_it_is(distributor, smtp, run_jobs):
    delivery = make_delivery(distributor)

    run_jobs()

    headers = message_from_string(smtp.messages()[0]["raw"])
    assert headers["Message-ID"] == f"<{delivery.public_id}@tradewind>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["From"] == "Meridian Cloud Distribution <noreply@tradewind.example>"
    assert headers["To"] == "Eleni Markou <eleni@aegean.example>"
    assert headers["Reply-To"] == "support@meridian.example"
    assert abs(parsedate_to_datetime(headers["Date"]) - clock.now()) < timedelta(minutes=1)


def test_a_name_that_carries_a_header_carries_none(distributor, smtp, run_jobs):
    name = "Eleni\r\nBcc: everybody@example.org\r\n\r\nHello"
    make_delivery(distributor, recipient_name=name)

    run_jobs()

    [message] = smtp.messages()
    assert message["recipients"] == ["eleni@aegean.example"]
    headers = message_from_string(message["raw"])
    assert headers["Bcc"] is None
    assert headers["To"].endswith("<eleni@aegean.example>")


def test_mail_waits_for_a_server_that_is_down_and_leaves_once_it_is_up(
    distributor, smtp, run_jobs, travel
):
    smtp.fault("down")
    delivery = make_delivery(distributor)

    for tries in range(1, 9):
        assert run_jobs() == 1
        assert refreshed(delivery).attempts == tries
        travel(timedelta(minutes=16))
    waiting = refreshed(delivery)
    assert waiting.state == "queued"
    assert waiting.last_error.startswith("The mail server does not answer")
    assert smtp.messages() == []

    smtp.fault("none")
    assert run_jobs() == 1

    assert refreshed(delivery).state == "sent"
    assert refreshed(delivery).attempts == 9
    assert refreshed(delivery).last_error == ""
    [message] = smtp.messages()
    assert len(message["receipts"]) == 1


def test_a_temporary_refusal_waits_too(distributor, smtp, run_jobs, travel):
    smtp.fault("refuse")
    delivery = make_delivery(distributor)
    run_jobs()
    assert "451" in refreshed(delivery).last_error

    smtp.fault("none")
    travel(timedelta(minutes=1))
    run_jobs()

    assert refreshed(delivery).state == "sent"
    assert len(smtp.messages()) == 1


def test_a_recipient_refused_for_good_is_not_asked_again(distributor, smtp, run_jobs, travel):
    smtp.fault("refuse", recipients=["eleni@aegean.example"])
    delivery = make_delivery(distributor)

    assert run_jobs() == 1

    failed = refreshed(delivery)
    assert (failed.state, failed.attempts) == ("failed", 1)
    assert "550" in failed.last_error
    assert job_of(delivery).state == "done"
    smtp.fault("none")
    travel(timedelta(days=2))
    assert run_jobs() == 0
    assert smtp.messages() == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (smtplib.SMTPDataError(554, b"spam"), "failed"),
        (smtplib.SMTPDataError(452, b"disk full"), "queued"),
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), "failed"),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"greylisted")}), "queued"),
        (smtplib.SMTPSenderRefused(550, b"not you", "a@b"), "queued"),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), "queued"),
        (smtplib.SMTPServerDisconnected("gone"), "queued"),
        (smtplib.SMTPConnectError(421, b"too busy"), "queued"),
        (ConnectionRefusedError(111, "Connection refused"), "queued"),
        (TimeoutError("timed out"), "queued"),
    ],
)
def test_what_a_refusal_means(distributor, script, run_jobs, answer, state):
    script(answer)
    delivery = make_delivery(distributor)

    run_jobs()

    assert refreshed(delivery).state == state
    assert refreshed(delivery).last_error
    assert "Error" not in refreshed(delivery).last_error


def test_retries_reach_over_most_of_a_day_and_then_say_so(distributor, script, run_jobs, travel):
    server = script(smtplib.SMTPServerDisconnected("gone"))
    delivery = make_delivery(distributor)
    began = clock.now()

    for _ in range(ATTEMPTS):
        job = job_of(delivery)
        assert job.state == "ready"
        travel(max(timedelta(0), job.due_at - clock.now()) + timedelta(seconds=1))
        assert run_jobs() == 1

    assert clock.now() - began > timedelta(hours=16)
    assert job_of(delivery).state == "dead"
    assert refreshed(delivery).state == "failed"
    assert refreshed(delivery).last_error == "The mail server hung up."
    assert server.sent == []


def test_a_job_that_staff_bring_back_sends_what_it_gave_up(distributor, script, run_jobs):
    server = script(ConnectionRefusedError(111, "Connection refused"), None)
    delivery = make_delivery(distributor)
    Job.objects.update(attempts=ATTEMPTS - 1)
    run_jobs()
    assert refreshed(delivery).state == "failed"

    assert jobs.retry_dead(job_of(delivery).pk)
    run_jobs()

    assert refreshed(delivery).state == "sent"
    [message] = server.sent
    assert message.extra_headers["Message-ID"] == f"<{delivery.public_id}@tradewind>"


def test_a_worker_killed_between_sending_and_marking_sends_the_same_message_again(
    distributor, smtp, run_jobs
):
    delivery = make_delivery(distributor)
    with scope.activate(distributor.scope):
        delivery_send(Delivery.objects.get(pk=delivery.pk))
    Delivery.everywhere.filter(pk=delivery.pk).update(state="queued", sent_at=None)

    assert run_jobs() == 1

    [message] = smtp.messages()
    assert len(message["receipts"]) == 2
    assert refreshed(delivery).state == "sent"


def test_what_was_sent_is_not_sent_by_its_job_again(distributor, script, run_jobs):
    server = script(None)
    delivery = make_delivery(distributor)
    run_jobs()
    Job.objects.update(state="ready", lease_until=None)

    assert run_jobs() == 1

    assert len(server.sent) == 1
    assert refreshed(delivery).attempts == 1


def test_a_second_worker_that_was_faster_is_no_error(distributor, script):
    server = script(None)
    with scope.activate(distributor.scope):
        stale = Delivery.objects.get(pk=make_delivery(distributor).pk)
        delivery_send(Delivery.objects.get(pk=stale.pk))
        delivery_send(stale)

    assert stale.state == "sent"
    assert len(server.sent) == 2
    assert {m.extra_headers["Message-ID"] for m in server.sent} == {stale.message_id}


def test_a_personal_link_reaches_its_recipient(distributor, script, run_jobs):
    server = script(None)
    make_delivery(distributor, kind=kinds.PASSWORD_RESET, context=kinds.PASSWORD_RESET.sample)

    run_jobs()

    assert kinds.PASSWORD_RESET.sample["link"] in server.sent[0].body
    assert kinds.PASSWORD_RESET.sample["link"] in server.sent[0].alternatives[0].content


def test_staff_send_an_email_again_as_a_new_message(distributor, script, run_jobs, staff):
    server = script(None)
    delivery = make_delivery(distributor)
    run_jobs()

    delivery_resend(delivery=refreshed(delivery), actor=staff.actor)
    assert run_jobs() == 1

    first, second = (m.extra_headers["Message-ID"] for m in server.sent)
    assert first != second
    assert refreshed(delivery).state == "sent"
    told = timeline_for(delivery).filter(action="delivery.resend").get()
    assert told.actor_label == staff.actor.label


def test_an_email_that_waits_is_not_sent_twice_by_impatience(distributor, script, run_jobs):
    server = script(None)
    delivery = make_delivery(distributor)

    with pytest.raises(IllegalTransition):
        delivery_resend(delivery=delivery, actor=SYSTEM)

    run_jobs()
    assert len(server.sent) == 1
    assert Job.objects.count() == 1


def test_a_failed_email_can_be_sent_again(distributor, script, run_jobs):
    server = script(smtplib.SMTPDataError(554, b"spam"), None)
    delivery = make_delivery(distributor)
    run_jobs()

    delivery_resend(delivery=refreshed(delivery), actor=SYSTEM)
    run_jobs()

    assert len(server.sent) == 1
    again = refreshed(delivery)
    assert (again.state, again.attempts, again.last_error) == ("sent", 1, "")


def test_a_waiting_email_can_be_tried_at_once(distributor, script, run_jobs):
    server = script(ConnectionRefusedError(111, "Connection refused"), None)
    delivery = make_delivery(distributor)
    run_jobs()
    assert run_jobs() == 0

    delivery_hurry(delivery=refreshed(delivery))

    assert run_jobs() == 1
    assert len(server.sent) == 1


def test_what_is_being_sent_cannot_be_hurried(distributor):
    delivery = make_delivery(distributor)
    Job.objects.update(state="running")

    with pytest.raises(StillWaiting):
        delivery_hurry(delivery=delivery)


def test_each_email_goes_through_the_server_of_its_storefront(distributor, monkeypatch, run_jobs):
    asked = []

    class OwnServers:
        def sender_for(self, *, organization_id, storefront_id):
            asked.append((organization_id, storefront_id))
            return Sender(get_connection(), "shop@techsolutions.example")

    monkeypatch.setattr(MAIL_SENDER, "_provider", OwnServers())
    make_delivery(distributor)

    run_jobs()

    assert asked == [(distributor.pk, None)]


def test_no_mail_server_is_asked_inside_a_transaction(distributor):
    from django.db import transaction

    from bss.core.http import CalledInTransaction

    delivery = make_delivery(distributor)
    with (
        scope.activate(distributor.scope),
        transaction.atomic(),
        pytest.raises(CalledInTransaction),
    ):
        delivery_send(delivery)


def test_the_job_of_a_vanished_email_gives_up(distributor):
    delivery = make_delivery(distributor)
    job = job_of(delivery)
    Delivery.everywhere.all().delete()

    jobs.run([job.pk])

    job.refresh_from_db()
    assert (job.state, job.last_error) == ("dead", "the e-mail no longer exists")
