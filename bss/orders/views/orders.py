"""Orders in the portal: the list, the record, and its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core import clock
from bss.orders import selectors, services
from bss.orders.access import access_order
from bss.orders.choices import LineState, OrderState
from bss.orders.filters import OrderFilter
from bss.orders.forms.orders import OrderForm
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import Question
from bss.orders.tables import OrderCostTable, OrderTable, order_badge
from bss.orders.views.rows import (
    details_attention,
    item_rows,
    line_attention,
    questions_shown,
)
from bss.ui.components import (
    Attention,
    Badge,
    Button,
    Crumb,
    EmptyState,
    Fact,
    SavedView,
    Tab,
)
from bss.ui.generic import DetailView, EditView, ListView


class OrderList(ListView):
    permission = Permission.ORDER_VIEW
    title = _("Orders")
    filterset = OrderFilter
    search = (
        "number",
        "name",
        "purchase_order",
        "customer__name",
        "customer__number",
        "account__name",
    )
    search_label = _("Search orders")
    saved_views = (
        SavedView("needs", _("Needs you"), {"needs": "staff"}),
        SavedView("drafts", _("Drafts"), {"state": "draft"}),
        SavedView("executing", _("Executing"), {"state": "executing"}),
        SavedView("failed", _("Failed"), {"state": ["failed", "partly_executed"]}),
    )

    @property
    def table(self) -> type[OrderTable]:  # type: ignore[override]
        return OrderCostTable if self.may(Permission.COST_VIEW) else OrderTable

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No orders yet"),
            _("Every purchase and every change of a subscription is an order."),
            self.primary_action(),
            "shopping-bag",
        )

    def queryset(self) -> QuerySet[Order]:
        return selectors.with_needs(selectors.orders_visible())

    def primary_action(self) -> Button | None:
        if not self.may(Permission.ORDER_CREATE):
            return None
        return Button(_("New order"), reverse("orders:create"), "plus", "primary")


class OrderDetail(DetailView):
    permission = Permission.ORDER_VIEW
    slot = "order"
    tabs = (
        Tab("items", _("Items"), "orders/_items.html"),
        Tab("details", _("Details"), "orders/_details.html"),
    )
    object: Order

    def get_object(self) -> Order:
        return access_order(self.actor, self.kwargs["public_id"])

    @cached_property
    def lines(self) -> list[OrderLine]:
        return selectors.order_lines(self.object)

    @cached_property
    def questions(self) -> list[Question]:
        return questions_shown(self.object, self.lines)

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Orders"), reverse("orders:list"))]

    def badge(self) -> Badge:
        self.object.needs_input = any(  # type: ignore[attr-defined]
            line.state == LineState.NEEDS_INPUT for line in self.lines
        )
        return order_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        order = self.object
        amounts = selectors.amounts_of(order, self.actor, payer_id=order.account_id)
        found = [
            Fact(_("Customer"), order.customer.name, _account_url(order.customer)),
            Fact(_("Billed to"), order.account.name, _account_url(order.account)),
            Fact(_("Purchase order"), order.purchase_order),
            Fact(_("Total"), amounts.total),
        ]
        if order.due_at is not None:
            found.append(Fact(_("Scheduled for"), order.due_at))
        else:
            found.append(Fact(_("Placed"), order.placed_at))
        return found

    def primary_action(self) -> Button | None:
        order = self.object
        if not self.may(Permission.ORDER_EXECUTE):
            return None
        if services.is_executable(order) and self.lines and not _is_planned(order):
            return Button(
                _("Execute Order"),
                reverse("orders:execute", args=[order.public_id]),
                "play",
                "primary",
            )
        if order.state in {OrderState.FAILED, OrderState.PARTLY_EXECUTED}:
            return Button(
                _("Retry"),
                reverse("orders:retry", args=[order.public_id]),
                "arrow-path",
                "primary",
                "post",
            )
        return None

    def attention(self) -> Sequence[Attention]:
        found = [line_attention(x, self.actor) for x in self.lines if x.parent_id is None]
        missing = details_attention(self.object, self.questions, self.actor)
        return [each for each in (self._awaited(), missing, *found) if each]

    def _awaited(self) -> Attention | None:
        order = self.object
        if order.state != OrderState.DRAFT or not order.awaited:
            return None
        words = order.awaited["message"]
        return Attention(_("This order waits for an answer"), words, "info")

    def related(self) -> Sequence[Model]:
        return self.lines

    def tab_items(self) -> Mapping[str, Any]:
        order = self.object
        return {
            "items": item_rows(order, self.lines, self.actor, self.questions),
            "amounts": selectors.amounts_of(order, self.actor, payer_id=order.account_id),
            "shows_cost": self.may(Permission.COST_VIEW),
            "add": self._add_button(),
            "is_draft": order.state == OrderState.DRAFT,
        }

    def _add_button(self) -> Button | None:
        if self.object.state != OrderState.DRAFT or not self.may(Permission.ORDER_CREATE):
            return None
        url = reverse("orders:line-add", args=[self.object.public_id])
        return Button(_("Add item"), url, "plus", "normal" if self.lines else "primary")

    def tab_details(self) -> Mapping[str, Any]:
        order = self.object
        terms, payer_terms = order.terms, order.payer_terms
        return {
            "facts": [
                Fact(_("Name"), order.name),
                Fact(_("From"), order.get_source_display()),
                Fact(_("Storefront"), order.storefront and order.storefront.name),
                Fact(_("Placed by"), order.placed_by_label),
                Fact(_("Placed"), order.placed_at),
                Fact(_("Finished"), order.finished_at),
                Fact(_("Currency"), order.currency),
                Fact(_("Terms accepted"), terms and terms.version),
                Fact(_("Terms of"), terms and terms.seller_name),
                Fact(_("Accepted"), order.terms_accepted_at),
                Fact(_("Terms accepted by the payer"), payer_terms and payer_terms.version),
                Fact(_("Accepted by the payer"), order.payer_terms_accepted_at),
                Fact(_("Approved by"), order.approved_by_label),
                Fact(_("Approved"), order.approved_at),
            ],
            "answers": [Fact(label, text) for label, text in selectors.answers_shown(order)],
        }


class OrderEdit(EditView):
    permission = Permission.ORDER_CREATE
    title = _("Edit order")
    form_class = OrderForm
    object: Order

    def get_object(self) -> Order:
        return access_order(self.actor, self.kwargs["public_id"], Permission.ORDER_CREATE)

    def crumbs(self) -> Sequence[Crumb]:
        return order_crumbs(self.object)

    def form_kwargs(self) -> Mapping[str, Any]:
        """A draft also answers what the organization asks of every order."""
        if self.object.state != OrderState.DRAFT:
            return {}
        specs = selectors.order_specs(self.object.organization_id)
        return {"specs": specs, "answers": selectors.order_answers(self.object)}

    def save(self, form: Any) -> Order:
        return services.order_edit(
            order=self.object,
            version=self.object.version,
            actor=self.actor,
            name=form.cleaned_data["name"] or self.object.name,
            purchase_order=form.cleaned_data["purchase_order"],
            answers=form.answers() if self.object.state == OrderState.DRAFT else None,
        )

    def success_url(self, result: Order) -> str:
        return order_url(result)


def order_url(order: Order) -> str:
    return reverse("orders:detail", args=[order.public_id])


def order_crumbs(order: Order) -> list[Crumb]:
    return [Crumb(_("Orders"), reverse("orders:list")), Crumb(order.number, order_url(order))]


def for_words(customer: Account, payer: Account) -> str:
    """For whom an order is, and who is billed when it is somebody else."""
    if customer.pk == payer.pk:
        return _t("For %(customer)s.") % {"customer": customer.name}
    return _t("For %(customer)s, billed to %(payer)s.") % {
        "customer": customer.name,
        "payer": payer.name,
    }


def _is_planned(order: Order) -> bool:
    return order.due_at is not None and order.due_at > clock.now()


def _account_url(account: Any) -> str:
    return reverse("accounts:detail", args=[account.public_id])
