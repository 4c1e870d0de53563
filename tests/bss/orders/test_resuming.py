"""A basket that waited goes on when the answer is there, and never in the way of another one."""

from __future__ import annotations

from bss.orders.models import Basket
from bss.orders.services import basket_open_for, basket_resume, basket_wait
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
