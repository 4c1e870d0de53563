"""The basket: what somebody is about to buy, editable line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.models import Account, Storefront
from bss.accounts.permissions import Permission
from bss.core.errors import DomainError, Invalid, NotFound, PermissionDenied
from bss.core.money import Money
from bss.installments.models import PaymentPlan
from bss.orders.access import access_basket_line
from bss.orders.errors import AnswerAwaited, Repriced
from bss.orders.models import Basket
from bss.orders.selectors import BasketItem
from bss.orders.services import (
    basket_accept_prices,
    basket_choose_customer,
    basket_line_remove,
    basket_open_for,
    basket_review,
    customer_draft_choose,
)
from bss.ui.components import Attention, Button, EmptyState, Fact
from bss.ui.generic import Screen
from storefront.choices import BASKET_COUNT
from storefront.forms.catalog import ProductForm
from storefront.forms.checkout import NEW_CUSTOMER, ForWhomForm, LineForm
from storefront.selectors import product
from storefront.selectors.checkout import (
    Checkout,
    LineRow,
    checkout_of,
    checkout_with,
    credit_problem,
    customer_of_reseller,
    customers_to_choose,
    payment_choices,
    rows_of,
    steps_at,
    units_listed,
)
from storefront.selectors.viewer import account_of, viewer_of
from storefront.services.baskets import LineEdit, basket_edit, basket_fill

# Under which key of the session the reason for new prices waits to be read.
NEWS = "checkout-news"


@dataclass(frozen=True, slots=True)
class EditableRow:
    """A line with the form that changes it, and what is wrong with the line as a whole."""

    row: LineRow
    form: LineForm
    problems: Sequence[Any] = ()
    add_ons: Sequence[EditableRow] = ()


class Buying(Screen):
    """A page on the way to an order."""

    permission = Permission.ORDER_CREATE

    def storefront(self) -> Storefront:
        """Raises NotFound where no storefront answers."""
        found: Storefront | None = self.request.surface.storefront  # type: ignore[attr-defined]
        if found is None:
            raise NotFound
        return found

    def account(self) -> Account:
        """Whose basket it is. Raises NotFound for whoever belongs to no account."""
        account = account_of(self.request)
        if account is None:
            raise NotFound
        return account

    def redirect(self, name: str, *args: str) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"storefront:{name}", args=args))

    def back_to_items(self, basket: Basket, news: Repriced) -> HttpResponse:
        """New prices: the items say why, once, beside the old ones."""
        self.request.session[NEWS] = {"basket": basket.public_id, "text": str(news.message)}
        return self.redirect("basket")

    def news(self, basket: Basket) -> str:
        """Why the prices changed, when a service manager said so and nobody has read it yet."""
        found = self.request.session.pop(NEWS, None)
        return found["text"] if found and found["basket"] == basket.public_id else ""

    def basket_page(
        self,
        checkout: Checkout,
        *,
        errors: Mapping[str, Sequence[Any]] | None = None,
        refusal: DomainError | None = None,
        data: Mapping[str, Any] | None = None,
        whom: ForWhomForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The basket with its lines as forms. `errors` are keyed "<line>", "<line>.<field>" or ""."""
        self.count(checkout)
        rows = editable_rows(checkout, errors or {}, data)
        credit = credit_problem(checkout, self.actor)
        context = {
            "title": _("Basket items"),
            "checkout": checkout,
            "whom": whom or self.whom(checkout),
            "news": self.news(checkout.basket),
            "credit": credit,
            "credit_facts": credit_facts(credit),
            "seen_total": str(checkout.view.total.amount),
            "steps": steps_at("basket", has_questions=checkout.has_questions),
            "rows": rows,
            "notices": [*notices_of(errors or {}, checkout), *refused(refusal)],
            "has_changed_prices": checkout.view.has_changed_prices,
        }
        return self.page(context, template="storefront/basket.html", status=status)

    def count(self, checkout: Checkout) -> None:
        """Spare the header counting what was read already."""
        units = 0 if checkout.is_waiting else checkout.view.units
        setattr(self.request, BASKET_COUNT, units)

    def whom(self, checkout: Checkout, data: Any = None) -> ForWhomForm | None:
        """Who it is for; None for whoever buys for itself alone, and while the basket waits."""
        if not checkout.chooses_customer or checkout.is_waiting:
            return None
        basket, draft = checkout.basket, checkout.draft
        own = checkout.is_for_own_use
        chosen = NEW_CUSTOMER if basket.uses_draft else "" if own else basket.customer.public_id
        return ForWhomForm(
            data,
            chosen=chosen,
            own=basket.account.name,
            draft=draft.name if draft else "",
            customers=customers_to_choose(basket.account),
        )


