"""The way from a basket to an order: its steps, and what each of them shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.choices import UserType
from bss.accounts.countries import country_choices
from bss.accounts.models import Account, Contact, Membership, Storefront
from bss.catalog.choices import Unit
from bss.catalog.models import ListPrice
from bss.core.actor import Actor
from bss.core.errors import DomainError, Invalid, NotFound
from bss.core.money import Money
from bss.core.prepared import Prepared
from bss.orders import selectors as orders
from bss.orders.choices import BasketState
from bss.orders.errors import CreditExceeded
from bss.orders.models import Basket, BasketLine, CustomerDraft
from bss.orders.selectors import BasketItem, BasketView, PlanOption, Question
from bss.orders.services import needs_approval, pays_by_card
from bss.orders.services.rules import check_credit
from bss.ui import formats
from bss.ui.components import Fact, Step
from storefront.choices import NEW_CUSTOMER


@dataclass(frozen=True, slots=True)
class CheckoutStep:
    """One step of the checkout. `url_name` is "" for the step that has no way back to it."""

    key: str
    label: Any
    url_name: str = ""
    # Left out when no line has anything to be asked.
    needs_questions: bool = False


STEPS: tuple[CheckoutStep, ...] = (
    CheckoutStep("basket", _("Basket items"), "storefront:basket"),
    CheckoutStep("billing", _("Billing information"), "storefront:checkout-billing"),
    CheckoutStep("details", _("Service details"), "storefront:checkout-details", True),
    CheckoutStep("review", _("Review and place"), "storefront:checkout-review"),
    CheckoutStep("confirmation", _("Confirmation")),
)


def steps_at(current: str, *, has_questions: bool, is_done: bool = False) -> list[Step]:
    """The steps with the present one marked; those before it lead back, until the order is placed."""
    shown = [step for step in STEPS if has_questions or not step.needs_questions]
    at = next(i for i, step in enumerate(shown) if step.key == current)
    return [
        Step(
            step.label,
            "done" if i < at or is_done else "current" if i == at else "todo",
            reverse(step.url_name) if i < at and shown[at].url_name else "",
        )
        for i, step in enumerate(shown)
    ]


@dataclass(frozen=True, slots=True)
class Checkout:
    """A basket on its way: its lines with today's prices, and what Service Details asks about it."""

    view: BasketView
    # None on the pages before Service Details: nobody was asked yet.
    asked: tuple[Question, ...] | None

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.asked or ()

    @property
    def chooses_customer(self) -> bool:
        """Whether its buyer is a reseller, who says for whom it is."""
        return chooses_customer(self.basket)

    @property
    def draft(self) -> CustomerDraft | None:
        """The new customer described on it, whether it is for it now or not."""
        return orders.draft_of(self.basket)

    @property
    def customer(self) -> Account:
        """Who will use what is in it; a new customer has no key yet."""
        return orders.customer_of(self.basket)

    @property
    def is_for_new_customer(self) -> bool:
        return self.basket.uses_draft

    @property
    def is_for_own_use(self) -> bool:
        return self.customer.pk == self.basket.account_id

    @property
    def basket(self) -> Basket:
        return self.view.basket

    @property
    def has_questions(self) -> bool:
        """Whether Service Details is a step. Before anybody was asked, whether it may be."""
        if self.asked is None:
            return orders.may_ask(self.basket, self.lines)
        return bool(self.asked)

    @property
    def is_waiting(self) -> bool:
        """Whether it cannot be changed as it is: somebody has to answer first, or it lies aside."""
        return self.basket.state == BasketState.WAITING

    @property
    def is_answered(self) -> bool:
        """Whether every question has an answer that can stand."""
        try:
            orders.answers_given(self.questions)
        except Invalid:
            return False
        return True

    @property
    def asks_again(self) -> bool:
        """Whether what was answered was said of another customer, and is to be looked at once more."""
        return self.basket.asks_again and any(question.answers for question in self.questions)

    @property
    def lines(self) -> list[BasketLine]:
        """Every line, parents before their add-ons."""
        return [item.line for item in self.view.every]

    @property
    def order_answers(self) -> Sequence[Answer]:
        """What was answered to the organization's own questions."""
        return [a for q in self.questions if q.key == orders.ORDER_KEY for a in answers_of(q)]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer given in Service Details, as people write it."""

    label: Any
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A unit price as it was last seen, and as it is now."""

    old: Money | None
    new: Money


