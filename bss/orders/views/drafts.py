"""Writing an order in the portal: for whom, then item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.access import access_account
from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.accounts.selectors import accounts_matching, accounts_visible
from bss.catalog.access import access_product
from bss.catalog.choices import Unit
from bss.core.errors import Invalid, NotFound
from bss.installments.selectors import plan_coded
from bss.orders import selectors, services
from bss.orders.access import access_order, access_order_line
from bss.orders.choices import OrderState
from bss.orders.errors import NotADraft
from bss.orders.forms.details import DetailsForm
from bss.orders.forms.lines import AddForm, LineForm
from bss.orders.forms.orders import OrderForm
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import choosing
from bss.orders.views.orders import for_words, order_crumbs, order_url
from bss.orders.views.rows import details_url
from bss.ui.components import Crumb
from bss.ui.generic import EditView, FormView, Page, Screen

_SHOWN = 20


class OrderCreate(FormView):
    """First for whom, then under which name."""

    permission = Permission.ORDER_CREATE
    title = _("New order")
    form_class = OrderForm
    submit_label = _("Create order")

    @cached_property
    def customer(self) -> Account | None:
        public_id = self.request.GET.get("account", "")
        return access_account(self.actor, public_id) if public_id else None

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Orders"), reverse("orders:list"))]

    def prepare(self) -> None:
        if self.customer is None:
            self.template_name = "orders/choose_account.html"
            return
        self.intro = for_words(self.customer, self.customer.parent or self.customer)

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"specs": selectors.order_specs(self.actor.organization_id or 0)}

    def context(self) -> Mapping[str, Any]:
        if self.customer is not None:
            return {}
        text = self.request.GET.get("q", "").strip()
        found = accounts_visible().filter(is_active=True, ordering_enabled=True).order_by("name")
        if text:
            found = found.filter(accounts_matching(text))
        return {"search": text, "accounts": found[:_SHOWN], "limit": _SHOWN}

    def save(self, form: Any) -> Order:
        if self.customer is None:
            raise Invalid(_t("Choose the customer first."))
        return services.order_create(
            account=self.customer.parent or self.customer,
            customer=self.customer,
            actor=self.actor,
            name=form.cleaned_data["name"],
            purchase_order=form.cleaned_data["purchase_order"],
            answers=form.answers(),
        )

    def success_url(self, result: Order) -> str:
        return reverse("orders:line-add", args=[result.public_id])


class LineAdd(Page):
    """Products on sale to this order's payer, each with its terms; one press adds one."""

    permission = Permission.ORDER_CREATE
    template_name = "orders/add_item.html"
    title = _("Add item")

    @cached_property
    def order(self) -> Order:
        order = access_order(self.actor, self.kwargs["public_id"], Permission.ORDER_CREATE)
        if order.state != OrderState.DRAFT:
            raise NotADraft
        return order

    def crumbs(self) -> Sequence[Crumb]:
        return order_crumbs(self.order)

    def context(self) -> Mapping[str, Any]:
        text = self.request.GET.get("q", "").strip()
        lines = selectors.order_lines(self.order)
        return {
            "order": self.order,
            "search": text,
            "choices": choosing.products_to_add(self.order, text),
            "add_ons": choosing.add_ons_to_add(self.order, lines) if lines else [],
            "limit": choosing.SHOWN,
            "count": len(lines),
            "done_url": order_url(self.order),
            "intro": for_words(self.order.customer, self.order.account),
        }

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        order, form = self.order, AddForm(request.POST)
        if not form.is_valid():
            raise Invalid(_t("Enter a whole quantity of 1 or more."), field="quantity")
        given = form.cleaned_data
        line = services.order_line_add(
            order=order,
            product=access_product(self.actor, given["product"]),
            unit=given["unit"],
            quantity=given["quantity"],
            actor=self.actor,
            parent=self._parent(given["parent"]),
        )
        messages.success(request, _t("%(item)s added.") % {"item": line})
        return HttpResponseRedirect(_asked_url(order, line) or order_url(order))

    def _parent(self, public_id: str) -> OrderLine | None:
        if not public_id:
            return None
        line = access_order_line(self.actor, public_id, Permission.ORDER_CREATE)
        if line.order_id != self.order.pk:
            raise NotFound
        return line


