"""Orders in the portal: the list, the record, execution, retry and cancellation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.core import clock
from bss.core.errors import Invalid
from bss.orders import selectors, services
from bss.orders.access import access_order
from bss.orders.choices import LineState, OrderState
from bss.orders.errors import Repriced
from bss.orders.filters import OrderFilter
from bss.orders.forms.details import DetailsForm
from bss.orders.forms.orders import NothingToFill, OrderForm, ReasonForm
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import Question
from bss.orders.tables import OrderCostTable, OrderTable, order_badge
from bss.orders.views.rows import (
    details_attention,
    details_url,
    item_rows,
    line_attention,
    questions_shown,
)
from bss.pricing.previews import seen_code
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
from bss.ui.generic import ConfirmView, DetailView, EditView, FormView, ListView, Screen
from bss.ui.generic.edit import version_of


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


class OrderAction(ConfirmView):
    """A page that asks once before something is done to an order."""

    form_class: type[BaseForm] = NothingToFill
    object: Order

    def prepare(self) -> None:
        self.object = access_order(self.actor, self.kwargs["public_id"], self.permission)

    def crumbs(self) -> Sequence[Crumb]:
        return order_crumbs(self.object)

    def success_url(self, result: Order) -> str:
        return order_url(self.object)


class OrderConfirm(OrderAction):
    """Shows an order's items, and what a draft will put on which invoice, before it goes on."""

    template_name = "orders/execute.html"
    accepts = False
    # Service Details with what a refusal was about, where staff give it.
    details: DetailsForm | None = None

    def refused(self, problem: Invalid) -> Invalid:
        """A refusal in the words of the page: about Service Details it leads there, else it names items and fields."""
        lines = selectors.order_lines(self.object)
        questions = selectors.order_questions(self.object, lines, staff=True)
        if self.object.state == OrderState.DRAFT and self.may(Permission.ORDER_CREATE):
            self.details = DetailsForm.refused(questions, problem)
        errors = named_errors(lines, questions, problem)
        return Invalid(problem.message, errors=errors, code=problem.code)

    def rendered(self, form: Any, status: int = 200) -> HttpResponse:
        return super().rendered(form, status) if self.details is None else self._asked(status)

    def _asked(self, status: int) -> HttpResponse:
        words = {
            "title": _("Service details"),
            "intro": _("Nothing was ordered: these are needed first."),
            "form": self.details,
            "action": details_url(self.object),
            "next_url": self.request.path,
            "cancel_url": order_url(self.object),
            "submit_label": FormView.submit_label,
            "version": version_of(self.object),
        }
        return self.page(words, template="orders/service_details.html", status=status)

    def context(self) -> Mapping[str, Any]:
        order, lines = self.object, selectors.order_lines(self.object)
        return {
            "items": item_rows(order, lines, self.actor, questions_shown(order, lines)),
            "amounts": selectors.amounts_of(order, self.actor, payer_id=order.account_id),
            "shows_cost": self.may(Permission.COST_VIEW),
            "accepts": self.accepts,
            "order": order,
            "is_draft": True,
            **self._preview(lines),
        }

    def _preview(self, lines: Sequence[OrderLine]) -> Mapping[str, Any]:
        """What a draft puts on which invoice, and the code its form sends back; one that is placed has its own."""
        if self.object.state != OrderState.DRAFT or not lines:
            return {}
        track = selectors.track_for(self.actor, self.object.account_id)
        previews = selectors.order_previews(self.object, lines, at=clock.now())
        preview = previews.get(track)
        return {"preview": preview, "seen": seen_code(preview)} if preview else {}


class OrderExecute(OrderConfirm):
    """Shows what will run and what it costs; new prices are shown and asked for once more."""

    permission = Permission.ORDER_EXECUTE
    submit_label = _("Execute Order")
    success_message = _("The order is being executed. Each item says here how far it is.")

    def get_title(self) -> Any:
        return _("Execute %(number)s") % {"number": self.object.number}

    def prepare(self) -> None:
        super().prepare()
        words = _t("Each item is handed to its service at once.")
        self.intro = f"{for_words(self.object.customer, self.object.account)} {words}"

    def save(self, form: Any) -> Order:
        accepted = self.request.POST.get("accept") == "1"
        try:
            return services.order_execute(
                order=self.object,
                actor=self.actor,
                accept_reprice=accepted,
                seen=self.request.POST.get("seen", ""),
            )
        except Repriced:
            self.accepts = True
            raise
        except Invalid as problem:
            raise self.refused(problem) from problem


class OrderPlace(OrderConfirm):
    """For whoever may order but not execute: items that run by themselves do, the others wait for staff."""

    permission = Permission.ORDER_CREATE
    submit_label = _("Place order")
    intro = _(
        "Items that run by themselves start at once; the others wait until the order is executed."
    )
    success_message = _("The order is placed.")

    def get_title(self) -> Any:
        return _("Place %(number)s") % {"number": self.object.number}

    def save(self, form: Any) -> Order:
        try:
            return services.order_place(
                order=self.object, actor=self.actor, seen=self.request.POST.get("seen", "")
            )
        except Invalid as problem:
            raise self.refused(problem) from problem


class OrderCancel(OrderAction):
    permission = Permission.ORDER_CREATE
    form_class = ReasonForm
    submit_label = _("Cancel order")
    danger = True
    intro = _(
        "Nothing in it will be delivered or charged. A cancelled order cannot be taken up again."
    )
    success_message = _("The order is cancelled.")

    def get_title(self) -> Any:
        return _("Cancel %(number)s") % {"number": self.object.number}

    def save(self, form: Any) -> Order:
        return services.order_cancel(
            order=self.object, actor=self.actor, reason=form.cleaned_data["reason"]
        )


class OrderRetry(Screen):
    """Tries everything that failed again."""

    permission = Permission.ORDER_EXECUTE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        order = access_order(self.actor, public_id, Permission.ORDER_EXECUTE)
        services.order_retry(order=order, actor=self.actor)
        messages.success(request, _t("What failed is being tried again."))
        return HttpResponseRedirect(order_url(order))


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


def named_errors(
    lines: Sequence[OrderLine], questions: Sequence[Question], problem: Invalid
) -> dict[str, list[Any]]:
    """A refusal keyed "<line>.<field>" as sentences that name the item and the field by its label."""
    titles = {line.public_id: line.product_name for line in lines}
    titles |= {each.key: each.title for each in questions if each.key == selectors.ORDER_KEY}
    labels = {f"{each.key}.{spec.code}": spec.label for each in questions for spec in each.specs}
    found: list[Any] = []
    for key, texts in problem.errors.items():
        names = [titles.get(key.partition(".")[0]), labels.get(key)]
        name = ", ".join(str(each) for each in names if each)
        found += [f"{name}: {text}" if name else text for text in texts]
    return {"": found}


def _is_planned(order: Order) -> bool:
    return order.due_at is not None and order.due_at > clock.now()


def _account_url(account: Any) -> str:
    return reverse("accounts:detail", args=[account.public_id])
