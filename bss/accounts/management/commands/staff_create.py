"""The first member of staff of an organization, who then invites the rest.

manage.py staff_create --email eleni@meridian.example --name "Eleni Markou"
manage.py staff_create ... --organization "Meridian" --country GR --support-email help@meridian.example
"""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from bss.accounts.choices import StaffRole
from bss.accounts.models import Membership, Organization
from bss.accounts.services import membership_password_set, organization_create, staff_invite
from bss.core.actor import SYSTEM
from bss.core.errors import DomainError


class Command(BaseCommand):
    """Without --organization the only organization is meant; one that does not exist yet is created."""

    help = "Create a member of staff who can sign in to the portal at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", default=StaffRole.ADMINISTRATOR, choices=StaffRole.values)
        parser.add_argument("--organization", default="", help="its name")
        parser.add_argument("--country", default="", help="of a new organization: GR")
        parser.add_argument("--currency", default="EUR", help="of a new organization")
        parser.add_argument("--support-email", default="", help="of a new organization")
        parser.add_argument(
            "--superuser", action="store_true", help="may also see the raw data under /ops/"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                membership = self._membership(options)
        except DomainError as error:
            raise CommandError(_words(error)) from error
        self.stdout.write(
            f"{membership.user.email} is {membership.staff_role} of {membership.organization}."
        )

    def _membership(self, options: dict[str, Any]) -> Membership:
        membership = staff_invite(
            organization=_organization(options),
            email=options["email"],
            name=options["name"],
            role=options["role"],
            actor=SYSTEM,
        )
        user = membership.user
        if options["superuser"]:
            user.is_staff = user.is_superuser = True
            user.save(update_fields=["is_staff", "is_superuser"])
        if not user.has_usable_password():
            membership_password_set(membership=membership, password=_password(membership))
        return membership


def _organization(options: dict[str, Any]) -> Organization:
    name = options["organization"]
    found = list(Organization.objects.filter(name=name) if name else Organization.objects.all()[:2])
    if len(found) == 1:
        return found[0]
    if not name:
        raise CommandError("Say which organization: --organization NAME.")
    if not options["country"] or not options["support_email"]:
        raise CommandError("A new organization needs --country and --support-email.")
    return organization_create(
        name=name,
        country=options["country"],
        currency=options["currency"],
        support_email=options["support_email"],
        actor=SYSTEM,
    )


def _password(membership: Membership) -> str:
    """From STAFF_PASSWORD, or asked for; never an argument, which every process list shows."""
    password = os.environ.get("STAFF_PASSWORD", "") or getpass.getpass("Password: ")
    try:
        validate_password(password, membership.user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return password


def _words(error: DomainError) -> str:
    errors: dict[str, list[Any]] = getattr(error, "errors", {})
    texts = [
        f"{name}: {text}" if name else str(text) for name, all_ in errors.items() for text in all_
    ]
    return " ".join(texts) or str(error.message)
