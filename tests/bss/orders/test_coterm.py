"""A purchase that ends with everything else of its customer: told, priced, frozen and checked by its days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.core.money import Money
from bss.orders.contracts import LineEdit, Proceed
from bss.orders.errors import CreditExceeded, PriceChanged, Repriced
from bss.orders.models import Order, OrderLine
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.selectors import basket_previews, basket_view, order_lines
from bss.orders.services import (
    basket_add,
    basket_choose_customer,
    basket_edit,
    basket_open_for,
    basket_place,
    basket_review,
    order_create,
    order_execute,
    order_line_add,
)
from bss.pricing.previews import seen_code
from bss.pricing.stored import from_stored
from notifications.contracts import Recipient
from notifications.selectors.facts import order_facts
from tests.bss.orders.test_api import SALES, client_of
from tests.factories.coterm import Ending
from tests.factories.orders import make_add_on, make_product, make_type, offer_plan
from tests.factories.ports import filled

pytestmark = pytest.mark.usefixtures("at_distributor")
START = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
END = datetime(2027, 3, 12, tzinfo=UTC)
# 122 of 365 days.
DAYS = (END.date() - START.date()).days


@pytest.fixture
def now():
    with clock.travel(START - clock.now()):
        yield


@pytest.fixture
def ending(now):
    with filled(CHECKOUT_REVIEW, found := Ending(END)):
        yield found


@pytest.fixture
def mail(distributor, now):
    return make_product(distributor, price="365", units=("P1Y",))


@pytest.fixture
def basket(reseller, shop, mail):
    found = basket_open_for(user_id=reseller.user.pk, storefront=shop, account=reseller.account)
    line = basket_add(basket=found, product=mail, unit="P1Y", quantity=3, actor=reseller.actor)
    add_on = make_add_on(mail, price="73", units=("P1Y",))
    basket_add(
        basket=found, product=add_on, unit="P1Y", quantity=2, parent=line, actor=reseller.actor
    )
    found.refresh_from_db()
    return found


def reviewed(basket, reseller, step="items"):
    with pytest.raises(Repriced, match="ends together"):
        basket_review(basket=basket, step=step, actor=reseller.actor)
    basket.refresh_from_db()


def place(basket, reseller, **values):
    return basket_place(basket=basket, actor=reseller.actor, terms=None, **values)


def eur(amount) -> Money:
    return Money(Decimal(amount), "EUR")


def test_the_basket_costs_its_days_and_is_told_once(basket, reseller, ending):
    assert basket_view(basket).total == eur(3 * 365 + 2 * 73)

    reviewed(basket, reseller)

    [item] = basket_view(basket).items
    assert (item.unit_price, item.old_price, item.whole) == (eur(365), None, eur(1095))
    assert (item.coterm.ends_at, item.coterm.days) == (END, DAYS)
    assert item.total == item.first == eur(3 * DAYS)
    # An add-on ends with its product, whoever sells it.
    assert item.add_ons[0].coterm == item.coterm
    assert item.add_ons[0].total == eur("48.80")
    assert basket_review(basket=basket, step="place", actor=reseller.actor) == ""


def test_notes_are_told_at_every_step_though_nothing_moved(basket, reseller, ending):
    ending.notes = "One is missing."

    with pytest.raises(Repriced, match=r"ends together\.\nOne is missing\."):
        basket_review(basket=basket, step="items", actor=reseller.actor)

    for step in ("items", "service_details"):
        told = basket_review(basket=basket, step=step, actor=reseller.actor)
        assert told == "One is missing."


class _Outdated(Ending):
    """What was known beforehand is true no more."""

    def review(self, subject, step):
        return Proceed()


def test_more_of_what_was_reviewed_is_not_given_an_outdated_end_again(
    reseller, shop, distributor, now
):
    kind = make_type(distributor, managed_by="ending", external_id="ending")
    product = make_product(distributor, price="365", units=("P1Y",), type=kind)
    found = basket_open_for(user_id=reseller.user.pk, storefront=shop, account=reseller.account)
    more = {"basket": found, "product": product, "unit": "P1Y", "actor": reseller.actor}
    with filled(CHECKOUT_REVIEW, _Outdated(END)):
        assert basket_add(quantity=1, **more).quote["ends_at"] == END.isoformat()
        with pytest.raises(Repriced, match="no longer holds"):
            basket_review(basket=found, step="items", actor=reseller.actor)

        line = basket_add(quantity=2, **more)

        assert (line.quantity, line.quote) == (3, None)
        assert basket_review(basket=found, step="items", actor=reseller.actor) == ""


def test_what_was_reviewed_is_frozen_on_the_order(basket, reseller, ending):
    reviewed(basket, reseller)
    seen = code_of(basket)

    order = place(basket, reseller, seen=seen)

    assert order.total == Decimal("414.80")
    for line in order_lines(order):
        assert (line.ends_at, line.coterm.days) == (END, DAYS)
        assert line.starts_at == datetime(2026, 11, 10, tzinfo=UTC)
    preview = from_stored(order.preview, "price")
    assert [document.net for document in preview.documents] == [eur("414.80")]
    assert preview.documents[0].bills_on == START.date()


def test_more_of_it_keeps_its_days(basket, reseller, ending):
    reviewed(basket, reseller)
    [item] = basket_view(basket).items
    edits = [
        LineEdit(item.line.public_id, quantity=5),
        LineEdit(item.add_ons[0].line.public_id, quantity=5),
    ]

    shown = basket_edit(basket=basket, edits=edits, actor=reseller.actor)

    assert shown.total == basket_view(basket).total == eur(5 * DAYS + DAYS)


def test_installments_are_those_that_are_left(basket, reseller, ending, mail):
    plan = offer_plan(mail, reseller.account, charge="10")
    basket.lines.filter(parent=None).update(payment_plan=plan)
    reviewed(basket, reseller)

    [item] = basket_view(basket).items
    # 12 December to 12 February, and at once.
    total = Decimal("401.50") * 3 * DAYS / 365
    assert (item.split.parts, item.split.total) == (5, total.quantize(Decimal("0.01")))
    assert item.paid.words == "5 monthly installments"
    assert basket_view(basket).first_payment == item.split.first_money + eur("48.80")

    line = place_anew(basket, reseller).lines.get(parent=None)
    assert (line.plan.count, line.payment) == (12, "5 monthly installments")


def test_a_price_list_still_makes_the_price(basket, reseller, ending, mail):
    item = mail.price_list_items.get()
    item.rule, item.percent = "discount", Decimal(20)
    item.save()

    reviewed(basket, reseller)

    [shown] = basket_view(basket).items
    assert (shown.unit_price, shown.total) == (eur(292), eur("292.80"))


def test_a_quoted_price_is_charged_for_its_days(basket, reseller, ending):
    ending.quoted = {"amount": Decimal(730), "cost": Decimal(365)}

    reviewed(basket, reseller)

    assert basket_view(basket).items[0].total == eur(6 * DAYS)
    line = place_anew(basket, reseller).lines.get(parent=None)
    assert (line.total, line.total_cost) == (6 * DAYS, 3 * DAYS)


def place_anew(basket, reseller) -> Order:
    """The unit price moved: it is looked at, and then agreed with."""
    with pytest.raises(PriceChanged):
        place(basket, reseller)
    return place(basket, reseller)


def test_what_costs_the_same_for_less_time_is_charged_whole(basket, reseller, ending):
    ending.is_prorated = False

    reviewed(basket, reseller)

    [item] = basket_view(basket).items
    assert (item.total, item.whole, item.coterm.ends_at) == (eur(1095), None, END)


def test_an_end_that_moved_meanwhile_leads_back_and_nothing_is_ordered(basket, reseller, ending):
    reviewed(basket, reseller)
    ending.ends_at = END + timedelta(days=10)

    with pytest.raises(Repriced, match="ends together"):
        place(basket, reseller)

    assert not Order.objects.exists()
    assert basket_view(basket).items[0].coterm.days == DAYS + 10
    assert place(basket, reseller).lines.first().ends_at == ending.ends_at


def test_another_day_is_told_before_it_is_charged(basket, reseller, ending):
    reviewed(basket, reseller)
    seen = code_of(basket)

    with clock.travel(timedelta(hours=14)):
        assert code_of(basket) == seen
    with clock.travel(timedelta(hours=15)), pytest.raises(PriceChanged, match="which invoice"):
        place(basket, reseller, seen=seen)


def code_of(basket) -> str:
    """What a page that is loaded now carries."""
    return seen_code(basket_previews(basket_view(basket), at=clock.now())["price"])


def test_credit_is_asked_for_the_days_alone(basket, reseller, ending):
    Account.objects.filter(pk=reseller.account.pk).update(credit_limit=Decimal(415))
    reviewed(basket, reseller)
    assert place(basket, reseller).total == Decimal("414.80")


def test_and_the_whole_of_them(basket, reseller, ending):
    Account.objects.filter(pk=reseller.account.pk).update(credit_limit=Decimal(414))
    reviewed(basket, reseller)
    with pytest.raises(CreditExceeded):
        place(basket, reseller)
    assert not Order.objects.exists()


def test_another_customer_has_no_such_end(basket, reseller, ending, customer_account):
    reviewed(basket, reseller)

    basket_choose_customer(basket=basket, customer=customer_account, actor=reseller.actor)

    assert basket_view(basket).items[0].coterm is None


def test_staff_confirm_the_days_of_a_draft(reseller, ending, mail):
    order = order_create(account=reseller.account, customer=reseller.account, actor=SYSTEM)
    order_line_add(order=order, product=mail, unit="P1Y", quantity=3, actor=SYSTEM)
    order.refresh_from_db()
    assert order.total == 1095

    with pytest.raises(Repriced, match="ends together"):
        order_execute(order=order, actor=SYSTEM)
    order.refresh_from_db()
    assert (order.state, order.total) == ("draft", 3 * DAYS)
    order_execute(order=order, actor=SYSTEM)

    line = OrderLine.objects.get(order=order)
    assert (line.total, line.unit_price, line.coterm.days) == (3 * DAYS, 365, DAYS)


def test_a_draft_of_yesterday_is_executed_for_the_days_of_today(reseller, ending, mail):
    order = order_create(account=reseller.account, customer=reseller.account, actor=SYSTEM)
    order_line_add(order=order, product=mail, unit="P1Y", quantity=3, actor=SYSTEM)
    order.refresh_from_db()
    with pytest.raises(Repriced):
        order_execute(order=order, actor=SYSTEM)

    with clock.travel(timedelta(days=1)):
        order.refresh_from_db()
        order_execute(order=order, actor=SYSTEM)

    order.refresh_from_db()
    assert (order.total, OrderLine.objects.get().coterm.days) == (3 * (DAYS - 1), DAYS - 1)


def test_the_order_is_told_with_its_days_by_api_portal_shop_and_mail(
    basket, reseller, staff, ending, distributor
):
    reviewed(basket, reseller)
    order = place(basket, reseller)
    told = (
        f"Until Mar 12, 2027, with everything else of this customer: {DAYS} of 365 days are charged"
    )

    answer = client_of(staff, *SALES).get(f"/api/v1/orders/{order.public_id}/").json()
    assert [line["first_term"] for line in answer["lines"]] == [
        {
            "starts_at": "2026-11-10T00:00:00Z",
            "ends_at": "2027-03-12T00:00:00Z",
            "days": DAYS,
            "of_days": 365,
        }
    ] * 2
    assert answer["lines"][0]["amounts"]["total"] == "366.0000000000"
    assert told in staff.client.get(f"/portal/orders/{order.public_id}/").content.decode()
    assert told in reseller.client.get(f"/orders/{order.public_id}/").content.decode()
    scope, pk = reseller.account.scope, reseller.account.pk
    reader = Recipient("ann@example.com", "Ann", "en", scope, account_id=pk)
    assert told in order_facts(order, reader)["lines"][0]["detail"]


def test_an_order_as_any_other_has_no_such_term(reseller, shop, staff, mail):
    basket = basket_open_for(user_id=reseller.user.pk, storefront=shop, account=reseller.account)
    basket_add(basket=basket, product=mail, unit="P1Y", quantity=3, actor=reseller.actor)
    basket.refresh_from_db()
    order = place(basket, reseller)

    answer = client_of(staff, *SALES).get(f"/api/v1/orders/{order.public_id}/").json()

    assert [line["first_term"] for line in answer["lines"]] == [None]
    page = staff.client.get(f"/portal/orders/{order.public_id}/").content.decode()
    assert "everything else of this customer" not in page
