"""Orders that staff and the API write line by line before they are placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account, Storefront
from bss.catalog.models import Product
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid, NotFound, StaleState
from bss.core.fields import parse_all
from bss.core.machine import bump
from bss.installments.models import PaymentPlan
from bss.orders import selectors
from bss.orders.choices import OrderSource, OrderState
from bss.orders.contracts import Bought
from bss.orders.errors import CurrencyChanged, NotADraft
from bss.orders.locks import order_locked
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import Question
from bss.orders.services import rules
from bss.orders.services.baskets import parse_answers
from bss.orders.services.numbering import order_number
from bss.orders.services.pricing import freeze_bought, order_total
from bss.orders.services.reviews import outside_transactions


class Keep(Enum):
    """Says that something stays as it is, where None says that there is to be none."""

    KEEP = "keep"


KEEP = Keep.KEEP


def order_create(
    *,
    account: Account,
    customer: Account,
    actor: Actor,
    source: str = OrderSource.PORTAL,
    name: str = "",
    purchase_order: str = "",
    storefront: Storefront | None = None,
    answers: Mapping[str, Any] | None = None,
    number: str = "",
) -> Order:
    """A draft without lines. `account` pays (the customer itself, or its reseller). It has its number at once.

    `answers` are those to the organization's own questions so far, by code, `number` is an `order_number` taken before
    a transaction that does more than this. Raises Invalid keyed "answers.<code>".
    """
    rules.check_ordering(account, customer)
    rules.check_customer(customer, account)
    number = number or order_number(account.organization_id)
    with transaction.atomic():
        order = Order.objects.create(
            organization_id=account.organization_id,
            scope=customer.scope,
            number=number,
            account=account,
            customer=customer,
            storefront=storefront,
            source=source,
            drafted_by_id=actor.account_id,
            name=name or customer.name,
            purchase_order=purchase_order,
            currency=account.currency,
            answers=_answers(account.organization_id, answers or {}),
        )
        history.record(order, actor=actor, action="order.created")
    return order


def order_edit(
    *,
    order: Order,
    version: int,
    actor: Actor,
    name: str,
    purchase_order: str,
    answers: Mapping[str, Any] | None = None,
) -> Order:
    """Change an order's name and purchase-order number, in any state, and a draft's `answers` (None: they stay).

    Raises StaleState on an old `version`, Invalid keyed "answers.<code>", NotADraft for answers of a placed order.
    """
    with transaction.atomic():
        held = order_locked(order.pk)
        if held.version != version:
            raise StaleState
        fields = ["name", "purchase_order", "answers"]
        before = history.snapshot(held, fields)
        held.name, held.purchase_order = name, purchase_order
        if answers is not None:
            _require_draft(held)
            held.answers = _answers(held.organization_id, answers)
        held.version += 1
        held.save(update_fields=[*fields, "version"])
        after = history.snapshot(held, fields)
        changes = history.changed(before, after)
        if changes:
            history.record(held, actor=actor, action="order.edited", changes=changes)
    return held


def order_line_add(
    *,
    order: Order,
    product: Product,
    unit: str,
    quantity: int,
    actor: Actor,
    parent: OrderLine | None = None,
    friendly_name: str = "",
    parameters: Mapping[str, Any] | None = None,
    payment_plan: PaymentPlan | None = None,
) -> OrderLine:
    """Add a line (or an add-on below `parent`) to a draft, at today's price; without a plan it is paid at once.

    Raises NotForSale, QuantityNotPossible, PlanNotPossible, NotForThisCustomer or NotADraft; then nothing changed.
    """
    parent_product = parent.product if parent else None
    rules.check_kind(product, parent_product)
    rules.check_quantity(product, quantity, parent=parent_product)
    with transaction.atomic():
        held = _draft_locked(order)
        rules.check_audience([product], payer=held.account, customer=held.customer)
        line = OrderLine(
            organization_id=held.organization_id,
            scope=held.scope,
            order=held,
            parent=parent,
            position=held.lines.count(),
            product=product,
            product_name=product.name,
            friendly_name=friendly_name,
            unit=unit,
            quantity=quantity,
            parameters=dict(parameters or {}),
            payment_plan=payment_plan,
            automatic=product.type.automatic,
            managed_by=product.type.managed_by,
        )
        _freeze_now(held, line).save(force_insert=True)
        _changed(
            held, actor, "order.line_added", {"product": [None, f"{quantity} x {product.name}"]}
        )
    return line


def order_line_edit(
    *,
    line: OrderLine,
    actor: Actor,
    quantity: int | None = None,
    unit: str | None = None,
    friendly_name: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    payment_plan: PaymentPlan | Keep | None = KEEP,
) -> OrderLine:
    """Change a draft's line; what is None (or KEEP) stays. The price becomes today's. Raises as `order_line_add`."""
    with transaction.atomic():
        held = _draft_locked(line.order)
        fresh = _line_of(held, line)
        fields = [
            "quantity", "unit", "friendly_name", "parameters", "plan_frequency", "plan_count",
        ]  # fmt: skip
        before = history.snapshot(fresh, fields)
        fresh.quantity = fresh.quantity if quantity is None else quantity
        fresh.unit = fresh.unit if unit is None else unit
        fresh.friendly_name = fresh.friendly_name if friendly_name is None else friendly_name
        fresh.parameters = fresh.parameters if parameters is None else dict(parameters)
        if not isinstance(payment_plan, Keep):
            fresh.payment_plan = payment_plan
        parent = fresh.parent.product if fresh.parent else None
        rules.check_quantity(fresh.product, fresh.quantity, parent=parent)
        _freeze_now(held, fresh).save()
        changes = history.changed(before, history.snapshot(fresh, fields))
        _changed(held, actor, "order.line_edited", changes)
    return fresh


def draft_answer(
    *,
    order: Order,
    version: int,
    questions: Sequence[Question],
    answers: Mapping[str, Mapping[str, Any]],
    actor: Actor,
) -> None:
    """Keep the answers to Service Details on a draft: line public id to field code to what was typed; the
    organization's own questions stand under selectors.ORDER_KEY. `questions` are the draft's as they were asked for the
    page; what nobody asked is ignored.

    A question with a `problem` is answered as far as it could be asked: a draft may lack some, and keeps what was
    answered before. Raises StaleState on an old `version`, NotADraft, Invalid keyed "<line>.<field>", or "<line>" where
    nothing at all could be asked; then nothing is kept.
    """
    asked = {question.key: question for question in questions}
    if not any(question.specs for question in questions):
        selectors.questions_known(questions)
    parsed = parse_answers(questions, answers)
    with transaction.atomic():
        held = _draft_locked(order)
        if held.version != version:
            raise StaleState
        for line in selectors.order_lines(held):
            if line.public_id in parsed:
                _answer_line(line, asked[line.public_id], parsed[line.public_id], actor)
        if selectors.ORDER_KEY in parsed:
            held = order_locked(order.pk)
            order_edit(
                order=held,
                version=held.version,
                actor=actor,
                name=held.name,
                purchase_order=held.purchase_order,
                answers=parsed[selectors.ORDER_KEY],
            )


def _answer_line(
    line: OrderLine, question: Question, answers: Mapping[str, Any], actor: Actor
) -> None:
    """Keep what was answered beside what is known of the line otherwise."""
    asked = {spec.code for spec in question.specs}
    others = {code: value for code, value in line.parameters.items() if code not in asked}
    given = {**others, **answers}
    if given != line.parameters:
        order_line_edit(line=line, parameters=given, actor=actor)


def parameters_read(*, order: Order, lines: Sequence[OrderLine]) -> dict[str, dict[str, Any]]:
    """What a buyer gave for lines of a draft, neither of which need be written yet, canonical, by line.

    Service managers are asked, outside transactions, and only where anything was given. Something may be missing: that
    is asked for when the order is placed. Raises one Invalid, keyed "<line>.<code>" for what nobody asks of a buyer and
    for what cannot be read, or "<line>" where a service manager does not say what it asks.
    """
    given = {line.public_id: line.parameters for line in lines if line.parameters}
    if not given:
        return {}
    outside_transactions()
    asked = selectors.questions_for(selectors.order_subject(order, lines), lines)
    questions = [each for each in asked if each.key in given]
    selectors.questions_known(questions)
    optional = [
        replace(each, specs=tuple(replace(spec, required=False) for spec in each.specs))
        for each in questions
    ]
    _refuse_unasked(optional, given)
    return parse_answers(optional, given, locale="en")


def _refuse_unasked(questions: Sequence[Question], given: Mapping[str, Mapping[str, Any]]) -> None:
    asked = {each.key: {spec.code for spec in each.specs} for each in questions}
    unasked = [
        f"{key}.{code}"
        for key, values in given.items()
        for code in values
        if code not in asked.get(key, ())
    ]
    if unasked:
        text = _("Nobody asks for this. Leave it out.")
        raise Invalid(errors={key: [text] for key in unasked}, code="NOT_ASKED")


def order_line_remove(*, line: OrderLine, actor: Actor) -> None:
    """Take a line, with its add-ons, out of a draft."""
    with transaction.atomic():
        held = _draft_locked(line.order)
        fresh = _line_of(held, line)
        held.lines.filter(pk=fresh.pk).delete()
        _changed(held, actor, "order.line_removed", {"product": [str(fresh), None]})


def _draft_locked(order: Order) -> Order:
    """The draft, held, with the parties as they were read already. Raises NotADraft."""
    held = order_locked(order.pk)
    _require_draft(held)
    if (held.account_id, held.customer_id) == (order.account_id, order.customer_id):
        held.account, held.customer = order.account, order.customer
    return held


def _require_draft(order: Order) -> None:
    if order.state != OrderState.DRAFT:
        raise NotADraft(extra={"state": order.state})


def _answers(organization_id: int, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Answers as the order keeps them. A draft may still lack some: they are asked for when it is placed."""
    specs = selectors.order_specs(organization_id)
    try:
        parsed = parse_all([replace(spec, required=False) for spec in specs], answers, locale="en")
    except Invalid as problem:
        raise Invalid(
            errors={f"answers.{code}": texts for code, texts in problem.errors.items()}
        ) from problem
    return selectors.frozen_answers(specs, parsed)


def _line_of(order: Order, line: OrderLine) -> OrderLine:
    fresh = (
        order.lines.filter(pk=line.pk).select_related("product__type", "parent__product").first()
    )
    if fresh is None:
        raise NotFound
    return fresh


def _freeze_now(order: Order, line: OrderLine) -> OrderLine:
    wanted = selectors.wanted_line(line, line.parent)
    found = selectors.priced_of([wanted], payer=order.account, customer=order.customer)[0]
    if found.price is None:
        raise Invalid(
            _("%(product)s has no price for this buyer and term.") % {"product": line.product.name},
            code="NOT_FOR_SALE",
            field="product",
        )
    if found.price.currency != order.currency:
        raise CurrencyChanged(extra={"order": order.currency, "account": found.price.currency})
    rules.check_plan(wanted, found)
    return freeze_bought(line, Bought(found.price, found.plan, found.coterm))


def _changed(order: Order, actor: Actor, action: str, changes: dict[str, Any]) -> None:
    order_total(order)
    bump(order)
    if changes:
        history.record(order, actor=actor, action=action, changes=changes)
