"""From a basket to a placed order, once, however often and from however many tabs it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.errors import StaleState
from bss.core.money import Money
from bss.orders import selectors
from bss.orders.choices import NOT_OVER, BasketState, OrderSource, OrderState
from bss.orders.contracts import (
    NO_HOLD,
    Bought,
    CardHold,
    PriceDifference,
    Proceed,
    Refuse,
    Reprice,
    Wait,
    seen_by,
)
from bss.orders.errors import (
    AnswerAwaited,
    BasketClosed,
    BasketEmpty,
    PriceChanged,
    Repriced,
)
from bss.orders.locks import accounts_locked, basket_locked
from bss.orders.models import Basket, BasketLine, Order, OrderLine, TermsVersion
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import rules
from bss.orders.services.approval import needs_approval
from bss.orders.services.baskets import basket_resume, basket_wait, remember_prices
from bss.orders.services.cards import (
    card_attach,
    card_authorise,
    due_at_once,
    let_go_when_refused,
)
from bss.orders.services.customers import customer_of_order
from bss.orders.services.numbering import order_number
from bss.orders.services.pricing import freeze_bought, total_of
from bss.orders.services.quotes import basket_quote
from bss.orders.services.reviews import outside_transactions, refuse_when_refused
from bss.orders.services.terms import accepted_terms
from bss.orders.states import BASKET, ORDER
from bss.pricing.contracts import Preview, Track
from bss.pricing.stored import to_stored


def basket_review(
    *, basket: Basket, step: str, actor: Actor, lines: Sequence[BasketLine] | None = None
) -> str:
    """Ask the service managers whether the checkout may leave `step` ("items", "service_details", "place").

    Raises NotForThisCustomer, Invalid (refused, per line and field: a basket that waited waits no more), Repriced (new
    prices, told once per customer and cause, and before placing each time) or AnswerAwaited (the basket now waits).
    Returns what is worth telling ("": nothing) when nothing stands in the way. What was quoted is kept on the lines,
    and what is quoted no more is gone from them. `lines` are the basket's as they were read just now (None: read
    them).
    """
    outside_transactions()
    if lines is None:
        lines = selectors.basket_lines(basket)
    products = [line.product for line in lines]
    rules.check_audience(products, payer=basket.account, customer=selectors.customer_of(basket))
    verdict = CHECKOUT_REVIEW.get().review(selectors.basket_subject(basket, lines), step)  # type: ignore[arg-type]
    if isinstance(verdict, Refuse):
        # An answer is there: whatever it is, the basket can be changed by it.
        basket_resume(basket=basket, actor=actor)
    refuse_when_refused(verdict)
    if isinstance(verdict, Wait):
        basket_wait(basket=basket, message=verdict.message, requests=verdict.requests, actor=actor)
        raise AnswerAwaited(verdict.message)
    assert isinstance(verdict, Proceed | Reprice)  # noqa: S101 -- a refusal was raised
    if step != "place":
        # Placing ends it in any case.
        basket_resume(basket=basket, actor=actor)
    moved = basket_quote(lines=lines, verdict=verdict)
    if isinstance(verdict, Proceed):
        if moved:
            raise Repriced(verdict.message or _("What was quoted for these items no longer holds."))
        return verdict.message
    # Where the basket shows it already, nothing is news.
    is_shown = bool(verdict.quotes) and not moved
    if not is_shown and (_tell_once(basket, verdict) or (moved and step == "place")):
        raise Repriced(verdict.told, extra={"cause": verdict.cause})
    return verdict.notes


def basket_place(
    *,
    basket: Basket,
    actor: Actor,
    terms: TermsVersion | None,
    purchase_order: str = "",
    source: str = OrderSource.STOREFRONT,
    version: int | None = None,
    return_url: str = "",
    seen: str | None = None,
) -> Order:
    """Turn a basket into a placed order, or into one that waits for its payer's approval. A basket placed already gives
    its order again, so that a double click or a second tab makes one order. A drafted customer becomes an account.

    `version` is the basket's as the buyer reviewed it: a line added in another tab meanwhile is never bought unseen.
    `return_url` is where a bank that asks the card's owner sends it back to. `seen` is the code of the preview that
    stood on the page (None: there was no page); what is stored with the order says the same.
    Order of refusals: StaleState, ordering switched off, empty, terms, customer and audience, quantity, not on sale or
    plan withdrawn, PRICE_CHANGED (new prices are remembered as seen), Service Details not answered, the service
    managers' last review, PRICE_CHANGED (other invoices than were seen), the card's refusals, StaleState when a line
    was edited meanwhile, ONLY_ONE, CREDIT_LIMIT.
    On each of them neither order nor account exists and the basket stays open.
    """
    if basket.state == BasketState.PLACED:
        return order_of_basket(basket)
    if version is not None and version != basket.version:
        raise _edited_meanwhile()
    lines = selectors.basket_lines(basket)
    accepted = _check(basket, lines, terms)
    bought = rules.priced(
        selectors.wanted_of(lines), payer=basket.account, customer=selectors.customer_of(basket)
    )
    _refuse_changed_prices(basket, lines, bought)
    answers = _require_answers(basket, lines)
    basket_review(basket=basket, step="place", actor=actor, lines=lines)
    previews = _previews(basket, lines, bought)
    rules.check_seen(seen, previews, selectors.basket_track(basket))
    number = order_number(basket.organization_id)
    payment = _authorised(basket, previews["price"], actor, return_url)
    with let_go_when_refused(payment), transaction.atomic(), history.together():
        held = basket_locked(basket.pk)
        if held.state == BasketState.PLACED:
            return order_of_basket(held)
        if held.version != basket.version:
            raise _edited_meanwhile()
        payer, customer = _accounts(held, actor)
        if payer.currency != held.currency:
            raise _edited_meanwhile()
        rules.check_only_one([line.product for line in lines], customer)
        waits = needs_approval(payer=payer, customer=customer, actor=actor)
        if not waits:
            total = total_of((x.quantity, each) for x, each in zip(lines, bought, strict=True))
            track = selectors.basket_track(held)
            rules.check_credit(
                payer, Money(total, held.currency), track=track, secured=payment.amount
            )
        copies = _copied(lines, bought)
        order = _order(held, number, source, purchase_order, accepted, copies)
        order.preview, order.answers = to_stored(previews), answers
        order.save(force_insert=True)
        history.record(order, actor=actor, action="order.created")
        _insert(order, copies)
        BASKET.fire(held, "place", actor=actor)
        ORDER.fire(
            order, "ask_approval" if waits else "place", actor=actor, changes=placed_by(actor)
        )
        card_attach(payment, order)
    basket.state = held.state
    return order


def _previews(
    basket: Basket, lines: Sequence[BasketLine], bought: Sequence[Bought]
) -> dict[Track, Preview]:
    """What the order will put on which invoice, were everything in it delivered now."""
    return selectors.purchase_previews(
        ((x.product, x.quantity, each) for x, each in zip(lines, bought, strict=True)),
        payer=basket.account,
        customer=selectors.customer_of(basket),
        at=clock.now(),
    )


def _authorised(basket: Basket, preview: Preview, actor: Actor, return_url: str) -> CardHold:
    """What is held of a card payer's first payment; nothing where nothing has to be. Outside transactions.

    What waits for its payer's word is authorised when that is given.
    """
    payer, customer = basket.account, selectors.customer_of(basket)
    if needs_approval(payer=payer, customer=customer, actor=actor):
        return NO_HOLD
    return card_authorise(
        payer, due_at_once(preview), reference=basket.public_id, return_url=return_url
    )


def _edited_meanwhile() -> StaleState:
    return StaleState(
        _("The basket was changed in another window. Check it again before you place the order."),
        extra={"entity": "basket"},
    )


def placed_by(actor: Actor) -> dict[str, object]:
    """The columns that say who placed an order, and when."""
    return {
        "placed_at": clock.now(),
        "placed_by_id": actor.user_id,
        "placed_by_label": actor.label,
    }


def order_of_basket(basket: Basket) -> Order:
    """The order that a placed basket became."""
    return Order.objects.select_related("account", "customer").get(basket_id=basket.pk)


def _check(
    basket: Basket, lines: Sequence[BasketLine], terms: TermsVersion | None
) -> TermsVersion | None:
    """The terms that the order keeps as accepted. Raises what stands in the way of the lines as they are."""
    if basket.state not in NOT_OVER:
        raise BasketClosed(extra={"state": basket.state})
    customer = selectors.customer_of(basket)
    rules.check_ordering(basket.account, customer)
    if not lines:
        raise BasketEmpty
    accepted = accepted_terms(selectors.terms_of(basket), terms)
    rules.check_customer(customer, basket.account)
    products = [line.product for line in lines]
    rules.check_audience(products, payer=basket.account, customer=customer)
    for line in lines:
        rules.check_line(line, line.quantity)
    return accepted


def _require_answers(basket: Basket, lines: Sequence[BasketLine]) -> list[dict[str, Any]]:
    """The answers to the organization's own questions, as the order keeps them.

    Raises Invalid (DETAILS) for what is still to be answered, however the buyer came to *Place order*.
    """
    outside_transactions()
    questions = selectors.basket_questions(basket, lines)
    given = selectors.answers_given(questions)
    own = next((each for each in questions if each.key == selectors.ORDER_KEY), None)
    return selectors.frozen_answers(own.specs, given[own.key]) if own else []


def _refuse_changed_prices(
    basket: Basket, lines: Sequence[BasketLine], bought: Sequence[Bought]
) -> None:
    track = selectors.basket_track(basket)
    changed = [
        PriceDifference(
            line.public_id, line.product.name, each.price.currency, str(line.seen_price), str(now)
        )
        for line, each in zip(lines, bought, strict=True)
        if (now := seen_by(track, each.price)) != line.seen_price
        or each.price.currency != basket.currency
    ]
    if not changed:
        return
    with transaction.atomic():
        remember_prices(basket_locked(basket.pk))
    raise PriceChanged(extra={"lines": [asdict(difference) for difference in changed]})


def _tell_once(basket: Basket, verdict: Reprice) -> bool:
    """Whether this cause is news for this customer; it is remembered either way."""
    draft = selectors.draft_of(basket) if basket.uses_draft else None
    cause = f"{draft.public_id if draft else basket.customer_id}:{verdict.cause}"
    # What was told once stays told: nothing to lock for.
    if cause in basket.told:
        return False
    with transaction.atomic():
        held = basket_locked(basket.pk)
        if cause in held.told:
            return False
        held.told = [*held.told, cause]
        held.save(update_fields=["told"])
    return True


def _accounts(basket: Basket, actor: Actor) -> tuple[Account, Account]:
    """Payer and customer, locked and read again: their limits may have been edited meanwhile.

    A drafted customer is made below its locked payer; whatever refuses the order afterwards takes it back.
    """
    found = accounts_locked([basket.account_id, basket.customer_id])
    payer, customer = found[basket.account_id], found[basket.customer_id]
    if basket.uses_draft:
        customer = customer_of_order(basket, actor)
    rules.check_ordering(payer, customer)
    basket.account, basket.customer = payer, customer
    return payer, customer


def _order(
    basket: Basket,
    number: str,
    source: str,
    purchase_order: str,
    terms: TermsVersion | None,
    lines: Sequence[OrderLine],
) -> Order:
    """The order, not saved, with the sums of its lines."""
    resale = [line.total_resale for line in lines if line.total_resale is not None]
    return Order(
        organization_id=basket.organization_id,
        scope=basket.customer.scope,
        number=number,
        account=basket.account,
        customer=basket.customer,
        storefront_id=basket.storefront_id,
        basket=basket,
        source=source,
        name=basket.customer.name,
        purchase_order=purchase_order or basket.purchase_order,
        currency=basket.currency,
        state=OrderState.DRAFT,
        terms=terms,
        terms_accepted_at=clock.now() if terms else None,
        total=sum((line.total for line in lines), Decimal(0)),
        total_cost=sum((line.total_cost for line in lines), Decimal(0)),
        total_resale=sum(resale, Decimal(0)) if resale else None,
    )


def _copied(lines: Sequence[BasketLine], bought: Sequence[Bought]) -> list[OrderLine]:
    """Order lines of basket lines, parents first, prices and plans frozen; not saved yet."""
    copies: dict[int, OrderLine] = {}
    for position, (line, each) in enumerate(zip(lines, bought, strict=True)):
        copy = OrderLine(
            parent=copies.get(line.parent_id or 0),
            position=position,
            product=line.product,
            product_name=line.product.name,
            friendly_name=line.friendly_name,
            unit=line.unit,
            quantity=line.quantity,
            parameters=line.parameters,
            quote=line.quote,
            automatic=line.product.type.automatic,
            managed_by=line.product.type.managed_by,
        )
        copies[line.pk] = freeze_bought(copy, each)
    return list(copies.values())


def _insert(order: Order, lines: Sequence[OrderLine]) -> None:
    """Save the lines, products before their add-ons: two statements, however many."""
    for line in lines:
        line.order, line.organization_id, line.scope = order, order.organization_id, order.scope
    OrderLine.objects.bulk_create([line for line in lines if line.parent is None])
    add_ons = [line for line in lines if line.parent is not None]
    for line in add_ons:
        # Its product's line has its key only now.
        line.parent_id = line.parent.pk if line.parent else None
    if add_ons:
        OrderLine.objects.bulk_create(add_ons)
