"""What a review is told about a basket or an order, and what its lines still have to be asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as columns_of
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bss.catalog.models import Product
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec, parse_all, render, specs_from_json
from bss.core.prepared import Prepared
from bss.orders.choices import LineKind
from bss.orders.contracts import CustomerDetails, LineFields, ReviewLine, ReviewSubject
from bss.orders.models import Basket, BasketLine, CustomerDraft, Order, OrderField, OrderLine
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.selectors.baskets import draft_of


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


# Under which key the organization's own questions stand beside those about lines.
ORDER_KEY = "order"


def basket_subject(basket: Basket, lines: Sequence[BasketLine]) -> ReviewSubject:
    draft = draft_of(basket) if basket.uses_draft else None
    return ReviewSubject(
        reference=basket.public_id,
        organization_id=basket.organization_id,
        account_id=basket.account_id,
        customer_id=0 if draft else basket.customer_id,
        lines=[_review_line(line, LineKind.NEW) for line in lines],
        customer_draft=_details(draft) if draft else None,
    )


def _details(draft: CustomerDraft) -> CustomerDetails:
    names = [each.name for each in columns_of(CustomerDetails) if each.name != "reference"]
    return CustomerDetails(
        reference=draft.public_id, **{name: getattr(draft, name) or "" for name in names}
    )


def may_ask(basket: Basket, lines: Sequence[BasketLine]) -> bool:
    """Whether Service Details may have something to ask: told without asking any service manager, nor the database for
    a basket of `basket_of`.
    """
    return bool(_specs_of(basket)) or any(
        line.product.type.managed_by or open_characteristics(line.product) for line in lines
    )


def basket_questions(basket: Basket, lines: Sequence[BasketLine]) -> list[Question]:
    """Everything Service Details asks for a basket: line by line, then what the organization asks of every order."""
    asked = questions_for(basket_subject(basket, lines), lines) if lines else []
    own = order_question(_specs_of(basket), basket.answers)
    return [*asked, own] if own and lines else asked


def _specs_of(basket: Basket) -> list[FieldSpec]:
    """What the organization asks: as it was read with the basket, otherwise asked for."""
    if not hasattr(basket, "asked_specs"):
        return order_specs(basket.organization_id)
    return [FieldSpec.from_json(spec) for spec in basket.asked_specs or ()]


def order_question(specs: Sequence[FieldSpec], answers: Mapping[str, Any]) -> Question | None:
    """What the organization asks of every order, with the answers so far; None when it asks nothing."""
    if not specs:
        return None
    return Question(ORDER_KEY, _("About this order"), tuple(specs), dict(answers))


def order_specs(organization_id: int) -> list[FieldSpec]:
    """The organization's own questions, in its order (one query)."""
    return [FieldSpec.from_json(spec) for spec in _SPECS.all(organization_id=organization_id)]


_SPECS = Prepared(
    lambda organization_id: OrderField.everywhere.filter(
        organization_id=organization_id, is_active=True
    ).values_list("spec", flat=True),
    organization_id=int,
)


def order_fields() -> QuerySet[OrderField]:
    """Every question of the active scope's organization, asked or not, in its order."""
    return OrderField.objects.order_by("position", "pk")


