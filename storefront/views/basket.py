"""The basket: what somebody is about to buy, editable line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.models import Account, Storefront
from bss.accounts.permissions import Permission
from bss.core.errors import DomainError, Invalid, NotFound
from bss.core.money import Money
from bss.orders import selectors as orders
from bss.orders.access import access_basket, access_basket_line
from bss.orders.choices import NOT_OVER, PICKED_BASKET, BasketState
from bss.orders.errors import AnswerAwaited, BasketClosed, NotForThisCustomer, Repriced
from bss.orders.models import Basket, BasketLine
from bss.orders.selectors import BasketView
from bss.orders.services import (
    basket_choose_customer,
    basket_edit,
    basket_line_remove,
    basket_review,
    basket_see,
    customer_draft_choose,
)
from bss.ui.components import Attention, Button, EmptyState, Fact
from bss.ui.generic import Screen
from storefront.choices import BASKET_COUNT, NEW_CUSTOMER
from storefront.forms.checkout import ForWhomForm
from storefront.selectors.checkout import (
    Checkout,
    checkout_of,
    checkout_with,
    chooses_customer,
    chosen_of,
    credit_problem,
    customer_of_reseller,
    customers_to_choose,
    steps_at,
)
from storefront.selectors.viewer import account_of
from storefront.views.basket_rows import (
    edit_of,
    editable_rows,
    lost,
    posted,
    typed_form,
    with_add_ons,
)
from storefront.views.pauses import pause_of

# Under which key of the session the reason for new prices waits to be read.
NEWS = "checkout-news"
# What happened to a basket in another window while its page stood open here, by its state.
_MEANWHILE: Mapping[str, Any] = {
    BasketState.PLACED: gettext_lazy(
        "That basket was ordered in another window. What you did to it here came too late."
    ),
    BasketState.ABANDONED: gettext_lazy(
        "You left that basket in another window. What you did to it here came too late."
    ),
    BasketState.WAITING: gettext_lazy(
        "In another window this basket was put aside, or made to wait for an answer. What you did to it here came too "
        "late: it shows what can be done with it now."
    ),
}


class Buying(Screen):
    """A page on the way to an order."""

    permission = Permission.ORDER_CREATE
    # Whether it shows the terms.
    reads_terms = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except BasketClosed as refusal:
            return self.closed(refusal)

    def closed(self, refusal: BasketClosed) -> HttpResponse:
        """Another window was first: to the basket there is now, with words. htmx would show a part of that page alone:
        it is told to load the whole.
        """
        said = _MEANWHILE.get(refusal.extra.get("state", ""), refusal.message)
        messages.warning(self.request, str(said))
        to_basket = self.redirect("basket")
        if not self.wants_partial():
            return to_basket
        return HttpResponse(headers={"HX-Redirect": to_basket.headers["Location"]})

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

    def picked(self) -> str:
        """Which of its baskets this browser works at; "" for the open one."""
        return str(self.request.session.get(PICKED_BASKET, ""))

    def basket(self) -> Basket | None:
        """The basket this browser works at."""
        return self._basket_called(self.picked())

    def basket_of_form(self) -> Basket | None:
        """The basket that the form's page was about, whatever became of it; for a form that names none the one this
        browser works at. Raises NotFound for one that never was its user's.

        It is read as that one is, in one query; one that is over takes another.
        """
        named = self.request.POST.get("basket", "")
        found = self._basket_called(named or self.picked())
        if named and (found is None or found.public_id != named):
            return access_basket(self.actor, named, self.storefront())
        return found

    def basket_to_change(self) -> Basket | None:
        """As `basket_of_form`, taken up."""
        found = self.basket_of_form()
        if found is not None:
            self.take_up(found)
        return found

    def take_up(self, basket: Basket) -> None:
        """The pages that follow show this one of several baskets. Raises BasketClosed when it was placed or left."""
        if basket.state not in NOT_OVER:
            raise BasketClosed(extra={"state": basket.state})
        picked = self.picked()
        # While none is picked, the open one is shown anyhow.
        if picked != basket.public_id and (picked or basket.state != BasketState.OPEN):
            self.request.session[PICKED_BASKET] = basket.public_id

    def _basket_called(self, picked: str) -> Basket | None:
        return orders.basket_of(
            user_id=self.actor.user_id or 0,
            storefront=self.storefront(),
            picked=picked,
            reads_terms=self.reads_terms,
        )

    def back_to_items(self, basket: Basket, news: Repriced) -> HttpResponse:
        """New prices: the items say why, once, beside the old ones."""
        self.tell(basket, str(news.message))
        return self.redirect("basket")

    def tell(self, basket: Basket, text: str) -> None:
        """Something that a service manager said, for the next page to show once."""
        if text:
            self.request.session[NEWS] = {"basket": basket.public_id, "text": text}

    def news(self, basket: Basket) -> str:
        """What a service manager said that nobody has read yet, such as why the prices changed."""
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
        asks_whom = checkout.chooses_customer and not checkout.is_waiting
        news = self.news(checkout.basket)
        context = {
            "title": _("Basket items"),
            "checkout": checkout,
            "whom": whom or (self.whom(checkout.basket, _chosen_in(data)) if asks_whom else None),
            "news": news,
            "credit": credit,
            "credit_facts": credit_facts(credit),
            "seen_total": str(checkout.view.total.amount),
            "steps": steps_at("basket", has_questions=checkout.has_questions),
            "rows": rows,
            "notices": [*notices_of(errors or {}, checkout), *refused(refusal)],
            "pause": pause_of(checkout),
            # The news of new prices says so already.
            "has_changed_prices": checkout.view.has_changed_prices and not news,
        }
        return self.page(context, template="storefront/basket.html", status=status)

    def count(self, checkout: Checkout) -> None:
        """Spare the header counting what was read already."""
        items = 0 if checkout.is_waiting else len(checkout.view.items)
        setattr(self.request, BASKET_COUNT, items)

    def whom(self, basket: Basket, data: Any = None) -> ForWhomForm:
        """Who it is for, where its buyer says so."""
        draft = orders.draft_of(basket)
        return ForWhomForm(
            data,
            chosen=chosen_of(basket),
            own=basket.account.name,
            draft=draft.name if draft else "",
            customers=customers_to_choose(basket.account),
        )


class BasketPage(Buying):
    """The first step. Every change is saved together; what does not fit stays in its field."""

    title = gettext_lazy("Basket")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        checkout = checkout_of(self.actor, self.storefront(), picked=self.picked(), asks=False)
        return self.nothing_here() if checkout is None else self.basket_page(checkout)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        removed = request.POST.get("take_out", "")
        if removed:
            self._take_out(removed)
        basket = self.basket_to_change()
        lines = orders.basket_lines(basket) if basket else []
        if basket is None or not lines:
            return self.redirect("basket")
        if basket.state == BasketState.WAITING:
            return self._go_on_as_it_is(basket, lines)
        saved = self._saved(basket, lines)
        if isinstance(saved, HttpResponse):
            return saved
        version = basket.version
        refused_page = self._chosen(basket)
        if refused_page is not None:
            return refused_page
        goes_on = request.POST.get("do")
        if goes_on == "continue" and lost(request.POST, lines):
            goes_on = "look"
            words = _("Another window took something out of the basket. Check what is left.")
            messages.info(request, words)
        if goes_on != "continue":
            return self.redirect("checkout-customer" if goes_on == "customer" else "basket")
        return self._continued(basket, saved, is_same=basket.version == version)

    def _continued(self, basket: Basket, saved: BasketView, *, is_same: bool) -> HttpResponse:
        """To the next step, unless what its buyer saw is not what it costs for whom it is now."""
        checkout = Checkout(saved, None) if is_same else checkout_with(basket, asks=False)
        is_shown = checkout.view.told == saved.told
        return self._go_on(checkout) if is_shown else self._shown_first(basket)

    def _take_out(self, line_id: str) -> None:
        """Take a line out; what another window took out already is told. Raises BasketClosed."""
        try:
            line = access_basket_line(self.actor, line_id, self.storefront())
        except NotFound:
            messages.info(self.request, _("It was taken out of the basket already."))
        else:
            basket_line_remove(line=line, actor=self.actor)

    def _go_on_as_it_is(self, basket: Basket, lines: Sequence[BasketLine]) -> HttpResponse:
        """What waits is bought as it is; its buyer has seen what it costs. Raises BasketClosed for a page on which it
        could still be changed.
        """
        data = self.request.POST
        if data.get("do") != "continue" or any(posted(data, line.public_id) for line in lines):
            raise BasketClosed(extra={"state": basket.state})
        basket_see(basket=basket, seen_total=_total_of(data))
        return self.redirect("checkout")

    def nothing_here(self) -> HttpResponse:
        empty = EmptyState(
            _("Your basket is empty"),
            _("What you choose in the catalogue waits here until you order it."),
            Button(_("See all products"), reverse("storefront:catalog"), kind="primary"),
            "shopping-bag",
        )
        context = {"empty": empty, "others": getattr(self.basket(), "others", None)}
        return self.page(context, template="storefront/basket_empty.html")

    def _saved(self, basket: Basket, lines: Sequence[BasketLine]) -> BasketView | HttpResponse:
        """The basket once every line is as typed; otherwise the page that says what does not fit."""
        data = self.request.POST
        forms = [typed_form(line, data) for line in lines if posted(data, line.public_id)]
        if not all(form.is_valid() for form in forms):
            return self.basket_page(checkout_with(basket, asks=False), data=data, status=400)
        try:
            return basket_edit(
                basket=basket,
                edits=with_add_ons([(form.line, edit_of(form)) for form in forms]),
                lines=lines,
                seen_total=_total_of(data) if data.get("do") == "continue" else None,
                actor=self.actor,
            )
        except Invalid as problem:
            checkout = checkout_with(basket, asks=False)
            return self.basket_page(checkout, errors=problem.errors, data=data, status=400)

    def _chosen(self, basket: Basket) -> HttpResponse | None:
        """None once the basket is for whom the form says; otherwise the page that says why it cannot be."""
        data = self.request.POST
        if not chooses_customer(basket) or data.get("customer") in {None, chosen_of(basket)}:
            return None
        form = self.whom(basket, data)
        try:
            if form.is_valid():
                self._choose(basket, form.cleaned_data["customer"])
                return None
        except (Invalid, NotFound) as problem:
            form.add_error("customer", str(problem.message))
        return self.basket_page(checkout_with(basket, asks=False), whom=form, status=400)

    def _asked_whom(self, checkout: Checkout, problem: NotForThisCustomer) -> HttpResponse:
        """The page that asks again whom the basket is for."""
        form = self.whom(checkout.basket, self.request.POST)
        form.is_valid()
        form.add_error("customer", str(problem.message))
        return self.basket_page(checkout, whom=form, status=problem.status)

    def _choose(self, basket: Basket, chosen: str) -> None:
        if chosen == NEW_CUSTOMER:
            customer_draft_choose(basket=basket, actor=self.actor)
            return
        customer = customer_of_reseller(basket.account, chosen) if chosen else basket.account
        basket_choose_customer(basket=basket, customer=customer, actor=self.actor)

    def _shown_first(self, basket: Basket) -> HttpResponse:
        """Without JavaScript whom it is for is chosen and gone on with in one: nobody saw what it costs for them."""
        words = _("For the customer you chose the amounts or the end are others. Check them first.")
        self.tell(basket, words)
        return self.redirect("basket")

    def _go_on(self, checkout: Checkout) -> HttpResponse:
        if not checkout.view.is_orderable:
            return self.basket_page(checkout, status=400)
        try:
            told = basket_review(
                basket=checkout.basket, step="items", actor=self.actor, lines=checkout.lines
            )
        except AnswerAwaited:
            return self.redirect("basket")
        except Repriced as news:
            return self.back_to_items(checkout.basket, news)
        except NotForThisCustomer as problem:
            return self._asked_whom(checkout, problem)
        except Invalid as problem:
            return self.basket_page(checkout, errors=problem.errors, status=problem.status)
        self.tell(checkout.basket, told)
        return self.redirect("checkout-billing")


def notices_of(errors: Mapping[str, Sequence[Any]], checkout: Checkout) -> list[Attention]:
    """What is wrong with the basket as a whole."""
    known = {line.public_id for line in checkout.lines}
    loose = [
        text
        for key, texts in errors.items()
        if key.partition(".")[0] not in known
        for text in texts
    ]
    return [Attention(_("This cannot be ordered yet"), text, "danger") for text in loose]


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


def _chosen_in(data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What was typed, where it says for whom the basket is."""
    return data if data and "customer" in data else None


def _total_of(data: Mapping[str, Any]) -> Decimal | None:
    """The total that stood on the page; one that is no amount never did."""
    try:
        return Decimal(data.get("seen_total", ""))
    except InvalidOperation:
        return None


def refused(refusal: DomainError | None) -> list[Attention]:
    """A refusal as a notice: the cause, and what to do next where somebody said so."""
    if refusal is None:
        return []
    return [Attention(refusal.message, refusal.remedy, "danger")]
