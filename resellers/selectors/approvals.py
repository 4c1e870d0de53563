"""Orders that wait for a reseller's approval, and what each would cost it today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from bss.accounts.models import Account
from bss.core.errors import DomainError, Invalid
from bss.core.money import Money
from bss.orders import selectors as orders
from bss.orders.choices import LineKind, OrderState
from bss.orders.contracts import Bought
from bss.orders.models import Order, OrderLine, TermsVersion
from bss.orders.services import approval_previews, approval_prices, terms_to_accept
from bss.pricing.contracts import Preview
from bss.pricing.coterm import CoTerm
from bss.pricing.previews import seen_code
from bss.pricing.stored import from_stored


@dataclass(frozen=True, slots=True)
class ApprovalLine:
    """A line with what it cost its reseller when it was ordered, what it costs today, what its customer pays, and what
    was answered in Service Details as (label, text).
    """

    line: OrderLine
    ordered: Money
    today: Money
    charged: Money | None
    answers: Sequence[tuple[Any, str]] = ()
    # What it buys when it is let pass now; None for an action, and for what cannot be had or was answered.
    bought: Bought | None = None

    @property
    def coterm(self) -> CoTerm | None:
        """Its first term, where that ends with everything else of its customer."""
        return self.bought.coterm if self.bought else self.line.coterm

    @property
    def name(self) -> str:
        return self.line.friendly_name or self.line.product_name

    @property
    def is_action(self) -> bool:
        return self.line.kind != LineKind.NEW

    @property
    def moved(self) -> bool:
        return self.ordered.amount != self.today.amount

    @property
    def payment(self) -> str:
        return self.bought.payment if self.bought else self.line.payment


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """An order as its approver sees it. `problem` says why it cannot be had any more as it was ordered."""

    order: Order
    lines: Sequence[ApprovalLine]
    today: Money
    charged: Money | None
    problem: str = ""
    # What it puts on its reseller's invoices when it is let pass now; as it was shown for an action.
    preview: Preview | None = None
    # Those of its organization that it has to accept first.
    terms: TermsVersion | None = None
    # What the customer said about the order as a whole, as (label, text).
    answers: Sequence[tuple[Any, str]] = ()

    @property
    def is_waiting(self) -> bool:
        return self.order.state == OrderState.PENDING_APPROVAL

    @property
    def is_dearer(self) -> bool:
        return self.is_waiting and any(each.moved for each in self.lines)

    @property
    def seen(self) -> str:
        """The code of its preview, for the form that lets it pass."""
        return seen_code(self.preview) if self.preview else ""

    @property
    def profit(self) -> Money | None:
        """What is left to the reseller."""
        return None if self.charged is None else self.charged - self.today


def waiting_orders(reseller: Account) -> QuerySet[Order]:
    """The orders of a reseller's customers that wait for it, with their customers."""
    return orders.orders_visible().filter(account=reseller, state=OrderState.PENDING_APPROVAL)


def count_waiting(account_id: int) -> int:
    """How many orders wait for a reseller (one query)."""
    return Order.everywhere.filter(account_id=account_id, state=OrderState.PENDING_APPROVAL).count()


def approval_view(order: Order, *, with_answers: bool = False) -> ApprovalView:
    """One order with the prices of today beside those it was ordered at; `with_answers`, which their service managers
    put into words, with what was answered in Service Details.
    """
    lines = orders.order_lines(order)
    problem, preview, terms = "", None, None
    today: dict[int, Bought] = {}
    if order.state == OrderState.PENDING_APPROVAL:
        terms = terms_to_accept(order, lines)
        try:
            bought = approval_prices(order, lines)
        except DomainError as refusal:
            problem = _words(refusal)
        else:
            pairs = zip(lines, bought, strict=bool(bought))
            today = {line.pk: each for line, each in pairs}
            previews = approval_previews(order, lines, bought)
            preview = previews.get("price") or from_stored(order.preview, "price")
    answers = _answers(order, lines) if with_answers else {}
    shown = [_line(line, today.get(line.pk), answers.get(line.public_id, ())) for line in lines]
    return ApprovalView(
        order=order,
        lines=shown,
        today=Money.total((each.today for each in shown), order.currency),
        charged=None if order.total_resale is None else Money(order.total_resale, order.currency),
        problem=problem,
        preview=preview,
        terms=terms,
        answers=orders.answers_shown(order),
    )


def _answers(order: Order, lines: Sequence[OrderLine]) -> Mapping[str, Sequence[tuple[Any, str]]]:
    """What was answered in Service Details, by line; nobody is asked for the questions of lines without an answer."""
    if not any(line.parameters for line in lines):
        return {}
    asked = orders.questions_for(orders.order_subject(order, lines), lines)
    return {question.key: orders.question_answers(question) for question in asked}


def _line(
    line: OrderLine, bought: Bought | None, answers: Sequence[tuple[Any, str]]
) -> ApprovalLine:
    ordered = Money(line.total, line.currency)
    charged = None if line.total_resale is None else Money(line.total_resale, line.currency)
    today = bought.line(line.quantity).money if bought else ordered
    return ApprovalLine(line, ordered, today, charged, answers, bought)


def _words(refusal: DomainError) -> str:
    if isinstance(refusal, Invalid):
        return " ".join(str(text) for texts in refusal.errors.values() for text in texts)
    return str(refusal.message)
