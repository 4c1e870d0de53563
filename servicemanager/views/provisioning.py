"""Provisioning: what was asked of vendors, what came of it, and what staff do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.ui.components import Attention, Badge, Crumb, EmptyState, Fact, SavedView, Tab
from bss.ui.generic import ConfirmView, DetailView, FormView, ListView
from bss.ui.generic.screen import Screen
from servicemanager import selectors, services
from servicemanager.access import access_provisioning
from servicemanager.filters import ProvisioningFilter
from servicemanager.forms import DeliverForm, ReasonForm
from servicemanager.models import ProvisioningJob
from servicemanager.tables import ProvisioningTable, job_badge
from servicemanager.views.shown import attention_for, exchanges_shown, pretty, wanted_facts


class ProvisioningList(ListView):
    permission = Permission.SERVICE_VIEW
    title = gettext_lazy("Provisioning")
    intro = gettext_lazy("One row for each operation at a vendor, or delivered by your staff.")
    table = ProvisioningTable
    filterset = ProvisioningFilter
    search = (
        "subscription__number",
        "subscription__name",
        "subscription__customer__name",
        "reference",
    )
    search_label = gettext_lazy("Search by subscription, customer or vendor's reference")
    saved_views = (
        SavedView("needs", gettext_lazy("Needs you"), {"needs": "staff"}),
        SavedView("failed", gettext_lazy("Failed"), {"state": "failed"}, tone="danger"),
        SavedView("unknown", gettext_lazy("Outcome unknown"), {"state": "unknown"}, tone="warning"),
        SavedView(
            "open",
            gettext_lazy("In progress"),
            {"state": ["queued", "calling", "in_progress"]},
        ),
        SavedView("deliver", gettext_lazy("To deliver"), {"deliver": "yes"}),
    )
    empty = EmptyState(
        gettext_lazy("Nothing has been provisioned yet"),
        gettext_lazy("Each executed order line appears here with what its vendor answered."),
        icon="server-stack",
    )

    def queryset(self) -> QuerySet[ProvisioningJob]:
        if self.params.get("deliver"):
            return selectors.deliveries()
        return selectors.provisioning_jobs()


class ProvisioningDetail(DetailView):
    permission = Permission.SERVICE_VIEW
    slot = "provisioning"
    tabs = (
        Tab("story", gettext_lazy("What happened"), "servicemanager/_job.html"),
        Tab("target", gettext_lazy("What was asked for"), "servicemanager/_target.html"),
    )
    object: ProvisioningJob

    def get_object(self) -> ProvisioningJob:
        return access_provisioning(self.actor, self.kwargs["public_id"], Permission.SERVICE_VIEW)

    def number(self) -> str:
        return self.object.subscription.number

    def name(self) -> Any:
        return f"{self.object.get_operation_display()}: {self.object.subscription.name}"

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Provisioning"), reverse("servicemanager:jobs"))]

    def badge(self) -> Badge:
        return job_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        job = self.object
        subscription = reverse("subscriptions:detail", args=[job.subscription.public_id])
        instance = reverse("servicemanager:detail", args=[job.instance.public_id])
        return [
            Fact(_("Subscription"), job.subscription.number, subscription),
            Fact(_("Customer"), job.subscription.customer.name),
            Fact(_("Provisioned by"), job.instance.name, instance),
            Fact(_("Vendor's reference"), job.reference),
            Fact(_("Attempts"), job.attempts),
        ]

    def attention(self) -> Sequence[Attention]:
        found = attention_for(self.object, self.actor)
        return [found] if found else []

    def tab_story(self) -> Mapping[str, Any]:
        exchanges = list(selectors.exchanges_of(self.object))
        return {"job": self.object, "exchanges": exchanges_shown(exchanges)}

    def tab_target(self) -> Mapping[str, Any]:
        return {"target": pretty(self.object.target)}


class _About:
    """What every decision about one job shares."""

    actor: Any
    kwargs: Mapping[str, Any]
    permission: str
    object: ProvisioningJob

    def prepare(self) -> None:
        self.object = access_provisioning(self.actor, self.kwargs["public_id"], self.permission)

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Provisioning"), reverse("servicemanager:jobs")),
            Crumb(self.object.subscription.number, _url_of(self.object)),
        ]

    def success_url(self, result: Any) -> str:
        return _url_of(self.object)


class Deliver(_About, FormView):
    permission = Permission.ORDER_DELIVER
    template_name = "servicemanager/deliver.html"
    form_class = DeliverForm
    submit_label = gettext_lazy("Deliver")
    success_message = gettext_lazy("Delivered. The customer is told.")

    def get_title(self) -> Any:
        return _("Deliver %(name)s") % {"name": self.object.subscription.name}

    def context(self) -> Mapping[str, Any]:
        return {"facts": wanted_facts(self.object)}

    def save(self, form: DeliverForm) -> ProvisioningJob:
        return services.provisioning_deliver(job=self.object, actor=self.actor, **form.cleaned_data)


class Decline(_About, ConfirmView):
    permission = Permission.ORDER_DELIVER
    form_class = ReasonForm
    submit_label = gettext_lazy("Decline")
    danger = True
    consequence = gettext_lazy("The order line fails with this reason, and the buyer can read it.")

    def get_title(self) -> Any:
        return _("Decline %(name)s?") % {"name": self.object.subscription.name}

    def save(self, form: ReasonForm) -> ProvisioningJob:
        return services.provisioning_decline(job=self.object, actor=self.actor, **form.cleaned_data)


class Abandon(_About, ConfirmView):
    permission = Permission.JOBS_RETRY
    form_class = ReasonForm
    submit_label = gettext_lazy("Give up")
    danger = True
    consequence = gettext_lazy("It no longer asks for attention. What failed stays failed.")

    def get_title(self) -> Any:
        return _("Give up on %(name)s?") % {"name": self.object.subscription.name}

    def save(self, form: ReasonForm) -> ProvisioningJob:
        return services.provisioning_abandon(job=self.object, actor=self.actor, **form.cleaned_data)


class Retry(Screen):
    permission = Permission.JOBS_RETRY

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        job = access_provisioning(self.actor, public_id, Permission.JOBS_RETRY)
        services.provisioning_retry(job=job, actor=self.actor)
        messages.success(
            request, _("It is tried again. The vendor is asked about the old attempt first.")
        )
        return HttpResponseRedirect(_url_of(job))


def _url_of(job: ProvisioningJob) -> str:
    return reverse("servicemanager:job", args=[job.public_id])
