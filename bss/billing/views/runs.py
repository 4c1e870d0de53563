"""Billing runs in the portal: the list, and the buttons that start one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.access import access_account
from bss.accounts.permissions import Permission
from bss.billing import selectors, services
from bss.billing.tables import BillingRunTable
from bss.core.models import Run, RunState
from bss.ui.components import Button, Confirm, Crumb, EmptyState
from bss.ui.generic import ListView, Screen


class BillingRunList(ListView):
    permission = Permission.BILLING_VIEW
    title = _("Billing runs")
    intro = _(
        "Each evening what is due is billed. A run can be started again at any time: nothing is billed twice."
    )
    table = BillingRunTable
    exportable = False
    empty = EmptyState(
        _("No billing run yet"),
        _("The first one starts by itself in the evening of a day on which something is due."),
        None,
        "play",
    )

    def queryset(self) -> QuerySet[Run]:
        return selectors.billing_runs()

    def primary_action(self) -> Button | None:
        if not self.may(Permission.BILLING_EDIT):
            return None
        confirm = Confirm(
            _("Bill what is due today"),
            _(
                "Invoices and credit notes are issued and sent. They cannot be taken back, only corrected."
            ),
            _("Start the billing run"),
            leave=_("Not now"),
        )
        url = reverse("billing:run-start")
        return Button(_("Start a billing run"), url, "play", "primary", "post", confirm)


class RunStart(Screen):
    """Bill whatever is due in the organization."""

    permission = Permission.BILLING_EDIT
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        run = services.billing_run_start(
            organization=selectors.organization_here(), actor=self.actor
        )
        return HttpResponseRedirect(reverse("portal:run", args=[run.public_id]))


class AccountBill(Screen):
    """Bill at once what is due of one account, whatever its billing day."""

    permission = Permission.BILLING_EDIT
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        account = access_account(self.actor, public_id, Permission.BILLING_EDIT)
        run = services.billing_run_start(
            organization=account.organization, actor=self.actor, account=account
        )
        return HttpResponseRedirect(reverse("portal:run", args=[run.public_id]))


def run_crumbs(_run: Run) -> Sequence[Crumb]:
    """The way to the page of a run."""
    return [Crumb(_("Billing runs"), reverse("billing:runs"))]


def run_back(run: Run) -> Button | None:
    """Where a finished run leads; nowhere when nothing came of it."""
    made = (run.result.get(name) for name in ("invoices", "credit_notes", "held"))
    if run.state == RunState.SUCCEEDED and not any(made):
        return None
    return Button(_("See the invoices"), reverse("billing:invoices"), kind="primary")
