"""A basket that waited goes on when the answer is there, and never in the way of another one."""

from __future__ import annotations

import pytest

from bss.core.errors import StaleState
from bss.core.models import Event
from bss.orders.errors import AnswerAwaited, BasketClosed
from bss.orders.models import Basket, Order
from bss.orders.services import (
    basket_abandon,
    basket_open_for,
    basket_place,
    basket_reopen,
    basket_resume,
    basket_wait,
)
from tests.factories.orders import make_basket, make_product


def waiting(person, shop, distributor):
    basket = make_basket(person, shop, make_product(distributor))
    return basket_wait(basket=basket, message="Wait.", requests=[], actor=person.actor)


def test_an_answered_basket_is_open_again(reseller, shop, at_distributor):
    basket = waiting(reseller, shop, at_distributor)

    basket_resume(basket=basket, actor=reseller.actor)
    basket_resume(basket=basket, actor=reseller.actor)

    kept = Basket.objects.get()
    assert (kept.state, kept.waiting_message) == (basket.state, "") == ("open", "")


def test_beside_another_open_basket_it_only_stops_saying_that_it_waits(
    reseller, shop, at_distributor
):
    basket = waiting(reseller, shop, at_distributor)
    other = basket_open_for(user_id=reseller.user.pk, storefront=shop, account=reseller.account)

    basket_resume(basket=basket, actor=reseller.actor)

    basket.refresh_from_db()
    assert (basket.state, basket.waiting_message) == ("waiting", "")
    assert Basket.objects.get(state="open") == other


def test_two_tabs_that_look_at_once_resume_it_once(reseller, shop, at_distributor):
    basket = waiting(reseller, shop, at_distributor)
    same = Basket.objects.get()

    basket_resume(basket=basket, actor=reseller.actor)
    basket_resume(basket=same, actor=reseller.actor)

    assert same.state == "open"


# Taking one up, and leaving one ----------------------------------------------------------------------------------


@pytest.fixture
def aside(reseller, shop, at_distributor):
    """It was answered beside an open one."""
    basket = waiting(reseller, shop, at_distributor)
    make_basket(reseller, shop, make_product(at_distributor))
    basket_resume(basket=basket, actor=reseller.actor)
    return basket


def states() -> list[str]:
    return list(Basket.objects.order_by("pk").values_list("state", flat=True))


def test_what_lies_aside_changes_places_with_the_open_one(aside, reseller):
    other = Basket.objects.get(state="open")

    basket_reopen(basket=aside, actor=reseller.actor)
    basket_reopen(basket=aside, actor=reseller.actor)

    assert states() == ["open", "waiting"]
    basket_reopen(basket=other, actor=reseller.actor)
    assert states() == ["waiting", "open"]


def test_an_open_basket_with_nothing_in_it_is_not_kept(aside, reseller):
    Basket.objects.get(state="open").lines.all().delete()

    basket_reopen(basket=aside, actor=reseller.actor)

    assert states() == ["open", "abandoned"]


def test_what_lies_aside_alone_is_opened(aside, reseller):
    basket_abandon(basket=Basket.objects.get(state="open"), actor=reseller.actor)

    basket_reopen(basket=aside, actor=reseller.actor)

    assert states() == ["open", "abandoned"]


def test_another_users_open_basket_stays_where_it_is(aside, rival, reseller, shop, at_distributor):
    make_basket(rival, shop, make_product(at_distributor))

    basket_reopen(basket=aside, actor=reseller.actor)

    assert states() == ["open", "waiting", "open"]


def test_what_still_waits_is_not_opened(reseller, shop, at_distributor):
    basket = waiting(reseller, shop, at_distributor)
    make_basket(reseller, shop, make_product(at_distributor))

    with pytest.raises(AnswerAwaited):
        basket_reopen(basket=basket, actor=reseller.actor)

    assert states() == ["waiting", "open"]


def test_what_is_over_is_neither_opened_nor_left(aside, reseller):
    basket_abandon(basket=aside, actor=reseller.actor)

    for service in (basket_reopen, basket_abandon):
        with pytest.raises(BasketClosed):
            service(basket=aside, actor=reseller.actor)

    assert states() == ["abandoned", "open"]


def test_a_basket_left_while_it_is_placed_is_not_ordered(aside, reseller):
    """As somebody who read it before it was left."""
    read = Basket.objects.get(pk=aside.pk)
    basket_abandon(basket=aside, actor=reseller.actor)

    with pytest.raises(StaleState):
        basket_place(basket=read, actor=reseller.actor, terms=None)

    assert Order.objects.count() == 0
    assert states() == ["abandoned", "open"]


# What it asks for ------------------------------------------------------------------------------------------------

ASKED = [{"key": "ask", "of": "customer"}]


def wait(basket, person):
    """A review says Wait: the service manager is asked, unless it was."""
    basket.refresh_from_db()
    basket_wait(basket=basket, message="Wait.", requests=ASKED, actor=person.actor)


def times_asked(basket) -> int:
    return Event.objects.filter(name="basket.waiting", subject_id=basket.pk).count()


@pytest.fixture
def asked(reseller, shop, at_distributor):
    """A basket that waits for what it asked for, beside an open one."""
    basket = make_basket(reseller, shop, make_product(at_distributor))
    wait(basket, reseller)
    make_basket(reseller, shop, make_product(at_distributor))
    return basket


def test_what_waits_asks_once(asked, reseller):
    wait(asked, reseller)

    assert times_asked(asked) == 1


def test_what_lies_aside_after_its_answer_asks_anew(asked, reseller):
    basket_resume(basket=asked, actor=reseller.actor)

    assert (asked.requests, Basket.objects.get(pk=asked.pk).requests) == ([], [])
    wait(asked, reseller)
    assert (states(), times_asked(asked)) == (["waiting", "open"], 2)


def test_what_was_answered_and_is_set_aside_for_another_asks_anew(aside, reseller):
    basket = Basket.objects.get(state="open")
    wait(basket, reseller)
    basket_resume(basket=basket, actor=reseller.actor)
    assert (Basket.objects.get(pk=basket.pk).state, times_asked(basket)) == ("open", 1)

    basket_reopen(basket=aside, actor=reseller.actor)

    wait(basket, reseller)
    assert (states(), times_asked(basket)) == (["open", "waiting"], 2)
