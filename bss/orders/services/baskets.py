"""Writes to baskets: filling, changing, answering. One open basket per user and storefront."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from bss.accounts.models import Account, Storefront
from bss.catalog.models import Product
from bss.core import clock, events
from bss.core.actor import Actor
from bss.core.errors import Invalid, StaleState
from bss.core.fields import parse_all
from bss.core.prepared import Prepared
from bss.installments.models import PaymentPlan
from bss.orders import selectors
from bss.orders.choices import NOT_OVER, BasketState
from bss.orders.contracts import Priced, Track, Wanted, seen_by
from bss.orders.errors import AnswerAwaited, BasketClosed, NotForSale
from bss.orders.events import BasketWaiting
from bss.orders.locks import basket_locked, baskets_locked
from bss.orders.models import Basket, BasketLine
from bss.orders.services import rules
from bss.orders.services.quotes import quotes_forget, quotes_known
from bss.orders.services.reviews import outside_transactions
from bss.orders.states import BASKET


def basket_open_for(*, user_id: int, storefront: Storefront, account: Account) -> Basket:
    """The user's open basket at this storefront, made when there is none.

    `account` is the user's own: an end customer's basket is paid by its reseller, every other by the account itself.
    Two tabs at once get the same basket.
    """
    found = _OPEN.first(user_id=user_id, storefront_id=storefront.pk)
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
    return _OPEN.get(user_id=user_id, storefront_id=storefront.pk)


_OPEN = Prepared(
    lambda **wanted: Basket.objects.filter(state=BasketState.OPEN, **wanted).select_related(
        "account", "customer", "storefront", "organization"
    ),
    user_id=int, storefront_id=int,
)  # fmt: skip


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
    payment_plan: PaymentPlan | None = None,
) -> BasketLine:
    """Put `quantity` units of a product (or of an add-on below its product's line `parent`) into the basket.

    The same thing again, paid in the same way, raises the quantity of the line that is there. `payment_plan` None is
    paid at once. `replace_same_type` first takes out other products of the same type, for what can be had only once.
    Raises NotForSale, QuantityNotPossible, PlanNotPossible, NotForThisCustomer or BasketClosed; then nothing changed.
    """
    rules.check_kind(product, parent.product if parent else None)
    with transaction.atomic():
        held = open_locked(basket)
        rules.check_reseller_products(
            [product], payer=held.account, customer=selectors.customer_of(held)
        )
        if replace_same_type:
            held.lines.filter(product__type_id=product.type_id).delete()
        line = _same_line(held, product, unit, friendly_name, parent, payment_plan)
        total = quantity + (line.quantity if line else 0)
        rules.check_quantity(product, total, parent=parent.product if parent else None)
        seen = _price_now(held, Wanted("", product, unit, total, _key(payment_plan)))
        if line is None:
            line = BasketLine(
                basket=held,
                parent=parent,
                product=product,
                unit=unit,
                friendly_name=friendly_name,
                payment_plan=payment_plan,
            )
        line.quantity, line.seen_price = total, seen
        if parent is None and line.pk is None:
            # What was reviewed keeps what its review said of it.
            quotes_known(basket=held, lines=[line])
        line.save()
        touch(held)
    return line


def basket_line_remove(*, line: BasketLine, actor: Actor) -> None:
    """Take a line out, with the add-ons below it. Gone already is fine."""
    with transaction.atomic():
        held = open_locked(line.basket)
        held.lines.filter(pk=line.pk).delete()
        touch(held)


def basket_choose_customer(*, basket: Basket, customer: Account, actor: Actor) -> Basket:
    """Say who will use what is in the basket: the account itself, or one of its end customers.

    For another one than before Service Details are asked again. Raises NotForThisCustomer naming the product that
    cannot be for this one.
    """
    with transaction.atomic():
        held = open_locked(basket)
        rules.check_customer(customer, held.account)
        lines = selectors.basket_lines(held)
        products = [line.product for line in lines]
        rules.check_reseller_products(products, payer=held.account, customer=customer)
        is_another = held.uses_draft or held.customer_id != customer.pk
        held.customer, held.uses_draft = customer, False
        held.asks_again = held.asks_again or is_another
        if is_another:
            quotes_forget(held)
            for line in lines:
                line.quote = None
            quotes_known(basket=held, lines=lines)
        touch(held, customer=customer, uses_draft=False, asks_again=held.asks_again)
    basket.customer, basket.uses_draft, basket.version = customer, False, held.version
    basket.asks_again = held.asks_again
    return basket


def basket_answer(
    *,
    basket: Basket,
    answers: Mapping[str, Mapping[str, Any]],
    actor: Actor,
    lines: Sequence[BasketLine] = (),
    questions: Sequence[selectors.Question] | None = None,
) -> Basket:
    """Keep the answers to Service Details: line public id to field code to what was typed; the organization's own
    questions stand under selectors.ORDER_KEY.

    A basket that waits takes the answer it waits for and goes on waiting to be placed. Raises Invalid whose errors
    are keyed "<line>.<field>", or "<line>" where nobody knows what must be asked; then no answer is kept. What nobody
    asked is ignored. `lines` and `questions` are the basket's as they were read and asked just now (None: ask
    again); the lines then hold the answers.
    """
    outside_transactions()
    if questions is None:
        lines = selectors.basket_lines(basket)
        questions = selectors.basket_questions(basket, lines)
    selectors.questions_known(questions)
    parsed = parse_answers(questions, answers)
    with transaction.atomic():
        held = basket_locked(basket.pk)
        if held.state not in NOT_OVER:
            raise BasketClosed(extra={"state": held.state})
        changed = [
            line for line in lines if parsed.get(line.public_id, line.parameters) != line.parameters
        ]
        for line in changed:
            line.parameters = parsed[line.public_id]
        if changed:
            BasketLine.objects.bulk_update(changed, ["parameters"])
        held.answers = parsed.get(selectors.ORDER_KEY, held.answers)
        held.asks_again = False
        touch(held, answers=held.answers, asks_again=False)
    return held


def basket_note(*, basket: Basket, purchase_order: str, actor: Actor) -> Basket:
    """Keep the buyer's own number for the order. Raises BasketClosed; a basket that waits takes it too."""
    if basket.purchase_order == purchase_order and basket.state != BasketState.PLACED:
        return basket
    with transaction.atomic():
        held = basket_locked(basket.pk)
        if held.state not in NOT_OVER:
            raise BasketClosed(extra={"state": held.state})
        if held.purchase_order != purchase_order:
            held.purchase_order = purchase_order
            touch(held, purchase_order=purchase_order)
    basket.purchase_order = purchase_order
    return held