class BasketPage(Buying):
    """The first step. Every change is saved together; what does not fit stays in its field."""

    title = gettext_lazy("Basket")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = checkout_of(self.actor, self.storefront(), asks=False)
        return self.nothing_here() if checkout is None else self.basket_page(checkout)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        removed = request.POST.get("take_out", "")
        if removed:
            line = access_basket_line(self.actor, removed, self.storefront())
            basket_line_remove(line=line, actor=self.actor)
        checkout = checkout_of(self.actor, self.storefront(), asks=False)
        if checkout is None:
            return self.redirect("basket")
        if checkout.is_waiting:
            return self.redirect("checkout")
        version, seen_total = checkout.basket.version, str(checkout.view.total.amount)
        refused_page = self._saved(checkout) or self._chosen(checkout)
        if refused_page is not None:
            return refused_page
        if request.POST.get("do") == "customer":
            return self.redirect("checkout-customer")
        if request.POST.get("do") != "continue":
            return self.redirect("basket")
        if request.POST.get("seen_total") == seen_total and not checkout.view.is_seen:
            basket_accept_prices(basket=checkout.basket, actor=self.actor)
        if checkout.basket.version != version:
            checkout = checkout_with(checkout.basket, asks=False)
        return self._go_on(checkout)

    def nothing_here(self) -> HttpResponse:
        empty = EmptyState(
            _("Your basket is empty"),
            _("What you choose in the catalogue waits here until you order it."),
            Button(_("See all products"), reverse("storefront:catalog"), kind="primary"),
            "shopping-bag",
        )
        return self.page({"empty": empty}, template="storefront/basket_empty.html")

    def _saved(self, checkout: Checkout) -> HttpResponse | None:
        """None once every line is as typed; otherwise the page that says what does not fit."""
        data = self.request.POST
        units = units_listed(checkout)
        forms = [
            line_form(item, units, data)
            for item in checkout.view.every
            if posted(data, item.line.public_id)
        ]
        if not all(form.is_valid() for form in forms):
            return self.basket_page(checkout, data=data, status=400)
        plans = plans_by_code(checkout)
        edits = _with_add_ons([_edit(form, plans) for form in forms])
        try:
            basket_edit(
                basket=checkout.basket, edits=[e for e in edits if e.is_change], actor=self.actor
            )
        except Invalid as problem:
            return self.basket_page(checkout, errors=problem.errors, data=data, status=400)
        return None

    def _chosen(self, checkout: Checkout) -> HttpResponse | None:
        """None once the basket is for whom the form says; otherwise the page that says why it cannot be."""
        form = self.whom(checkout, self.request.POST)
        if form is None or "customer" not in self.request.POST:
            return None
        if not form.is_valid():
            return self.basket_page(checkout, whom=form, status=400)
        chosen = form.cleaned_data["customer"]
        if chosen == form.initial["customer"]:
            return None
        try:
            self._choose(checkout.basket, chosen)
        except (Invalid, NotFound) as problem:
            form.add_error("customer", str(problem.message))
            return self.basket_page(checkout, whom=form, status=problem.status)
        return None

    def _choose(self, basket: Basket, chosen: str) -> None:
        if chosen == NEW_CUSTOMER:
            customer_draft_choose(basket=basket, actor=self.actor)
            return
        customer = customer_of_reseller(basket.account, chosen) if chosen else basket.account
        basket_choose_customer(basket=basket, customer=customer, actor=self.actor)

    def _go_on(self, checkout: Checkout) -> HttpResponse:
        if not checkout.view.is_orderable:
            return self.basket_page(checkout, status=400)
        try:
            basket_review(
                basket=checkout.basket, step="items", actor=self.actor, lines=checkout.lines
            )
        except AnswerAwaited:
            return self.redirect("basket")
        except Repriced as news:
            return self.back_to_items(checkout.basket, news)
        except Invalid as problem:
            return self.basket_page(checkout, errors=problem.errors, status=problem.status)
        return self.redirect("checkout-billing")


