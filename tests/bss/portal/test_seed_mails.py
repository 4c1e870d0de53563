"""The e-mails of the demo's story, written and sent by a second process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from bss.accounts.services import membership_invite_again
from bss.core import clock, jobs
from bss.core.actor import SYSTEM
from bss.core.events import HANDLE
from bss.core.models import Job
from bss.portal.seed.making.mails import MailsBeside, MailsLost, mails_beside, mails_chosen
from notifications.models import Delivery
from notifications.services import SEND


@pytest.fixture
def pipe() -> Iterator[tuple[Connection, Connection]]:
    """The story's end, and that of the second process, which the test plays."""
    ours, theirs = Pipe()
    yield ours, theirs
    ours.close()
    theirs.close()


def handled_by(handler: str) -> int:
    """A due job of an event's handler."""
    return jobs.enqueue(HANDLE, key=f"1:{handler}", payload={"event": 1, "handler": handler}).pk


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_written_and_sent_by_the_other_process_at_the_hour_of_the_story(
    reseller, at_distributor, settings, tmp_path
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    with mails_beside() as mails, clock.travel(-timedelta(days=9)):
        membership_invite_again(membership=reseller.membership, actor=SYSTEM)
        before = clock.now()
        assert mails.rest_of(jobs.due_ids()) == []
        assert not Delivery.objects.exists()
        mails.finish()
        after = clock.now()

    mail = Delivery.objects.get()
    assert (mail.kind, mail.state) == ("membership_invited", "sent")
    assert before < mail.created_at < mail.sent_at < after
    assert len(list(tmp_path.iterdir())) == 1
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.django_db
def test_only_what_writes_or_sends_a_mail_is_left_to_the_other_process(pipe):
    execute = handled_by("bss.orders.handlers.order_placed_execute")
    confirm = handled_by("notifications.handlers.order_placed")
    # What it says depends on whether its whole order failed by then.
    failed = handled_by("notifications.handlers.order_line_failed")
    send = jobs.enqueue(SEND, key="1", payload={"delivery": 1}).pk
    ours, theirs = pipe
    mails = MailsBeside(ours)

    with clock.travel(timedelta(hours=1)):
        assert mails.rest_of([execute, confirm, failed, send]) == [execute, failed]
        assert not theirs.poll()
        mails.hand_over()

    offset, ids = theirs.recv()
    assert ids == [confirm, send]
    assert timedelta(0) <= offset - timedelta(hours=1) < timedelta(seconds=1)


@pytest.mark.django_db
def test_a_mail_is_handed_over_once_and_again_only_if_it_is_still_due_in_the_end(pipe):
    confirm = handled_by("notifications.handlers.order_placed")
    ours, theirs = pipe
    mails = MailsBeside(ours)

    for _ in range(2):
        assert mails.rest_of([confirm]) == []
        mails.hand_over()
    theirs.send(None)
    mails.finish()
    assert mails.rest_of([confirm]) == []
    mails.hand_over()

    assert theirs.recv()[1] == [confirm]
    assert theirs.recv()[1] == []
    assert theirs.recv()[1] == [confirm]
    assert not theirs.poll()


@pytest.mark.django_db
def test_the_story_breaks_off_when_the_other_process_is_gone(pipe):
    ours, theirs = pipe
    theirs.close()

    with pytest.raises(MailsLost):
        MailsBeside(ours).finish()


def test_without_a_mail_server_mails_are_written_and_left_to_the_worker(settings):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = nobody.getsockname()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    said: list[str] = []
    with mails_chosen(said.append):
        assert said == ["  No mail server answers: the e-mails are left to the worker."]
