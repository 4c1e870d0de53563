"""Staff's side of reseller plans: what each includes, and putting a reseller on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.access import access_account
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.errors import DomainError
from bss.orders.choices import OrderSource
from bss.orders.errors import PriceChanged
from bss.orders.selectors import order_specs
from bss.subscriptions.models import ScheduledChange
from bss.ui.components import Crumb, EmptyState, Fieldset
from bss.ui.generic import EditView, FormView, ListView, Page, Screen
from resellers import selectors
from resellers.access import access_plan_record
from resellers.choices import COMING, PlanCode
from resellers.forms import PlanForm, UpgradeForm
from resellers.models import Plan, ResellerProfile
from resellers.services import plan_cancel, plan_edit, plan_switch, upgrade_draft
from resellers.tables import PlanTable
from resellers.views.plans import on_invoices, seen_token


class PlanList(ListView):
    permission = Permission.PLAN_VIEW
    title = gettext_lazy("Reseller plans")
    intro = gettext_lazy(
        "What resellers get with each plan. Name, text, picture and price are on the product."
    )
    table = PlanTable
    exportable = False
    empty = EmptyState(
        gettext_lazy("No plans yet"),
        gettext_lazy(
            "Activate “Tradewind for Resellers” under Setup, then run Get Services Definition."
        ),
    )

    def queryset(self) -> Any:
        return selectors.plans_with_counts()


class PlanEdit(EditView):
    """Flags, not code: what is ticked is what resellers on the plan may do."""

    permission = Permission.PLAN_SETUP
    form_class = PlanForm
    fieldsets = (Fieldset(gettext_lazy("Includes"), ("capabilities",)),)
    consequence = gettext_lazy(
        "Resellers on this plan gain or lose what you change at once. Without an own storefront, theirs close."
    )

    def get_object(self) -> Plan:
        return access_plan_record(self.actor, self.kwargs["public_id"])

    def get_title(self) -> Any:
        return str(self.object)

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Reseller plans"), reverse("resellers:plans"))]

    def context(self) -> Mapping[str, Any]:
        return {"coming": COMING}

    def save(self, form: Any) -> Plan:
        return plan_edit(
            plan=self.object,
            version=self.object.version,
            capabilities=form.cleaned_data["capabilities"],
            actor=self.actor,
        )

    def success_url(self, result: Any) -> str:
        return reverse("resellers:plans")


class AccountScreen(Screen):
    """A page about one reseller account of the portal."""

    def reseller(self) -> Account:
        return access_account(self.actor, self.kwargs["public_id"], Permission.ACCOUNT_VIEW)

    def crumbs(self) -> Sequence[Crumb]:
        account = self.reseller()
        return [
            Crumb(_("Customers"), reverse("accounts:list")),
            Crumb(account.name, reverse("accounts:detail", args=[account.public_id])),
        ]


class Upgrade(AccountScreen, FormView):
    """Upgrade reseller: staff choose plan, term and alias, then see the order and its invoices before it runs.

    Who has a plan already is shown what the switch means instead.
    """

    permission = Permission.PLAN_SWITCH
    title = gettext_lazy("Upgrade reseller")
    form_class = UpgradeForm
    submit_label = gettext_lazy("Continue")
    intro = gettext_lazy("Next you see the order and what goes on which invoice.")

    def prepare(self) -> None:
        self.object = self.reseller()

    @cached_property
    def plans(self) -> dict[str, Plan]:
        return {plan.code: plan for plan in selectors.plans_of(self.object.organization_id)}

    @cached_property
    def profile(self) -> ResellerProfile | None:
        return selectors.profile_of(self.object)

    def form_kwargs(self) -> Mapping[str, Any]:
        plans = list(self.plans.values())
        return {
            "account": self.object,
            "offers": UpgradeForm.offers_of(plans, selectors.plan_prices(self.object, plans)),
            "alias": self.profile.alias if self.profile else "",
            "specs": order_specs(self.object.organization_id),
        }

    def save(self, form: Any) -> str:
        """The address of the page on which it is confirmed."""
        code, unit = form.cleaned_data["offer"].split(":")
        if selectors.held_profile(self.profile):
            return reverse("resellers:change", args=[self.object.public_id, code])
        order = upgrade_draft(
            account=self.object,
            plan=self.plans[code],
            unit=unit,
            alias=form.cleaned_data["alias"],
            actor=self.actor,
            answers=form.answers(),
        )
        return reverse("orders:execute", args=[order.public_id])

    def success_url(self, result: str) -> str:
        return result


class PlanChange(AccountScreen, Page):
    """Switch or cancel a reseller's plan, with what it means first."""

    permission = Permission.PLAN_SWITCH
    template_name = "resellers/plan_change.html"

    def get_title(self) -> Any:
        return _("Cancel the plan") if self.is_cancel() else _("Switch the plan")

    def is_cancel(self) -> bool:
        return self.kwargs["code"] == PlanCode.BASIC

    def plan(self, account: Account) -> Plan:
        plans = {p.code: p for p in selectors.plans_of(account.organization_id)}
        return plans.get(self.kwargs["code"]) or plans[PlanCode.BASIC]

    def context(self) -> Mapping[str, Any]:
        account = self.reseller()
        plan = self.plan(account)
        return {
            "change": selectors.change_preview(account, plan),
            **on_invoices(account, plan, self.actor),
            "is_cancel": self.is_cancel(),
            "back_url": reverse("accounts:detail", args=[account.public_id]),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account = self.reseller()
        here = reverse("accounts:detail", args=[account.public_id])
        try:
            change = self.ask(account, seen_token(request))
        except PriceChanged as moved:
            messages.error(request, str(moved.message))
            return HttpResponseRedirect(request.path)
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(here)
        order = change.order_line.order
        messages.success(request, _("Order %(number)s runs now.") % {"number": order.number})
        return HttpResponseRedirect(reverse("orders:detail", args=[order.public_id]))

    def ask(self, account: Account, token: str) -> ScheduledChange:
        asked: dict[str, Any] = {
            "account": account, "actor": self.actor, "source": OrderSource.PORTAL, "token": token,
        }  # fmt: skip
        if self.is_cancel():
            return plan_cancel(**asked)
        return plan_switch(plan=self.plan(account), **asked)
