"""The last look before the order is placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.views.leaving import leave_to
from bss.core import clock
from bss.core.errors import Conflict, DomainError, Invalid, NotFound, StaleState
from bss.orders import selectors as orders
from bss.orders.access import access_basket
from bss.orders.choices import BasketState
from bss.orders.errors import (
    AnswerAwaited,
    BasketClosed,
    BasketEmpty,
    CardDeclined,
    CardNeedsStep,
    CardUnavailable,
    CardUnknown,
    OrderingDisabled,
    PriceChanged,
    Repriced,
)
from bss.orders.forms.details import DetailsForm
from bss.orders.models import Basket, TermsVersion
from bss.orders.services import (
    basket_place,
    needs_approval,
)
from bss.pricing.previews import seen_code
from bss.ui.components import Attention
from storefront.forms.checkout import ReviewForm
from storefront.selectors.checkout import (
    Checkout,
    Difference,
    billing_of,
    checkout_with,
    credit_problem,
    differences_in,
    rows_of,
)
from storefront.selectors.invoiced import invoiced_now
from storefront.views.basket import credit_facts, refused
from storefront.views.checkout import Step, number_in


class Review(Step):
    """Everything once more, the terms, and one button. Pressed twice, or in two tabs, it is one order."""

    title = gettext_lazy("Review and place")
    reads_terms = True

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        if checkout.asks_again or not (checkout.is_waiting or checkout.is_answered):
            return self.redirect("checkout-details")
        return self.review_page(checkout, ReviewForm(terms=orders.terms_of(checkout.basket)))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = self.basket_of_form()
        if basket is None:
            return self.redirect("basket")
        is_back = request.POST.get("do") == "back"
        if is_back or basket.state != BasketState.PLACED:
            self.take_up(basket)
        if is_back:
            asked = orders.basket_questions(basket, orders.basket_lines(basket))
            return self.redirect("checkout-details" if asked else "checkout-billing")
        form = ReviewForm(request.POST, terms=orders.terms_of(basket))
        form.is_valid()
        # An order placed already is answered again, whatever the form says.
        if basket.state != BasketState.PLACED and form.errors:
            return self.review_page(checkout_with(basket), form, status=400)
        try:
            order = basket_place(
                basket=basket,
                actor=self.actor,
                terms=self.accepted_terms(basket),
                version=self.version(basket),
                # The bank of a card sends its owner back here, to place the order once more.
                return_url=request.build_absolute_uri(request.path),
                seen=request.POST.get("seen", ""),
            )
        except DomainError as refusal:
            return self.refused_page(basket, form, refusal)
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
        credit = None if notices else credit_problem(checkout, self.actor)
        account = self.billed(checkout.basket)
        preview = orders.basket_previews(checkout.view, at=clock.now()).get(checkout.view.track)
        context = {
            **self.about(checkout, "review"),
            "title": _("Review and place"),
            "rows": rows_of(checkout, changed),
            "form": form,
            "account": account,
            "billing": billing_of(account, shows_address=True, shows_contacts=False),
            "preview": preview,
            "invoiced": invoiced_now(preview, checkout.basket.account),
            "seen": seen_code(preview) if preview else "",
            "waits": needs_approval(
                payer=checkout.basket.account, customer=checkout.customer, actor=self.actor
            ),
            "credit": credit,
            "credit_facts": credit_facts(credit),
            "terms": orders.terms_of(checkout.basket),
            "notices": notices,
            "news": self.news(checkout.basket),
            "has_changed_prices": bool(changed) or checkout.view.has_changed_prices,
        }
        return self.page(context, template="storefront/review.html", status=status)

    def refused_page(self, basket: Basket, form: ReviewForm, refusal: DomainError) -> HttpResponse:
        """A refusal leads to where it is mended: the prices, the field, the line, or this page."""
        fresh = access_basket(self.actor, basket.public_id, self.storefront())
        self.take_up(fresh)
        checkout = checkout_with(fresh)
        if isinstance(refusal, NotFound | BasketClosed):
            raise refusal
        if isinstance(refusal, AnswerAwaited | BasketEmpty):
            return self.redirect("basket")
        if isinstance(refusal, PriceChanged):
            changed = differences_in(refusal.extra["lines"])
            notices = () if changed else refused(refusal)
            return self.review_page(checkout, form, notices=notices, changed=changed, status=409)
        if isinstance(refusal, Repriced):
            return self.back_to_items(fresh, refusal)
        if isinstance(refusal, CardNeedsStep) and refusal.extra.get("url"):
            return leave_to(self.request, refusal.extra["url"])
        if isinstance(refusal, Invalid):
            return self.invalid_page(checkout, form, refusal)
        cards = CardDeclined | CardUnknown | CardUnavailable | CardNeedsStep
        if isinstance(refusal, StaleState | OrderingDisabled | Conflict | cards):
            return self.looked_at_again(checkout, form, refusal)
        raise refusal

    def looked_at_again(
        self, checkout: Checkout, form: ReviewForm, refusal: DomainError
    ) -> HttpResponse:
        """This page with the refusal; first Service Details, where another window changed whom it is for."""
        if checkout.asks_again:
            messages.warning(self.request, str(refusal.message))
            return self.redirect("checkout-details")
        return self.review_page(checkout, form, notices=refused(refusal), status=refusal.status)

    def invalid_page(self, checkout: Checkout, form: ReviewForm, problem: Invalid) -> HttpResponse:
        """Back to the field of Service Details, or to the line in the basket; the terms are this page's own."""
        if problem.field in form.fields:
            form.add_error(problem.field, str(problem.message))
            return self.review_page(checkout, form, status=problem.status)
        details = DetailsForm.refused(checkout.questions, problem)
        if details is not None:
            return self.details_page(checkout, details, status=problem.status)
        errors = problem.errors or {"": [problem.message]}
        return self.basket_page(checkout, errors=errors, status=problem.status)

    def version(self, basket: Basket) -> int:
        """The basket's version as it was reviewed; one that never was for what is no number."""
        return number_in(self.request.POST.get("version", ""))

    def accepted_terms(self, basket: Basket) -> TermsVersion | None:
        """The version that was on the page, if its box was ticked: not one published meanwhile."""
        if not self.request.POST.get("terms"):
            return None
        version, current = self.request.POST.get("terms_version", ""), orders.terms_of(basket)
        if current is not None and current.version == version:
            return current
        seller_id = orders.seller_id_for(self.actor, basket.account_id)
        return orders.terms_version(basket.organization_id, version, seller_id)