def frozen_answers(specs: Sequence[FieldSpec], answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Answers as an order keeps them: each with its question as it was asked. Unanswered ones are left out."""
    return [
        {**spec.to_json(), "value": answers[spec.code]}
        for spec in specs
        if answers.get(spec.code) is not None
    ]


def order_answers(order: Order) -> dict[str, Any]:
    """An order's canonical answers by code."""
    return {each["code"]: each["value"] for each in order.answers}


def answers_shown(order: Order) -> list[tuple[str, str]]:
    """An order's answers as people read them: (label, text) in the language and numbers of the reader."""
    asked = [{k: v for k, v in each.items() if k != "value"} for each in order.answers]
    return in_words([FieldSpec.from_json(each) for each in asked], order_answers(order))


def question_answers(question: Question) -> list[tuple[str, str]]:
    """What was answered so far, as people read it."""
    return in_words(question.specs, question.answers)


def in_words(specs: Sequence[FieldSpec], answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Answers as (label, text) in the order of the questions, in the reader's language and numbers; what is secret is
    masked, and empty answers are left out. What `specs` do not ask is not told.
    """
    texts = [(spec.label, render(spec, answers.get(spec.code))) for spec in specs]
    return [(label, text) for label, text in texts if text]


def order_subject(order: Order, lines: Sequence[OrderLine]) -> ReviewSubject:
    return ReviewSubject(
        reference=order.public_id,
        organization_id=order.organization_id,
        account_id=order.account_id,
        customer_id=order.customer_id,
        lines=[_review_line(line, line.kind) for line in lines],
    )


def order_questions(
    order: Order, lines: Sequence[OrderLine], *, staff: bool = False
) -> list[Question]:
    """Everything Service Details asks for an order: line by line, then what the organization asks of every order."""
    return _with_own(order, questions_for(order_subject(order, lines), lines, staff=staff))


def _with_own(order: Order, asked: list[Question]) -> list[Question]:
    own = order_question(order_specs(order.organization_id), order_answers(order))
    return [*asked, own] if own else asked


def unanswered(question: Question) -> list[str]:
    """The labels of what nobody has answered well yet."""
    try:
        parse_all(question.specs, question.answers, locale="en")
    except Invalid as problem:
        return [str(spec.label) for spec in question.specs if spec.code in problem.errors]
    return []


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
        name=product.name,
        open_specs=tuple(open_characteristics(product)),
        previous_quantity=getattr(line, "previous_quantity", None),
        quoted=(line.quote or {}).get("reference", ""),
    )


def questions_for(
    subject: ReviewSubject, lines: Sequence[BasketLine | OrderLine], *, staff: bool = False
) -> list[Question]:
    """What Service Details must ask, line by line; lines with nothing to ask are left out.

    The service manager's fields come first, then the product type's characteristics that the product leaves open.
    `staff` also asks what only staff may answer. A line whose service manager does not say what it asks is there with
    its `problem`, and so is one that would ask for a secret: answers are kept in clear, from the basket to the
    subscription and its history, so none is ever asked for. Reads only, outside transactions: it asks service managers.
    """
    return _questions(lines, CHECKOUT_REVIEW.get().fields(subject), staff=staff)


def questions_at_hand(order: Order, lines: Sequence[OrderLine]) -> list[Question]:
    """What staff are asked of a draft as far as that is known without asking any service manager: what product types
    leave open, and what the organization asks. A line whose service manager may ask more, and was told nothing yet of
    this order, is there with that as its `problem`.
    """
    untold = [
        LineFields(key, "", (), _("Service details not given yet")) for key in _untold(order, lines)
    ]
    return _with_own(order, _questions(lines, untold, staff=True))


def _untold(order: Order, lines: Sequence[OrderLine]) -> Collection[str]:
    """The lines whose service manager may have something to ask, and has no answer with any line of this order."""
    told = {line.product.type.managed_by for line in lines if line.parameters}
    new = [line for line in lines if line.kind == LineKind.NEW]
    silent = [line for line in new if line.product.type.managed_by not in {"", *told}]
    return CHECKOUT_REVIEW.get().asking(order_subject(order, silent)) if silent else ()


def _questions(
    lines: Sequence[BasketLine | OrderLine], declared: Sequence[LineFields], *, staff: bool
) -> list[Question]:
    asked = {fields.key: fields for fields in declared}
    seen = {"buyer", "staff"} if staff else {"buyer"}
    found = []
    for line in lines:
        fields = asked.get(line.public_id)
        visible = [spec for spec in _specs(line, fields) if spec.audience in seen]
        safe = tuple(spec for spec in visible if spec.type != "secret")
        problem = fields.problem if fields else ""
        if len(safe) < len(visible):
            problem = problem or _("It asks for a secret, and none can be kept here safely.")
        if safe or problem:
            title = line.friendly_name or (fields.title if fields else "") or line.product.name
            found.append(Question(line.public_id, title, safe, dict(line.parameters), problem))
    return found


def _specs(line: BasketLine | OrderLine, fields: LineFields | None) -> list[FieldSpec]:
    specs = list(fields.specs) if fields else []
    if getattr(line, "kind", LineKind.NEW) == LineKind.NEW:
        known = {spec.code for spec in specs}
        specs += [s for s in open_characteristics(line.product) if s.code not in known]
    return specs


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
