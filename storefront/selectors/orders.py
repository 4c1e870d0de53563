"""Orders as their buyer sees them: what happens to each line now, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.core import clock
from bss.core.actor import Actor
from bss.core.errors import NotFound
from bss.core.fields import FieldSpec
from bss.core.prepared import Prepared
from bss.installments.contracts import Split
from bss.orders import selectors as orders
from bss.orders.access import access_order
from bss.orders.choices import LineKind, LineState, OrderState
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import OrderAmounts, Question, amounts_of
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.ui.components import Badge, Tone, badge_of, humanised
from storefront.choices import CustomerOrderState
from storefront.selectors.checkout import Answer, answers_of
from storefront.selectors.order_words import Outcome, customer_words, payer_words

# A page follows closely at first; what takes longer is done by people or by slow vendors.
_CLOSELY = timedelta(minutes=2)
_RUNNING = frozenset({LineState.PENDING, LineState.PROVISIONING})
_TONES: dict[Outcome, Tone] = {
    "under_way": "progress", "needs_input": "warning", "waiting": "info", "later": "info",
    "done": "success", "partly": "warning", "failed": "danger", "ended": "neutral",
}  # fmt: skip
_ICONS: dict[Outcome, str] = {
    "under_way": "clock", "needs_input": "pencil-square", "waiting": "clock", "later": "calendar-days",
    "done": "check-circle", "partly": "exclamation-triangle", "failed": "exclamation-triangle",
    "ended": "x-circle",
}  # fmt: skip


_CUSTOMER_TONES: dict[CustomerOrderState, Tone] = {
    CustomerOrderState.PENDING_APPROVAL: "warning",
    CustomerOrderState.IN_PROGRESS: "progress",
    CustomerOrderState.EXECUTED: "success",
    CustomerOrderState.CANCELLED: "neutral",
}


@dataclass(frozen=True, slots=True)
class LineStatus:
    """One line of an order: its state in a word, what comes next, and what it costs this reader."""

    line: OrderLine
    badge: Badge
    next: str
    amounts: OrderAmounts
    per: str
    answers: Sequence[Answer] = ()
    add_ons: Sequence[LineStatus] = ()
    subscription: Subscription | None = None
    split: Split | None = None
    # The field to correct while the line needs input, if this reader may; `asks` without one is a plain go-on.
    asks: bool = False
    spec: FieldSpec | None = None

    @property
    def name(self) -> str:
        return self.line.friendly_name or self.line.product_name

    @property
    def payment(self) -> str:
        """Its payment plan in words; "" when it is paid at once."""
        return self.line.payment

    @property
    def is_action(self) -> bool:
        """Whether it changes a subscription rather than buying one."""
        return self.line.kind != LineKind.NEW


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """An order on its way. `every` is the pause between two looks ("1s"), "" once nothing moves by itself."""

    order: Order
    lines: Sequence[LineStatus]
    amounts: OrderAmounts
    outcome: Outcome
    title: str
    text: str
    every: str

    @property
    def tone(self) -> Tone:
        return _TONES[self.outcome]

    @property
    def icon(self) -> str:
        return _ICONS[self.outcome]

    @property
    def due_at(self) -> datetime | None:
        """When it runs by itself, while that lies ahead."""
        return self.order.due_at if self.outcome == "later" else None

    @property
    def is_moving(self) -> bool:
        return self.outcome == "under_way"

    @property
    def done(self) -> int:
        """How many lines have ended."""
        return sum(each.line.state not in {*_RUNNING, LineState.NEEDS_INPUT} for each in self.lines)

    @property
    def fingerprint(self) -> str:
        """Changes whenever the page would show something else."""
        parts = [self.order.state, self.every]
        parts += [f"{x.line.state}{x.line.problem_code}{x.line.problem_text}" for x in self.lines]
        return sha256("|".join(parts).encode()).hexdigest()[:12]


def state_for_customer(order: Order) -> Badge:
    """How far an order is, in the four words that a reseller's customer reads."""
    word = CustomerOrderState.of(order.state)
    return Badge(word.label, _CUSTOMER_TONES[word])


def access_storefront_order(actor: Actor, public_id: str) -> Order:
    """An order in the actor's scope, through the orders' own door; a draft of the seller's staff is not there."""
    order = access_order(actor, public_id)
    if order.state == OrderState.DRAFT:
        raise NotFound
    return order


