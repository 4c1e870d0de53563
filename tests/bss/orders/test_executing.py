"""Drafts, execution, retry and cancellation, and how an order settles as its lines move."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.core.actor import SYSTEM
from bss.core.errors import IllegalTransition, Invalid, StaleState
from bss.core.history import timeline_for
from bss.orders.choices import LineState, OrderState
from bss.orders.contracts import LineFields, Proceed, Refuse, Reprice, Wait
from bss.orders.errors import (
    AlreadyDelivered,
    AnswerAwaited,
    BasketEmpty,
    CreditExceeded,
    LinesInFlight,
    NotADraft,
    OrderingDisabled,
    PriceChanged,
    Repriced,
)
from bss.orders.models import Order, OrderLine
from bss.orders.ports import CHECKOUT_REVIEW, CREDIT_EXPOSURE
from bss.orders.services import (
    line_ask,
    line_cancel,
    line_correct,
    line_deliver,
    line_fail,
    order_cancel,
    order_create,
    order_edit,
    order_execute,
    order_execute_reviewed,
    order_line_add,
    order_line_edit,
    order_line_remove,
    order_place,
    order_release,
    order_retry,
)
from tests.factories.orders import (
    make_add_on,
    make_draft,
    make_product,
    make_terms,
    make_type,
    set_price,
)

pytestmark = pytest.mark.usefixtures("at_distributor")


class Reviewer:
    """Answers what a test wants service managers to answer, and counts how often it was asked."""

    def __init__(self, *verdicts, specs=()):
        self.verdicts = list(verdicts)
        self.specs = specs
        self.asked: list[str] = []

    def fields(self, subject):
        return [LineFields(line.key, "", self.specs) for line in subject.lines if self.specs]

    def review(self, subject, step):
        self.asked.append(step)
        return self.verdicts.pop(0) if self.verdicts else Proceed()


@pytest.fixture
def reviewer(monkeypatch):
    def use(*verdicts, specs=()):
        provider = Reviewer(*verdicts, specs=specs)
        monkeypatch.setattr(CHECKOUT_REVIEW, "_provider", provider)
        return provider

    return use


def executing(account, *products, quantity=1):
    order = make_draft(account, *products, quantity=quantity)
    return order_execute(order=order, actor=SYSTEM)


def test_a_draft_adds_up_and_remembers_who_changed_what(staff, reseller, distributor):
    product = make_product(distributor, price="10", cost="7")
    order = make_draft(reseller.account, product, quantity=3, actor=staff.actor)
    assert (order.total, order.total_cost, order.total_resale) == (Decimal(30), Decimal(21), None)
    line = order.lines.get()
    order_line_edit(line=line, actor=staff.actor, quantity=4, parameters={"alias": "a"})
    order.refresh_from_db()
    assert order.total == Decimal(40)
    order_line_remove(line=line, actor=staff.actor)
    order.refresh_from_db()
    assert (order.total, order.lines.count()) == (Decimal(0), 0)
    actions = [entry.action for entry in timeline_for(order)]
    assert actions == [
        "order.line_removed", "order.line_edited", "order.line_added", "order.created",
    ]  # fmt: skip


def test_an_end_customers_line_carries_three_prices(staff, reseller, customer_account, distributor):
    product = make_product(distributor, price="10", cost="7")
    order = make_draft(reseller.account, product, customer=customer_account, quantity=2)
    line = order.lines.get()
    assert (line.unit_cost, line.unit_price) == (Decimal(7), Decimal(10))
    assert line.unit_resale is not None
    assert order.scope == customer_account.scope


def test_an_account_that_may_not_order_gets_no_draft(staff, reseller):
    reseller.account.ordering_enabled = False
    reseller.account.save()
    with pytest.raises(OrderingDisabled):
        order_create(account=reseller.account, customer=reseller.account, actor=staff.actor)
    assert Order.objects.count() == 0


def test_executing_a_draft_places_it_and_releases_every_line(
    staff, reseller, distributor, run_jobs
):
    product = make_product(distributor)
    order = make_draft(reseller.account, product)
    add_on = make_add_on(product)
    order_line_add(
        order=order, product=add_on, unit="P1M", quantity=1, actor=staff.actor,
        parent=order.lines.get(),
    )  # fmt: skip
    order.refresh_from_db()
    order = order_execute(order=order, actor=staff.actor)
    assert order.state == OrderState.EXECUTING
    assert order.placed_by_id == staff.user.pk
    assert set(order.lines.values_list("state", flat=True)) == {LineState.PROVISIONING}
    run_jobs()
    order.refresh_from_db()
    assert order.state == OrderState.EXECUTING


def test_executing_twice_runs_once(staff, reseller, distributor):
    order = make_draft(reseller.account, make_product(distributor))
    stale = Order.objects.get(pk=order.pk)
    order_execute(order=order, actor=staff.actor)
    again = order_execute(order=stale, actor=staff.actor)
    assert again.state == OrderState.EXECUTING
    assert OrderLine.objects.get().state == LineState.PROVISIONING
    executed = [e for e in timeline_for(order) if e.action == "order.execute"]
    assert len(executed) == 1


def test_a_line_added_between_review_and_execution_stops_it(staff, reseller, distributor):
    order = make_draft(reseller.account, make_product(distributor))
    reviewed = Order.objects.get(pk=order.pk)
    order_line_add(
        order=order, product=make_product(distributor), unit="P1M", quantity=1, actor=staff.actor
    )
    with pytest.raises(StaleState):
        order_execute_reviewed(order=reviewed, actor=staff.actor)
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT


def test_an_order_without_items_is_not_executed(staff, reseller):
    order = make_draft(reseller.account)
    with pytest.raises(BasketEmpty):
        order_execute(order=order, actor=staff.actor)


def test_changed_prices_are_confirmed_by_staff(staff, reseller, distributor):
    product = make_product(distributor, price="10")
    order = make_draft(reseller.account, product)
    set_price(product, "12")
    with pytest.raises(PriceChanged) as refusal:
        order_execute(order=order, actor=staff.actor)
    assert Decimal(refusal.value.extra["lines"][0]["new"]) == Decimal(12)
    order.refresh_from_db()
    # The draft shows the new price, and nothing ran.
    assert (order.state, order.total) == (OrderState.DRAFT, Decimal(12))
    assert order_execute(order=order, actor=staff.actor).state == OrderState.EXECUTING


def test_the_credit_limit_holds_for_staff_too(staff, reseller, distributor):
    reseller.account.credit_limit = Decimal("9.99")
    reseller.account.save()
    order = make_draft(reseller.account, make_product(distributor, price="10"))
    with pytest.raises(CreditExceeded):
        order_execute(order=order, actor=staff.actor)
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT
    assert OrderLine.objects.get().state == LineState.PENDING


def test_service_managers_are_asked_before_anything_is_written(
    staff, reseller, distributor, reviewer
):
    order = make_draft(reseller.account, make_product(distributor))
    line = order.lines.get()
    asked = reviewer(
        Refuse({(line.public_id, "alias"): ["Taken."]}),
        Wait("The customer must accept first."),
        Reprice("Cheaper now.", "commitment", ()),
        Proceed(),
    )
    with pytest.raises(Invalid) as refusal:
        order_execute(order=order, actor=staff.actor)
    assert refusal.value.errors == {f"{line.public_id}.alias": ["Taken."]}
    with pytest.raises(AnswerAwaited):
        order_execute(order=order, actor=staff.actor)
    with pytest.raises(Repriced):
        order_execute(order=order, actor=staff.actor)
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT
    order_execute(order=order, actor=staff.actor)
    assert asked.asked == ["execute"] * 4


def test_what_the_service_needs_must_be_answered_first(staff, reseller, distributor, reviewer):
    from bss.core.fields import FieldSpec

    reviewer(specs=(FieldSpec("alias", "Alias", required=True),))
    order = make_draft(reseller.account, make_product(distributor))
    line = order.lines.get()
    with pytest.raises(Invalid) as refusal:
        order_execute(order=order, actor=staff.actor)
    assert list(refusal.value.errors) == [f"{line.public_id}.alias"]
    order_line_edit(line=line, actor=staff.actor, parameters={"alias": "techsolutions"})
    order.refresh_from_db()
    assert order_execute(order=order, actor=staff.actor).state == OrderState.EXECUTING


def test_a_token_of_an_account_accepts_the_terms(reseller, distributor):
    terms = make_terms(distributor)
    order = make_draft(reseller.account, make_product(distributor), actor=reseller.actor)
    with pytest.raises(Invalid):
        order_place(order=order, actor=reseller.actor)
    placed = order_place(order=order, actor=reseller.actor, terms=terms)
    assert (placed.state, placed.terms_id) == (OrderState.PLACED, terms.pk)


def test_only_drafts_change(staff, reseller, distributor):
    order = executing(reseller.account, make_product(distributor))
    with pytest.raises(NotADraft):
        order_line_edit(line=order.lines.get(), actor=staff.actor, quantity=2)
    order_edit(order=order, version=order.version, actor=staff.actor, name="Q3", purchase_order="7")
    with pytest.raises(StaleState):
        order_edit(
            order=order, version=order.version, actor=staff.actor, name="Q4", purchase_order=""
        )
    assert Order.objects.get().name == "Q3"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("deliver", "deliver", OrderState.EXECUTED),
        ("deliver", "fail", OrderState.PARTLY_EXECUTED),
        ("fail", "fail", OrderState.FAILED),
        ("deliver", "cancel", OrderState.EXECUTED),
        ("cancel", "cancel", OrderState.CANCELLED),
        ("fail", "cancel", OrderState.FAILED),
        ("deliver", "", OrderState.EXECUTING),
        ("fail", "", OrderState.EXECUTING),
        ("deliver", "ask", OrderState.EXECUTING),
    ],
)
def test_an_order_settles_with_its_lines(reseller, distributor, first, second, expected):
    order = executing(reseller.account, make_product(distributor), make_product(distributor))
    for line, move in zip(order.lines.all(), (first, second), strict=True):
        _move(line, move)
    order.refresh_from_db()
    assert order.state == expected
    assert (order.finished_at is not None) == (expected != OrderState.EXECUTING)


def _move(line, name):
    if name == "deliver":
        line_deliver(line=line, actor=SYSTEM)
    elif name == "fail":
        line_fail(line=line, code="NO", text="Refused.", actor=SYSTEM)
    elif name in {"ask", "cancel"}:
        line_ask(line=line, code="TAKEN", text="Taken.", field="alias", actor=SYSTEM)
        if name == "cancel":
            line_cancel(line=line, actor=SYSTEM)


def test_moves_repeat_without_effect(reseller, distributor):
    order = executing(reseller.account, make_product(distributor))
    line = order.lines.get()
    for _ in range(2):
        line_deliver(line=line, actor=SYSTEM)
    assert len([e for e in timeline_for(line) if e.action == "orderline.deliver"]) == 1
    with pytest.raises(IllegalTransition):
        line_fail(line=line, code="NO", text="Too late.", actor=SYSTEM)
    line.refresh_from_db()
    assert (line.state, line.problem_code) == (LineState.DELIVERED, "")


def test_add_ons_move_with_their_product(staff, reseller, distributor):
    product = make_product(distributor)
    order = make_draft(reseller.account, product)
    parent = order.lines.get()
    add_on = order_line_add(
        order=order, product=make_add_on(product), unit="P1M", quantity=1, actor=staff.actor,
        parent=parent,
    )  # fmt: skip
    order.refresh_from_db()
    order_execute(order=order, actor=staff.actor)
    parent.refresh_from_db()
    line_fail(line=parent, code="NO", text="Refused.", actor=SYSTEM)
    add_on.refresh_from_db()
    assert (add_on.state, add_on.problem_code) == (LineState.FAILED, "NO")
    line_correct(line=parent, parameters={}, actor=SYSTEM)
    line_deliver(line=parent, actor=SYSTEM)
    add_on.refresh_from_db()
    order.refresh_from_db()
    assert (add_on.state, order.state) == (LineState.DELIVERED, OrderState.EXECUTED)


def test_retry_returns_a_failed_order_to_executing(staff, reseller, distributor):
    order = executing(reseller.account, make_product(distributor), make_product(distributor))
    delivered, failed = order.lines.all()
    line_deliver(line=delivered, actor=SYSTEM)
    line_fail(line=failed, code="NO", text="Refused.", actor=SYSTEM)
    order = order_retry(order=order, actor=staff.actor)
    failed.refresh_from_db()
    delivered.refresh_from_db()
    assert order.state == OrderState.EXECUTING
    assert (delivered.state, failed.state) == (LineState.DELIVERED, LineState.PROVISIONING)
    assert failed.problem_text == ""
    with pytest.raises(IllegalTransition):
        order_retry(order=order, actor=staff.actor)


@pytest.mark.parametrize("way", ["order", "line"])
def test_what_failed_is_tried_again_within_the_credit_there_is_by_then(
    staff, reseller, distributor, way
):
    mail = make_product(distributor, price="10")
    order = executing(reseller.account, mail)
    line = order.lines.get()
    line_fail(line=line, code="NO", text="Refused.", actor=SYSTEM)

    def again():
        if way == "order":
            order_retry(order=order, actor=staff.actor)
        else:
            line_correct(line=line, parameters={"alias": "x"}, actor=staff.actor)

    owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")
    Account.objects.filter(pk=reseller.account.pk).update(credit_limit=owed + Decimal("9.99"))
    with pytest.raises(CreditExceeded):
        again()
    line.refresh_from_db()
    order.refresh_from_db()
    assert (line.state, line.parameters, order.state) == (LineState.FAILED, {}, OrderState.FAILED)

    Account.objects.filter(pk=reseller.account.pk).update(credit_limit=owed + Decimal(10))
    again()
    line.refresh_from_db()
    assert line.state == LineState.PROVISIONING


def test_what_waits_for_an_answer_is_owed_already(staff, reseller, distributor):
    order = executing(reseller.account, make_product(distributor, price="10"))
    line = order.lines.get()
    line_ask(line=line, code="TAKEN", text="Taken.", field="alias", actor=SYSTEM)
    Account.objects.filter(pk=reseller.account.pk).update(credit_limit=Decimal(10))
    line_correct(line=line, parameters={"alias": "x"}, actor=staff.actor)
    line.refresh_from_db()
    assert line.state == LineState.PROVISIONING


def test_giving_up_what_failed_executes_a_partly_executed_order(reseller, distributor):
    order = executing(reseller.account, make_product(distributor), make_product(distributor))
    delivered, failed = order.lines.all()
    line_deliver(line=delivered, actor=SYSTEM)
    line_fail(line=failed, code="NO", text="Refused.", actor=SYSTEM)
    line_cancel(line=failed, actor=SYSTEM)
    order.refresh_from_db()
    assert order.state == OrderState.EXECUTED


def test_an_order_is_cancelled_whole_or_not_at_all(staff, reseller, distributor):
    order = executing(reseller.account, make_product(distributor), make_product(distributor))
    first, second = order.lines.all()
    with pytest.raises(LinesInFlight):
        order_cancel(order=order, actor=staff.actor)
    line_fail(line=first, code="NO", text="Refused.", actor=SYSTEM)
    line_deliver(line=second, actor=SYSTEM)
    with pytest.raises(AlreadyDelivered):
        order_cancel(order=order, actor=staff.actor)
    order.refresh_from_db()
    assert order.state == OrderState.PARTLY_EXECUTED


@pytest.mark.parametrize("placed", [False, True])
def test_what_has_not_run_can_be_cancelled(staff, reseller, distributor, placed, run_jobs):
    manual = make_type(distributor, automatic=False)
    order = make_draft(reseller.account, make_product(distributor, type=manual))
    if placed:
        order = order_place(order=order, actor=staff.actor)
    for _ in range(2):
        order = order_cancel(order=order, actor=staff.actor, reason="Ordered twice")
    run_jobs()
    assert order.state == OrderState.CANCELLED
    assert OrderLine.objects.get().state == LineState.CANCELLED
    with pytest.raises(IllegalTransition):
        order_execute(order=order, actor=staff.actor)
    order_release(order=order, actor=staff.actor)
    assert OrderLine.objects.get().state == LineState.CANCELLED
