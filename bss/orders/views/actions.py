"""What staff do to an order in the portal, each asked once: place, execute, retry, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.core import clock
from bss.core.errors import Invalid
from bss.orders import selectors, services
from bss.orders.access import access_order
from bss.orders.choices import OrderState
from bss.orders.errors import Repriced
from bss.orders.forms.details import DetailsForm
from bss.orders.forms.orders import NothingToFill, ReasonForm
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import Question
from bss.orders.views.orders import for_words, order_crumbs, order_url
from bss.orders.views.rows import details_url, item_rows, questions_shown
from bss.pricing.previews import seen_code
from bss.ui.components import Crumb
from bss.ui.generic import ConfirmView, FormView, Screen
from bss.ui.generic.edit import version_of


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