def is_withdrawable(order: Order, actor: Actor) -> bool:
    """Whether the reader asked for it and can still take it back: while its reseller has not answered."""
    return (
        order.state == OrderState.PENDING_APPROVAL
        and actor.account_id == order.customer_id
        and actor.can(Permission.ORDER_CREATE)
        and not actor.read_only
    )


def orders_shown() -> QuerySet[Order]:
    """Every order below the active scope that was placed, newest first.

    With `first_item` (a product's name), `first_kind` (a LineKind) and `item_count`, add-ons not counted.
    """
    tops = OrderLine.objects.filter(order=OuterRef("pk"), parent=None)
    first = tops.order_by("position", "pk")
    counted = tops.order_by().values("order").annotate(n=Count("pk")).values("n")
    return (
        orders.orders_visible()
        .select_related(None)
        .select_related("customer")
        .exclude(state=OrderState.DRAFT)
        .annotate(
            first_item=Subquery(first.values("product_name")[:1]),
            first_kind=Subquery(first.values("kind")[:1]),
            item_count=Subquery(counted),
        )
    )


def order_status(order: Order, actor: Actor) -> OrderStatus:
    """How far an order is. Asks service managers what a line that needs input asks: outside transactions only."""
    lines = orders.order_lines(order)
    questions = _questions(order, lines)
    found = _subscriptions(lines)
    shown = [
        _status(line, order, actor, questions, found.get(line.pk))
        for line in lines
        if not line.parent_id
    ]
    add_ons: dict[int, list[LineStatus]] = {}
    for line in lines:
        if line.parent_id:
            status = _status(line, order, actor, questions, None)
            add_ons.setdefault(line.parent_id, []).append(status)
    whole = [_with_add_ons(status, add_ons.get(status.line.pk, ())) for status in shown]
    is_customer = orders.track_for(actor, order.account_id) == "resale"
    outcome = (_customer_outcome if is_customer else _outcome)(order, whole)
    title, text = (customer_words if is_customer else payer_words)(outcome, order)
    return OrderStatus(
        order=order,
        lines=whole,
        amounts=amounts_of(order, actor, payer_id=order.account_id),
        outcome=outcome,
        title=title,
        text=text,
        every=_pause(order, outcome),
    )


def correction_of(line: OrderLine) -> FieldSpec | None:
    """The field a line that needs input waits for, as its service manager declares it; None for a plain go-on.

    Raises Invalid while the service manager does not say how it declares it.
    """
    if not line.problem_field:
        return None
    order = line.order
    questions = _questions(order, orders.order_lines(order))
    if _is_unknown(line, questions.get(line.public_id)):
        orders.questions_known([questions[line.public_id]])
    return _spec(line, questions)


def may_correct(actor: Actor, line: OrderLine) -> bool:
    """Who bought it answers for a purchase, who manages subscriptions for a change of one."""
    if actor.read_only:
        return False
    return actor.can(correcting_permission(line))


def correcting_permission(line: OrderLine) -> str:
    if line.kind == LineKind.NEW:
        return Permission.ORDER_CREATE
    return Permission.SUBSCRIPTION_MANAGE


def _questions(order: Order, lines: Sequence[OrderLine]) -> dict[str, Question]:
    if not any(line.parameters or line.problem_field for line in lines):
        return {}
    subject = orders.order_subject(order, lines)
    return {question.key: question for question in orders.questions_for(subject, lines)}


def _subscriptions(lines: Sequence[OrderLine]) -> dict[int, Subscription]:
    """What each line bought, or what it changes (one query each)."""
    keys = [line.pk for line in lines]
    found = {row.order_line_id: row for row in _BOUGHT.all(lines=keys)}
    changes = _CHANGES.all(lines=keys)
    return {**{change.order_line_id: change.subscription for change in changes}, **found}


_BOUGHT = Prepared(lambda lines: Subscription.objects.filter(order_line__any=lines), lines=list)
_CHANGES = Prepared(
    lambda lines: ScheduledChange.objects.filter(order_line__any=lines).select_related(
        "subscription"
    ),
    lines=list,
)


def _spec(line: OrderLine, questions: dict[str, Question]) -> FieldSpec | None:
    question = questions.get(line.public_id)
    specs = question.specs if question else ()
    found = next((spec for spec in specs if spec.code == line.problem_field), None)
    if found is not None:
        return found
    return FieldSpec(line.problem_field, humanised(line.problem_field), required=True)


