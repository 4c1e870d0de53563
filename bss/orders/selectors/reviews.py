"""What a review is told about a basket or an order, and what its lines still have to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bss.catalog.models import Product
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec, parse_all, specs_from_json
from bss.orders.choices import LineKind
from bss.orders.contracts import ReviewLine, ReviewSubject
from bss.orders.models import Basket, BasketLine, Order, OrderLine
from bss.orders.ports import CHECKOUT_REVIEW


@dataclass(frozen=True, slots=True)
class Question:
    """What one line must be asked: its specs, and the answers given so far by field code.

    `problem` says why nobody knows whether that is all: such a line is shown, and not ordered.
    """

    key: str
    title: str
    specs: tuple[FieldSpec, ...]
    answers: dict[str, Any]
    problem: str = ""


def basket_subject(basket: Basket, lines: Sequence[BasketLine]) -> ReviewSubject:
    return ReviewSubject(
        reference=basket.public_id,
        organization_id=basket.organization_id,
        account_id=basket.account_id,
        customer_id=basket.customer_id,
        lines=[_review_line(line, LineKind.NEW) for line in lines],
    )


def order_subject(order: Order, lines: Sequence[OrderLine]) -> ReviewSubject:
    return ReviewSubject(
        reference=order.public_id,
        organization_id=order.organization_id,
        account_id=order.account_id,
        customer_id=order.customer_id,
        lines=[_review_line(line, line.kind) for line in lines],
    )


def _review_line(line: BasketLine | OrderLine, kind: str) -> ReviewLine:
    product = line.product
    return ReviewLine(
        key=line.public_id,
        product_id=product.pk,
        product_type_id=product.type_id,
        managed_by=product.type.managed_by,
        sku=product.external_id or product.code,
        unit=line.unit,
        quantity=line.quantity,
        kind=kind,
        parameters=line.parameters,
    )


def questions_for(
    subject: ReviewSubject, lines: Sequence[BasketLine | OrderLine], *, staff: bool = False
) -> list[Question]:
    """What Service Details must ask, line by line; lines with nothing to ask are left out.

    The service manager's fields come first, then the product type's characteristics that the product leaves open.
    `staff` also asks what only staff may answer. A line whose service manager does not say what it asks is there with
    its `problem`, and so is one that would ask for a secret: answers are kept in clear, from the basket to the
    subscription and its history, so none is ever asked for. Reads only, outside transactions: a service manager is asked.
    """
    asked = {fields.key: fields for fields in CHECKOUT_REVIEW.get().fields(subject)}
    found = []
    for line in lines:
        fields = asked.get(line.public_id)
        specs = list(fields.specs) if fields else []
        known = {spec.code for spec in specs}
        if getattr(line, "kind", LineKind.NEW) == LineKind.NEW:
            specs += [s for s in open_characteristics(line.product) if s.code not in known]
        visible = tuple(
            s for s in specs if s.audience == "buyer" or (staff and s.audience == "staff")
        )
        problem = fields.problem if fields else ""
        if any(spec.type == "secret" for spec in visible):
            problem = problem or _("It asks for a secret, and none can be kept here safely.")
            visible = tuple(spec for spec in visible if spec.type != "secret")
        if visible or problem:
            title = line.friendly_name or (fields.title if fields else "") or line.product.name
            answers = dict(line.parameters)
            found.append(Question(line.public_id, title, visible, answers, problem))
    return found


def questions_known(questions: Sequence[Question]) -> None:
    """Raises Invalid (REFUSED), keyed by line, when a service manager did not say what a line must be asked."""
    errors = {question.key: [question.problem] for question in questions if question.problem}
    if errors:
        raise Invalid(errors=errors, code="REFUSED")


def answers_given(questions: Sequence[Question]) -> dict[str, dict[str, Any]]:
    """The answers that are stored, canonical, by line and field.

    Raises one Invalid (DETAILS), keyed "<line>.<field>", for every question that nobody has answered well; before
    that what `questions_known` raises.
    """
    questions_known(questions)
    found: dict[str, dict[str, Any]] = {}
    errors: dict[str, list[Any]] = {}
    for question in questions:
        try:
            # Stored answers are canonical already; an API's caller may have written a number as text.
            found[question.key] = parse_all(question.specs, question.answers, locale="en")
        except Invalid as problem:
            errors |= {f"{question.key}.{code}": texts for code, texts in problem.errors.items()}
    if errors:
        raise Invalid(_("Some items need more details first."), errors=errors, code="DETAILS")
    return found


def open_characteristics(product: Product) -> list[FieldSpec]:
    """The characteristics of the product's type that the product does not fix itself."""
    specs = specs_from_json(product.type.characteristics)
    return [spec for spec in specs if product.characteristics.get(spec.code) in {None, ""}]


def correction_specs(line: OrderLine, *, staff: bool = False) -> list[FieldSpec]:
    """What must be asked again for a line that needs input or failed: the field at fault, or all of them.

    A field nobody declares is asked as text, so that a service manager may ask for anything; raises Invalid while
    nobody knows whether it is declared. Without `staff` nothing is asked that only staff may answer; an empty list
    then means that staff must.
    """
    subject = order_subject(line.order, [line])
    questions = questions_for(subject, [line], staff=True)
    specs = {spec.code: spec for spec in (questions[0].specs if questions else ())}
    wanted = line.problem_field
    if wanted and wanted not in specs:
        questions_known(questions)
        return [FieldSpec(wanted, wanted.replace("_", " ").capitalize(), required=True)]
    asked = [specs[wanted]] if wanted else list(specs.values())
    return [spec for spec in asked if staff or spec.audience == "buyer"]
