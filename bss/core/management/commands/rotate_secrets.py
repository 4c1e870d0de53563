"""`manage.py rotate_secrets`: after a new key was put first into SECRETS_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bss.core import secrets


class Command(BaseCommand):
    """Exit 0 when every secret is sealed with the newest key: only then may the older keys be taken away."""

    help = "Seals every stored secret with the newest key of SECRETS_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for result in secrets.rotate():
            self.stdout.write(f"{result.column}: {result.sealed} sealed anew")
            for pk in result.unreadable:
                self.stderr.write(f"{result.column}: no key opens the value of row {pk}")
            lost += len(result.unreadable)
        if lost:
            raise CommandError(
                f"{lost} secrets could not be read. Keep the older keys in SECRETS_KEYS, or enter these secrets again."
            )
