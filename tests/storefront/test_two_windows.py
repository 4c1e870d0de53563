"""Two windows of one buyer: a form changes the basket of its own page, or says why it came too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bss.accounts.models import Account
from bss.core import scope
from bss.orders.models import Basket, BasketLine, CustomerDraft, Order
from bss.orders.services import basket_abandon, basket_reopen, basket_resume, basket_wait
from tests.conftest import Person
from tests.factories.orders import make_basket, make_order_field, make_product, make_type
from tests.storefront.test_checkout import form_of, main_of

NOTE = {"code": "note", "label": "Note", "type": "text"}
NAME = {"code": "host", "label": "Host", "type": "text", "required": True}
TYPED = {
    "/basket/": {"customer": "new"},
    "/checkout/customer/": {"name": "Ionian Freight", "country": "GR"},
    "/checkout/billing/": {"purchase_order": "PO-9", "address_1": "Ermou 12"},
    "/checkout/details/": {"order-centre": "Sales"},
}


@pytest.fixture
def line(reseller, shop, distributor) -> BasketLine:
    """The reseller's basket holds one mailbox; the organization asks for a cost centre."""
    make_order_field(distributor)
    with scope.activate(reseller.account.scope):
        make_basket(reseller, shop, make_product(distributor, name="Mailbox"))
    return BasketLine.objects.get()


@pytest.fixture
def another(reseller, shop, distributor) -> Callable[[], Basket]:
    """Begin the next basket."""

    def begin() -> Basket:
        with scope.activate(reseller.account.scope):
            found: Basket = make_basket(reseller, shop, make_product(distributor, name="Archive"))
        return found

    return begin


def page_of(person: Person, path: str) -> dict[str, str]:
    """A window: the hidden inputs of a page that stands open."""
    return form_of(person.client.get(path).content.decode())


def ordered(reseller: Person, basket: Basket) -> None:
    form = page_of(reseller, "/checkout/review/")
    placed = reseller.client.post("/checkout/review/", form | {"basket": basket.public_id})
    assert placed.url.endswith("/progress/")


def left(reseller: Person, basket: Basket) -> None:
    with scope.activate(reseller.account.scope):
        basket_abandon(basket=basket, actor=reseller.actor)


def made_to_wait(reseller: Person, basket: Basket) -> None:
    with scope.activate(reseller.account.scope):
        basket_wait(basket=basket, message="Asked.", requests=[], actor=reseller.actor)


def held(basket: Basket) -> tuple[Any, ...]:
    """All that a step could have written to it."""
    basket.refresh_from_db()
    lines = list(basket.lines.values_list("quantity", "parameters"))
    is_drafted = CustomerDraft.everywhere.filter(basket=basket).exists()
    return basket.version, basket.purchase_order, basket.answers, is_drafted, lines


@pytest.mark.parametrize("path", TYPED)
@pytest.mark.parametrize(("happens", "said"), [(ordered, "was ordered in"), (left, "You left")])
def test_what_comes_too_late_is_told_and_touches_no_other_basket(
    path, happens, said, reseller, line, another
):
    form = page_of(reseller, path) | TYPED[path] | {f"{line.public_id}-quantity": "5"}
    happens(reseller, line.basket)
    orders, next_one = Order.everywhere.count(), another()
    before = held(next_one), held(line.basket)

    answer = reseller.client.post(path, form | {"do": "continue"})

    assert answer.url == "/basket/"
    page = reseller.client.get("/basket/").content.decode()
    assert said in page
    assert "Archive" in page
    assert (held(next_one), held(line.basket)) == before
    assert Order.everywhere.count() == orders
    reseller.account.refresh_from_db()
    assert reseller.account.address_1 == ""


@pytest.mark.parametrize(
    ("path", "name"), [("/checkout/billing/", "address_1"), ("/checkout/customer/", "name")]
)
def test_what_was_typed_of_a_company_is_there_in_the_next_basket(
    path, name, reseller, line, another
):
    form = page_of(reseller, path) | TYPED[path]
    ordered(reseller, line.basket)
    another()

    reseller.client.post(path, form | {"do": "continue"})

    page = main_of(reseller.client.get(path))
    assert f'value="{TYPED[path][name]}"' in page
    assert "PO-9" not in page