@dataclass(frozen=True, slots=True)
class LineRow:
    """A basket's line as a page shows it. `difference` is set where the price moved since it was last seen."""

    item: BasketItem
    per: str
    difference: Difference | None = None
    answers: Sequence[Answer] = ()
    add_ons: Sequence[LineRow] = ()

    @property
    def line(self) -> BasketLine:
        return self.item.line

    @property
    def name(self) -> str:
        return self.item.line.friendly_name or self.item.line.product.name

    @property
    def note(self) -> str:
        """What is special about its price, as the service manager that quoted it says; "" at its list price."""
        quote = orders.quote_of(self.item.line)
        return quote.note if quote else ""

    @property
    def payment(self) -> str:
        """Its payment plan in words; "" when it is paid at once."""
        return self.item.paid.words if self.item.paid else ""


def checkout_of(
    actor: Actor,
    storefront: Storefront,
    *,
    picked: str = "",
    asks: bool = True,
    reads_terms: bool = False,
) -> Checkout | None:
    """The actor's picked, open or waiting basket here; None when there is none or nothing is in it.

    `asks` is left out by the steps before Service Details, so that no service manager is asked for each look at them.
    """
    basket = orders.basket_of(
        user_id=actor.user_id or 0,
        storefront=storefront,
        reads_terms=reads_terms,
        picked=picked,
    )
    found = checkout_with(basket, asks=asks) if basket is not None else None
    return None if found is None or found.view.is_empty else found


def checkout_with(basket: Basket, *, asks: bool = True) -> Checkout:
    """A basket's checkout. Service managers are asked what must be asked: outside transactions only."""
    view = orders.basket_view(basket)
    lines = [item.line for item in view.every]
    return Checkout(view, tuple(orders.basket_questions(basket, lines)) if asks else None)


def checkout_asked(basket: Basket, questions: Sequence[Question]) -> Checkout:
    """A basket's checkout, where its questions were asked a moment ago."""
    return Checkout(orders.basket_view(basket), tuple(questions))


def chooses_customer(basket: Basket) -> bool:
    """Whether a basket's buyer is a reseller, who says for whom it is."""
    return basket.account.is_reseller and basket.scope == basket.account.scope


def chosen_of(basket: Basket) -> str:
    """For whom a basket is, as its form says it: a customer's public id, the new one, or "" for its own use."""
    if basket.uses_draft:
        return NEW_CUSTOMER
    is_own = orders.customer_of(basket).pk == basket.account_id
    return "" if is_own else basket.customer.public_id


def customers_to_choose(reseller: Account) -> list[tuple[str, str]]:
    """A reseller's customers that may order, by name, as choices (one query)."""
    return _CUSTOMERS.all(reseller_id=reseller.pk)


_CUSTOMERS = Prepared(
    lambda reseller_id: (
        Account.objects.filter(parent_id=reseller_id, is_active=True, ordering_enabled=True)
        .order_by("name")
        .values_list("public_id", "name")
    ),
    reseller_id=int,
)