def parse_answers(
    questions: Sequence[selectors.Question],
    answers: Mapping[str, Mapping[str, Any]],
    *,
    locale: str = "",
) -> dict[str, dict[str, Any]]:
    """Canonical answers by question and field. Raises one Invalid keyed "<question>.<field>"."""
    parsed: dict[str, dict[str, Any]] = {}
    errors: dict[str, Sequence[Any]] = {}
    for question in questions:
        try:
            parsed[question.key] = parse_all(
                question.specs, answers.get(question.key, {}), locale=locale
            )
        except Invalid as problem:
            errors |= {f"{question.key}.{code}": texts for code, texts in problem.errors.items()}
    if errors:
        raise Invalid(errors=errors)
    return parsed


def basket_wait(
    *, basket: Basket, message: str, requests: Sequence[Mapping[str, Any]], actor: Actor
) -> Basket:
    """Park the basket until a vendor or customer answered; `requests` go to the service manager by event.

    One that waits already goes on waiting; what it is to ask for now and did not before is asked for too.
    """
    wanted = [dict(request) for request in requests]
    if basket.state != BasketState.WAITING:
        changes = {"waiting_message": message, "requests": wanted}
        return BASKET.fire(basket, "wait", actor=actor, changes=changes)
    with transaction.atomic():
        held = basket_locked(basket.pk)
        is_new = bool(wanted) and wanted != held.requests
        held.requests = wanted if is_new else held.requests
        touch(held, waiting_message=message, requests=held.requests)
        if is_new:
            events.emit(BasketWaiting(held.pk), subject=held, actor=actor)
    return held


def basket_resume(*, basket: Basket, actor: Actor) -> None:
    """What a basket waited for is there: it goes on like any other. Beside another open basket of the same buyer it
    lies aside, and no longer says that it waits (`basket_reopen` takes it up).
    """
    if basket.state != BasketState.WAITING:
        return
    try:
        with transaction.atomic():
            BASKET.fire(basket, "resume", actor=actor, changes={"waiting_message": ""})
    except IntegrityError:
        # What it asked for is over as well: should it wait again, that is asked anew.
        Basket.objects.filter(pk=basket.pk).update(waiting_message="", requests=[])
        basket.waiting_message, basket.requests = "", []
    except StaleState:
        # Another tab of the buyer looked at the same moment.
        basket.refresh_from_db(fields=["state", "waiting_message"])


