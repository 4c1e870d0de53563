"""Payment plans on baskets, drafts and over the API; what the organization asks of every order; expired lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.catalog.models import PriceList
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec
from bss.installments.models import PaymentPlanAccess
from bss.orders import selectors
from bss.orders.contracts import LineEdit
from bss.orders.errors import NotForSale, PlanNotPossible, PriceChanged
from bss.orders.models import BasketLine, Order, OrderField, OrderLine
from bss.orders.services import (
    basket_add,
    basket_edit,
    basket_place,
    order_create,
    order_execute,
    order_field_create,
    order_field_edit,
    order_line_add,
    order_line_edit,
)
from tests.factories.accounts import AccountFactory
from tests.factories.installments import make_plan
from tests.factories.orders import make_basket, make_order_field, make_product, offer_plan

pytestmark = pytest.mark.usefixtures("at_distributor")


@pytest.fixture
def mailbox(distributor):
    return make_product(distributor, name="Mailbox", price="100", units=("P1M", "P1Y"))


@pytest.fixture
def basket(reseller, shop):
    return make_basket(reseller, shop)


def add(basket, product, reseller, plan, *, unit="P1Y", quantity=1) -> BasketLine:
    return basket_add(
        basket=basket, product=product, unit=unit, quantity=quantity, payment_plan=plan,
        actor=reseller.actor,
    )  # fmt: skip


def test_a_line_by_a_plan_shows_its_installments_and_its_extra_charge(basket, reseller, mailbox):
    plan = offer_plan(mailbox, reseller.account, charge="2")

    line = add(basket, mailbox, reseller, plan, quantity=3)

    (item,) = selectors.basket_view(basket).items
    assert line.seen_price == Decimal(102)
    assert item.total.amount == Decimal("306.00")
    assert (item.split.regular, item.split.last) == (Decimal("25.50"), Decimal("25.50"))
    at_once, by_plan = item.options
    assert (at_once.plan, at_once.total.amount) == (None, Decimal("300.00"))
    assert by_plan.total.amount == Decimal("306.00")


def test_first_payment_and_total_of_a_basket(basket, reseller, mailbox, distributor):
    plan = offer_plan(mailbox, reseller.account)
    add(basket, mailbox, reseller, plan)
    add(basket, make_product(distributor, price="7"), reseller, None, unit="P1M")

    view = selectors.basket_view(basket)

    assert view.total.amount == Decimal("107.00")
    assert view.first_payment.amount == Decimal("15.33")


@pytest.mark.parametrize(
    ("why", "unit", "quantity"),
    [("short term", "P1M", 1), ("not offered", "P1Y", 1), ("too small", "P1Y", 1)],
)
def test_a_plan_that_cannot_be_is_refused_on_its_field(
    basket, reseller, mailbox, distributor, why, unit, quantity
):
    plan = offer_plan(mailbox, reseller.account)
    product = mailbox
    if why == "not offered":
        plan = make_plan(distributor, 4, "quarterly")
    if why == "too small":
        product = make_product(distributor, price="0.11", units=("P1Y",))
        offer_plan(product, reseller.account)

    with pytest.raises(PlanNotPossible) as refusal:
        add(basket, product, reseller, plan, unit=unit, quantity=quantity)

    assert refusal.value.field == "payment_plan"
    assert BasketLine.objects.count() == 0


def test_a_total_as_small_as_its_installments_can_still_be_split(basket, reseller, distributor):
    product = make_product(distributor, price="0.06", units=("P1Y",))
    plan = offer_plan(product, reseller.account)

    line = add(basket, product, reseller, plan, quantity=2)

    (item,) = selectors.basket_view(basket).items
    assert item.split.amounts == (Decimal("0.01"),) * 12
    edit = LineEdit(line.public_id, quantity=1)
    with pytest.raises(Invalid) as refusal:
        basket_edit(basket=line.basket, edits=[edit], actor=reseller.actor)
    assert refusal.value.errors.keys() == {f"{line.public_id}.payment_plan"}
    line.refresh_from_db()
    assert line.quantity == 2


def test_who_may_not_pay_so_is_refused(basket, reseller, mailbox):
    plan = offer_plan(mailbox, reseller.account)
    PaymentPlanAccess.everywhere.update(is_enabled=False)

    with pytest.raises(PlanNotPossible):
        add(basket, mailbox, reseller, plan)

    assert BasketLine.objects.count() == 0


def test_the_same_product_paid_differently_is_another_line(basket, reseller, mailbox):
    plan = offer_plan(mailbox, reseller.account)
    for chosen in (plan, None, plan):
        add(basket, mailbox, reseller, chosen)

    assert {(x.payment_plan, x.quantity) for x in BasketLine.objects.all()} == {
        (plan, 2),
        (None, 1),
    }


def test_placing_freezes_the_terms_as_they_are(basket, reseller, mailbox):
    plan = offer_plan(mailbox, reseller.account, charge="1.5")
    add(basket, mailbox, reseller, plan)
    basket.refresh_from_db()

    order = basket_place(basket=basket, actor=reseller.actor, terms=None)
    PaymentPlanAccess.everywhere.update(extra_charge=9)

    line = OrderLine.objects.get(order=order)
    assert (line.plan_frequency, line.plan_count, line.extra_charge) == (
        "monthly",
        12,
        Decimal("1.5"),
    )
    assert (line.unit_price, line.total, order.total) == (
        Decimal("101.5"), Decimal("101.50"), Decimal("101.50"),
    )  # fmt: skip


def test_a_new_extra_charge_is_told_before_placing(basket, reseller, mailbox):
    add(basket, mailbox, reseller, offer_plan(mailbox, reseller.account))
    PaymentPlanAccess.everywhere.update(extra_charge=10)

    with pytest.raises(PriceChanged) as refusal:
        basket_place(basket=basket, actor=reseller.actor, terms=None)

    told = refusal.value.extra["lines"][0]
    assert (Decimal(told["old"]), Decimal(told["new"])) == (Decimal(100), Decimal(110))
    assert Order.objects.count() == 0


def test_staff_choose_a_plan_for_a_draft(reseller, mailbox, staff):
    plan = offer_plan(mailbox, reseller.account)
    order = order_create(account=reseller.account, customer=reseller.account, actor=staff.actor)
    line = order_line_add(
        order=order, product=mailbox, unit="P1Y", quantity=1, actor=staff.actor, payment_plan=plan
    )
    with pytest.raises(PlanNotPossible):
        order_line_edit(line=line, actor=staff.actor, unit="P1M")
    order.refresh_from_db()
    order_execute(order=order, actor=staff.actor)
    assert OrderLine.objects.get().plan_count == 12
    page = staff.client.get(f"/portal/orders/{order.public_id}/").content.decode()
    assert "12 monthly installments" in page


def test_a_drafts_plan_is_edited_in_the_portal(reseller, mailbox, staff):
    offer_plan(mailbox, reseller.account)
    order = order_create(account=reseller.account, customer=reseller.account, actor=staff.actor)
    line = order_line_add(order=order, product=mailbox, unit="P1Y", quantity=1, actor=staff.actor)
    url = f"/portal/order-items/{line.public_id}/edit/"

    assert "12 monthly installments" in staff.client.get(url).content.decode()
    saved = staff.client.post(
        url, {"quantity": "2", "unit": "P1Y", "payment_plan": "monthly-12", "friendly_name": ""}
    )

    assert saved.status_code == 302
    line.refresh_from_db()
    assert (line.quantity, line.plan_count) == (2, 12)


def test_a_plan_withdrawn_from_a_draft_stops_it(reseller, mailbox, staff):
    plan = offer_plan(mailbox, reseller.account)
    order = order_create(account=reseller.account, customer=reseller.account, actor=staff.actor)
    order_line_add(
        order=order, product=mailbox, unit="P1Y", quantity=1, actor=staff.actor, payment_plan=plan
    )
    plan.is_active = False
    plan.save()
    order.refresh_from_db()

    with pytest.raises(PlanNotPossible):
        order_execute(order=order, actor=staff.actor, accept_reprice=True)

    order.refresh_from_db()
    assert order.placed_at is None


def test_an_expired_price_list_stops_the_basket_by_name(basket, reseller, mailbox):
    add(basket, mailbox, reseller, None, unit="P1M")
    PriceList.objects.update(valid_until=date(2020, 12, 31))

    with pytest.raises(NotForSale) as refusal:
        basket_place(basket=basket, actor=reseller.actor, terms=None)

    assert list(refusal.value.errors) == [BasketLine.objects.get().public_id]
    assert Order.objects.count() == 0


def test_a_currency_without_a_price_stops_the_basket_by_name(basket, reseller, mailbox):
    add(basket, mailbox, reseller, None, unit="P1M")
    Account.everywhere.filter(pk=reseller.account.pk).update(currency="JPY")
    basket.account.refresh_from_db()

    with pytest.raises(NotForSale):
        basket_place(basket=basket, actor=reseller.actor, terms=None)

    assert Order.objects.count() == 0


# Order fields ---------------------------------------------------------------------------------------------------


def spec(**values) -> FieldSpec:
    return FieldSpec(**{"code": "devices", "label": "Devices", "type": "integer", **values})


def test_a_field_is_made_once_and_edited_without_touching_orders(distributor, staff, reseller):
    field = order_field_create(
        organization_id=distributor.pk, spec=spec(), position=1, actor=staff.actor
    )
    with pytest.raises(Invalid) as taken:
        order_field_create(
            organization_id=distributor.pk, spec=spec(), position=2, actor=staff.actor
        )
    assert taken.value.code == "CODE_TAKEN"
    order = order_create(
        account=reseller.account, customer=reseller.account, actor=staff.actor,
        answers={"devices": "1234"},
    )  # fmt: skip

    order_field_edit(
        field=field, version=1, spec=spec(label="Machines", type="text"), position=1,
        is_active=False, actor=staff.actor,
    )  # fmt: skip

    order.refresh_from_db()
    assert selectors.answers_shown(order) == [("Devices", "1,234")]
    assert selectors.order_specs(distributor.pk) == []
    assert OrderField.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [({"type": "date"}, "type"), ({"type": "choice"}, "choices")],
)
def test_a_field_that_cannot_be_asked_is_refused(distributor, staff, values, field):
    with pytest.raises(Invalid) as refusal:
        order_field_create(
            organization_id=distributor.pk, spec=spec(**values), position=1, actor=staff.actor
        )
    assert list(refusal.value.errors) == [field]
    assert OrderField.objects.count() == 0


def test_a_draft_is_not_executed_before_everything_is_answered(
    distributor, staff, reseller, mailbox
):
    make_order_field(distributor, code="devices", type="integer", required=True)
    order = order_create(account=reseller.account, customer=reseller.account, actor=staff.actor)
    order_line_add(order=order, product=mailbox, unit="P1M", quantity=1, actor=staff.actor)
    order.refresh_from_db()

    with pytest.raises(Invalid) as refusal:
        order_execute(order=order, actor=staff.actor)

    assert list(refusal.value.errors) == ["order.devices"]
    edited = staff.client.post(
        f"/portal/orders/{order.public_id}/edit/",
        {"name": "x", "purchase_order": "", "spec-devices": "1,234,567", "version": order.version},
    )
    assert edited.status_code == 302
    order.refresh_from_db()
    order_execute(order=order, actor=staff.actor)
    assert selectors.order_answers(order) == {"devices": 1234567}


def test_the_setup_screen_makes_and_edits_fields(distributor, staff):
    made = staff.client.post(
        "/portal/setup/order-fields/new/",
        {
            "label": "Cost centre", "code": "cost-centre", "type": "choice", "required": "on",
            "choices": "s | Sales\nIT", "position": "3", "is_active": "on",
        },
    )  # fmt: skip
    field = OrderField.objects.get()
    page = staff.client.get("/portal/setup/order-fields/").content.decode()
    edited = staff.client.post(
        f"/portal/setup/order-fields/{field.public_id}/",
        {
            "label": "Centre",
            "type": "choice",
            "choices": "s | Sales",
            "position": "1",
            "version": "1",
        },
    )

    assert made.url == "/portal/setup/order-fields/"
    assert "Cost centre" in page
    assert edited.status_code == 302
    field.refresh_from_db()
    asked = FieldSpec.from_json(field.spec)
    assert (field.code, asked.label, asked.choices, field.is_active) == (
        "cost_centre", "Centre", (("s", "Sales"),), False,
    )  # fmt: skip


def test_a_customer_of_somebody_else_cannot_be_ordered_for(rival, reseller):
    foreign = AccountFactory(parent=rival.account)
    with pytest.raises(Invalid):
        order_create(account=reseller.account, customer=foreign, actor=reseller.actor)
    assert Order.objects.count() == 0
