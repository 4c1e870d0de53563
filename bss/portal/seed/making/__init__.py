"""Tells the story once per database, through the services and with every job run."""

from __future__ import annotations

from django.core.management import call_command

from bss.accounts.models import Organization
from bss.core import clock, doorbell, scope
from bss.core.actor import SYSTEM
from bss.core.garbage import no_collecting
from bss.core.models import HistoryEntry
from bss.portal.seed.making.commits import commits_in_a_hurry
from bss.portal.seed.making.mails import Mails, MailsLost, mails_chosen
from bss.portal.seed.making.payment_plans import popularity_count
from bss.portal.seed.making.running_order import beginning_play, scenes_of
from bss.portal.seed.making.stage import Say, Stage
from bss.portal.seed.organizations import MERIDIAN
from bss.subscriptions.tasks import changes_due

__all__ = ["AnotherDistributor", "MailsLost", "story_tell"]

BEGUN, TOLD = "demo.begun", "demo.told"


class AnotherDistributor(Exception):
    """The database has a distributor that is not the story's."""


def story_tell(say: Say) -> bool:
    """Make the whole story, or start over what was interrupted; False when it is here already.

    Raises AnotherDistributor when the database belongs to somebody else; then nothing is written. Raises MailsLost
    when the process that writes the e-mails ends before the story does; then the next run starts over.
    """
    if _marked(TOLD):
        return False
    if _marked(BEGUN):
        # Nobody has worked with a half-told story: the demo's web processes start after it.
        say("  An earlier seeding was interrupted: starting over.")
        call_command("flush", interactive=False, verbosity=0)
    elif Organization.objects.exists():
        raise AnotherDistributor
    with doorbell.silence(), no_collecting(), mails_chosen(say) as mails, commits_in_a_hurry():
        _tell(say, mails)
    _mark(TOLD)
    return True


def _tell(say: Say, mails: Mails) -> None:
    stage = Stage(say, mails)
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
    mails.finish()
    stage.say(f"  {len(scenes)} scenes in ten weeks")


def _time_passes(stage: Stage) -> None:
    """What beat would have found since the day before: terms that ended, changes that became due."""
    stage.mails.finish()
    changes_due()
    stage.drain()


def _mark(action: str) -> None:
    HistoryEntry.objects.create(
        subject_type="demo", subject_id=1, actor_label=SYSTEM.label, action=action, at=clock.now()
    )


def _marked(action: str) -> bool:
    return HistoryEntry.objects.filter(subject_type="demo", action=action).exists()
