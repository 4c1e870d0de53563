"""Start a billing run from the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bss.accounts.models import Account, Organization
from bss.billing.services import billing_run_start
from bss.core import jobs, scope
from bss.core.actor import SYSTEM
from bss.core.models import Job, Run, RunState


def _counted(one: str, many: str) -> Callable[[int], str]:
    return lambda number: f"{number} {one if number == 1 else many}"


# What billing counts (billing.contracts.Outcome), in words.
_WORDS: dict[str, Callable[[int], str]] = {
    "invoices": _counted("invoice", "invoices"),
    "credit_notes": _counted("credit note", "credit notes"),
    "items": _counted("item on them", "items on them"),
    "held": _counted("document held back for staff", "documents held back for staff"),
    "refused": _counted("payer not billed", "payers not billed"),
}


class Command(BaseCommand):
    help = "Bill what is due: of an organization, or at once of one of its accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--organization", metavar="ID", help="an organization's id; all without"
        )
        parser.add_argument(
            "--account", metavar="NUMBER", help="a payer's number, such as ACC-000012"
        )
        parser.add_argument(
            "--here", action="store_true", help="do it in this process instead of a worker's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("pk")
        if options["organization"]:
            organizations = organizations.filter(public_id=options["organization"])
        if not organizations:
            raise CommandError("There is no such organization.")
        for organization in organizations:
            with scope.activate(organization.scope):
                self._start(organization, options["account"], here=options["here"])

    def _start(self, organization: Organization, number: str | None, *, here: bool) -> None:
        account = Account.objects.filter(number=number).first() if number else None
        if number and account is None:
            raise CommandError(f"{organization} has no account {number}.")
        run = billing_run_start(organization=organization, actor=SYSTEM, account=account)
        if not here:
            self.stdout.write(f"{organization}: {run.title} ({run.public_id}) is queued")
            return
        jobs.run(
            list(
                Job.objects.filter(kind="core.run", payload__run=run.pk).values_list(
                    "pk", flat=True
                )
            )
        )
        done = Run.objects.get(pk=run.pk)
        told = ", ".join(_WORDS[name](done.result[name]) for name in _WORDS if name in done.result)
        self.stdout.write(f"{organization}: {done.get_state_display()}. {told or done.error}")
        if done.state == RunState.FAILED:
            raise CommandError(done.error or "The billing run failed.")
