"""A basket that waits is left, found again beside the others, and gone on with."""

from __future__ import annotations

from typing import Any

import pytest

from bss.core import scope
from bss.orders.contracts import Proceed, Refuse, Wait
from bss.orders.models import Basket, BasketLine, CustomerDraft, Order
from bss.orders.ports import CHECKOUT_REVIEW
from tests.factories.orders import make_basket, make_order_field, make_product
from tests.factories.ports import filled
from tests.factories.resellers import plans_on_sale
from tests.storefront.test_checkout import form_of, main_of


class _Asking:
    """A service manager that waits for an answer until it is there."""

    def __init__(self) -> None:
        self.is_answered = False
        self.refuses = False

    def fields(self, subject: Any) -> tuple[()]:
        return ()

    def asking(self, subject: Any) -> tuple[()]:
        return ()

    def prospects(self, subject: Any) -> tuple[()]:
        return ()

    def known(self, subject: Any) -> tuple[()]:
        return ()

    def review(self, subject: Any, step: str) -> Any:
        if self.refuses:
            return Refuse({(subject.lines[0].key, ""): ["So many are not to be had."]})
        return Proceed() if self.is_answered else Wait("The customer was asked.")


@pytest.fixture
def asking():
    with filled(CHECKOUT_REVIEW, found := _Asking()):
        yield found


@pytest.fixture
def plans(distributor) -> None:
    plans_on_sale(distributor)


@pytest.fixture
def waiting(reseller, shop, distributor, asking) -> Basket:
    """A basket that waits, beside an open one."""
    with scope.activate(reseller.account.scope):
        found = make_basket(reseller, shop, make_product(distributor, name="Acrobat"))
        reseller.client.post("/basket/", {"do": "continue"})
        make_basket(reseller, shop, make_product(distributor, name="Mailbox"))
    return found


def test_others_go_on_and_the_one_that_waits_is_found_again(reseller, waiting):
    page = main_of(reseller.client.get("/basket/"))
    assert "Mailbox" in page
    assert "Your other baskets" in page
    assert page.count("waits for an answer") == 1

    answer = reseller.client.post("/basket/pick/", {"pick": waiting.public_id})
    assert answer.url == "/basket/"
    page = main_of(reseller.client.get("/basket/"))
    assert "Acrobat" in page
    assert "The customer was asked." in page


def test_a_basket_that_waits_is_placed_once_it_is_answered(reseller, waiting, asking):
    reseller.client.post("/basket/pick/", {"pick": waiting.public_id})
    review = reseller.client.get("/checkout/review/").context
    form = {"basket": waiting.public_id, "seen": review["seen"], "do": "place"}

    def placed() -> str:
        waiting.refresh_from_db()
        return str(
            reseller.client.post("/checkout/review/", {**form, "version": waiting.version}).url
        )

    assert placed() == "/basket/"
    assert Order.everywhere.count() == 0
    asking.is_answered = True

    assert "progress" in placed()
    assert Order.everywhere.get().basket_id == waiting.pk
    assert "Mailbox" in main_of(reseller.client.get("/basket/"))


def test_nobody_elses_basket_is_picked(rival, waiting):
    assert rival.client.post("/basket/pick/", {"pick": waiting.public_id}).status_code == 404
    assert rival.client.post("/basket/pick/", {"pick": ""}).status_code == 404


# Which of several ------------------------------------------------------------------------------------------------


def pick(reseller, basket: Basket) -> None:
    assert reseller.client.post("/basket/pick/", {"pick": basket.public_id}).url == "/basket/"


def test_what_is_added_is_in_the_basket_that_is_shown_then(reseller, waiting, distributor):
    pick(reseller, waiting)
    archive = make_product(distributor, name="Archive")

    added = reseller.client.post(
        "/basket/add/", {"product": archive.public_id, "unit": "P1M", "quantity": "1"}
    )

    page = main_of(reseller.client.get(added.url))
    assert "Mailbox" in page
    assert "Archive" in page
    assert "Acrobat" not in page
    assert waiting.lines.count() == 1


def test_a_plan_that_is_chosen_is_in_the_basket_that_is_shown_then(reseller, plans, waiting):
    pick(reseller, waiting)

    chosen = reseller.client.post("/plans/free/choose/", {"unit": "P1M"})

    line = BasketLine.objects.get(basket__state="open", product__external_id__icontains="free")
    page = main_of(reseller.client.get(chosen.url))
    assert line.public_id in page
    assert "Acrobat" not in page


@pytest.mark.parametrize(
    ("path", "typed", "expected"),
    [
        ("/checkout/billing/", {"purchase_order": "PO-1"}, ("PO-1", {}, "")),
        ("/checkout/details/", {"order-centre": "Sales"}, ("", {"centre": "Sales"}, "")),
        (
            "/checkout/customer/",
            {"name": "Ionian Freight", "country": "GR"},
            ("", {}, "Ionian Freight"),
        ),
    ],
)
def test_a_step_writes_to_the_basket_of_its_page_whichever_was_picked_since(
    path, typed, expected, reseller, waiting, asking, distributor
):
    make_order_field(distributor)
    Basket.everywhere.filter(pk=waiting.pk).update(answers={"centre": "Support"})
    asking.is_answered = True
    form = form_of(reseller.client.get(path).content.decode())
    pick(reseller, waiting)

    answer = reseller.client.post(path, form | typed | {"do": "continue"})

    assert answer.status_code == 302
    assert told_of(Basket.everywhere.get(state="open")) == expected
    assert told_of(waiting) == ("", {"centre": "Support"}, "")
    # The pages that follow are about the same one.
    page = main_of(reseller.client.get(answer.url))
    assert "Mailbox" in page
    assert "Acrobat" not in page


