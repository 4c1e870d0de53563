"""Two at the same moment: real threads on real transactions, and a second write put between read and write."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from time import monotonic
from typing import Any

import pytest
from django.db import connection, transaction

from bss.core import scope
from bss.core.actor import SYSTEM
from bss.core.errors import DomainError, StaleState
from bss.orders.choices import LineState, OrderState
from bss.orders.contracts import Proceed
from bss.orders.locks import basket_locked, order_locked
from bss.orders.models import Basket, Order, OrderLine
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import (
    basket_add,
    basket_open_for,
    basket_place,
    line_deliver,
    line_fail,
    order_execute,
)
from bss.subscriptions.choices import ChangeKind, SubscriptionState
from bss.subscriptions.locks import subscription_locked
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_request, subscription_fail, subscription_retry
from tests.factories.orders import (
    make_basket,
    make_draft,
    make_product,
    make_subscription,
    make_type,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(path: str, *calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; each gives its result or the DomainError it met."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            with scope.activate(path):
                barrier.wait(timeout=10)
                return call()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def refusals(results: list[Any]) -> list[str]:
    return [result.code for result in results if isinstance(result, DomainError)]


def test_two_tabs_placing_one_basket_make_one_order(reseller, shop, at_distributor):
    make_basket(reseller, shop, make_product(at_distributor))

    def place() -> Order:
        basket = Basket.objects.select_related("account", "customer").get()
        return basket_place(basket=basket, actor=reseller.actor, terms=None)

    placed = at_once(at_distributor.scope, place, place, place)
    assert refusals(placed) == []
    assert len({order.pk for order in placed}) == 1
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 1)


def test_two_tabs_open_one_basket(reseller, shop, at_distributor):
    def open_() -> Basket:
        return basket_open_for(user_id=reseller.user.pk, storefront=shop, account=reseller.account)

    opened = at_once(at_distributor.scope, open_, open_, open_)
    assert refusals(opened) == []
    assert Basket.objects.count() == 1


def test_two_users_buying_what_can_be_had_once_get_it_once(reseller, shop, at_distributor):
    from tests.conftest import person_of_account

    colleague = person_of_account(reseller.account, shop)
    plan = make_product(at_distributor, type=make_type(at_distributor, one_per_account=True))
    baskets = [make_basket(person, shop, plan) for person in (reseller, colleague)]
    results = at_once(
        at_distributor.scope,
        lambda: basket_place(basket=baskets[0], actor=reseller.actor, terms=None),
        lambda: basket_place(basket=baskets[1], actor=colleague.actor, terms=None),
    )
    assert refusals(results) == ["ONLY_ONE"]
    assert Order.objects.count() == 1


def test_a_double_clicked_execution_runs_once(reseller, at_distributor):
    order = make_draft(reseller.account, make_product(at_distributor))

    def execute() -> Order:
        return order_execute(order=Order.objects.get(pk=order.pk), actor=SYSTEM)

    results = at_once(at_distributor.scope, execute, execute)
    assert set(refusals(results)) <= {"STALE_STATE"}
    assert Order.objects.get().state == OrderState.EXECUTING
    released = OrderLine.objects.get()
    assert released.state == LineState.PROVISIONING


def test_lines_that_end_at_the_same_moment_settle_their_order(reseller, at_distributor):
    order = make_draft(reseller.account, make_product(at_distributor), make_product(at_distributor))
    order_execute(order=order, actor=SYSTEM)
    first, second = order.lines.all()
    results = at_once(
        at_distributor.scope,
        lambda: line_deliver(line=first, actor=SYSTEM),
        lambda: line_fail(line=second, code="NO", text="Refused.", actor=SYSTEM),
    )
    assert refusals(results) == []
    assert Order.objects.get().state == OrderState.PARTLY_EXECUTED


def test_two_tabs_switching_at_once_make_one_change(reseller, at_distributor):
    kind = make_type(at_distributor)
    free, standard, large = (
        make_product(at_distributor, type=kind, price=price) for price in ("0", "10", "20")
    )
    subscription = make_subscription(reseller.account, free, quantity=1)

    def switch(product):
        return lambda: change_request(
            subscription=subscription,
            kind=ChangeKind.PRODUCT,
            actor=reseller.actor,
            source="storefront",
            product=product,
        )

    results = at_once(at_distributor.scope, switch(standard), switch(large))
    assert refusals(results) == ["CHANGE_OPEN"]
    assert ScheduledChange.objects.count() == 1
    # The purchase and one switch: the refused one left no order behind.
    assert Order.objects.count() == 2


def test_a_line_put_in_during_the_review_is_not_bought_unseen(
    reseller, shop, at_distributor, monkeypatch
):
    product = make_product(at_distributor)
    basket = make_basket(reseller, shop, product)

    class Slow:
        """A review during which the other tab goes on shopping."""

        def fields(self, subject):
            return ()

        def review(self, subject, step):
            basket_add(basket=basket, product=product, unit="P1M", quantity=5, actor=reseller.actor)
            return Proceed()

    monkeypatch.setattr(CHECKOUT_REVIEW, "_provider", Slow())
    with pytest.raises(StaleState):
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert Order.objects.count() == 0
    assert basket.lines.get().quantity == 6


def test_a_limit_lowered_during_the_review_holds(reseller, shop, at_distributor, monkeypatch):
    basket = make_basket(reseller, shop, make_product(at_distributor, price="10"))

    class Slow:
        def fields(self, subject):
            return ()

        def review(self, subject, step):
            type(reseller.account).objects.filter(pk=reseller.account.pk).update(
                credit_limit=Decimal("9.99")
            )
            return Proceed()

    monkeypatch.setattr(CHECKOUT_REVIEW, "_provider", Slow())
    with pytest.raises(DomainError) as refusal:
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert refusal.value.code == "CREDIT_LIMIT"
    assert Order.objects.count() == 0


def test_service_managers_are_never_asked_inside_a_transaction(
    reseller, shop, at_distributor, django_capture_on_commit_callbacks
):
    from django.db import transaction

    basket = make_basket(reseller, shop, make_product(at_distributor))
    with pytest.raises(RuntimeError), transaction.atomic():
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert Order.objects.count() == 0


def test_trying_again_waits_for_whoever_holds_the_subscription(reseller, at_distributor):
    subscription = make_subscription(reseller.account, make_product(at_distributor), active=False)
    subscription_fail(subscription=subscription, code="NO", text="Refused.", actor=SYSTEM)
    held = Barrier(2)

    def withdraw() -> None:
        """Subscription first, then its order: the order of locks that everybody keeps."""
        with transaction.atomic():
            subscription_locked(subscription.pk)
            held.wait(timeout=10)
            until = monotonic() + 10
            while not somebody_waits():
                assert monotonic() < until, "nobody waits for the subscription"
            order_locked(subscription.order_line.order_id)

    def retry() -> Subscription:
        held.wait(timeout=10)
        return subscription_retry(
            subscription=Subscription.objects.get(pk=subscription.pk), actor=SYSTEM
        )

    results = at_once(at_distributor.scope, withdraw, retry)
    assert refusals(results) == []
    assert Subscription.objects.get().state == SubscriptionState.PENDING


def test_a_basket_is_found_after_the_wait_though_its_customer_was_changed_meanwhile(
    reseller, shop, customer_account, at_distributor
):
    basket = make_basket(reseller, shop, make_product(at_distributor))

    def change() -> None:
        Basket.objects.filter(pk=basket.pk).update(customer=customer_account)

    found = held_after(change, lambda: basket_locked(basket.pk), at_distributor.scope)
    assert found.customer == customer_account


def test_a_subscription_is_found_after_the_wait_though_its_product_was_changed_meanwhile(
    reseller, at_distributor
):
    other = make_product(at_distributor, code="OTHER")
    subscription = make_subscription(reseller.account, make_product(at_distributor))

    def change() -> None:
        Subscription.objects.filter(pk=subscription.pk).update(product=other)

    found = held_after(change, lambda: subscription_locked(subscription.pk), at_distributor.scope)
    assert found.product == other


def held_after(change: Callable[[], None], lock: Callable[[], Any], path: str) -> Any:
    """What `lock` gives to who had to wait for somebody who held the row and then changed it."""
    held = Barrier(2)

    def first() -> None:
        with transaction.atomic():
            lock()
            held.wait(timeout=10)
            until = monotonic() + 10
            while not somebody_waits():
                assert monotonic() < until, "nobody waits for the row"
            change()

    def second() -> Any:
        held.wait(timeout=10)
        with transaction.atomic():
            return lock()

    return at_once(path, first, second)[1]


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks "
            "WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
