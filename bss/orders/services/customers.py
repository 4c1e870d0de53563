"""Customers that do not exist yet: drafted on a basket, made by the transaction that places its order."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.accounts.services import account_create, contact_check, contact_create, customer_check
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.orders import selectors
from bss.orders.errors import NotForThisCustomer
from bss.orders.models import Basket, CustomerDraft
from bss.orders.services import rules
from bss.orders.services.baskets import open_locked, touch
from bss.orders.services.quotes import quotes_forget

COMPANY = (
    "name", "corporate_email", "phone", "address_1", "address_2", "city", "postcode", "region", "country", "vat_id",
)  # fmt: skip
PERSON = ("contact_first_name", "contact_last_name", "contact_email", "contact_phone")


def customer_draft_save(*, basket: Basket, actor: Actor, **fields: Any) -> CustomerDraft:
    """Draft the customer a basket is for, or change the draft there is; from now on the basket is for it.

    `fields` are COMPANY and PERSON, all of them; a person needs a last name and an e-mail, or nothing at all. Raises
    Invalid by field, NotForThisCustomer or BasketClosed; then nothing changed.
    """
    with transaction.atomic():
        held = open_locked(basket)
        payer = held.account
        _check(payer, held, fields)
        values = {**fields, "corporate_email": fields["corporate_email"] or None}
        draft, _made = CustomerDraft.objects.update_or_create(
            basket=held,
            defaults={
                **values, "organization_id": held.organization_id, "scope": held.scope, "parent": payer,
            },
        )  # fmt: skip
        _use(held)
    basket.customer, basket.uses_draft, basket.customer_draft = basket.account, True, draft
    basket.asks_again = held.asks_again
    return draft


def customer_draft_check(*, basket: Basket, **fields: Any) -> None:
    """Whether a customer could be drafted like this: raises Invalid with every field at fault, and makes nothing."""
    _check_fields(basket.account, fields)


def customer_draft_choose(*, basket: Basket, actor: Actor) -> Basket:
    """The basket is for the customer that was drafted on it. Raises NotForThisCustomer when none was."""
    with transaction.atomic():
        held = open_locked(basket)
        if selectors.draft_of(held) is None:
            raise NotForThisCustomer(_("Describe the new customer first."), field="customer")
        _check_products(held)
        _use(held)
    basket.customer, basket.uses_draft, basket.version = basket.account, True, held.version
    basket.asks_again = held.asks_again
    return basket


def customer_of_order(basket: Basket, actor: Actor) -> Account:
    """Who the order of a locked basket is for: a drafted customer's account is made now, once."""
    draft = selectors.draft_of(basket)
    if draft is None or not basket.uses_draft:
        return basket.customer
    if draft.account is None:
        draft.account = _created(draft, actor)
        draft.save(update_fields=["account"])
    Basket.objects.filter(pk=basket.pk).update(customer=draft.account)
    basket.customer = draft.account
    return draft.account


def _created(draft: CustomerDraft, actor: Actor) -> Account:
    company = {name: getattr(draft, name) for name in COMPANY}
    account = account_create(
        organization=draft.organization,
        kind="customer",
        parent=draft.parent,
        actor=actor,
        **{**company, "corporate_email": draft.corporate_email or ""},
    )
    if draft.contact_email:
        contact_create(account=account, actor=actor, **_person(draft))
    return account


def _person(draft: CustomerDraft) -> dict[str, str]:
    return {name.removeprefix("contact_"): getattr(draft, name) for name in PERSON}


def _check(payer: Account, basket: Basket, fields: dict[str, Any]) -> None:
    """Everything wrong with a draft at once, each on its own field."""
    if not payer.is_reseller or basket.scope != payer.scope:
        raise NotForThisCustomer(_("Only a reseller has customers of its own."), field="customer")
    _check_fields(payer, fields)
    _check_products(basket)


def _check_fields(payer: Account, fields: dict[str, Any]) -> None:
    errors: dict[str, list[Any]] = {}
    company = {name: fields[name] for name in COMPANY}
    try:
        customer_check(parent=payer, **company)
    except Invalid as problem:
        errors |= problem.errors
    person = {name.removeprefix("contact_"): fields[name] for name in PERSON}
    if any(person.values()):
        try:
            contact_check(account=payer, **person)
        except Invalid as problem:
            errors |= {f"contact_{name}": texts for name, texts in problem.errors.items()}
    if errors:
        raise Invalid(errors=errors)


def _check_products(basket: Basket) -> None:
    products = [line.product for line in selectors.basket_lines(basket)]
    customer = Account(parent=basket.account, organization=basket.organization, kind="customer")
    rules.check_reseller_products(products, payer=basket.account, customer=customer)


def _use(basket: Basket) -> None:
    if not basket.uses_draft:
        quotes_forget(basket)
        basket.asks_again = True
    touch(basket, customer=basket.account, uses_draft=True, asks_again=basket.asks_again)