def told_of(basket: Basket) -> tuple[str, dict[str, Any], str]:
    """The number, the answers and the new customer of a basket."""
    basket.refresh_from_db()
    draft = CustomerDraft.everywhere.filter(basket=basket).first()
    return basket.purchase_order, basket.answers, draft.name if draft else ""


def test_the_items_of_a_page_are_changed_whichever_was_picked_since(reseller, waiting):
    line = BasketLine.objects.get(basket__state="open")
    form = form_of(reseller.client.get("/basket/").content.decode())
    pick(reseller, waiting)

    reseller.client.post("/basket/", form | {f"{line.public_id}-quantity": "4"})

    line.refresh_from_db()
    assert line.quantity == 4
    assert waiting.lines.get().quantity == 1
    assert "Mailbox" in main_of(reseller.client.get("/basket/"))


# Leaving one, and taking one up ----------------------------------------------------------------------------------


def named(basket: Basket) -> dict[str, str]:
    return {"basket": basket.public_id}


def states() -> dict[str, str]:
    """What each basket holds, and its state."""
    return dict(BasketLine.objects.values_list("product__name", "basket__state"))


def test_a_basket_that_waits_is_left_for_good(reseller, waiting):
    pick(reseller, waiting)
    asked = main_of(reseller.client.get("/basket/"))

    left = reseller.client.post("/basket/leave/", named(waiting))

    assert "Leave this basket" in asked
    assert "It cannot be brought back." in asked
    assert 'action="/basket/leave/"' in asked
    assert left.url == "/basket/"
    page = reseller.client.get("/basket/").content.decode()
    assert "Nothing in it was ordered." in page
    assert "Mailbox" in page
    assert "Your other baskets" not in page
    assert states() == {"Acrobat": "abandoned", "Mailbox": "open"}


def test_an_open_basket_offers_no_leaving(reseller, waiting):
    page = main_of(reseller.client.get("/basket/"))

    assert "Leave this basket" not in page
    assert "Take it up again" not in page


@pytest.mark.parametrize("path", ["/basket/leave/", "/basket/reopen/"])
def test_nobody_elses_basket_is_left_or_taken_up(path, rival, reseller, waiting):
    before = states()

    assert rival.client.post(path, named(waiting)).status_code == 404
    assert rival.client.post(path, {}).status_code == 404
    assert reseller.client.get(path).status_code == 405
    assert states() == before


def refused(reseller, waiting: Basket, asking: _Asking) -> Any:
    """The one that waited gets its answer, which is a refusal, beside an open one."""
    asking.refuses = True
    pick(reseller, waiting)
    form = form_of(reseller.client.get("/checkout/details/").content.decode())
    return reseller.client.post("/checkout/details/", form | {"do": "continue"})


def test_a_refused_basket_is_taken_up_and_the_open_one_put_aside(
    reseller, waiting, asking, distributor
):
    make_order_field(distributor)
    answer = refused(reseller, waiting, asking)
    locked = main_of(reseller.client.get("/basket/"))

    taken = reseller.client.post("/basket/reopen/", named(waiting))
    page = main_of(reseller.client.get("/basket/"))

    assert answer.status_code == 400
    assert "So many are not to be had." in main_of(answer)
    assert "This basket lies aside" in locked
    assert "Remove" not in locked
    assert taken.url == "/basket/"
    assert states() == {"Acrobat": "open", "Mailbox": "waiting"}
    assert "Acrobat" in page
    assert "Remove" in page
    assert "lies aside" in page
    assert "waits for an answer" not in page


def test_what_was_put_aside_is_taken_up_in_the_same_way_and_lost_nothing(
    reseller, waiting, asking, distributor
):
    make_order_field(distributor)
    refused(reseller, waiting, asking)
    other = Basket.everywhere.get(state="open")
    BasketLine.objects.filter(basket=other).update(quantity=3)
    reseller.client.post("/basket/reopen/", named(waiting))

    pick(reseller, other)
    aside = main_of(reseller.client.get("/basket/"))
    reseller.client.post("/basket/reopen/", named(other))

    assert "Take it up again" in aside
    assert states() == {"Acrobat": "waiting", "Mailbox": "open"}
    assert other.lines.get().quantity == 3


def test_what_still_waits_is_not_taken_up(reseller, waiting):
    before = states()

    answer = reseller.client.post("/basket/reopen/", named(waiting))

    assert answer.url == "/basket/"
    assert "The customer was asked." in reseller.client.get("/basket/").content.decode()
    assert states() == before


def test_beside_an_empty_basket_the_others_are_found(reseller, waiting):
    line = BasketLine.objects.get(basket__state="open")
    reseller.client.post("/basket/", {"take_out": line.public_id})

    page = main_of(reseller.client.get("/basket/"))

    assert "Your basket is empty" in page
    assert f'name="pick" value="{waiting.public_id}"' in page
