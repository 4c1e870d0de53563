"""Adobe 3YC on a subscription, on both surfaces: what is committed, asking for it, asking Adobe anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc import selectors, services
from adobe3yc.access import access_commitments
from adobe3yc.choices import CommitmentWish
from adobe3yc.errors import CommitmentObjected
from adobe3yc.forms import CommitmentForm
from adobe3yc.models import AdobeCustomer
from adobe3yc.tables import commitment_badge
from bss.accounts.permissions import Permission
from bss.core.errors import Invalid
from bss.subscriptions.models import Subscription
from bss.ui.components import Crumb
from bss.ui.generic import FormView, Screen
from servicemanager.errors import VendorUnavailable


def commitments_shown(customer: AdobeCustomer) -> list[Mapping[str, Any]]:
    return [
        {"row": row, "badge": commitment_badge(row)} for row in selectors.commitments_told(customer)
    ]


class CommitmentPage(FormView):
    """What is committed and asked for, and a form to ask for it. A subclass says on which surface."""

    permission = Permission.SUBSCRIPTION_MANAGE
    template_name = "adobe3yc/commitment.html"
    title = gettext_lazy("Adobe 3YC")
    form_class = CommitmentForm
    submit_label = gettext_lazy("Send the request")
    consequence = gettext_lazy(
        "The customer is asked in the Adobe Admin Console and has seven days to accept."
    )
    success_message = gettext_lazy("%(it)s is asked in the Adobe Admin Console now.")
    # Names of pages of the surface.
    subscription_page: str
    refresh_page: str
    subscription: Subscription
    object: AdobeCustomer

    def prepare(self) -> None:
        self.subscription, self.object = access_commitments(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        url = reverse(self.subscription_page, args=[self.subscription.public_id])
        return [Crumb(self.subscription.name, url)]

    def initial(self) -> Mapping[str, Any]:
        return {"term": CommitmentWish.COMMIT}

    def context(self) -> Mapping[str, Any]:
        return {
            "customer": self.object,
            "commitments": commitments_shown(self.object),
            "refresh_url": reverse(self.refresh_page, args=[self.subscription.public_id]),
        }

    def save(self, form: CommitmentForm) -> AdobeCustomer:
        again = form.cleaned_data["term"] == CommitmentWish.RECOMMIT
        ask = services.recommitment_ask if again else services.commitment_ask
        try:
            return ask(customer=self.object, minimums=form.minimums, actor=self.actor)
        except CommitmentObjected as objected:
            raise Invalid(errors=form.objected(objected.objections)) from objected

    def success_url(self, result: AdobeCustomer) -> str:
        return self.request.path


class CommitmentRefresh(Screen):
    """Ask Adobe what holds now."""

    permission = Permission.SUBSCRIPTION_MANAGE
    http_method_names = ("post",)
    page_name: str

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        subscription, customer = access_commitments(self.actor, public_id)
        try:
            services.customer_refresh(customer=customer, actor=self.actor)
            messages.success(request, _("This is what Adobe says now."))
        except VendorUnavailable as error:
            messages.error(request, str(error.message))
        return HttpResponseRedirect(reverse(self.page_name, args=[subscription.public_id]))


class PortalCommitment(CommitmentPage):
    subscription_page = "subscriptions:detail"
    refresh_page = "adobe3yc:commitment-refresh"


class PortalCommitmentRefresh(CommitmentRefresh):
    page_name = "adobe3yc:commitment"


class ShopCommitment(CommitmentPage):
    subscription_page = "storefront:subscription"
    refresh_page = "commitments:refresh"


class ShopCommitmentRefresh(CommitmentRefresh):
    page_name = "commitments:commitment"
