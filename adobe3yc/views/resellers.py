"""A reseller's place at Adobe: nobody sells there whom Adobe does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc import selectors, services
from adobe3yc.access import access_adobe_instance
from adobe3yc.forms import ResellerForm
from bss.accounts.access import access_account
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.errors import NotFound
from bss.ui.components import Crumb
from bss.ui.generic import FormView
from servicemanager.models import AccountLink


class ResellerSetUp(FormView):
    """Make a reseller at Adobe, or link it to the one that is there."""

    permission = Permission.SERVICE_SETUP
    title = gettext_lazy("Set up with Adobe")
    intro = gettext_lazy("From then on it can sell Adobe's products to its customers.")
    form_class = ResellerForm
    submit_label = gettext_lazy("Set up")
    success_message = gettext_lazy("Adobe knows it as %(it)s.")
    object: Account

    def prepare(self) -> None:
        self.object = access_account(self.actor, self.kwargs["public_id"], Permission.ACCOUNT_VIEW)
        if not self.object.is_reseller or not selectors.instances_for(self.object):
            raise NotFound

    def crumbs(self) -> Sequence[Crumb]:
        return [
            Crumb(_("Customers"), reverse("accounts:list")),
            Crumb(self.object.name, reverse("accounts:detail", args=[self.object.public_id])),
        ]

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"instances": selectors.instances_for(self.object)}

    def save(self, form: ResellerForm) -> AccountLink:
        instance = access_adobe_instance(
            self.actor, form.cleaned_data["instance"], Permission.SERVICE_SETUP
        )
        given = form.cleaned_data["adobe_id"]
        told: dict[str, Any] = {"instance": instance, "account": self.object, "actor": self.actor}
        if given:
            return services.reseller_link(adobe_id=given, **told)
        return services.reseller_sync(**told)

    def success_url(self, result: AccountLink) -> str:
        return reverse("accounts:detail", args=[self.object.public_id])
