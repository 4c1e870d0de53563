"""manage.py seed_scale: a distributor of a believable size, for benchmarks.

    python manage.py seed_demo
    python manage.py seed_scale --resellers 1000 --accounts 20000 --subscriptions 100000

Adds to what is there; `--accounts` counts the resellers in it.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bss.accounts.models import Organization
from bss.portal.seed.scale import Size, scale_make


class Command(BaseCommand):
    """Add rows in number."""

    help = "Add resellers, accounts, orders and subscriptions in number, for benchmarks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--resellers", type=int, default=1000)
        parser.add_argument("--accounts", type=int, default=20000)
        parser.add_argument("--subscriptions", type=int, default=100000)
        parser.add_argument("--products", type=int, default=2000)
        parser.add_argument(
            "--seed", type=int, default=20260101, help="the same makes the same rows"
        )

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The rows' logins share a published password: they are made in a demo only (TRADEWIND_DEMO=1)."
            )
        size = Size(
            options["resellers"], options["accounts"], options["subscriptions"], options["products"]
        )
        if not 0 < size.resellers < size.accounts:
            raise CommandError("--accounts counts the resellers, so it has to be larger.")
        begun = monotonic()
        try:
            scale_make(size, self._say, seed=options["seed"])
        except Organization.DoesNotExist:
            raise CommandError("There is no distributor yet: run seed_demo first.") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self._say(f"Added in {monotonic() - begun:.0f} s.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
