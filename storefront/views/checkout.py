"""From the basket to the order: the new customer, billing, Service Details, the last look before it is placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.accounts.services import account_edit
from bss.accounts.views.leaving import leave_to
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
from bss.orders.models import Basket, TermsVersion
from bss.orders.services import (
    basket_answer,
    basket_note,
    basket_place,
    basket_review,
    customer_draft_save,
    needs_approval,
)
from bss.ui.components import Attention
from storefront.forms.checkout import (
    BillingForm,
    CustomerDraftForm,
    DetailsForm,
    NumberForm,
    ReviewForm,
)
from storefront.selectors.checkout import (
    Checkout,
    Difference,
    billing_of,
    checkout_of,
    checkout_with,
    credit_problem,
    differences_in,
    rows_of,
    steps_at,
)
from storefront.views.basket import Buying, credit_facts, refused

COMPANY_FIELDS = (
    "name", "country", "vat_id", "corporate_email", "phone", "address_1", "address_2", "postcode", "city", "region",
)  # fmt: skip
PERSON_FIELDS = (
    "contact_first_name",
    "contact_last_name",
    "contact_email",
    "contact_phone",
)


def number_in(text: str) -> int:
    """A version out of a hidden field; 0, which nothing ever has, for what is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


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

    def about(self, checkout: Checkout, key: str) -> dict[str, Any]:
        """What every step shows: where one is, and what is being bought."""
        return {
            "checkout": checkout,
            "steps": steps_at(key, has_questions=checkout.has_questions),
            "rows": rows_of(checkout),
        }

    def details_page(
        self, checkout: Checkout, form: DetailsForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.about(checkout, "details"),
            "title": _("Service details"),
            "form": form,
            "sections": form.sections(),
        }
        return self.page(context, template="storefront/details.html", status=status)


class Entry(Step):
    """Where *Continue* leads: the first step after the basket; one that waited was there before."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        return self.redirect("checkout-review" if checkout.is_waiting else "checkout-billing")


class Customer(Step):
    """The customer that does not exist yet: it is made with the order, and not before."""

    title = gettext_lazy("New customer")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.mine()
        if checkout is None:
            return self.redirect("basket")
        stored = CustomerDraftForm.initial_of(checkout.draft, checkout.basket.account)
        return self.shown(checkout, CustomerDraftForm(initial={**stored, **self.kept(checkout)}))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.mine()
        if checkout is None:
            return self.redirect("basket")
        form = CustomerDraftForm(request.POST)
        if request.POST.get("do") == "back":
            self.keep(checkout, {name: request.POST.get(name, "")[:254] for name in form.fields})
            return self.redirect("basket")
        if not form.is_valid():
            return self.shown(checkout, form, status=400)
        try:
            customer_draft_save(basket=checkout.basket, actor=self.actor, **form.cleaned_data)
        except Invalid as problem:
            for name, texts in problem.errors.items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, str(text))
            return self.shown(checkout, form, status=problem.status)
        self.forget(checkout)
        return self.redirect("basket")

    def mine(self) -> Checkout | None:
        """The basket of somebody who may have customers of its own, while it can be changed."""
        checkout = self.checkout()
        if checkout is None or checkout.is_waiting or not checkout.chooses_customer:
            return None
        return checkout

    def shown(
        self, checkout: Checkout, form: CustomerDraftForm, *, status: int = 200
    ) -> HttpResponse:
        groups = [
            (_("Company"), [form[name] for name in COMPANY_FIELDS]),
            (_("Contact person"), [form[name] for name in PERSON_FIELDS]),
        ]
        context = {
            **self.about(checkout, "basket"),
            "title": _("New customer") if checkout.draft is None else checkout.draft.name,
            "form": form,
            "groups": groups,
        }
        return self.page(context, template="storefront/customer.html", status=status)


class Billing(Step):
    """How the company is billed: its address and payment, and the buyer's own number for the order."""

    title = gettext_lazy("Billing information")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        if checkout.is_waiting:
            return self.redirect("checkout-review")
        account = self.account()
        initial = {
            **BillingForm.initial_of(account),
            "purchase_order": checkout.basket.purchase_order,
            **self.kept(checkout),
        }
        return self.shown(checkout, account, self.form_class()(initial=initial))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None or checkout.is_waiting:
            return self.redirect("basket")
        form = self.form_class()(request.POST)
        if request.POST.get("do") == "back":
            self.keep(checkout, {n: request.POST.get(n, "")[:254] for n in form.fields})
            return self.redirect("basket")
        account = self.account()
        if not form.is_valid():
            return self.shown(checkout, account, form, status=400)
        try:
            if isinstance(form, BillingForm):
                version = number_in(request.POST.get("account_version", ""))
                account_edit(account=account, version=version, actor=self.actor, **form.company())
            basket_note(
                basket=checkout.basket,
                purchase_order=form.cleaned_data["purchase_order"],
                actor=self.actor,
            )
        except BasketClosed:
            return self.redirect("basket")
        except (Invalid, StaleState) as problem:
            errors = getattr(problem, "errors", None) or {"": [problem.message]}
            for name, texts in errors.items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, str(text))
            return self.shown(checkout, self.account(), form, status=problem.status)
        self.forget(checkout)
        return self.redirect("checkout-details" if checkout.has_questions else "checkout-review")

    def form_class(self) -> type[NumberForm]:
        """Who may not edit the company still gives the order a number."""
        return BillingForm if self.may(Permission.COMPANY_EDIT) else NumberForm

    def shown(
        self, checkout: Checkout, account: Account, form: NumberForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.about(checkout, "billing"),
            "title": _("Billing information"),
            "form": form,
            "company": [form[n] for n in BillingForm.COMPANY if n in form.fields],
            "account": account,
            "billing": billing_of(account, shows_address=not isinstance(form, BillingForm)),
        }
        return self.page(context, template="storefront/billing.html", status=status)


