"""Service Details, and the last look before the order is placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.core.errors import Conflict, DomainError, Invalid, NotFound, StaleState
from bss.orders import selectors as orders
from bss.orders.access import access_basket
from bss.orders.choices import BasketState
from bss.orders.errors import (
    AnswerAwaited,
    BasketClosed,
    BasketEmpty,
    OrderingDisabled,
    PriceChanged,
    Repriced,
)
from bss.orders.models import Basket, TermsVersion
from bss.orders.services import basket_answer, basket_place, basket_review
from bss.ui.components import Attention
from storefront.forms.checkout import DetailsForm, ReviewForm
from storefront.selectors.checkout import (
    Checkout,
    Difference,
    checkout_of,
    checkout_with,
    differences_in,
    rows_of,
    steps_at,
)
from storefront.views.basket import Buying, refused


class Step(Buying):
    """A step after the basket. What was typed is kept in the session until the step is done."""

    def checkout(self) -> Checkout | None:
        return checkout_of(self.actor, self.storefront())

    def keep(self, checkout: Checkout, values: Mapping[str, Any]) -> None:
        self.request.session[self._key(checkout)] = dict(values)

    def kept(self, checkout: Checkout) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.request.session.get(self._key(checkout), {})
        return found

    def forget(self, checkout: Checkout) -> None:
        self.request.session.pop(self._key(checkout), None)

    def _key(self, checkout: Checkout) -> str:
        return f"{type(self).__name__.lower()}:{checkout.basket.public_id}"

    def details_page(
        self, checkout: Checkout, form: DetailsForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            "title": _("Service details"),
            "checkout": checkout,
            "steps": steps_at("details", has_questions=True),
            "form": form,
            "sections": form.sections(),
            "rows": rows_of(checkout),
        }
        return self.page(context, template="storefront/details.html", status=status)


class Entry(Step):
    """Where *Continue* leads: the first step that is still open."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        if checkout.has_questions and not checkout.is_waiting:
            return self.redirect("checkout-details")
        return self.redirect("checkout-review")


class Details(Step):
    """What the service managers and the product types ask, line by line."""

    title = gettext_lazy("Service details")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        if not checkout.has_questions or checkout.is_waiting:
            return self.redirect("checkout-review")
        form = DetailsForm(questions=checkout.questions, initial=self.kept(checkout))
        return self.details_page(checkout, form)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None or checkout.is_waiting:
            return self.redirect("basket")
        form = DetailsForm(request.POST, questions=checkout.questions)
        if request.POST.get("do") == "back":
            self.keep(checkout, form.kept())
            return self.redirect("basket")
        if not form.is_valid():
            return self.details_page(checkout, form, status=400)
        try:
            basket_answer(basket=checkout.basket, answers=form.typed(), actor=self.actor)
            fresh = access_basket(self.actor, checkout.basket.public_id, self.storefront())
            basket_review(basket=fresh, step="service_details", actor=self.actor)
        except Invalid as problem:
            form.add_problems(problem.errors or {"": [problem.message]})
            return self.details_page(checkout, form, status=problem.status)
        except (AnswerAwaited, Repriced, BasketClosed):
            return self.redirect("basket")
        self.forget(checkout)
        return self.redirect("checkout-review")