class LineEdit(FormView):
    """Quantity, term, payment and name; what the service asks has a page of its own."""

    permission = Permission.ORDER_CREATE
    form_class = LineForm
    success_message = _("Saved.")

    def prepare(self) -> None:
        self.line = access_order_line(self.actor, self.kwargs["public_id"], Permission.ORDER_CREATE)
        if self.line.order.state != OrderState.DRAFT:
            raise NotADraft

    def get_title(self) -> Any:
        return self.line.product_name

    def crumbs(self) -> Sequence[Crumb]:
        return order_crumbs(self.line.order)

    def form_kwargs(self) -> Mapping[str, Any]:
        line, order = self.line, self.line.order
        offers = choosing.units_of(order, line.product)
        units = {price.unit: str(Unit(price.unit).label) for price in offers}
        units.setdefault(line.unit, str(Unit(line.unit).label))
        plans = {plan.code: str(plan) for plan in choosing.plans_of(order, line.product)}
        if line.plan is not None:
            # One that is not offered any more stays to be seen; saving it again says so.
            plans.setdefault(line.plan.code, str(line.plan))
        return {"units": list(units.items()), "plans": list(plans.items())}

    def initial(self) -> Mapping[str, Any]:
        line = self.line
        return {
            "quantity": line.quantity,
            "unit": line.unit,
            "payment_plan": line.plan.code if line.plan else "",
            "friendly_name": line.friendly_name,
        }

    def save(self, form: Any) -> OrderLine:
        given = form.cleaned_data
        return services.order_line_edit(
            line=self.line,
            actor=self.actor,
            quantity=given["quantity"],
            unit=given["unit"],
            friendly_name=given["friendly_name"],
            payment_plan=plan_coded(self.line.organization_id, given.get("payment_plan") or ""),
        )

    def success_url(self, result: OrderLine) -> str:
        return order_url(self.line.order)


class OrderDetails(EditView):
    """Service Details of a draft: what the checkout asks a buyer, and what only staff may answer."""

    permission = Permission.ORDER_CREATE
    title = _("Service details")
    template_name = "orders/service_details.html"
    form_class = DetailsForm
    object: Order

    def get_object(self) -> Order:
        order = access_order(self.actor, self.kwargs["public_id"], Permission.ORDER_CREATE)
        if order.state != OrderState.DRAFT:
            raise NotADraft
        return order

    def crumbs(self) -> Sequence[Crumb]:
        return order_crumbs(self.object)

    def form_kwargs(self) -> Mapping[str, Any]:
        lines = selectors.order_lines(self.object)
        return {"questions": selectors.order_questions(self.object, lines, staff=True)}

    def save(self, form: Any) -> Order:
        services.draft_answer(
            order=self.object,
            version=self.object.version,
            questions=form.questions,
            answers=form.typed(),
            actor=self.actor,
        )
        for question in (each for each in form.questions if each.problem):
            words = _t("Not everything about %(item)s could be asked and kept. %(problem)s")
            told = {"item": question.title, "problem": question.problem}
            messages.warning(self.request, words % told)
        return self.object

    def success_url(self, result: Order) -> str:
        return order_url(result)


def _asked_url(order: Order, line: OrderLine) -> str:
    """Where a line that was just added is asked what its service needs; "" when it is asked nothing."""
    asked = selectors.questions_for(
        selectors.order_subject(order, lines := selectors.order_lines(order)), lines, staff=True
    )
    is_asked = any(each.specs and each.key == line.public_id for each in asked)
    return details_url(order) if is_asked else ""


class LineRemove(Screen):
    permission = Permission.ORDER_CREATE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        line = access_order_line(self.actor, public_id, Permission.ORDER_CREATE)
        services.order_line_remove(line=line, actor=self.actor)
        messages.success(request, _t("%(item)s removed.") % {"item": line})
        return HttpResponseRedirect(order_url(line.order))
