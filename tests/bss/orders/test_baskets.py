"""What a buyer may put into a basket, and what an order makes of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.catalog.models import ListPrice, PriceList, PriceListItem
from bss.core.actor import SYSTEM
from bss.core.errors import Conflict, Invalid, StaleState
from bss.core.fields import FieldSpec
from bss.core.money import Money
from bss.orders import selectors
from bss.orders.choices import BasketState, LineState, OrderState
from bss.orders.contracts import LineEdit
from bss.orders.errors import (
    BasketEmpty,
    CreditExceeded,
    CurrencyChanged,
    NotForSale,
    NotForThisCustomer,
    OnlyOne,
    PriceChanged,
    QuantityNotPossible,
    TermsNotAccepted,
)
from bss.orders.models import Basket, BasketLine, Order, OrderLine
from bss.orders.services import (
    basket_add,
    basket_answer,
    basket_choose_customer,
    basket_edit,
    basket_line_remove,
    basket_open_for,
    basket_place,
    order_execute,
    order_line_add,
    order_line_remove,
)
from bss.subscriptions.models import Subscription
from tests.factories.orders import (
    make_add_on,
    make_basket,
    make_draft,
    make_product,
    make_terms,
    make_type,
    set_price,
)

pytestmark = pytest.mark.usefixtures("at_distributor")


def test_one_open_basket_per_user_and_storefront(reseller, shop):
    first = basket_open_for(user_id=reseller.user.pk, storefront=shop, account=reseller.account)
    second = basket_open_for(user_id=reseller.user.pk, storefront=shop, account=reseller.account)
    assert first.pk == second.pk
    assert Basket.objects.count() == 1


def test_the_same_product_again_raises_the_quantity(reseller, shop, distributor):
    product = make_product(distributor)
    basket = make_basket(reseller, shop, product, product, quantity=2)
    assert [line.quantity for line in basket.lines.all()] == [4]
    assert basket.version == 3


def test_quantity_stops_at_the_limit_of_the_type(reseller, shop, distributor):
    product = make_product(distributor, type=make_type(distributor, max_quantity=3))
    basket = make_basket(reseller, shop, product, quantity=3)
    with pytest.raises(QuantityNotPossible) as refusal:
        basket_add(basket=basket, product=product, unit="P1M", quantity=1, actor=reseller.actor)
    assert refusal.value.extra == {"maximum": 3}
    assert refusal.value.field == "quantity"
    assert basket.lines.get().quantity == 3


@pytest.mark.parametrize("quantity", [0, -1, 2_000_001])
def test_impossible_quantities_are_refused(reseller, shop, distributor, quantity):
    line = make_basket(reseller, shop, make_product(distributor)).lines.get()
    edit = LineEdit(line.public_id, quantity=quantity)
    with pytest.raises(Invalid) as refusal:
        basket_edit(basket=line.basket, edits=[edit], actor=reseller.actor)
    assert refusal.value.errors.keys() == {f"{line.public_id}.quantity"}
    line.refresh_from_db()
    assert line.quantity == 1


def test_an_add_on_hangs_below_its_product_and_goes_with_it(reseller, shop, distributor):
    product = make_product(distributor)
    add_on = make_add_on(product, maximum=2)
    basket = make_basket(reseller, shop, product)
    parent = basket.lines.get()
    basket_add(
        basket=basket, product=add_on, unit="P1M", quantity=2, actor=reseller.actor, parent=parent
    )
    with pytest.raises(QuantityNotPossible):
        basket_add(
            basket=basket, product=add_on, unit="P1M", quantity=1, actor=reseller.actor,
            parent=parent,
        )  # fmt: skip
    with pytest.raises(NotForSale):
        basket_add(basket=basket, product=add_on, unit="P1M", quantity=1, actor=reseller.actor)
    assert BasketLine.objects.count() == 2
    basket_line_remove(line=parent, actor=reseller.actor)
    assert BasketLine.objects.count() == 0


def test_a_unit_without_a_price_is_not_for_sale(reseller, shop, distributor):
    basket = make_basket(reseller, shop)
    with pytest.raises(NotForSale):
        basket_add(
            basket=basket, product=make_product(distributor), unit="P3Y", quantity=1,
            actor=reseller.actor,
        )  # fmt: skip
    assert basket.lines.count() == 0


def test_what_is_for_resellers_cannot_be_for_their_customer(
    reseller, shop, distributor, customer_account
):
    plan = make_product(distributor, type=make_type(distributor, audience="reseller"))
    basket = make_basket(reseller, shop, plan)
    with pytest.raises(NotForThisCustomer):
        basket_choose_customer(basket=basket, customer=customer_account, actor=reseller.actor)
    basket.refresh_from_db()
    assert basket.customer_id == reseller.account.pk


def test_a_rivals_customer_cannot_be_chosen(rival, shop, distributor, customer_account):
    basket = make_basket(rival, shop, make_product(distributor))
    with pytest.raises(NotForThisCustomer):
        basket_choose_customer(basket=basket, customer=customer_account, actor=rival.actor)
    basket.refresh_from_db()
    assert basket.customer_id == rival.account.pk


def test_placing_freezes_prices_parameters_and_terms(reseller, shop, distributor):
    terms = make_terms(distributor)
    product = make_product(distributor, price="12.345", cost="7")
    basket = make_basket(reseller, shop, product, quantity=3)
    order = basket_place(basket=basket, actor=reseller.actor, terms=terms, purchase_order="PO 77")
    line = order.lines.get()
    assert (order.state, line.state) == (OrderState.PLACED, LineState.PENDING)
    # 3 x 12.345 is rounded once, on the line.
    assert (line.unit_price, line.total) == (Decimal("12.345"), Decimal("37.04"))
    assert (order.total, order.total_cost, order.profit) == (
        Decimal("37.04"), Decimal("21.00"), Decimal("16.04"),
    )  # fmt: skip
    assert (order.terms, order.purchase_order) == (terms, "PO 77")
    assert order.terms_accepted_at is not None
    assert order.number.startswith("SO-")
    assert order.placed_by_id == reseller.user.pk
    basket.refresh_from_db()
    assert basket.state == BasketState.PLACED


def test_placing_twice_gives_the_same_order(reseller, shop, distributor):
    basket = make_basket(reseller, shop, make_product(distributor))
    stale = Basket.objects.get(pk=basket.pk)
    first = basket_place(basket=basket, actor=reseller.actor, terms=None)
    second = basket_place(basket=stale, actor=reseller.actor, terms=None)
    assert first.pk == second.pk
    assert Order.objects.count() == 1


def test_an_empty_basket_is_not_placed(reseller, shop):
    with pytest.raises(BasketEmpty):
        basket_place(basket=make_basket(reseller, shop), actor=reseller.actor, terms=None)
    assert Order.objects.count() == 0


def test_without_the_latest_terms_nothing_is_placed(reseller, shop, distributor):
    old = make_terms(distributor, "1")
    basket = make_basket(reseller, shop, make_product(distributor))
    make_terms(distributor, "2")
    for terms, code in ((None, "TERMS_NOT_ACCEPTED"), (old, "TERMS_CHANGED")):
        with pytest.raises(TermsNotAccepted) as refusal:
            basket_place(basket=basket, actor=reseller.actor, terms=terms)
        assert refusal.value.code == code
    assert Order.objects.count() == 0


def test_a_changed_price_is_told_before_placing_never_after(reseller, shop, distributor):
    product = make_product(distributor, price="10")
    basket = make_basket(reseller, shop, product)
    set_price(product, "11")
    with pytest.raises(PriceChanged) as refusal:
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    told = refusal.value.extra["lines"][0]
    assert (Decimal(told["old"]), Decimal(told["new"])) == (Decimal(10), Decimal(11))
    assert Order.objects.count() == 0
    basket.refresh_from_db()
    assert basket.state == BasketState.OPEN
    # Told once: the buyer has seen the new price and goes on.
    order = basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert order.total == Decimal(11)


def test_what_is_no_longer_on_sale_is_named(reseller, shop, distributor):
    product = make_product(distributor, name="Retired mail")
    basket = make_basket(reseller, shop, product)
    product.is_active = False
    product.save()
    with pytest.raises(NotForSale) as refusal:
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert list(refusal.value.errors) == [basket.lines.get().public_id]
    assert Order.objects.count() == 0


def test_what_nobody_answered_is_asked_before_an_order_exists(reseller, shop, distributor):
    asked = [
        FieldSpec("region", "Region", required=True).to_json(),
        FieldSpec("seats", "Seats", "integer", required=True, maximum="50").to_json(),
        FieldSpec("note", "Note").to_json(),
    ]
    product = make_product(distributor, type=make_type(distributor, characteristics=asked))
    basket = make_basket(reseller, shop, product)
    line, version = basket.lines.get(), basket.version
    BasketLine.objects.filter(pk=line.pk).update(parameters={"seats": 80})

    with pytest.raises(Invalid) as refusal:
        basket_place(basket=basket, actor=reseller.actor, terms=None)

    assert refusal.value.code == "DETAILS"
    assert set(refusal.value.errors) == {f"{line.public_id}.region", f"{line.public_id}.seats"}
    assert Order.objects.count() == 0
    basket.refresh_from_db()
    assert (basket.state, basket.version) == (BasketState.OPEN, version)
    basket_answer(
        basket=basket,
        answers={line.public_id: {"region": "eu", "seats": "8"}},
        actor=reseller.actor,
    )
    order = basket_place(basket=Basket.objects.get(pk=basket.pk), actor=reseller.actor, terms=None)
    assert order.lines.get().parameters == {"region": "eu", "seats": 8}


def test_a_line_added_in_another_tab_is_not_bought_unseen(reseller, shop, distributor):
    basket = make_basket(reseller, shop, make_product(distributor))
    reviewed = basket.version
    basket = make_basket(reseller, shop, make_product(distributor))
    with pytest.raises(StaleState):
        basket_place(basket=basket, actor=reseller.actor, terms=None, version=reviewed)
    assert Order.objects.count() == 0


@pytest.mark.parametrize(("limit", "passes"), [("30.00", True), ("29.99", False), ("0", False)])
def test_the_credit_limit_counts_to_the_cent(reseller, shop, distributor, limit, passes):
    reseller.account.credit_limit = Decimal(limit)
    reseller.account.save()
    basket = make_basket(reseller, shop, make_product(distributor, price="30"))
    if passes:
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    else:
        with pytest.raises(CreditExceeded) as refusal:
            basket_place(basket=basket, actor=reseller.actor, terms=None)
        assert refusal.value.extra["total"] == "30.00"
        basket.refresh_from_db()
        assert basket.state == BasketState.OPEN
    assert Order.objects.count() == (1 if passes else 0)


def test_one_per_account_counts_what_is_on_its_way(reseller, shop, distributor, run_jobs):
    kind = make_type(distributor, one_per_account=True)
    free, standard = (make_product(distributor, type=kind) for _ in range(2))
    basket = make_basket(reseller, shop, free, standard)
    with pytest.raises(OnlyOne):
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    basket_line_remove(line=basket.lines.get(product=standard), actor=reseller.actor)
    basket.refresh_from_db()
    basket_place(basket=basket, actor=reseller.actor, terms=None)
    again = make_basket(reseller, shop, standard)
    with pytest.raises(OnlyOne):
        basket_place(basket=again, actor=reseller.actor, terms=None)
    run_jobs()
    assert Subscription.objects.count() == 1
    with pytest.raises(OnlyOne):
        basket_place(basket=again, actor=reseller.actor, terms=None)
    assert Order.objects.count() == 1


def test_replacing_the_same_type_leaves_one(reseller, shop, distributor):
    kind = make_type(distributor, one_per_account=True)
    free, standard = (make_product(distributor, type=kind) for _ in range(2))
    other = make_product(distributor)
    basket = make_basket(reseller, shop, free, other)
    basket_add(
        basket=basket, product=standard, unit="P1M", quantity=1, actor=reseller.actor,
        replace_same_type=True,
    )  # fmt: skip
    assert {line.product_id for line in basket.lines.all()} == {standard.pk, other.pk}


def test_an_automatic_order_runs_by_itself(reseller, shop, distributor, run_jobs):
    basket = make_basket(reseller, shop, make_product(distributor))
    order = basket_place(basket=basket, actor=reseller.actor, terms=None)
    run_jobs()
    order.refresh_from_db()
    assert order.state == OrderState.EXECUTING
    assert OrderLine.objects.get().state == LineState.PROVISIONING
    assert Subscription.objects.get().number == "SUB-000001"


def test_one_line_for_staff_keeps_the_whole_order_waiting(reseller, shop, distributor, run_jobs):
    manual = make_product(distributor, type=make_type(distributor, automatic=False))
    basket = make_basket(reseller, shop, make_product(distributor), manual)
    order = basket_place(basket=basket, actor=reseller.actor, terms=None)
    run_jobs()
    order.refresh_from_db()
    assert order.state == OrderState.PLACED
    assert Subscription.objects.count() == 0


def in_dollars(account, product, price):
    """The payer is invoiced in dollars from now on, and the product has a price in it."""
    price_list = PriceListItem.objects.get(product=product).price_list
    dollars = PriceList.objects.create(
        organization=price_list.organization,
        name="In dollars",
        currency="USD",
        valid_from=price_list.valid_from,
        is_default=True,
    )
    owner = {"organization": price_list.organization, "product": product}
    PriceListItem.objects.create(price_list=dollars, **owner)
    ListPrice.objects.create(
        unit="P1M", currency="USD", price=Decimal(price), cost=Decimal(7), **owner
    )
    Account.objects.filter(pk=account.pk).update(currency="USD")


def test_a_basket_of_another_currency_is_told_like_a_changed_price(reseller, shop, distributor):
    product = make_product(distributor, price="10")
    opened = make_basket(reseller, shop, product)
    in_dollars(reseller.account, product, "10")
    basket = Basket.objects.get(pk=opened.pk)
    assert selectors.basket_view(basket).total == Money(Decimal(10), "USD")

    with pytest.raises(PriceChanged):
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    assert Order.objects.count() == 0

    order = basket_place(basket=Basket.objects.get(pk=opened.pk), actor=reseller.actor, terms=None)
    assert (order.currency, order.lines.get().currency) == ("USD", "USD")


def test_a_draft_never_adds_two_currencies_up(reseller, distributor):
    product, other = make_product(distributor, price="10"), make_product(distributor)
    draft = make_draft(reseller.account, product, other)
    in_dollars(reseller.account, product, "10")
    draft = Order.objects.get(pk=draft.pk)
    with pytest.raises(CurrencyChanged):
        order_line_add(order=draft, product=product, unit="P1M", quantity=1, actor=reseller.actor)
    assert {line.currency for line in draft.lines.all()} == {"EUR"}

    order_line_remove(line=draft.lines.get(product=other), actor=reseller.actor)
    with pytest.raises(PriceChanged):
        order_execute(order=Order.objects.get(pk=draft.pk), actor=SYSTEM)
    order = order_execute(order=Order.objects.get(pk=draft.pk), actor=SYSTEM, accept_reprice=True)
    assert (order.currency, order.lines.get().currency) == ("USD", "USD")


def test_an_edit_of_a_basket_that_another_tab_edited_changes_its_own_line(
    reseller, shop, distributor
):
    products = [make_product(distributor) for _each in range(2)]
    basket = make_basket(reseller, shop, *products)
    mine, theirs = basket.lines.order_by("pk")
    read = Basket.objects.select_related("account__organization", "customer").get(pk=basket.pk)
    edit = LineEdit(theirs.public_id, quantity=5)
    basket_edit(basket=Basket.objects.get(pk=basket.pk), edits=[edit], actor=reseller.actor)

    view = basket_edit(
        basket=read, edits=[LineEdit(mine.public_id, quantity=3)], actor=reseller.actor
    )

    assert sorted(item.line.quantity for item in view.items) == [3, 5]
    assert sorted(basket.lines.values_list("quantity", flat=True)) == [3, 5]
    basket.refresh_from_db()
    assert read.version == basket.version


def test_what_was_placed_meanwhile_is_not_edited(reseller, shop, distributor):
    basket = make_basket(reseller, shop, make_product(distributor))
    line = basket.lines.get()
    read = Basket.objects.get(pk=basket.pk)
    basket_place(basket=basket, actor=reseller.actor, terms=None)

    with pytest.raises(Conflict):
        basket_edit(basket=read, edits=[LineEdit(line.public_id, quantity=9)], actor=reseller.actor)

    line.refresh_from_db()
    assert line.quantity == 1