class Review(Step):
    """Everything once more, the terms, and one button. Pressed twice, or in two tabs, it is one order."""

    title = gettext_lazy("Review and place")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        if not checkout.is_waiting and not checkout.is_answered:
            return self.redirect("checkout-details")
        terms = self.terms(checkout.basket)
        return self.review_page(checkout, ReviewForm(initial=self.kept(checkout), terms=terms))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = self.basket_of_form()
        if basket is None:
            return self.redirect("basket")
        checkout, terms = checkout_with(basket), self.terms(basket)
        form = ReviewForm(request.POST, terms=terms)
        if request.POST.get("do") == "back":
            self.keep(checkout, {"purchase_order": request.POST.get("purchase_order", "")[:80]})
            return self.redirect("checkout-details" if checkout.has_questions else "basket")
        form.is_valid()
        # An order placed already is answered again, whatever the form says.
        if basket.state != BasketState.PLACED and form.errors:
            return self.review_page(checkout, form, status=400)
        try:
            order = basket_place(
                basket=basket,
                actor=self.actor,
                terms=self.accepted_terms(basket),
                purchase_order=form.cleaned_data.get("purchase_order", ""),
                version=self.version(basket),
            )
        except DomainError as refusal:
            return self.refused_page(basket, form, refusal)
        self.forget(checkout)
        return self.redirect("order-progress", order.public_id)

    def review_page(
        self,
        checkout: Checkout,
        form: ReviewForm,
        *,
        notices: Sequence[Attention] = (),
        changed: Mapping[str, Difference] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        rows = rows_of(checkout, changed)
        context = {
            "title": _("Review and place"),
            "checkout": checkout,
            "steps": steps_at("review", has_questions=checkout.has_questions),
            "rows": rows,
            "form": form,
            "terms": self.terms(checkout.basket),
            "notices": notices,
            "has_changed_prices": bool(changed) or checkout.view.has_changed_prices,
        }
        return self.page(context, template="storefront/review.html", status=status)

    def refused_page(self, basket: Basket, form: ReviewForm, refusal: DomainError) -> HttpResponse:
        """A refusal leads to where it is mended: the prices, the field, the line, or this page."""
        fresh = access_basket(self.actor, basket.public_id, self.storefront())
        checkout = checkout_with(fresh)
        if isinstance(refusal, NotFound):
            raise refusal
        if isinstance(refusal, AnswerAwaited | BasketClosed | BasketEmpty):
            return self.redirect("basket")
        if isinstance(refusal, PriceChanged):
            changed = differences_in(refusal.extra["lines"])
            return self.review_page(checkout, form, changed=changed, status=409)
        if isinstance(refusal, Repriced):
            return self.basket_page(checkout, refusal=refusal, status=409)
        if isinstance(refusal, Invalid):
            return self.invalid_page(checkout, form, refusal)
        if isinstance(refusal, StaleState | OrderingDisabled | Conflict):
            return self.review_page(checkout, form, notices=refused(refusal), status=refusal.status)
        raise refusal

    def invalid_page(self, checkout: Checkout, form: ReviewForm, problem: Invalid) -> HttpResponse:
        """Back to the field of Service Details, or to the line in the basket; the terms are this page's own."""
        if problem.field in form.fields:
            form.add_error(problem.field, str(problem.message))
            return self.review_page(checkout, form, status=problem.status)
        details = DetailsForm(questions=checkout.questions)
        asked = {name.replace("-", ".", 1) for name in details.fields}
        if asked & set(problem.errors):
            typed = {
                f"{q.key}-{code}": v for q in checkout.questions for code, v in q.answers.items()
            }
            bound = DetailsForm(typed, questions=checkout.questions)
            bound.is_valid()
            bound.add_problems(problem.errors)
            return self.details_page(checkout, bound, status=problem.status)
        errors = problem.errors or {"": [problem.message]}
        return self.basket_page(checkout, errors=errors, status=problem.status)

    def basket_of_form(self) -> Basket | None:
        """The basket the page was about: placed meanwhile, it still answers with its order."""
        public_id = self.request.POST.get("basket", "")
        if public_id:
            return access_basket(self.actor, public_id, self.storefront())
        return orders.basket_of(user_id=self.actor.user_id or 0, storefront=self.storefront())

    def version(self, basket: Basket) -> int:
        """The basket's version as it was reviewed; one that never was for what is no number."""
        text = self.request.POST.get("version", "")
        return int(text) if text.isdecimal() else 0

    def terms(self, basket: Basket) -> TermsVersion | None:
        return orders.terms_current(basket.organization_id)

    def accepted_terms(self, basket: Basket) -> TermsVersion | None:
        """The version that was on the page, if its box was ticked: not one published meanwhile."""
        if not self.request.POST.get("terms"):
            return None
        version = self.request.POST.get("terms_version", "")
        return TermsVersion.objects.filter(version=version).first()
