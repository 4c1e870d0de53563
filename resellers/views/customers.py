"""My customers: the end customers of a reseller, and their sign-in to its own storefront."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.access import access_account
from bss.accounts.choices import UserType
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.accounts.services import order_approval_set, storefront_user_invite
from bss.core.errors import Invalid, NotFound
from bss.orders.services import pays_by_card
from bss.ui.components import Button, Crumb, EmptyState, Fact
from bss.ui.generic import DetailView, FormView, ListView, Screen
from resellers.access import access_own_account, access_own_storefront
from resellers.choices import Capability
from resellers.forms import InviteForm
from resellers.selectors import capabilities_of, customers_of, sign_ins_of
from resellers.tables import CustomerTable


class Customers(ListView):
    permission = Permission.ACCOUNT_VIEW
    title = gettext_lazy("My customers")
    table = CustomerTable
    search = ("name", "number", "corporate_email", "city")
    empty = EmptyState(
        gettext_lazy("No customers yet"),
        gettext_lazy(
            "Your distributor adds your customers; each one then shows here with what it has."
        ),
    )

    def queryset(self) -> Any:
        return customers_of(access_own_account(self.actor, Permission.ACCOUNT_VIEW))


class CustomerScreen(Screen):
    def customer(self) -> Account:
        """An end customer of this reseller. Raises NotFound for anybody else's."""
        own = access_own_account(self.actor, Permission.ACCOUNT_VIEW)
        customer = access_account(self.actor, self.kwargs["public_id"])
        if customer.parent_id != own.pk:
            raise NotFound
        return customer

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("My customers"), reverse("plans:customers"))]


class Customer(CustomerScreen, DetailView):
    permission = Permission.ACCOUNT_VIEW
    template_name = "resellers/customer.html"
    has_timeline = False

    def get_object(self) -> Account:
        return self.customer()

    def facts(self) -> Sequence[Fact]:
        return [
            Fact(_("Number"), self.object.number),
            Fact(_("E-mail"), self.object.corporate_email or "—"),
            Fact(_("City"), self.object.city or "—"),
        ]

    def primary_action(self) -> Button | None:
        granted = capabilities_of(self.object.parent_id)
        if Capability.CUSTOMER_USERS not in granted or not self.actor.can(Permission.CONTACT_EDIT):
            return None
        return Button(
            _("Invite somebody"),
            reverse("plans:invite", args=[self.object.public_id]),
            kind="primary",
        )

    def context(self) -> Mapping[str, Any]:
        granted = capabilities_of(self.object.parent_id)
        payer = self.object.parent
        locked = payer is not None and pays_by_card(payer)
        return {
            "sign_ins": sign_ins_of(self.object),
            "may_sign_in": Capability.CUSTOMER_USERS in granted,
            "orders_itself": Capability.SELF_SERVICE_ORDERING in granted,
            "needs_approval": locked or self.object.order_approval,
            "approval_locked": locked,
            "may_switch_approval": Capability.ORDER_APPROVAL in granted
            and not locked
            and self.actor.can(Permission.ACCOUNT_EDIT),
        }


class ApprovalSwitch(CustomerScreen):
    """Whether the reseller lets each of this customer's orders pass first."""

    permission = Permission.ACCOUNT_EDIT
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        customer = self.customer()
        access_own_storefront(self.actor, Capability.ORDER_APPROVAL)
        needed = request.POST.get("needed") == "1"
        try:
            order_approval_set(customer=customer, needed=needed, actor=self.actor)
        except Invalid as problem:
            messages.error(request, str(problem.message))
        else:
            words = (
                _("From now on you approve each order of %(name)s.")
                if needed
                else _("From now on orders of %(name)s start at once.")
            )
            messages.success(request, words % {"name": customer.name})
        return HttpResponseRedirect(reverse("plans:customer", args=[customer.public_id]))


class Invite(CustomerScreen, FormView):
    """Somebody at a customer gets a login to the reseller's own storefront."""

    permission = Permission.CONTACT_EDIT
    title = gettext_lazy("Invite somebody")
    form_class = InviteForm
    submit_label = gettext_lazy("Send the invitation")

    def prepare(self) -> None:
        access_own_storefront(self.actor, Capability.CUSTOMER_USERS)
        self.object = self.customer()

    def save(self, form: Any) -> Account:
        storefront_user_invite(
            account=self.object, actor=self.actor, user_type=UserType.ADMIN, **form.cleaned_data
        )
        messages.success(
            self.request, _("%(email)s gets an e-mail with a link to sign in.") % form.cleaned_data
        )
        return self.object

    def success_url(self, result: Any) -> str:
        return reverse("plans:customer", args=[result.public_id])