class Details(Step):
    """What the service managers and the product types ask, line by line."""

    title = gettext_lazy("Service details")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        if not checkout.has_questions or checkout.is_waiting:
            return self.redirect("checkout-review")
        form = DetailsForm(questions=checkout.questions, kept=self.kept(checkout))
        return self.details_page(checkout, form)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None or checkout.is_waiting:
            return self.redirect("basket")
        form = DetailsForm(request.POST, questions=checkout.questions)
        if request.POST.get("do") == "back":
            self.keep(checkout, form.kept())
            return self.redirect("checkout-billing")
        if not form.is_valid():
            return self.details_page(checkout, form, status=400)
        return self._answered(checkout, form)

    def _answered(self, checkout: Checkout, form: DetailsForm) -> HttpResponse:
        try:
            basket_answer(basket=checkout.basket, answers=form.typed(), actor=self.actor)
            fresh = access_basket(self.actor, checkout.basket.public_id, self.storefront())
            basket_review(basket=fresh, step="service_details", actor=self.actor)
        except Invalid as problem:
            form.add_problems(problem.errors or {"": [problem.message]})
            return self.details_page(checkout, form, status=problem.status)
        except Repriced as news:
            self.forget(checkout)
            return self.back_to_items(checkout.basket, news)
        except (AnswerAwaited, BasketClosed):
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
        return self.review_page(checkout, ReviewForm(terms=terms))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = self.basket_of_form()
        if basket is None:
            return self.redirect("basket")
        checkout, terms = checkout_with(basket), self.terms(basket)
        form = ReviewForm(request.POST, terms=terms)
        if request.POST.get("do") == "back":
            return self.redirect(
                "checkout-details" if checkout.has_questions else "checkout-billing"
            )
        form.is_valid()
        # An order placed already is answered again, whatever the form says.
        if basket.state != BasketState.PLACED and form.errors:
            return self.review_page(checkout, form, status=400)
        try:
            order = basket_place(
                basket=basket,
                actor=self.actor,
                terms=self.accepted_terms(basket),
                version=self.version(basket),
                # The bank of a card sends its owner back here, to place the order once more.
                return_url=request.build_absolute_uri(request.path),
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
        account = self.account()
        context = {
            **self.about(checkout, "review"),
            "title": _("Review and place"),
            "rows": rows_of(checkout, changed),
            "form": form,
            "account": account,
            "billing": billing_of(account, shows_address=True),
            "waits": needs_approval(
                payer=checkout.basket.account, customer=checkout.customer, actor=self.actor
            ),
            "credit": credit,
            "credit_facts": credit_facts(credit),
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
            return self.back_to_items(fresh, refusal)
        if isinstance(refusal, CardNeedsStep) and refusal.extra.get("url"):
            return leave_to(self.request, refusal.extra["url"])
        if isinstance(refusal, Invalid):
            return self.invalid_page(checkout, form, refusal)
        cards = CardDeclined | CardUnknown | CardUnavailable | CardNeedsStep
        if isinstance(refusal, StaleState | OrderingDisabled | Conflict | cards):
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
        return number_in(self.request.POST.get("version", ""))

    def terms(self, basket: Basket) -> TermsVersion | None:
        return orders.terms_current(basket.organization_id)

    def accepted_terms(self, basket: Basket) -> TermsVersion | None:
        """The version that was on the page, if its box was ticked: not one published meanwhile."""
        if not self.request.POST.get("terms"):
            return None
        version = self.request.POST.get("terms_version", "")
        return TermsVersion.objects.filter(version=version).first()
