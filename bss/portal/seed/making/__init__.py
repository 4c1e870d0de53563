"""Tells the story once per database, through the services and with every job run."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from bss.accounts.models import Organization
from bss.core import clock, doorbell, scope
from bss.core.actor import SYSTEM
from bss.core.models import HistoryEntry
from bss.portal.seed.making.payment_plans import popularity_count
from bss.portal.seed.making.running_order import beginning_play, scenes_of
from bss.portal.seed.making.stage import Say, Stage, mail_server_answers
from bss.portal.seed.organizations import MERIDIAN
from bss.subscriptions.tasks import changes_due

BEGUN, TOLD = "demo.begun", "demo.told"


class AnotherDistributor(Exception):
    """The database has a distributor that is not the story's."""


def story_tell(say: Say) -> bool:
    """Make the whole story, or start over what was interrupted; False when it is here already.

    Raises AnotherDistributor when the database belongs to somebody else; then nothing is written.
    """
    if _marked(TOLD):
        return False
    if _marked(BEGUN):
        # Nobody has worked with a half-told story: the demo's web processes start after it.
        say("  An earlier seeding was interrupted: starting over.")
        call_command("flush", interactive=False, verbosity=0)
    elif Organization.objects.exists():
        raise AnotherDistributor
    stage = Stage(say, mails_leave=mail_server_answers())
    if not stage.mails_leave:
        say("  No mail server answers: the e-mails are left to the worker.")
    with doorbell.silence(), _commits_in_a_hurry(), _no_collecting():
        _tell(stage)
    _mark(TOLD)
    return True


def _tell(stage: Stage) -> None:
    _mark(BEGUN)
    beginning_play(stage)
    scenes = scenes_of(stage)
    today = None
    for scene in scenes:
        with stage.day(scene.days_ago, scene.hour, scene.organization):
            if scene.days_ago != today:
                today = scene.days_ago
                _time_passes(stage)
            scene.play()
    root = stage.organizations[MERIDIAN.key]
    with scope.activate(root.scope):
        _time_passes(stage)
        popularity_count(root)
    stage.say(f"  {len(scenes)} scenes in ten weeks")


@contextmanager
def _commits_in_a_hurry() -> Iterator[None]:
    """Do not wait for the disk at each commit: what a power cut takes is told again from the beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Leave the garbage collector out: it found nothing worth a tenth of the time, and the process ends soon."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _time_passes(stage: Stage) -> None:
    """What beat would have found since the day before: terms that ended, changes that became due."""
    changes_due()
    stage.drain()


def _mark(action: str) -> None:
    HistoryEntry.objects.create(
        subject_type="demo", subject_id=1, actor_label=SYSTEM.label, action=action, at=clock.now()
    )


def _marked(action: str) -> bool:
    return HistoryEntry.objects.filter(subject_type="demo", action=action).exists()
