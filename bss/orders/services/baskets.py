"""Writes to baskets: filling, changing, answering. One open basket per user and storefront."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from bss.accounts.models import Account, Storefront
from bss.catalog.models import Product
from bss.core import clock
from bss.core.actor import Actor
from bss.core.errors import Invalid, NotFound
from bss.core.fields import parse_all
from bss.orders import selectors
from bss.orders.choices import BasketState
from bss.orders.contracts import Track, Wanted, seen_by
from bss.orders.errors import BasketClosed, NotForSale
from bss.orders.locks import basket_locked
from bss.orders.models import Basket, BasketLine
from bss.orders.services import rules
from bss.orders.services.reviews import outside_transactions
from bss.orders.states import BASKET


def basket_open_for(*, user_id: int, storefront: Storefront, account: Account) -> Basket:
    """The user's open basket at this storefront, made when there is none.

    `account` is the user's own: an end customer's basket is paid by its reseller, every other by the account itself.
    Two tabs at once get the same basket.
    """
    open_ = Basket.objects.filter(
        user_id=user_id, storefront=storefront, state=BasketState.OPEN
    ).select_related("account", "customer", "storefront", "organization")
    found = open_.first()
    if found is not None:
        return found
    payer = account.parent if account.parent is not None else account
    try:
        with transaction.atomic():
            Basket.objects.create(
                organization_id=account.organization_id,
                scope=account.scope,
                storefront=storefront,
                user_id=user_id,
                account=payer,
                customer=account,
                currency=payer.currency,
            )
    except IntegrityError as error:
        if "basket_open_once" not in str(error):
            raise
    return open_.get()


def basket_add(
    *,
    basket: Basket,
    product: Product,
    unit: str,
    quantity: int,
    actor: Actor,
    friendly_name: str = "",
    parent: BasketLine | None = None,
    replace_same_type: bool = False,
) -> BasketLine:
    """Put `quantity` units of a product (or of an add-on below its product's line `parent`) into the basket.

    The same thing again raises the quantity of the line that is there. `replace_same_type` first takes out other
    products of the same type, for what can be had only once. Raises NotForSale, QuantityNotPossible,
    NotForThisCustomer or BasketClosed; then nothing changed.
    """
    rules.check_kind(product, parent.product if parent else None)
    with transaction.atomic():
        held = _open_locked(basket)
        rules.check_reseller_products([product], payer=held.account, customer=held.customer)
        if replace_same_type:
            held.lines.filter(product__type_id=product.type_id).delete()
        line = _same_line(held, product, unit, friendly_name, parent)
        total = quantity + (line.quantity if line else 0)
        rules.check_quantity(product, total, parent=parent.product if parent else None)
        seen = _price_now(held, Wanted("", product, unit, total))
        if line is None:
            line = BasketLine(
                basket=held, parent=parent, product=product, unit=unit, friendly_name=friendly_name
            )
        line.quantity, line.seen_price = total, seen
        line.save()
        _touch(held)
    return line


def basket_line_edit(
    *,
    line: BasketLine,
    actor: Actor,
    quantity: int | None = None,
    unit: str | None = None,
    friendly_name: str | None = None,
) -> BasketLine:
    """Change a line's quantity, billing term or friendly name; what is None stays."""
    with transaction.atomic():
        held = _open_locked(line.basket)
        fresh = _line_of(held, line)
        if quantity is not None:
            parent = fresh.parent.product if fresh.parent else None
            rules.check_quantity(fresh.product, quantity, parent=parent)
            fresh.quantity = quantity
        if unit is not None and unit != fresh.unit:
            fresh.seen_price = _price_now(held, Wanted("", fresh.product, unit, fresh.quantity))
            fresh.unit = unit
        if friendly_name is not None:
            fresh.friendly_name = friendly_name
        fresh.save(update_fields=["quantity", "unit", "friendly_name", "seen_price"])
        _touch(held)
    return fresh


def basket_line_remove(*, line: BasketLine, actor: Actor) -> None:
    """Take a line out, with the add-ons below it. Gone already is fine."""
    with transaction.atomic():
        held = _open_locked(line.basket)
        held.lines.filter(pk=line.pk).delete()
        _touch(held)


def basket_choose_customer(*, basket: Basket, customer: Account, actor: Actor) -> Basket:
    """Say who will use what is in the basket: the account itself, or one of its end customers.

    Raises NotForThisCustomer naming the product that cannot be for this one.
    """
    with transaction.atomic():
        held = _open_locked(basket)
        rules.check_customer(customer, held.account)
        products = [line.product for line in selectors.basket_lines(held)]
        rules.check_reseller_products(products, payer=held.account, customer=customer)
        Basket.objects.filter(pk=held.pk).update(customer=customer)
        _touch(held)
    basket.customer = customer
    return basket


def basket_answer(
    *, basket: Basket, answers: Mapping[str, Mapping[str, Any]], actor: Actor
) -> Basket:
    """Keep the answers to Service Details: line public id to field code to what was typed.

    A basket that waits takes the answer it waits for and goes on waiting to be placed. Raises Invalid whose errors
    are keyed "<line>.<field>", or "<line>" where nobody knows what must be asked; then no answer is kept. What nobody
    asked is ignored.
    """
    outside_transactions()
    lines = selectors.basket_lines(basket)
    subject = selectors.basket_subject(basket, lines)
    parsed: dict[str, dict[str, Any]] = {}
    errors: dict[str, Sequence[Any]] = {}
    questions = selectors.questions_for(subject, lines)
    selectors.questions_known(questions)
    for question in questions:
        try:
            parsed[question.key] = parse_all(question.specs, answers.get(question.key, {}))
        except Invalid as problem:
            errors |= {f"{question.key}.{code}": texts for code, texts in problem.errors.items()}
    if errors:
        raise Invalid(errors=errors)
    with transaction.atomic():
        held = basket_locked(basket.pk)
        if held.state not in {BasketState.OPEN, BasketState.WAITING}:
            raise BasketClosed(extra={"state": held.state})
        for line in held.lines.filter(public_id__in=parsed):
            line.parameters = parsed[line.public_id]
            line.save(update_fields=["parameters"])
        _touch(held)
    return held


def basket_accept_prices(*, basket: Basket, actor: Actor) -> None:
    """The buyer looks at today's prices: from now on they are the seen ones."""
    with transaction.atomic():
        held = basket_locked(basket.pk)
        remember_prices(held)


def basket_wait(
    *, basket: Basket, message: str, requests: Sequence[Mapping[str, Any]], actor: Actor
) -> Basket:
    """Park the basket until a vendor or customer answered; `requests` go to the service manager by event."""
    changes = {"waiting_message": message, "requests": [dict(r) for r in requests]}
    return BASKET.fire(basket, "wait", actor=actor, changes=changes)


def basket_abandon(*, basket: Basket, actor: Actor) -> Basket:
    """Leave an open or waiting basket for good."""
    return BASKET.fire(basket, "abandon", actor=actor)


def remember_prices(basket: Basket) -> None:
    """Store today's prices as the seen ones. The basket is locked by the caller."""
    lines = selectors.basket_lines(basket)
    track = selectors.basket_track(basket)
    wanted = [Wanted(x.public_id, x.product, x.unit, x.quantity) for x in lines]
    prices = selectors.basket_prices(basket, wanted)
    for line, price in zip(lines, prices, strict=True):
        line.seen_price = None if price is None else seen_by(track, price)
    BasketLine.objects.bulk_update(lines, ["seen_price"])
    _follow_currency(basket)


def _follow_currency(basket: Basket) -> None:
    """A basket lives long: its payer may be invoiced in another currency since it was opened."""
    currency = basket.account.currency
    if basket.currency != currency:
        Basket.objects.filter(pk=basket.pk).update(currency=currency)
        basket.currency = currency


def _open_locked(basket: Basket) -> Basket:
    held = basket_locked(basket.pk)
    if held.state != BasketState.OPEN:
        raise BasketClosed(extra={"state": held.state})
    return held


def _touch(basket: Basket) -> None:
    """Count the edit, so that a checkout that read the basket before can be told. The row is locked."""
    Basket.objects.filter(pk=basket.pk).update(version=basket.version + 1, updated_at=clock.now())


def _line_of(basket: Basket, line: BasketLine) -> BasketLine:
    fresh = (
        basket.lines.filter(pk=line.pk).select_related("product__type", "parent__product").first()
    )
    if fresh is None:
        raise NotFound
    return fresh


def _same_line(
    basket: Basket, product: Product, unit: str, friendly_name: str, parent: BasketLine | None
) -> BasketLine | None:
    return basket.lines.filter(
        product=product, unit=unit, parent=parent, friendly_name=friendly_name
    ).first()


def _price_now(basket: Basket, wanted: Wanted) -> Any:
    price = selectors.basket_prices(basket, [wanted])[0]
    if price is None:
        raise NotForSale(field="product")
    track: Track = selectors.basket_track(basket)
    return seen_by(track, price)
