"""The basket: what somebody is about to buy, editable line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from bss.orders.access import access_basket_line
from bss.orders.errors import AnswerAwaited, Repriced
from bss.orders.services import (
    basket_accept_prices,
    basket_line_remove,
    basket_open_for,
    basket_review,
)
from bss.ui.components import Attention, Button, EmptyState
from bss.ui.generic import Screen
from storefront.forms.catalog import ProductForm
from storefront.forms.checkout import LineForm
from storefront.selectors import product
from storefront.selectors.checkout import (
    Checkout,
    LineRow,
    checkout_of,
    checkout_with,
    rows_of,
    steps_at,
    units_listed,
)
from storefront.selectors.viewer import viewer_of
from storefront.services.baskets import LineEdit, basket_edit, basket_fill


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
        account = viewer_of(self.request).account
        if account is None:
            raise NotFound
        return account

    def redirect(self, name: str, *args: str) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"storefront:{name}", args=args))

    def basket_page(
        self,
        checkout: Checkout,
        *,
        errors: Mapping[str, Sequence[Any]] | None = None,
        refusal: DomainError | None = None,
        data: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The basket with its lines as forms. `errors` are keyed "<line>", "<line>.<field>" or ""."""
        rows = editable_rows(checkout, errors or {}, data)
        context = {
            "title": _("Basket"),
            "checkout": checkout,
            "seen_total": str(checkout.view.total.amount),
            "steps": steps_at("basket", has_questions=checkout.has_questions),
            "rows": rows,
            "notices": [*notices_of(errors or {}, checkout), *refused(refusal)],
            "has_changed_prices": checkout.view.has_changed_prices,
        }
        return self.page(context, template="storefront/basket.html", status=status)


class BasketPage(Buying):
    """The first step. Every change is saved together; what does not fit stays in its field."""

    title = gettext_lazy("Basket")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = checkout_of(self.actor, self.storefront())
        return self.nothing_here() if checkout is None else self.basket_page(checkout)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        removed = request.POST.get("take_out", "")
        if removed:
            line = access_basket_line(self.actor, removed, self.storefront())
            basket_line_remove(line=line, actor=self.actor)
        checkout = checkout_of(self.actor, self.storefront())
        if checkout is None:
            return self.redirect("basket")
        if checkout.is_waiting:
            return self.redirect("checkout")
        seen_total = str(checkout.view.total.amount)
        refused_page = self._saved(checkout)
        if refused_page is not None:
            return refused_page
        if request.POST.get("do") != "continue":
            return self.redirect("basket")
        if request.POST.get("seen_total") == seen_total:
            basket_accept_prices(basket=checkout.basket, actor=self.actor)
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
            LineForm(data, line=line, units=units.get(line.product_id, ()))
            for line in checkout.lines
            if posted(data, line.public_id)
        ]
        if not all(form.is_valid() for form in forms):
            return self.basket_page(checkout, data=data, status=400)
        edits = [LineEdit(form.line, **form.cleaned_data) for form in forms]
        try:
            basket_edit(basket=checkout.basket, edits=_with_add_ons(edits), actor=self.actor)
        except Invalid as problem:
            return self.basket_page(checkout, errors=problem.errors, data=data, status=400)
        return None

    def _go_on(self, checkout: Checkout) -> HttpResponse:
        try:
            basket_review(basket=checkout.basket, step="items", actor=self.actor)
        except AnswerAwaited:
            return self.redirect("basket")
        except Repriced as news:
            messages.warning(self.request, str(news.message))
            return self.redirect("basket")
        except Invalid as problem:
            fresh = checkout_with(checkout.basket)
            return self.basket_page(fresh, errors=problem.errors, status=problem.status)
        return self.redirect("checkout")


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
        form = LineForm(typed, line=line, units=units.get(line.product_id, ()))
        problems = list(errors.get(line.public_id, ()))
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


def refused(refusal: DomainError | None) -> list[Attention]:
    """A refusal as a notice: the cause, and what to do next where somebody said so."""
    if refusal is None:
        return []
    return [Attention(refusal.message, refusal.remedy, "danger")]


def _with_add_ons(edits: Sequence[LineEdit]) -> list[LineEdit]:
    """An add-on is billed with its product: it follows when the product's term changes."""
    units = {edit.line.pk: edit.unit for edit in edits if edit.unit}
    return [
        LineEdit(
            edit.line,
            edit.quantity,
            edit.unit or units.get(edit.line.parent_id or 0),
            edit.friendly_name,
        )
        for edit in edits
    ]
