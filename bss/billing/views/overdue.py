"""The overdue ladder in the portal: its days, and what it suspended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.billing import selectors, services
from bss.billing.access import access_suspension
from bss.billing.forms import DunningPolicyForm, ReasonForm
from bss.billing.models import DunningPolicy, OverdueSuspension
from bss.ui.components import Crumb
from bss.ui.generic import FormView


class DunningPolicyEdit(FormView):
    permission = Permission.ORGANIZATION_EDIT
    title = _("Overdue invoices")
    intro = _("What happens by itself to an invoice that nobody pays. An empty step is left out.")
    form_class = DunningPolicyForm
    success_message = _("The days were set.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_t("Setup"), reverse("portal:setup"))]

    def initial(self) -> Mapping[str, Any]:
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        policy = selectors.dunning_policy(organization.pk)
        names = DunningPolicyForm.base_fields
        return {name: getattr(policy, name) for name in names} if policy else {}

    def save(self, form: DunningPolicyForm) -> DunningPolicy:
        return services.dunning_policy_edit(
            organization=self.request.membership.organization,  # type: ignore[attr-defined]
            version=None,
            actor=self.actor,
            **form.cleaned_data,
        )

    def success_url(self, result: DunningPolicy) -> str:
        return reverse("billing:ladder")


class SuspensionKeep(FormView):
    """Payment shall not resume this subscription: staff have reasons of their own."""

    permission = Permission.SUBSCRIPTION_SUSPEND
    title = _("Keep it suspended")
    form_class = ReasonForm
    submit_label = _("Keep it suspended")
    consequence = _("Payment does not resume it any more. You can resume it by hand.")
    object: OverdueSuspension

    def prepare(self) -> None:
        self.object = access_suspension(self.actor, self.kwargs["pk"])

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(self.object.subscription.number, self.success_url(None))]

    def save(self, form: ReasonForm) -> OverdueSuspension:
        services.suspension_keep(
            suspension=self.object, actor=self.actor, reason=form.cleaned_data["reason"]
        )
        return self.object

    def success_url(self, result: Any) -> str:
        return reverse("subscriptions:detail", args=[self.object.subscription.public_id])