def customer_of_reseller(reseller: Account, public_id: str) -> Account:
    """One of a reseller's own customers. Raises NotFound for anybody else's."""
    found = (
        Account.objects.filter(parent=reseller, public_id=public_id)
        .select_related("organization")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def payment_choices(item: BasketItem) -> list[tuple[str, str]]:
    """The ways to pay a line, with what each installment would be, as choices; at once has the code ""."""
    return [(each.plan.code if each.plan else "", payment_words(each)) for each in item.options]


def payment_words(option: PlanOption) -> str:
    """ "12 monthly installments of 8.33, the last 8.37", or the whole at once."""
    if option.plan is None or option.split is None:
        return _t("At once: %(amount)s") % {"amount": _written(option.total)}
    words = {
        "plan": option.words,
        "amount": _written(option.split.regular_money),
        "last": _written(option.split.last_money),
    }
    if option.split.is_even:
        return _t("%(plan)s of %(amount)s") % words
    return _t("%(plan)s of %(amount)s, the last %(last)s") % words


def billing_of(account: Account, *, shows_address: bool, shows_contacts: bool = True) -> list[Fact]:
    """How an account is billed, as facts; its address only where nobody edits it beside them.

    An end customer is billed by its reseller, outside of this platform: payment and invoice contact are left out.
    """
    facts = [Fact(_t("Company"), account.name)]
    if shows_address:
        facts.append(Fact(_t("Address"), _address(account)))
    facts.append(Fact(_t("Country"), dict(country_choices()).get(account.country, account.country)))
    facts.append(Fact(_t("VAT id"), account.vat_id))
    if account.parent_id is None:
        method = account.payment_method
        facts.append(Fact(_t("Payment"), method.name if method else _t("As agreed")))
        if shows_contacts:
            facts.append(Fact(_t("Invoices go to"), ", ".join(invoice_contacts(account))))
    return facts


def invoice_contacts(account: Account) -> list[str]:
    """Who reads an account's invoices, by e-mail, as they are sent: whoever is marked for it, else its corporate
    address, else its primary contact, an admin or whoever there is (one query).
    """
    rows = _CONTACTS.all(account_id=account.pk)
    readers = sorted((each.pk, each.email) for each in rows if each.receives_invoices)
    if readers:
        return [email for _pk, email in readers]
    return [account.corporate_email] if account.corporate_email else [e.email for e in rows[:1]]


def _contacts(account_id: int) -> QuerySet[Contact]:
    admin = Membership.objects.filter(
        contact=OuterRef("pk"), user_type=UserType.ADMIN, is_active=True
    )
    found = Contact.objects.filter(account_id=account_id).annotate(is_admin=Exists(admin))
    return found.order_by("-is_primary", "-is_admin", "pk")


_CONTACTS = Prepared(_contacts, account_id=int)


def _address(account: Account) -> str:
    town = f"{account.postcode} {account.city}".strip()
    parts = [account.address_1, account.address_2, town, account.region]
    return ", ".join(part for part in parts if part)


def credit_problem(checkout: Checkout, actor: Actor) -> DomainError | None:
    """Why the whole order would be too much for its payer's credit; None when it is not, or is for the payer to say.

    What a card is asked for when it is placed needs no credit.
    """
    basket = checkout.basket
    payer = basket.account
    if checkout.view.track == "resale" or needs_approval(
        payer=payer, customer=checkout.customer, actor=actor
    ):
        return None
    secured = checkout.view.first_payment.amount if pays_by_card(payer) else Decimal(0)
    try:
        check_credit(payer, checkout.view.total, track=checkout.view.track, secured=secured)
    except CreditExceeded as problem:
        return problem
    return None


def _written(money: Money) -> str:
    return formats.amount(money.amount, money.currency)


def units_listed(checkout: Checkout) -> dict[int, list[tuple[str, Any]]]:
    """The terms each product has a list price for, as choices, by product id (one query).

    Whether a buyer gets it at that term is asked when it is chosen: the price lists decide.
    """
    found: dict[int, set[str]] = {}
    for line in checkout.lines:
        found.setdefault(line.product_id, {line.unit}).add(line.unit)
    for row in _LISTED.all(product_ids=list(found), currency=checkout.basket.currency):
        found[row["product_id"]].add(row["unit"])
    return {
        product_id: [(unit, label) for unit, label in Unit.choices if unit in units]
        for product_id, units in found.items()
    }


_LISTED = Prepared(
    lambda product_ids, currency: ListPrice.objects.filter(
        product_id__any=product_ids, currency=currency, is_active=True
    ).values("product_id", "unit"),
    product_ids=list,
    currency=str,
)


def rows_of(checkout: Checkout, changed: Mapping[str, Difference] | None = None) -> list[LineRow]:
    """The lines for a page. `changed` are differences told by a refusal, by line; by default those of the basket."""
    answers = {question.key: answers_of(question) for question in checkout.questions}
    return [_row(item, answers, changed) for item in checkout.view.items]


def answers_of(question: Question) -> list[Answer]:
    """What was answered so far, in the reader's language and number format; empty answers are left out."""
    return [Answer(label, text) for label, text in orders.question_answers(question)]


def differences_in(lines: Sequence[Mapping[str, Any]]) -> dict[str, Difference]:
    """What a PRICE_CHANGED refusal tells, by line."""
    return {
        each["line"]: Difference(_money(each["old"], each["currency"]), _exact(each))
        for each in lines
    }


def _exact(each: Mapping[str, Any]) -> Money:
    return Money(Decimal(each["new"]), each["currency"])


def _money(text: str, currency: str) -> Money | None:
    """None for a line that was never priced ("None")."""
    return None if text in {"", "None"} else Money(Decimal(text), currency)


def _row(
    item: BasketItem,
    answers: Mapping[str, Sequence[Answer]],
    changed: Mapping[str, Difference] | None,
) -> LineRow:
    key = item.line.public_id
    return LineRow(
        item=item,
        per=Unit(item.line.unit).per,
        difference=_difference(item) if changed is None else changed.get(key),
        answers=answers.get(key, ()),
        add_ons=[_row(add_on, answers, changed) for add_on in item.add_ons],
    )


def _difference(item: BasketItem) -> Difference | None:
    if item.old_price is None or item.unit_price is None:
        return None
    return Difference(item.old_price, item.unit_price)
