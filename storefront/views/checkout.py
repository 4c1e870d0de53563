"""From the basket to the order: the new customer, billing, Service Details, the last look before it is placed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.accounts.services import account_edit
from bss.core.errors import Invalid, StaleState
from bss.orders import selectors as orders
from bss.orders.choices import BasketState
from bss.orders.errors import (
    AnswerAwaited,
    BasketClosed,
    Repriced,
)
from bss.orders.forms.details import DetailsForm
from bss.orders.models import Basket, BasketLine
from bss.orders.services import (
    basket_answer,
    basket_note,
    basket_review,
    customer_draft_check,
    customer_draft_save,
)
from bss.ui.components import Attention
from storefront.forms.checkout import (
    BillingForm,
    CustomerDraftForm,
    NumberForm,
)
from storefront.selectors.checkout import (
    Checkout,
    billing_of,
    checkout_asked,
    checkout_of,
    checkout_with,
    chosen_of,
    rows_of,
    steps_at,
)
from storefront.views.basket import Buying
from storefront.views.pauses import pause_of

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


def asked_again(checkout: Checkout) -> list[Attention]:
    """Why answers that were given already are to be looked at."""
    if not checkout.asks_again:
        return []
    title = _("This basket is for %(customer)s now") % {"customer": checkout.customer.name}
    text = _(
        "Look whether the answers below still hold: some may have been given for another customer."
    )
    return [Attention(title, text, "warning")]


class Step(Buying):
    """A step after the basket. What was typed is kept in the session until the step is done."""

    # Whether the step shows what Service Details asks.
    asks = True
    # What is typed here that holds for whichever basket comes next.
    outlives: Collection[str] = ()

    def checkout(self) -> Checkout | None:
        return checkout_of(
            self.actor,
            self.storefront(),
            picked=self.picked(),
            asks=self.asks,
            reads_terms=self.reads_terms,
        )

    def closed(self, refusal: BasketClosed) -> HttpResponse:
        data = self.request.POST
        typed = {name: data[name][:254] for name in self.outlives if name in data}
        present = self.basket() if typed else None
        if present is not None:
            self.keep(present, {**self.kept(present), **typed})
        return super().closed(refusal)

    def billed(self, basket: Basket) -> Account:
        """Whose billing is shown: the account that buys, which is the payer unless its seller is a reseller."""
        payer = basket.account
        return payer if payer.pk == self.actor.account_id else self.account()

    def keep(self, basket: Basket, values: Mapping[str, Any]) -> None:
        self.request.session[self._key(basket)] = dict(values)

    def kept(self, basket: Basket) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.request.session.get(self._key(basket), {})
        return found

    def forget(self, basket: Basket) -> None:
        if self._key(basket) in self.request.session:
            del self.request.session[self._key(basket)]

    def _key(self, basket: Basket) -> str:
        return f"{type(self).__name__.lower()}:{basket.public_id}"

    def about(self, checkout: Checkout, key: str) -> dict[str, Any]:
        """What every step shows: where one is, and what is being bought."""
        self.count(checkout)
        return {
            "checkout": checkout,
            "steps": steps_at(key, has_questions=checkout.has_questions),
            "rows": rows_of(checkout),
        }

    def details_page(
        self,
        checkout: Checkout,
        form: DetailsForm,
        *,
        notices: Sequence[Attention] = (),
        status: int = 200,
    ) -> HttpResponse:
        prospects = orders.prospects_of(checkout.view, form.readable())
        context = {
            **self.about(checkout, "details"),
            "title": _("Service details"),
            "form": form,
            "sections": form.sections(prospects),
            "chosen": chosen_of(checkout.basket),
            "notices": notices or asked_again(checkout),
            "pause": pause_of(checkout),
        }
        return self.page(context, template="storefront/details.html", status=status)


class Entry(Step):
    """Where *Continue* leads: the first step after the basket; one that waited was there before."""

    asks = False

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        if not checkout.is_waiting:
            return self.redirect("checkout-billing")
        return self.redirect("checkout-details" if checkout.has_questions else "checkout-review")


class Customer(Step):
    """The customer that does not exist yet: it is made with the order, and not before."""

    title = gettext_lazy("New customer")
    asks = False
    outlives = (*COMPANY_FIELDS, *PERSON_FIELDS)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.mine(self.checkout())
        if checkout is None:
            return self.redirect("basket")
        stored = CustomerDraftForm.initial_of(checkout.draft, checkout.basket.account)
        return self.shown(
            checkout, CustomerDraftForm(initial={**stored, **self.kept(checkout.basket)})
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = self.basket_to_change()
        if basket is not None and basket.state == BasketState.WAITING:
            raise BasketClosed(extra={"state": basket.state})
        checkout = self.mine(checkout_with(basket, asks=False) if basket else None)
        if checkout is None:
            return self.redirect("basket")
        form = CustomerDraftForm(request.POST)
        if request.POST.get("do") == "back":
            self.keep(
                checkout.basket, {name: request.POST.get(name, "")[:254] for name in form.fields}
            )
            return self.redirect("basket")
        is_filled = form.is_valid()
        given = {name: form.cleaned_data.get(name, "") for name in form.fields}
        try:
            if is_filled:
                customer_draft_save(basket=checkout.basket, actor=self.actor, **given)
            else:
                customer_draft_check(basket=checkout.basket, **given)
        except Invalid as problem:
            # What a field of the form has said already is not said twice.
            for name, texts in problem.errors.items():
                for text in texts if name not in form.errors else ():
                    form.add_error(name if name in form.fields else None, str(text))
            return self.shown(checkout, form, status=problem.status)
        if not is_filled:
            return self.shown(checkout, form, status=400)
        self.forget(checkout.basket)
        return self.redirect("basket")

    def mine(self, checkout: Checkout | None) -> Checkout | None:
        """The checkout of somebody who may have customers of its own, while it can be changed."""
        if checkout is None or checkout.view.is_empty or checkout.is_waiting:
            return None
        return checkout if checkout.chooses_customer else None

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
    asks = False
    outlives = BillingForm.COMPANY

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = self.checkout()
        if checkout is None:
            return self.redirect("basket")
        if checkout.is_waiting:
            return self.redirect("checkout-review")
        account = self.billed(checkout.basket)
        initial = {
            **BillingForm.initial_of(account),
            "purchase_order": checkout.basket.purchase_order,
            **self.kept(checkout.basket),
        }
        return self.shown(checkout, account, self.form_class()(initial=initial))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = self.basket_to_change()
        lines = orders.basket_lines(basket) if basket else []
        if basket is None or not lines:
            return self.redirect("basket")
        form = self.form_class()(request.POST)
        if request.POST.get("do") == "back":
            self.keep(basket, {n: request.POST.get(n, "")[:254] for n in form.fields})
            return self.redirect("basket")
        account = self.billed(basket)
        if not form.is_valid():
            return self.shown(checkout_with(basket, asks=False), account, form, status=400)
        try:
            if isinstance(form, BillingForm):
                version = number_in(request.POST.get("account_version", ""))
                account_edit(account=account, version=version, actor=self.actor, **form.company())
            basket_note(
                basket=basket,
                purchase_order=form.cleaned_data["purchase_order"],
                actor=self.actor,
            )
        except (Invalid, StaleState) as problem:
            errors = getattr(problem, "errors", None) or {"": [problem.message]}
            for name, texts in errors.items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, str(text))
            checkout = checkout_with(basket, asks=False)
            return self.shown(checkout, self.account(), form, status=problem.status)
        self.forget(basket)
        asks = orders.may_ask(basket, lines)
        return self.redirect("checkout-details" if asks else "checkout-review")

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
        if not checkout.has_questions:
            return self.redirect("checkout-review")
        form = DetailsForm(questions=checkout.questions, kept=self.kept(checkout.basket))
        return self.details_page(checkout, form)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = self.basket_to_change()
        lines = orders.basket_lines(basket) if basket else []
        if basket is None or not lines:
            return self.redirect("basket")
        questions = orders.basket_questions(basket, lines)
        form = DetailsForm(request.POST, questions=questions)
        if request.POST.get("do") == "back":
            self.keep(basket, form.kept())
            return self.redirect("checkout-billing")
        if request.POST.get("do") == "look":
            self.keep(basket, form.kept())
            looking = DetailsForm(questions=questions, kept=form.kept())
            return self.details_page(checkout_asked(basket, questions), looking)
        if request.POST.get("customer") not in {None, chosen_of(basket)}:
            return self._for_another(checkout_asked(basket, questions), form)
        if not form.is_valid():
            return self.details_page(checkout_with(basket), form, status=400)
        return self._answered(basket, lines, form)

    def _for_another(self, checkout: Checkout, form: DetailsForm) -> HttpResponse:
        """What was typed about one customer is never said of another: it is shown again, with whose it would be."""
        notice = Attention(
            _("This basket is for %(customer)s now") % {"customer": checkout.customer.name},
            _("That was changed in another window. Look whether what you typed still holds."),
            "warning",
        )
        shown = DetailsForm(questions=checkout.questions, kept=form.kept())
        return self.details_page(checkout, shown, notices=[notice], status=409)

    def _answered(
        self, basket: Basket, lines: Sequence[BasketLine], form: DetailsForm
    ) -> HttpResponse:
        try:
            held = basket_answer(
                basket=basket,
                answers=form.typed(),
                actor=self.actor,
                lines=lines,
                questions=form.questions,
            )
            held.customer, held.account = basket.customer, basket.account
            told = basket_review(basket=held, step="service_details", actor=self.actor, lines=lines)
        except Invalid as problem:
            form.add_problems(problem.errors or {"": [problem.message]})
            # What waited for this answer waits no more.
            now = orders.basket_again(basket)
            return self.details_page(checkout_with(now), form, status=problem.status)
        except Repriced as news:
            self.forget(basket)
            return self.back_to_items(basket, news)
        except AnswerAwaited:
            self.forget(basket)
            return self.redirect("checkout-details")
        self.forget(basket)
        self.tell(basket, told)
        return self.redirect("checkout-review")