def _is_unknown(line: OrderLine, question: Question | None) -> bool:
    """Whether nobody knows at this moment how the field a line waits for is to be asked."""
    if question is None or not question.problem or not line.problem_field:
        return False
    return all(spec.code != line.problem_field for spec in question.specs)


def _status(
    line: OrderLine,
    order: Order,
    actor: Actor,
    questions: dict[str, Question],
    subscription: Subscription | None,
) -> LineStatus:
    asks = line.state == LineState.NEEDS_INPUT and not line.parent_id and may_correct(actor, line)
    question = questions.get(line.public_id)
    asks = asks and not _is_unknown(line, question)
    amounts = amounts_of(line, actor, payer_id=order.account_id)
    return LineStatus(
        line=line,
        badge=_badge(line, order),
        next=_next(line, order),
        amounts=amounts,
        split=orders.split_of(line, amounts.total),
        per=Unit(line.unit).per,
        answers=answers_of(question) if question else (),
        subscription=subscription,
        asks=asks,
        spec=_spec(line, questions) if asks and line.problem_field else None,
    )


def _with_add_ons(status: LineStatus, add_ons: Sequence[LineStatus]) -> LineStatus:
    values = {name: getattr(status, name) for name in LineStatus.__slots__}
    return LineStatus(**{**values, "add_ons": add_ons})


def _badge(line: OrderLine, order: Order) -> Badge:
    if line.state == LineState.PENDING and _is_later(order):
        return Badge(_("Planned"), "info")
    return badge_of(line.state, LineState(line.state).label)


def _next(line: OrderLine, order: Order) -> str:
    """What comes next for a line, in words; for a problem its cause."""
    if line.state == LineState.PENDING:
        if _is_later(order):
            return _("It runs by itself when its time comes.")
        if order.state == OrderState.PENDING_APPROVAL:
            return _("It waits for an approval.")
        return (
            _("It starts in a moment.")
            if line.automatic
            else _("It waits for your seller's staff.")
        )
    if line.state == LineState.NEEDS_INPUT:
        return line.problem_text or _("It cannot go on without you.")
    if line.state == LineState.FAILED:
        cause = line.problem_text or _("It could not be set up.")
        return _("%(cause)s Your seller knows and decides what to do.") % {"cause": cause}
    words = {
        LineState.PROVISIONING: _("It is being set up now. You get an e-mail when it is ready."),
        LineState.DELIVERED: _("It is ready to use."),
        LineState.CANCELLED: _("It was given up; nothing is charged."),
    }
    changed = {
        LineState.PROVISIONING: _("The change is being carried out now."),
        LineState.DELIVERED: _("The change is made."),
        LineState.CANCELLED: _("The change was withdrawn; nothing changed."),
    }
    return (words if line.kind == LineKind.NEW else changed)[LineState(line.state)]


def _is_later(order: Order) -> bool:
    return (
        order.state == OrderState.PLACED and order.due_at is not None and order.due_at > clock.now()
    )


def _outcome(order: Order, lines: Sequence[LineStatus]) -> Outcome:
    states = {each.line.state for each in lines}
    if _is_later(order):
        return "later"
    ended: dict[str, Outcome] = {
        OrderState.EXECUTED: "done",
        OrderState.PARTLY_EXECUTED: "partly",
        OrderState.FAILED: "failed",
        OrderState.CANCELLED: "ended",
        OrderState.REJECTED: "ended",
        OrderState.PENDING_APPROVAL: "waiting",
    }
    if order.state in ended:
        return ended[order.state]
    if order.state == OrderState.PLACED and not all(each.line.automatic for each in lines):
        return "waiting"
    if LineState.NEEDS_INPUT in states and not states & _RUNNING:
        return "needs_input"
    return "under_way"


def _customer_outcome(order: Order, lines: Sequence[LineStatus]) -> Outcome:
    """The same for a reseller's customer: what failed is in others' hands, who look at it next."""
    found = _outcome(order, lines)
    return "waiting" if found == "failed" else found


def _pause(order: Order, outcome: Outcome) -> str:
    if outcome not in {"under_way", "waiting"}:
        return ""
    if outcome == "waiting":
        return "10s"
    began = order.placed_at or order.created_at
    return "1s" if clock.now() - began < _CLOSELY else "10s"