def basket_reopen(*, basket: Basket, actor: Actor) -> None:
    """Change again what lies aside: its buyer's open basket is set aside for it, and is taken up again in the same way.

    Raises AnswerAwaited while it waits for an answer, BasketClosed when it was placed or left, and StaleState when
    another window opened one at the same moment. One that is open stays so.
    """
    try:
        with transaction.atomic():
            held = {each.pk: each for each in baskets_locked(basket)}
            wanted = held.pop(basket.pk)
            if wanted.state == BasketState.OPEN:
                return
            if wanted.state != BasketState.WAITING:
                raise BasketClosed(extra={"state": wanted.state})
            if wanted.waiting_message:
                raise AnswerAwaited(wanted.waiting_message)
            for other in held.values():
                move = "set_aside" if other.lines.exists() else "abandon"
                BASKET.fire(other, move, actor=actor, changes={"requests": []})
            BASKET.fire(wanted, "resume", actor=actor)
    except IntegrityError as error:
        raise StaleState from error


def basket_abandon(*, basket: Basket, actor: Actor) -> None:
    """Leave an open or waiting basket for good. Raises BasketClosed when it was placed or left already."""
    with transaction.atomic():
        held = basket_locked(basket.pk)
        if held.state not in NOT_OVER:
            raise BasketClosed(extra={"state": held.state})
        # Whoever places it at the same moment reads that it is another by now.
        touch(held)
        BASKET.fire(held, "abandon", actor=actor)


def basket_see(*, basket: Basket, seen_total: Decimal | None) -> None:
    """The buyer of a basket that is bought as it is has seen today's prices, if `seen_total` is their sum."""
    if selectors.basket_view(basket).total.amount == seen_total:
        with transaction.atomic():
            remember_prices(basket_locked(basket.pk))


def remember_prices(basket: Basket) -> None:
    """Store today's prices as the seen ones. The basket is locked by the caller."""
    lines = selectors.basket_lines(basket)
    track = selectors.basket_track(basket)
    found = selectors.basket_prices(basket, selectors.wanted_of(lines))
    for line, each in zip(lines, found, strict=True):
        line.seen_price = None if each.price is None else seen_by(track, each.price)
    BasketLine.objects.bulk_update(lines, ["seen_price"])
    _follow_currency(basket)


def _follow_currency(basket: Basket) -> None:
    """A basket lives long: its payer may be invoiced in another currency since it was opened."""
    currency = basket.account.currency
    if basket.currency != currency:
        Basket.objects.filter(pk=basket.pk).update(currency=currency)
        basket.currency = currency


def open_locked(basket: Basket) -> Basket:
    """The open basket as it is now, held until the transaction ends. Raises BasketClosed."""
    held = basket_locked(basket.pk)
    if held.state != BasketState.OPEN:
        raise BasketClosed(extra={"state": held.state})
    return held


def touch(basket: Basket, **changes: Any) -> None:
    """Count the edit, so that a checkout that read the basket before can be told. The row is locked."""
    basket.version += 1
    Basket.objects.filter(pk=basket.pk).update(
        version=basket.version, updated_at=clock.now(), **changes
    )


def _same_line(
    basket: Basket,
    product: Product,
    unit: str,
    friendly_name: str,
    parent: BasketLine | None,
    payment_plan: PaymentPlan | None,
) -> BasketLine | None:
    wanted = (unit, parent.pk if parent else None, friendly_name, _key(payment_plan))
    lines = _OF_PRODUCT.all(basket_id=basket.pk, product_id=product.pk)
    return next(
        (
            line
            for line in lines
            if (line.unit, line.parent_id, line.friendly_name, line.payment_plan_id) == wanted
        ),
        None,
    )


_OF_PRODUCT = Prepared(
    lambda basket_id, product_id: BasketLine.objects.filter(
        basket_id=basket_id, product_id=product_id
    ).order_by("pk"),
    basket_id=int,
    product_id=int,
)


def _price_now(basket: Basket, wanted: Wanted) -> Any:
    return _seen(basket, wanted, selectors.basket_prices(basket, [wanted])[0])


def _seen(basket: Basket, wanted: Wanted, found: Priced) -> Any:
    """The unit price its buyer looks at from now on. Raises NotForSale or PlanNotPossible."""
    if found.price is None:
        raise NotForSale(field="product")
    rules.check_plan(wanted, found)
    track: Track = selectors.basket_track(basket)
    return seen_by(track, found.price)


def _key(plan: PaymentPlan | None) -> int | None:
    return plan.pk if plan else None
