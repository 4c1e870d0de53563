"""Setup > Adobe > Customers: what Adobe knows of each, asked anew on demand, and every message about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc import selectors, services
from adobe3yc.access import access_adobe_customer
from adobe3yc.filters import AdobeCustomerFilter
from adobe3yc.models import AdobeCustomer
from adobe3yc.tables import AdobeCustomerTable, commitment_badge, customer_badge, status_badge
from adobe3yc.views.price_files import home_crumbs
from bss.accounts.permissions import Permission
from bss.ui.components import Badge, Crumb, EmptyState, Fact, Tab
from bss.ui.generic import DetailView, ListView, Screen
from servicemanager.errors import VendorUnavailable
from servicemanager.views.shown import exchanges_shown

MESSAGES = 50


def customer_crumbs(customer: AdobeCustomer) -> list[Crumb]:
    return [*_list_crumbs(), Crumb(str(customer), customer_url(customer))]


def customer_url(customer: AdobeCustomer) -> str:
    return reverse("adobe3yc:customer", args=[customer.public_id])


def _list_crumbs() -> list[Crumb]:
    return [*home_crumbs(), Crumb(_("Customers"), reverse("adobe3yc:customers"))]


class CustomerList(ListView):
    """Customers as Adobe last told them."""

    permission = Permission.SERVICE_VIEW
    title = gettext_lazy("Customers at Adobe")
    intro = gettext_lazy(
        "What Adobe last said of each customer that was ordered for or asked about."
    )
    table = AdobeCustomerTable
    filterset = AdobeCustomerFilter
    search = ("adobe_id", "name", "account__name", "account__number", "reseller__name")
    search_label = gettext_lazy("Search by Adobe id, name or reseller")
    export_name = "adobe-customers"
    empty = EmptyState(
        gettext_lazy("Adobe knows no customer of yours yet"),
        gettext_lazy(
            "A customer appears with its first order of an Adobe product, or its request for a commitment."
        ),
        icon="users",
    )

    def queryset(self) -> QuerySet[AdobeCustomer]:
        return selectors.adobe_customers()

    def crumbs(self) -> Sequence[Crumb]:
        return home_crumbs()


class CustomerDetail(DetailView):
    permission = Permission.SERVICE_VIEW
    slot = "adobe_customer"
    tabs = (
        Tab("overview", gettext_lazy("Overview"), "adobe3yc/_customer.html"),
        Tab("messages", gettext_lazy("Messages"), "adobe3yc/_messages.html"),
    )
    object: AdobeCustomer

    def get_object(self) -> AdobeCustomer:
        return access_adobe_customer(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return _list_crumbs()

    def number(self) -> str:
        return self.object.adobe_id

    def badge(self) -> Badge:
        return customer_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        customer = self.object
        return [
            Fact(_("Level of licences"), customer.level_licenses),
            Fact(_("Level of transactions"), customer.level_consumables),
            Fact(_("Anniversary"), customer.coterm_on),
            Fact(_("Last asked"), customer.synced_at),
        ]

    def related(self) -> Sequence[Any]:
        return selectors.commitments_of(self.object)

    def tab_overview(self) -> Mapping[str, Any]:
        customer = self.object
        return {
            "customer": customer,
            "commitments": [
                {"row": row, "badge": commitment_badge(row)}
                for row in selectors.commitments_told(customer)
            ],
        }

    def tab_messages(self) -> Mapping[str, Any]:
        before = self.request.GET.get("before", "")
        found = selectors.exchanges_about(self.object)
        if before.isdecimal():
            found = found.filter(pk__lt=int(before))
        rows = list(found[: MESSAGES + 1])
        shown = rows[:MESSAGES]
        return {
            "exchanges": exchanges_shown(shown),
            "older": shown[-1].pk if len(rows) > MESSAGES else None,
        }


class CustomerScreen(Screen):
    """Something that Adobe is asked about a customer; when it does not answer, its page says so."""

    permission = Permission.SUBSCRIPTION_MANAGE
    http_method_names = ("post",)
    customer: AdobeCustomer

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        self.customer = access_adobe_customer(self.actor, public_id)
        try:
            return self.asked()
        except VendorUnavailable as error:
            messages.error(request, str(error.message))
            return HttpResponseRedirect(customer_url(self.customer))

    def asked(self) -> HttpResponse:
        raise NotImplementedError

    def get_title(self) -> Any:
        return _("%(what)s of %(name)s") % {"what": self.title, "name": self.customer}

    def crumbs(self) -> Sequence[Crumb]:
        return customer_crumbs(self.customer)


class CustomerRefresh(CustomerScreen):
    def asked(self) -> HttpResponse:
        services.customer_refresh(customer=self.customer, actor=self.actor)
        messages.success(self.request, _("This is what Adobe says now."))
        return HttpResponseRedirect(customer_url(self.customer))


class CustomerOrders(CustomerScreen):
    title = gettext_lazy("Orders at Adobe")
    template_name = "adobe3yc/customer_orders.html"

    def asked(self) -> HttpResponse:
        found = services.customer_orders(customer=self.customer)
        orders = [{"order": order, "badge": status_badge(order.status)} for order in found.items]
        return self.page({"orders": orders, "total": found.total})


class CustomerSubscriptions(CustomerScreen):
    title = gettext_lazy("Subscriptions at Adobe")
    template_name = "adobe3yc/customer_subscriptions.html"

    def asked(self) -> HttpResponse:
        found = services.customer_subscriptions(customer=self.customer)
        rows = [{"it": row, "badge": status_badge(row.status)} for row in found]
        return self.page({"subscriptions": rows})
