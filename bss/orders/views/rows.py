"""Order lines as the portal shows them: prepared values, so that templates only print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.core.actor import Actor
from bss.core.fields import FieldSpec, specs_from_json
from bss.installments.contracts import Split
from bss.orders import selectors
from bss.orders.choices import LineKind, LineState, OrderState
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import OrderAmounts, Question
from bss.ui import formats
from bss.ui.components import Attention, Badge, Button, Confirm, badge_of


@dataclass(frozen=True)
class ItemRow:
    """One line with what its reader may see and do."""

    line: OrderLine
    name: str
    kind: Any
    term: str
    quantity: str
    amounts: OrderAmounts
    badge: Badge
    details: Sequence[tuple[str, str]] = ()
    problem: str = ""
    # What its service has to be told before it can be ordered, by label.
    missing: Sequence[str] = ()
    # Why nobody knows whether that is all.
    untold: str = ""
    payment: str = ""
    split: Split | None = None
    buttons: Sequence[Button] = field(default_factory=tuple)

    @property
    def is_add_on(self) -> bool:
        return self.line.parent_id is not None


def item_rows(
    order: Order, lines: Sequence[OrderLine], actor: Actor, questions: Sequence[Question]
) -> list[ItemRow]:
    """The lines of an order for one reader, parents before their add-ons, with what `questions_shown` says of them.

    What was answered is written as whoever asked it declares it: then service managers are asked, outside transactions.
    """
    declared = _declared(order, lines)
    asked = {question.key: question for question in questions}
    return [
        _row(order, line, actor, declared.get(line.public_id, ()), asked.get(line.public_id))
        for line in lines
    ]


def questions_shown(order: Order, lines: Sequence[OrderLine]) -> list[Question]:
    """What a draft is asked, as far as a page can say that only shows it: no service manager is asked."""
    return selectors.questions_at_hand(order, lines) if order.state == OrderState.DRAFT else []


def _declared(order: Order, lines: Sequence[OrderLine]) -> dict[str, Sequence[FieldSpec]]:
    """What each line was asked, by line; nothing where no line has an answer."""
    if not any(line.parameters for line in lines):
        return {}
    subject = selectors.order_subject(order, lines)
    questions = selectors.questions_for(subject, lines, staff=True)
    return {question.key: question.specs for question in questions}


def details_url(order: Order) -> str:
    return reverse("orders:service-details", args=[order.public_id])


def details_attention(
    order: Order, questions: Sequence[Question], actor: Actor
) -> Attention | None:
    """What a draft still has to be told, with the button that leads there; None when nothing is known to be missing."""
    missing = [(each.title, ", ".join(selectors.unanswered(each))) for each in questions]
    words = [f"{title}: {labels}" for title, labels in missing if labels]
    untold = [each.title for each in questions if each.problem]
    button = None
    if actor.can(Permission.ORDER_CREATE):
        button = Button(_("Give service details"), details_url(order), "pencil-square")
    if words:
        return Attention(_("Service details are missing"), "; ".join(words), "warning", button)
    if untold:
        title = _("Service details not given yet")
        return Attention(title, ", ".join(untold), "info", button)
    return None


def _row(
    order: Order,
    line: OrderLine,
    actor: Actor,
    declared: Sequence[FieldSpec],
    asked: Question | None,
) -> ItemRow:
    amounts = selectors.amounts_of(line, actor, payer_id=order.account_id)
    return ItemRow(
        line=line,
        name=line.friendly_name or line.product_name,
        kind="" if line.kind == LineKind.NEW else LineKind(line.kind).label,
        term=str(Unit(line.unit).label),
        quantity=quantity_words(line),
        amounts=amounts,
        payment=line.payment,
        split=selectors.split_of(line, amounts.total),
        badge=badge_of(line.state, LineState(line.state).label),
        details=parameter_words(line, declared),
        missing=selectors.unanswered(asked) if asked else (),
        untold=asked.problem if asked else "",
        problem=line.problem_text if line.parent_id is None else "",
        buttons=_buttons(order, line, actor, is_asked=bool(declared or asked)),
    )


def quantity_words(line: OrderLine) -> str:
    """ "3", or "5 → 8" for a change of quantity."""
    if line.kind == LineKind.QUANTITY and line.previous_quantity is not None:
        return f"{line.previous_quantity} → {line.quantity}"
    return str(line.quantity)


def parameter_words(line: OrderLine, asked: Sequence[FieldSpec] = ()) -> list[tuple[str, str]]:
    """What was answered in Service Details, by label, in the reader's numbers; what is secret stays masked.

    `asked` are the specs a service manager declares; the product type's own are known without it.
    """
    own = specs_from_json(line.product.type.characteristics)
    specs = {spec.code: spec for spec in (*own, *asked)}
    others = [
        (code.replace("_", " ").capitalize(), _plain(value))
        for code, value in line.parameters.items()
        if code not in specs
    ]
    return [*selectors.in_words(list(specs.values()), line.parameters), *others]


def _plain(value: Any) -> str:
    """An answer whose question nobody declares any more: a number is still a number."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return formats.number(value) if is_number else str(value)


def _buttons(order: Order, line: OrderLine, actor: Actor, *, is_asked: bool) -> list[Button]:
    if order.state == OrderState.DRAFT and actor.can(Permission.ORDER_CREATE):
        details = [_details_button(order, line)] if is_asked else []
        return [*details, *_draft_buttons(line)]
    if line.parent_id is None and line.state in {LineState.NEEDS_INPUT, LineState.FAILED}:
        return _problem_buttons(line, actor)
    return []


def _details_button(order: Order, line: OrderLine) -> Button:
    url = f"{details_url(order)}#asked-{line.public_id}"
    return Button(_("Edit service details"), url, "pencil-square")


def _draft_buttons(line: OrderLine) -> list[Button]:
    edit = Button(_("Edit"), reverse("orders:line-edit", args=[line.public_id]), "pencil")
    remove = Button(
        _("Remove"), reverse("orders:line-remove", args=[line.public_id]), "trash", "danger", "post"
    )
    return [edit, remove]


def _problem_buttons(line: OrderLine, actor: Actor) -> list[Button]:
    found = []
    if actor.can(Permission.ORDER_EXECUTE):
        label = _("Give the answer") if line.state == LineState.NEEDS_INPUT else _("Try again")
        url = reverse("orders:line-answer", args=[line.public_id])
        found.append(Button(label, url, "pencil-square"))
        found.append(
            Button(
                _("Give this item up"),
                reverse("orders:line-cancel", args=[line.public_id]),
                "x-mark",
                "danger",
                "post",
                Confirm(
                    _("Give up %(item)s") % {"item": line.product_name},
                    _("It will be neither delivered nor charged."),
                    _("Give it up"),
                ),
            )
        )
    return found


def line_attention(line: OrderLine, actor: Actor) -> Attention | None:
    """What is wrong with a line, with the cause and the button that mends it; None when all is well."""
    if line.state not in {LineState.NEEDS_INPUT, LineState.FAILED}:
        return None
    waiting = line.state == LineState.NEEDS_INPUT
    words = _("%(item)s needs input") if waiting else _("%(item)s failed")
    buttons = _problem_buttons(line, actor)
    return Attention(
        words % {"item": line.friendly_name or line.product_name},
        line.problem_text,
        "warning" if waiting else "danger",
        buttons[0] if buttons else None,
        line.problem_code,
    )