def test_a_review_of_a_basket_that_was_left_places_nothing(reseller, line):
    form = page_of(reseller, "/checkout/review/") | {"do": "place"}
    left(reseller, line.basket)

    answer = reseller.client.post("/checkout/review/", form)

    assert answer.url == "/basket/"
    assert "You left that basket" in reseller.client.get("/basket/").content.decode()
    assert Order.everywhere.count() == 0


def test_a_part_of_a_page_is_not_put_where_the_basket_was(reseller, line):
    form = page_of(reseller, "/basket/") | {f"{line.public_id}-quantity": "5"}
    left(reseller, line.basket)

    answer = reseller.client.post("/basket/", form, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/basket/")


# Items -----------------------------------------------------------------------------------------------------------


def test_a_line_that_is_gone_already_is_told_and_the_rest_is_kept(reseller, shop, line, another):
    another()
    kept = BasketLine.objects.get(product__name="Archive")
    form = page_of(reseller, "/basket/") | {"take_out": line.public_id}
    reseller.client.post("/basket/", form)

    again = reseller.client.post("/basket/", form | {f"{kept.public_id}-quantity": "4"})

    assert again.url == "/basket/"
    assert "taken out of the basket already" in reseller.client.get("/basket/").content.decode()
    assert list(BasketLine.objects.values_list("pk", "quantity")) == [(kept.pk, 4)]


def test_who_goes_on_is_told_what_another_window_took_out(reseller, shop, line, another):
    another()
    kept = BasketLine.objects.get(product__name="Archive")
    counts = {f"{each.public_id}-quantity": "4" for each in (line, kept)}
    form = page_of(reseller, "/basket/")
    reseller.client.post("/basket/", form | {"take_out": line.public_id})

    on = reseller.client.post("/basket/", form | counts | {"do": "continue"})

    assert on.url == "/basket/"
    page = reseller.client.get("/basket/").content.decode()
    assert "Another window took something out of the basket." in page
    assert list(BasketLine.objects.values_list("pk", "quantity")) == [(kept.pk, 4)]
    again = page_of(reseller, "/basket/") | {"do": "continue"}
    assert reseller.client.post("/basket/", again).url == "/checkout/billing/"


@pytest.mark.parametrize("what", ["take_out", "quantity", "customer"])
def test_what_began_to_wait_meanwhile_is_not_changed_and_says_so(reseller, line, what):
    changes = {
        "take_out": {"take_out": line.public_id},
        "quantity": {f"{line.public_id}-quantity": "5", "do": "continue"},
        "customer": {"do": "customer"},
    }
    form = page_of(reseller, "/basket/") | changes[what]
    made_to_wait(reseller, line.basket)
    before = held(line.basket)

    answer = reseller.client.post("/basket/", form)

    assert answer.url == "/basket/"
    assert "made to wait for an answer" in reseller.client.get("/basket/").content.decode()
    assert held(line.basket) == before


def test_what_was_put_aside_meanwhile_is_not_changed_and_says_so(reseller, line, another):
    """Two baskets: another window takes up the one that lies aside."""
    aside = line.basket
    made_to_wait(reseller, aside)
    shown = another()
    with scope.activate(reseller.account.scope):
        basket_resume(basket=aside, actor=reseller.actor)
    form = page_of(reseller, "/basket/") | {f"{shown.lines.get().public_id}-quantity": "5"}
    with scope.activate(reseller.account.scope):
        basket_reopen(basket=aside, actor=reseller.actor)
    before = held(shown), held(aside)

    answer = reseller.client.post("/basket/", form)

    assert answer.url == "/basket/"
    page = reseller.client.get("/basket/").content.decode()
    assert "In another window this basket was put aside" in page
    assert "Archive" in main_of(reseller.client.get("/basket/"))
    assert "Take it up again" in page
    assert (held(shown), held(aside)) == before


def test_a_new_customer_of_what_began_to_wait_is_not_lost(reseller, line):
    path = "/checkout/customer/"
    form = page_of(reseller, path) | TYPED[path] | {"do": "continue"}
    made_to_wait(reseller, line.basket)

    answer = reseller.client.post(path, form)

    assert answer.url == "/basket/"
    assert CustomerDraft.everywhere.count() == 0
    Basket.everywhere.update(state="open", waiting_message="")
    assert 'value="Ionian Freight"' in main_of(reseller.client.get(path))


# Service Details -------------------------------------------------------------------------------------------------


def put_in(reseller: Person, basket: Basket, question: dict[str, Any]) -> BasketLine:
    """Another window puts something in that asks for more."""
    organization = basket.organization
    router = make_product(
        organization, name="Router", type=make_type(organization, characteristics=[question])
    )
    with scope.activate(reseller.account.scope):
        make_basket(reseller, basket.storefront, router)
    return BasketLine.objects.get(product=router)


def test_an_answer_given_in_another_window_is_kept(reseller, line):
    path = "/checkout/details/"
    old = page_of(reseller, path)
    router = put_in(reseller, line.basket, NOTE)
    new = page_of(reseller, path) | {"order-centre": "Support", f"{router.public_id}-note": "Attic"}
    reseller.client.post(path, new | {"do": "continue"})

    answer = reseller.client.post(path, old | {"order-centre": "Sales", "do": "continue"})

    assert answer.url == "/checkout/review/"
    router.refresh_from_db()
    assert router.parameters == {"note": "Attic"}
    assert router.basket.answers == {"centre": "Sales"}


def test_an_answer_is_emptied_by_a_page_that_asks_for_it(reseller, line):
    path = "/checkout/details/"
    router = put_in(reseller, line.basket, NOTE)
    form = page_of(reseller, path) | {"order-centre": "", "do": "continue"}
    reseller.client.post(path, form | {f"{router.public_id}-note": "Attic"})

    reseller.client.post(path, form | {f"{router.public_id}-note": ""})

    router.refresh_from_db()
    assert router.parameters == {}


def given_to(reseller: Person, account: Account | None) -> None:
    chosen = {"customer": account.public_id if account else ""}
    reseller.client.post("/basket/", page_of(reseller, "/basket/") | chosen)


def test_what_was_typed_for_one_customer_is_not_said_of_another(reseller, line, customer_account):
    path = "/checkout/details/"
    form = page_of(reseller, path) | {"order-centre": "Sales", "do": "continue"}
    given_to(reseller, customer_account)
    before = held(line.basket)

    answer = reseller.client.post(path, form)

    page = main_of(answer)
    assert answer.status_code == 409
    assert f"This basket is for {customer_account.name} now" in page
    assert 'value="Sales"' in page
    assert held(line.basket) == before
    again = reseller.client.post(path, form_of(answer.content.decode()) | {"order-centre": "Sales"})
    assert again.url == "/checkout/review/"
    line.basket.refresh_from_db()
    assert line.basket.answers == {"centre": "Sales"}


def test_answers_are_looked_at_again_once_the_customer_changed(reseller, line, customer_account):
    path, review = "/checkout/details/", "/checkout/review/"
    reseller.client.post(path, page_of(reseller, path) | {"order-centre": "Sales"})
    old = page_of(reseller, review) | {"do": "place"}
    given_to(reseller, customer_account)

    placed = reseller.client.post(review, old)

    assert placed.url == path
    assert reseller.client.get(review).url == path
    assert Order.everywhere.count() == 0
    page = main_of(reseller.client.get(path))
    assert f"set it up for {customer_account.name}" in page
    assert "may have been given for another customer" in page
    reseller.client.post(path, page_of(reseller, path) | {"order-centre": "Sales"})
    assert reseller.client.get(review).status_code == 200
    assert "another customer" not in main_of(reseller.client.get(path))


def test_the_same_customer_chosen_again_asks_nothing_again(reseller, line):
    path = "/checkout/details/"
    reseller.client.post(path, page_of(reseller, path) | {"order-centre": "Sales"})

    given_to(reseller, None)

    assert reseller.client.get("/checkout/review/").status_code == 200


def test_what_was_never_answered_was_given_for_nobody_else(reseller, line, customer_account):
    given_to(reseller, customer_account)

    assert "another customer" not in main_of(reseller.client.get("/checkout/details/"))


def test_what_came_up_in_another_window_is_asked_for_beside_what_was_typed(reseller, line):
    path = "/checkout/details/"
    old = page_of(reseller, path)
    router = put_in(reseller, line.basket, NAME)

    answer = reseller.client.post(path, old | {"order-centre": "Sales", "do": "continue"})

    page = main_of(answer)
    assert answer.status_code == 400
    assert f'name="{router.public_id}-host"' in page
    assert page.count('aria-invalid="true"') == 1
    assert 'value="Sales"' in page
