"""What somebody ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import FilterSet

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core.errors import NotFound
from bss.orders.choices import OrderState
from bss.orders.forms.orders import NothingToFill
from bss.orders.models import Order
from bss.orders.selectors import answers_shown
from bss.orders.services import order_withdraw
from bss.ui.components import Badge, Button, Crumb, EmptyState, Fact, SavedView, badge_of
from bss.ui.generic import ConfirmView, ListView, Page
from storefront.choices import CustomerOrderState
from storefront.filters import CustomerOrderFilter, OrderFilter
from storefront.selectors.orders import (
    OrderStatus,
    access_storefront_order,
    is_withdrawable,
    order_status,
    orders_shown,
    state_for_customer,
)
from storefront.selectors.viewer import account_of
from storefront.tables import CustomerOrderTable, OrderTable


def way_here() -> list[Crumb]:
    return [Crumb(_("My account"), reverse("storefront:my-account"))]


def is_below_payer(account: Account | None) -> bool:
    """Whether its seller is a reseller: then it sees what the reseller charges, and nothing above."""
    return account is not None and account.parent_id is not None


_VIEWS = (
    SavedView(
        "open",
        gettext_lazy("Under way"),
        {"state": [OrderState.PENDING_APPROVAL, OrderState.PLACED, OrderState.EXECUTING]},
    ),
    SavedView(
        "problems",
        gettext_lazy("With problems"),
        {"state": [OrderState.PARTLY_EXECUTED, OrderState.FAILED]},
    ),
    SavedView("done", gettext_lazy("Done"), {"state": [OrderState.EXECUTED]}),
)
_CUSTOMER_VIEWS = tuple(
    SavedView(word.value, word.label, {"state": [word]}) for word in CustomerOrderState
)


class Orders(ListView):
    """Every order below the actor's account, at the actor's own level of prices and in its words."""

    permission = Permission.ORDER_VIEW
    title = gettext_lazy("Orders")
    intro = gettext_lazy("What was ordered, and how far it is.")
    search = ("number", "name", "purchase_order", "customer__name")
    search_label = gettext_lazy("Find an order")
    export_name = "orders"

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No orders yet"),
            _("What you order is listed here, with how far it is."),
            Button(_("See all products"), reverse("storefront:catalog"), kind="primary"),
            "clipboard-document-list",
        )

    @property
    def table(self) -> type[OrderTable]:  # type: ignore[override]
        return CustomerOrderTable if self._is_customer else OrderTable

    @property
    def filterset(self) -> type[FilterSet]:  # type: ignore[override]
        return CustomerOrderFilter if self._is_customer else OrderFilter

    @property
    def saved_views(self) -> Sequence[SavedView]:  # type: ignore[override]
        return _CUSTOMER_VIEWS if self._is_customer else _VIEWS

    @property
    def _is_customer(self) -> bool:
        return is_below_payer(account_of(self.request))

    def crumbs(self) -> Sequence[Crumb]:
        return way_here()

    def queryset(self) -> QuerySet[Order]:
        return orders_shown()


class OrderPage(Page):
    """One order: its facts, its lines with their states, what was answered and accepted."""

    permission = Permission.ORDER_VIEW
    template_name = "storefront/order.html"
    status: OrderStatus

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        order = access_storefront_order(self.actor, self.kwargs["public_id"])
        self.status = order_status(order, self.actor)
        return super().get(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.status.order.number

    def crumbs(self) -> Sequence[Crumb]:
        return [*way_here(), Crumb(_("Orders"), reverse("storefront:orders"))]

    def context(self) -> Mapping[str, Any]:
        order = self.status.order
        return {
            "order": order,
            "status": self.status,
            "badge": self._badge(),
            "facts": self._facts(),
            "rows": [(each, None) for each in self.status.lines],
            "show_answers": True,
            "order_answers": answers_shown(order),
            "may_view_subscriptions": self.may(Permission.SUBSCRIPTION_VIEW),
            "needs_answer": any(each.asks for each in self.status.lines),
            "may_withdraw": is_withdrawable(order, self.actor),
        }

    def _badge(self) -> Badge:
        order = self.status.order
        if is_below_payer(account_of(self.request)):
            return state_for_customer(order)
        return badge_of(order.state, order.get_state_display())

    def _facts(self) -> list[Fact]:
        order, amounts = self.status.order, self.status.amounts
        facts = [Fact(_("Placed"), order.placed_at), Fact(_("By"), order.placed_by_label)]
        if order.customer_id != self.actor.account_id:
            facts.append(Fact(_("For"), order.customer.name))
        if order.purchase_order:
            facts.append(Fact(_("Your number"), order.purchase_order))
        facts.append(Fact(_("Total"), amounts.total))
        if amounts.resale is not None:
            facts.append(Fact(_("You charge"), amounts.resale))
        return facts


class OrderWithdraw(ConfirmView):
    """Take back what waits for the reseller's approval; asked once."""

    permission = Permission.ORDER_CREATE
    form_class = NothingToFill
    object: Order
    submit_label = gettext_lazy("Withdraw the order")
    danger = True
    intro = gettext_lazy("Your supplier is told, and nothing of it is delivered or charged.")
    success_message = gettext_lazy("The order is withdrawn. Your supplier is told.")

    def prepare(self) -> None:
        self.object = access_storefront_order(self.actor, self.kwargs["public_id"])
        if self.object.customer_id != self.actor.account_id:
            raise NotFound

    def get_title(self) -> Any:
        return _("Withdraw %(number)s") % {"number": self.object.number}

    def crumbs(self) -> Sequence[Crumb]:
        url = reverse("storefront:order", args=[self.object.public_id])
        orders = Crumb(_("Orders"), reverse("storefront:orders"))
        return [*way_here(), orders, Crumb(self.object.number, url)]

    def save(self, form: Any) -> Order:
        return order_withdraw(order=self.object, actor=self.actor)

    def success_url(self, result: Order) -> str:
        return reverse("storefront:order", args=[result.public_id])
