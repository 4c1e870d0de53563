"""What a waiting basket waits for: requests made at the vendor, answers given to the basket."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.core.actor import SYSTEM
from bss.core.fields import FieldSpec
from bss.orders.choices import BasketState
from bss.orders.contracts import Proceed, Wait
from bss.orders.errors import AnswerAwaited
from bss.orders.models import Basket, Order
from bss.orders.services import (
    basket_place,
    order_cancel,
    order_create,
    order_execute,
    order_line_add,
    order_line_edit,
)
from servicemanager.contracts import Answered, InProgress, Refused
from servicemanager.services.requests import order_requests_start
from tests.factories.orders import make_basket

ASKED = FieldSpec("commitment", "Commitment")


@pytest.fixture
def waiting(reseller, shop, product, scripted) -> Basket:
    """A basket that its service manager lets wait for one answer."""
    basket = make_basket(reseller, shop, product)
    request = {"kind": "commitment", "seats": 25}
    scripted.script = {
        "fields": [[ASKED]],
        "review": [Wait("The vendor is asked for a commitment.", [request])],
    }
    with pytest.raises(AnswerAwaited):
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    basket.refresh_from_db()
    return basket


def test_the_request_is_made_with_a_key_of_its_own(waiting, scripted, run_jobs, instance):
    run_jobs()

    ((request, key),) = scripted.asked("prepare")
    assert request == {"kind": "commitment", "seats": 25, "instance": instance.public_id}
    assert key == f"{waiting.public_id}-0"


def test_the_answer_is_kept_on_the_basket_which_is_never_open_again(waiting, scripted, run_jobs):
    line = waiting.lines.get()
    scripted.script["prepare"] = [Answered({line.public_id: {"commitment": "C-77"}})]
    run_jobs()

    line.refresh_from_db()
    waiting.refresh_from_db()
    assert line.parameters == {"commitment": "C-77"}
    assert waiting.state == BasketState.WAITING
    assert Order.everywhere.count() == 0


def test_a_vendor_that_takes_its_time_is_asked_again_under_the_same_key(
    waiting, scripted, run_jobs, travel
):
    answer = Answered({waiting.lines.get().public_id: {"commitment": "C-77"}})
    scripted.script["prepare"] = [InProgress("r-1", retry_after=60), answer]
    run_jobs()
    assert waiting.lines.get().parameters == {}

    travel(timedelta(seconds=61))
    run_jobs()

    assert waiting.lines.get().parameters == {"commitment": "C-77"}
    assert len({key for _request, key in scripted.asked("prepare")}) == 1


def test_a_refusal_leaves_the_basket_as_it_is(waiting, scripted, run_jobs):
    scripted.script["prepare"] = [Refused("VENDOR_REFUSED", "Not eligible.")]
    run_jobs()

    waiting.refresh_from_db()
    assert waiting.state == BasketState.WAITING
    assert waiting.lines.get().parameters == {}
    assert run_jobs() == 0


def test_a_basket_left_meanwhile_asks_for_nothing(waiting, scripted, run_jobs, reseller):
    from bss.orders.services import basket_abandon

    basket_abandon(basket=waiting, actor=reseller.actor)
    run_jobs()

    assert scripted.asked("prepare") == []


# Drafts of staff's own -----------------------------------------------------------------------------------


@pytest.fixture
def draft(reseller, product, scripted) -> Order:
    """A draft of staff's that its service manager lets wait for one answer."""
    order = order_create(account=reseller.account, customer=reseller.account, actor=SYSTEM)
    order_line_add(order=order, product=product, unit="P1M", quantity=5, actor=SYSTEM)
    scripted.script = {
        "review": [Wait("The vendor is asked for a commitment.", [{"kind": "commitment"}])]
    }
    return Order.everywhere.select_related("account", "customer").get(pk=order.pk)


def execute(draft, staff):
    with pytest.raises(AnswerAwaited):
        order_execute(order=draft, actor=staff.actor)
    draft.refresh_from_db()


def test_a_draft_has_its_request_made_once_and_says_what_it_waits_for(
    draft, staff, scripted, run_jobs, instance
):
    execute(draft, staff)
    run_jobs()
    execute(draft, staff)
    run_jobs()

    ((request, key),) = scripted.asked("prepare")
    assert request == {"kind": "commitment", "instance": instance.public_id}
    assert key == f"{draft.public_id}-0"
    assert (draft.state, draft.version) == ("draft", Order.everywhere.get(pk=draft.pk).version)
    page = staff.client.get(f"/portal/orders/{draft.public_id}/").content.decode()
    assert "This order waits for an answer" in page
    assert "The vendor is asked for a commitment." in page


def test_what_is_told_twice_of_a_draft_is_asked_once(draft, staff, scripted, run_jobs, travel):
    """The worker died after it had written the requests, and the handler runs again."""
    execute(draft, staff)
    run_jobs()
    travel(timedelta(seconds=90))
    order_requests_start(order=draft)
    run_jobs()
    assert len(scripted.asked("prepare")) == 1

    order_line_edit(line=draft.lines.get(), quantity=6, actor=SYSTEM)
    draft.refresh_from_db()
    order_requests_start(order=draft)
    run_jobs()
    assert len(scripted.asked("prepare")) == 2, "an edited draft may want it again"


def test_another_request_of_a_draft_is_made_too(draft, staff, scripted, run_jobs):
    execute(draft, staff)
    run_jobs()
    scripted.script["review"] = [Wait("Asked for more.", [{"kind": "commitment", "seats": 50}])]
    execute(draft, staff)
    run_jobs()

    assert [request.get("seats") for request, _ in scripted.asked("prepare")] == [None, 50]


def test_the_answer_stands_on_the_drafts_line_and_it_goes_on(draft, staff, scripted, run_jobs):
    line = draft.lines.get()
    scripted.script["prepare"] = [Answered({line.public_id: {"commitment": "C-77"}})]
    execute(draft, staff)
    run_jobs()
    line.refresh_from_db()
    assert line.parameters == {"commitment": "C-77"}

    scripted.script["review"] = [Proceed()]
    draft = Order.everywhere.select_related("account", "customer").get(pk=draft.pk)
    order_execute(order=draft, actor=staff.actor)

    draft.refresh_from_db()
    assert (draft.state, draft.awaited) == ("executing", None)


def test_what_a_draft_waited_for_is_not_made_once_it_is_given_up(draft, staff, scripted, run_jobs):
    execute(draft, staff)
    order_cancel(order=draft, actor=staff.actor)
    run_jobs()

    assert scripted.asked("prepare") == []
