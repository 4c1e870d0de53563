"""manage.py seed_demo: the story of the demo, once per database.

python manage.py seed_demo                  make it; a second run changes nothing
python manage.py seed_demo --print-logins   only say who signs in where, and how
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bss.portal.seed.logins import logins_table
from bss.portal.seed.making import AnotherDistributor, MailsLost, story_tell


class Command(BaseCommand):
    """Seed the demo's story."""

    help = "Seed the story of the demo, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--print-logins", action="store_true", help="only print who signs in where"
        )

    def handle(self, **options: Any) -> None:
        if options["print_logins"]:
            self.stdout.write(logins_table())
            return
        if not settings.DEMO:
            raise CommandError(
                "The story's logins share a published password: it is told in a demo only (TRADEWIND_DEMO=1)."
            )
        begun = monotonic()
        try:
            told = story_tell(self._say)
        except AnotherDistributor:
            raise CommandError(
                "This database has a distributor already. The demo's story needs an empty database."
            ) from None
        except MailsLost:
            raise CommandError(
                "The process that writes the e-mails ended before the story did: the lines above say why."
            ) from None
        if told:
            self._say(f"Seeded in {monotonic() - begun:.0f} s.")
        else:
            self._say("The story is here already: nothing was changed.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
