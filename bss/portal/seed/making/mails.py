"""Who writes and sends the e-mails of the story: nothing in it waits for them, so that a second process may.

On two cores the story is told a quarter sooner so. What an e-mail says must not depend on how fast that process is:
it is handed over when everything due at its hour is done, and is written before the next day begins.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection

from django.conf import settings
from django.db import connection

from bss.core import clock, jobs, scope
from bss.core.events import HANDLE
from bss.core.models import Job, JobState
from bss.portal.seed.making.commits import commits_in_a_hurry
from notifications import handlers
from notifications.services import SEND

# The handlers that do nothing but write an e-mail, about what no later hour of the same day changes.
_WRITERS = [
    f"{handle.__module__}.{handle.__qualname__}"
    for handle in (
        handlers.invoice_issued,
        handlers.membership_invited,
        handlers.order_placed,
        handlers.subscription_activated,
    )
]
_NOTHING = timedelta(0)


class MailsLost(Exception):
    """The second process ended before the story did."""


class Mails:
    """E-mails are jobs like any other: the story's own process does them."""

    def rest_of(self, ids: list[int]) -> list[int]:
        """Those of the due jobs that the story does itself."""
        return ids

    def hand_over(self) -> None:
        """Everything due at this hour is done but the e-mails: they can be written."""

    def finish(self) -> None:
        """Come back when everything handed over is written and sent."""


class MailsLeft(Mails):
    """No mail server answers: e-mails are written, and stay for the worker to send."""

    def rest_of(self, ids: list[int]) -> list[int]:
        kept = set(Job.objects.filter(pk__in=ids, kind=SEND).values_list("pk", flat=True))
        return [pk for pk in ids if pk not in kept]


class MailsBeside(Mails):
    """A second process writes and sends them, at the other end of `pipe`. Raises MailsLost when it is gone."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._found: set[int] = set()
        self._waiting: list[int] = []

    def rest_of(self, ids: list[int]) -> list[int]:
        # Those handed over stay due until they are done.
        new = [pk for pk in ids if pk not in self._found]
        mails = set(_mails_among(new))
        self._found |= mails
        self._waiting += sorted(mails)
        return [pk for pk in new if pk not in mails]

    def hand_over(self) -> None:
        if self._waiting:
            self._say((clock.offset(), self._waiting))
            self._waiting = []

    def finish(self) -> None:
        self.hand_over()
        self._say((_NOTHING, []))
        try:
            self._pipe.recv()
        except (EOFError, OSError) as error:
            raise MailsLost from error
        # What failed is due again, and is handed over again.
        self._found.clear()

    def _say(self, message: tuple[timedelta, list[int]]) -> None:
        try:
            self._pipe.send(message)
        except OSError as error:
            raise MailsLost from error


@contextmanager
def mails_chosen(say: Callable[[str], None]) -> Iterator[Mails]:
    """The way that fits the mail server. Other backends than SMTP take e-mails in this process."""
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield Mails()
    elif _mail_server_answers():
        with mails_beside() as mails:
            yield mails
    else:
        say("  No mail server answers: the e-mails are left to the worker.")
        yield MailsLeft()


@contextmanager
def mails_beside() -> Iterator[MailsBeside]:
    """A second process inside the block. It ends when the pipe does, however this process ended."""
    # Two processes must not speak over one connection: each opens its own.
    connection.close()
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, ours))
    process.start()
    theirs.close()
    try:
        yield MailsBeside(ours)
    finally:
        ours.close()
        process.join()


def _work(pipe: Connection, other_end: Connection) -> None:
    """What the second process does: one message after the other, until the story is told or broken off."""
    other_end.close()
    with commits_in_a_hurry():
        while True:
            try:
                offset, ids = pipe.recv()
            except EOFError:
                return
            if ids:
                _do(offset, ids)
            else:
                pipe.send(None)


def _do(offset: timedelta, ids: Sequence[int]) -> None:
    """Do these jobs at the hour at which they were handed over, then send what they wrote."""
    with clock.travel(offset - clock.offset()), scope.activate(None):
        jobs.run(ids)
        jobs.run(_to_send())


def _to_send() -> list[int]:
    due = Job.objects.filter(kind=SEND, state=JobState.READY, due_at__lte=clock.now())
    return list(due.order_by("id").values_list("pk", flat=True))


def _mails_among(ids: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM core_job WHERE id = ANY(%s)"
            " AND (kind = %s OR (kind = %s AND payload ->> 'handler' = ANY(%s)))",
            [list(ids), SEND, HANDLE, _WRITERS],
        )
        return [row[0] for row in cursor.fetchall()]


def _mail_server_answers() -> bool:
    try:
        with socket.create_connection((settings.EMAIL_HOST, settings.EMAIL_PORT), timeout=1):
            return True
    except OSError:
        return False