class BasketAdd(Buying):
    """Into the basket, from a product's page; what does not fit leads back there with the input kept."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        viewer = viewer_of(request)
        found = product.product_view(viewer, request.POST.get("product", ""))
        form = ProductForm(request.POST, view=found)
        if not form.is_valid():
            return self._back(found.product.public_id)
        choice = form.choice()
        plan = product.plan_chosen(viewer, found, choice)
        if choice.plan and plan is None:
            messages.error(request, _("This payment plan is not offered for so small a total."))
            return self._back(found.product.public_id)
        basket = basket_open_for(
            user_id=self.actor.user_id or 0, storefront=self.storefront(), account=self.account()
        )
        options = {option.product.public_id: option.product for option in found.add_ons}
        try:
            basket_fill(
                basket=basket,
                product=found.product,
                unit=choice.unit,
                quantity=choice.quantity,
                add_ons={options[key]: count for key, count in choice.add_ons.items() if count},
                payment_plan=product.payment_plan_of(viewer, plan),
                actor=self.actor,
            )
        except PermissionDenied:
            raise
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
            return self._back(found.product.public_id)
        messages.success(request, _("%(name)s is in your basket.") % {"name": found.product.name})
        return self.redirect("basket")

    def _back(self, public_id: str) -> HttpResponse:
        typed = {
            k: v
            for k, v in self.request.POST.items()
            if k in {"unit", "quantity", "plan"} or "-" in k
        }
        url = reverse("storefront:product", args=[public_id])
        return HttpResponseRedirect(f"{url}?{urlencode({'unit': '', **typed})}")


def posted(data: Mapping[str, Any], line_id: str) -> bool:
    """Whether a form says something about this line: another tab may have added it meanwhile."""
    return any(name.startswith(f"{line_id}-") for name in data)


def line_form(
    item: BasketItem, units: Mapping[int, Sequence[tuple[str, Any]]], data: Any = None
) -> LineForm:
    return LineForm(
        data,
        line=item.line,
        units=units.get(item.line.product_id, ()),
        payments=payment_choices(item),
        plan=item.plan.code if item.plan else "",
    )


def editable_rows(
    checkout: Checkout,
    errors: Mapping[str, Sequence[Any]],
    data: Mapping[str, Any] | None,
) -> list[EditableRow]:
    """The basket's lines with their forms; `data` is what was typed, kept where it was refused."""
    units = units_listed(checkout)

    def editable(row: LineRow) -> EditableRow:
        line = row.line
        typed = data if data is not None and posted(data, line.public_id) else None
        form = line_form(row.item, units, typed)
        problems = list(errors.get(line.public_id, ()))
        if row.item.is_plan_lost and f"{line.public_id}.payment_plan" not in errors:
            problems.append(
                _("Its payment plan is not offered any more. Choose another one, or pay at once.")
            )
        for key, texts in errors.items():
            owner, _dot, name = key.partition(".")
            if owner != line.public_id or not name:
                continue
            if form.is_bound and name in form.fields:
                form.is_valid()
                for text in texts:
                    form.add_error(name, str(text))
            else:
                problems += texts
        return EditableRow(row, form, problems, [editable(add_on) for add_on in row.add_ons])

    return [editable(row) for row in rows_of(checkout)]


def notices_of(errors: Mapping[str, Sequence[Any]], checkout: Checkout) -> list[Attention]:
    """What is wrong with the basket as a whole, and what it waits for."""
    known = {line.public_id for line in checkout.lines}
    loose = [
        text
        for key, texts in errors.items()
        if key.partition(".")[0] not in known
        for text in texts
    ]
    found = [Attention(_("This cannot be ordered yet"), text, "danger") for text in loose]
    if checkout.is_waiting:
        found.append(
            Attention(
                _("This basket waits for an answer"), checkout.basket.waiting_message, "progress"
            )
        )
    return found


def credit_facts(problem: DomainError | None) -> list[Fact]:
    """By how much an order would exceed the credit: what it costs, and what is left."""
    extra = problem.extra if problem else {}
    names = {
        "total": _("This order"),
        "available": _("Credit left"),
        "limit": _("Credit limit"),
    }
    return [
        Fact(label, Money(Decimal(extra[name]), extra["currency"]))
        for name, label in names.items()
        if name in extra
    ]


def plans_by_code(checkout: Checkout) -> dict[str, PaymentPlan]:
    """The payment plans on offer in a basket by code; one query, none where none is offered."""
    ids: set[Any] = {
        option.plan.plan_id
        for item in checkout.view.every
        for option in item.options
        if option.plan is not None
    }
    found = PaymentPlan.objects.filter(pk__in=ids) if ids else ()
    return {f"{plan.frequency}-{plan.count}": plan for plan in found}


def _edit(form: LineForm, plans: Mapping[str, PaymentPlan]) -> LineEdit:
    values = dict(form.cleaned_data)
    if "payment_plan" in values:
        values["payment_plan"] = plans.get(values["payment_plan"])
    return LineEdit(form.line, **values)


def refused(refusal: DomainError | None) -> list[Attention]:
    """A refusal as a notice: the cause, and what to do next where somebody said so."""
    if refusal is None:
        return []
    return [Attention(refusal.message, refusal.remedy, "danger")]


def _with_add_ons(edits: Sequence[LineEdit]) -> list[LineEdit]:
    """An add-on is billed with its product: it follows when the product's term or plan changes."""
    parents = {edit.line.pk: edit for edit in edits}

    def following(edit: LineEdit) -> LineEdit:
        parent = parents.get(edit.line.parent_id or 0)
        if parent is None:
            return edit
        return replace(edit, unit=parent.unit, payment_plan=parent.payment_plan)

    return [following(edit) for edit in edits]
