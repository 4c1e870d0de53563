"""A later purchase of a customer that Adobe knows ends on its anniversary, and is charged for the days until then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from adobe3yc.gateway import adobe
from adobe3yc.plugin.pricing import bodies
from adobe3yc.rules.prices import days_of_term, purchase_ends_on
from adobe3yc.selectors import mirror_of
from adobe3yc.services import customer_record
from bss.accounts.choices import PaymentKind
from bss.accounts.models import Account, PaymentMethod
from bss.billing.models import Installment
from bss.core import clock, scope
from bss.core.actor import SYSTEM
from bss.core.errors import StaleState
from bss.orders.errors import Repriced
from bss.orders.models import Order
from bss.orders.ports import CREDIT_EXPOSURE
from bss.orders.selectors import order_subject
from bss.orders.services import (
    NewEnd,
    basket_choose_customer,
    basket_review,
    line_cancel,
    line_correct,
    lines_end_move,
    order_create,
    order_execute,
    order_line_add,
)
from bss.subscriptions.models import Subscription
from servicemanager.models import Exchange
from servicemanager.selectors import instance_context
from tests.adobe3yc.selling import (
    ADDRESS,
    CONSUMABLE,
    LICENCE,
    basket_with,
    known_reseller,
    on_sale,
    ordered,
    seller_customer,
)
from tests.adobe3yc.test_checkout import basket, details, placed
from tests.conftest import person_of_account
from tests.factories.accounts import AccountFactory
from tests.scenarios.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)
ACROBAT = "65300011CA01A12"
LEFT = 94


@pytest.mark.parametrize(
    ("anniversary", "today", "ends"),
    [
        (None, date(2026, 11, 29), None),
        (date(2027, 3, 12), date(2026, 11, 29), date(2027, 3, 12)),
        (date(2027, 3, 12), date(2027, 3, 11), date(2027, 3, 12)),
        # On the anniversary the next one counts, whether Adobe has moved it yet or not.
        (date(2027, 3, 12), date(2027, 3, 12), None),
        (date(2028, 3, 12), date(2027, 3, 12), None),
        # An anniversary that is known from long ago is one of its days.
        (date(2024, 3, 12), date(2026, 11, 29), date(2027, 3, 12)),
        (date(2024, 2, 29), date(2026, 11, 29), date(2027, 2, 28)),
        (date(2028, 2, 29), date(2027, 3, 1), date(2028, 2, 29)),
        # An extended term is not reckoned here.
        (date(2028, 3, 12), date(2026, 11, 29), None),
    ],
)
def test_what_is_ordered_ends_on_the_next_anniversary(anniversary, today, ends):
    assert purchase_ends_on(anniversary, today) == ends


@pytest.fixture
def selling(distributor, vip_marketplace, run_jobs):
    with scope.activate(distributor.scope):
        yield on_sale(distributor, vip_marketplace, run_jobs)


@pytest.fixture
def settle(run_jobs, travel):
    def settle() -> None:
        for _ in range(2):
            run_jobs()
            travel(timedelta(seconds=90))
        run_jobs()

    return settle


@pytest.fixture
def known(selling, settle):
    """A customer with three licences whose anniversary is in 94 days."""
    customer = seller_customer(selling)
    ordered(selling, customer, **{LICENCE: 3})
    settle()
    anniversary(selling, LEFT)
    return customer


def anniversary(selling, days: int) -> date:
    """Move the customer's anniversary at Adobe."""
    [customer] = selling.customers
    day = clock.now().date() + timedelta(days=days)
    selling.service.act(customer["customerId"], "coterm", cotermDate=day.isoformat())
    return day


def draft(selling, customer, **quantities) -> Order:
    order = order_create(account=customer.parent, customer=customer, actor=SYSTEM)
    for sku, quantity in quantities.items():
        order_line_add(
            order=order, product=selling.products[sku], unit="P1Y", quantity=quantity, actor=SYSTEM
        )
        order.refresh_from_db()
    return order


def test_it_is_told_charged_for_its_days_and_renews_with_the_rest(selling, known, settle):
    order = draft(selling, known, **{ACROBAT: 4})
    ends_on = clock.now().date() + timedelta(days=LEFT)

    with pytest.raises(Repriced, match="renews everything of Fairmont Textiles on one day"):
        order_execute(order=order, actor=SYSTEM)
    order.refresh_from_db()
    line = order.lines.select_related("product__type").get()
    order_execute(order=order, actor=SYSTEM)

    whole = days_of_term(ends_on)
    # The price for a year is the catalogue's own.
    assert (line.unit_price, line.quote["amount"]) == (Decimal(50), None)
    assert line.total == (Decimal(200) * LEFT / whole).quantize(Decimal("0.01"))
    assert (line.coterm.days, line.coterm.whole_days) == (LEFT, whole)
    [told] = adobes_preview(selling, known, order, [line])
    assert (told.prorated_days, told.offer_id) == (line.coterm.days, ACROBAT)
    settle()
    assert bought_at_adobe(selling) == 2
    bought = Subscription.everywhere.get(order_line=line)
    assert (bought.state, bought.ends_at.date()) == ("active", ends_on)
    assert bought.terms.get().total == line.total


def adobes_preview(selling, customer, order, lines):
    """What Adobe says that the same lines cost, with its prices."""
    mirror = mirror_of(customer, selling.instance)
    with adobe(instance_context(selling.instance)) as client:
        body = bodies(order_subject(order, lines).lines)
        return client.order_preview(mirror.adobe_id, body, "EUR", prices=True).lines


def test_a_better_level_and_the_end_come_together(selling, known):
    order = draft(selling, known, **{LICENCE: 10})

    with pytest.raises(Repriced) as news:
        order_execute(order=order, actor=SYSTEM)

    assert "level 02" in str(news.value.message)
    assert "on one day" in str(news.value.message)
    line = order.lines.get()
    assert (line.unit_price, line.coterm.days) == (Decimal(95), LEFT)
    order.refresh_from_db()
    order_execute(order=order, actor=SYSTEM)


def test_transactions_end_with_the_rest_and_cost_what_they_cost(selling, known):
    order = draft(selling, known, **{CONSUMABLE: 100})

    order_execute(order=order, actor=SYSTEM, accept_reprice=True)

    line = order.lines.get()
    assert (line.total, line.coterm.days) == (Decimal(200), LEFT)


@pytest.mark.parametrize("days", [0, 365])
def test_on_the_anniversary_it_is_a_whole_year(selling, known, settle, days):
    anniversary(selling, days)
    order = draft(selling, known, **{ACROBAT: 4})

    order_execute(order=order, actor=SYSTEM)
    settle()

    assert (order.lines.get().total, order.lines.get().coterm) == (Decimal(200), None)
    assert bought_at_adobe(selling) == 2


@pytest.mark.parametrize("more", [10, -10])
def test_an_anniversary_that_moved_waits_for_somebodys_word(selling, known, settle, more):
    order = ordered(selling, known, **{ACROBAT: 4})
    before = order.lines.get().total
    moved_to = anniversary(selling, LEFT + more)

    settle()

    line = order.lines.get()
    assert (line.state, line.problem_code) == ("needs_input", "ADOBE_END_MOVED")
    assert line.problem_field == "accepted_end"
    assert f"({LEFT + more} days), and it was priced" in line.problem_text
    assert (line.total, bought_at_adobe(selling)) == (before, 1)
    # Another day than the one there is accepts nothing.
    line_correct(line=line, parameters={"accepted_end": "2020-01-01"}, actor=SYSTEM)
    settle()
    line.refresh_from_db()
    assert (line.state, line.total, bought_at_adobe(selling)) == ("needs_input", before, 1)
    days = (moved_to - clock.now().date()).days
    line_correct(line=line, parameters={"accepted_end": moved_to.isoformat()}, actor=SYSTEM)
    settle()
    line, order = order.lines.get(), Order.objects.get(pk=order.pk)
    total = (Decimal(200) * days / days_of_term(moved_to)).quantize(Decimal("0.01"))
    assert (line.state, line.unit_price, line.total) == ("delivered", Decimal(50), total)
    assert order.total == order.lines.get().total
    assert bought_at_adobe(selling) == 2
    bought = Subscription.everywhere.get(order_line=line)
    assert (bought.ends_at.date(), bought.terms.get().total) == (moved_to, total)
    assert (
        sum(x.price for x in Installment.everywhere.filter(lot__term__subscription=bought)) == total
    )


def test_once_the_anniversary_is_what_it_was_it_goes_on_as_it_was(selling, known, settle):
    order = ordered(selling, known, **{ACROBAT: 4})
    before = order.lines.get()
    anniversary(selling, LEFT + 10)
    settle()
    anniversary(selling, LEFT)

    line_correct(line=order.lines.get(), parameters={}, actor=SYSTEM)
    settle()

    line = order.lines.get()
    assert (line.state, line.total, line.ends_at) == ("delivered", before.total, before.ends_at)
    assert bought_at_adobe(selling) == 2


def test_a_line_whose_end_moved_can_be_given_up(selling, known, settle):
    order = ordered(selling, known, **{ACROBAT: 4})
    anniversary(selling, LEFT + 10)
    settle()

    line_cancel(line=order.lines.get(), actor=SYSTEM)
    settle()

    assert order.lines.get().state == "cancelled"
    assert bought_at_adobe(selling) == 1


def accept(line, day, actor=SYSTEM) -> None:
    line_correct(line=line, parameters={"accepted_end": day.isoformat()}, actor=actor)


@pytest.fixture
def dearer(selling, known, settle):
    """An order that is asked about, since its only line ends ten days later than it was priced for; and that day."""
    order = ordered(selling, known, **{ACROBAT: 4})
    moved_to = anniversary(selling, LEFT + 10)
    settle()
    assert order.lines.get().state == "needs_input"
    return order, moved_to


def more_of(line, ends_on) -> Decimal:
    """What four seats cost more until that day than they did."""
    days = (ends_on - clock.now().date()).days
    cost = (Decimal(200) * days / days_of_term(ends_on)).quantize(Decimal("0.01"))
    return cost - line.total


def limited(order, more: Decimal) -> None:
    """The payer may owe so much more than it does."""
    owed = CREDIT_EXPOSURE.get().exposure(order.account_id, "EUR")
    Account.everywhere.filter(pk=order.account_id).update(credit_limit=owed + more)


def test_credit_is_asked_for_the_difference_once(selling, dearer, settle):
    order, moved_to = dearer
    line = order.lines.get()
    more = more_of(line, moved_to)
    assert more > 0
    limited(order, more * Decimal("1.5"))

    accept(line, moved_to)
    settle()

    after = order.lines.get()
    assert (after.state, after.total) == ("delivered", line.total + more)


def test_more_than_credit_covers_is_not_charged(selling, dearer, settle):
    order, moved_to = dearer
    before = order.lines.get()
    limited(order, more_of(before, moved_to) * Decimal("0.5"))

    accept(before, moved_to)
    settle()

    is_refused(selling, order, before)


def is_refused(selling, order, before) -> None:
    line = order.lines.get()
    assert (line.state, line.problem_code) == ("failed", "ADOBE_END_REFUSED")
    assert "more than can be charged" in line.problem_text
    assert "Enter" not in line.problem_text
    assert (line.total, line.total_resale, line.ends_at) == (
        before.total,
        before.total_resale,
        before.ends_at,
    )
    assert Order.objects.get(pk=order.pk).total == order.total
    assert bought_at_adobe(selling) == 1


@pytest.mark.parametrize("why", ["card", "credit"])
def test_what_nobody_can_accept_is_not_asked(selling, known, settle, why):
    order = ordered(selling, known, **{ACROBAT: 4})
    before = order.lines.get()
    if why == "credit":
        Account.everywhere.filter(pk=order.account_id).update(credit_limit=Decimal(0))
    else:
        pay_by_card(order)
    anniversary(selling, LEFT + 10)

    settle()

    is_refused(selling, order, before)


def pay_by_card(order) -> None:
    method = PaymentMethod.everywhere.create(
        organization=order.organization, name="Card", kind=PaymentKind.CARD
    )
    Account.everywhere.filter(pk=order.account_id).update(payment_method=method)


def test_who_pays_by_card_can_accept_what_costs_less(selling, known, settle):
    order = ordered(selling, known, **{ACROBAT: 4})
    before = order.lines.get()
    pay_by_card(order)
    moved_to = anniversary(selling, LEFT - 10)
    settle()

    accept(order.lines.get(), moved_to)
    settle()

    line = order.lines.get()
    assert line.state == "delivered"
    assert line.total < before.total


@pytest.mark.parametrize("is_approved", [True, False])
def test_nobody_accepts_more_at_its_resellers_expense(
    selling, known, dearer, settle, shop, is_approved
):
    order, moved_to = dearer
    if is_approved:
        Order.objects.filter(pk=order.pk).update(approved_at=clock.now())
    before = order.lines.get()
    customer, reseller = person_of_account(known, shop), person_of_account(known.parent, shop)
    assert f"so that {known.parent.name} has to accept it" in before.problem_text

    accept(before, moved_to, customer.actor)
    settle()

    line = order.lines.get()
    assert (line.state, line.problem_code) == ("needs_input", "ADOBE_END_MOVED")
    assert (line.total, line.ends_at) == (before.total, before.ends_at)
    assert line.answered_by == {"accepted_end": known.pk}
    assert bought_at_adobe(selling) == 1
    # Somebody else's word for another thing does not make it the reseller's.
    line_correct(line=line, parameters={"other": "1"}, actor=reseller.actor)
    settle()
    line = order.lines.get()
    assert (line.state, line.total) == ("needs_input", before.total)
    accept(line, moved_to, reseller.actor)
    settle()
    line = order.lines.get()
    assert (line.state, line.ends_at.date()) == ("delivered", moved_to)
    assert line.total > before.total


def test_an_end_that_was_named_before_it_was_asked_is_nobodys_word(selling, known, settle):
    order = ordered(selling, known, **{ACROBAT: 4})
    moved_to = anniversary(selling, LEFT + 10)
    order.lines.update(parameters={"accepted_end": moved_to.isoformat()})

    settle()

    assert order.lines.get().state == "needs_input"
    assert bought_at_adobe(selling) == 1


def test_a_customer_accepts_what_costs_nobody_more(selling, known, settle, shop):
    order = ordered(selling, known, **{ACROBAT: 4})
    before = order.lines.get()
    moved_to = anniversary(selling, LEFT - 10)
    settle()
    assert f"Enter {moved_to.isoformat()} to accept" in order.lines.get().problem_text

    accept(order.lines.get(), moved_to, person_of_account(known, shop).actor)
    settle()

    line = order.lines.get()
    assert (line.state, line.ends_at.date()) == ("delivered", moved_to)
    assert line.total < before.total


def test_what_a_customer_pays_more_is_its_resellers_to_answer_for(selling, known, settle, shop):
    order = ordered(selling, known, **{ACROBAT: 4})
    order.lines.update(
        unit_price=0, total=0, unit_cost=0, total_cost=0, unit_resale=60, total_resale=60
    )
    moved_to = anniversary(selling, LEFT + 10)
    settle()

    accept(order.lines.get(), moved_to, person_of_account(known, shop).actor)
    settle()

    line = order.lines.get()
    assert (line.state, line.total_resale) == ("needs_input", Decimal(60))
    accept(line, moved_to, person_of_account(known.parent, shop).actor)
    settle()
    line = order.lines.get()
    assert (line.state, line.total) == ("delivered", Decimal(0))
    assert line.total_resale > Decimal(60)


def test_each_line_is_asked_about_and_all_are_charged_together(
    selling, known, settle, run_jobs, travel
):
    order = ordered(selling, known, **{ACROBAT: 4, LICENCE: 2})
    before = {line.pk: line.total for line in order.lines.all()}
    moved_to = anniversary(selling, LEFT + 10)

    settle()

    first, second = order.lines.order_by("pk")
    assert {(x.state, x.problem_code) for x in (first, second)} == {
        ("needs_input", "ADOBE_END_MOVED")
    }
    accept(first, moved_to)
    # Longer than a vendor may take.
    for _ in range(10):
        run_jobs()
        travel(timedelta(minutes=20))
    run_jobs()
    assert [x.state for x in order.lines.order_by("pk")] == ["provisioning", "needs_input"]
    assert {x.pk: x.total for x in order.lines.all()} == before
    assert bought_at_adobe(selling) == 1
    accept(order.lines.get(pk=second.pk), moved_to)
    for _ in range(4):
        run_jobs()
        travel(timedelta(minutes=20))
    lines = list(order.lines.order_by("pk"))
    assert [x.state for x in lines] == ["delivered", "delivered"]
    assert {x.ends_at.date() for x in lines} == {moved_to}
    assert all(x.total > before[x.pk] for x in lines)
    assert Order.objects.get(pk=order.pk).total == sum(x.total for x in lines)
    assert bought_at_adobe(selling) == 2


def test_a_line_that_is_not_on_its_way_keeps_its_end(selling, dearer):
    order, moved_to = dearer
    line = order.lines.get()
    ends_at = datetime.combine(moved_to, datetime.min.time(), line.ends_at.tzinfo)

    with pytest.raises(StaleState):
        lines_end_move(ends=[NewEnd(line, ends_at)], answer="accepted_end", actor=SYSTEM)

    after = order.lines.get()
    assert (after.total, after.ends_at) == (line.total, line.ends_at)


def test_a_line_bought_for_a_year_is_not_cut_short_unasked(selling, settle):
    customer = seller_customer(selling)
    ordered(selling, customer, **{LICENCE: 3})
    settle()
    anniversary(selling, 365)
    order = ordered(selling, customer, **{ACROBAT: 4})
    assert order.lines.get().coterm is None
    moved_to = anniversary(selling, 100)

    settle()

    line = order.lines.get()
    assert (line.state, line.problem_code) == ("needs_input", "ADOBE_END_MOVED")
    assert bought_at_adobe(selling) == 1
    line_correct(line=line, parameters={"accepted_end": moved_to.isoformat()}, actor=SYSTEM)
    settle()
    line = order.lines.get()
    assert (line.state, line.ends_at.date()) == ("delivered", moved_to)
    assert line.total < Decimal(200)


def bought_at_adobe(selling) -> int:
    """How many orders Adobe has that were not its own renewals."""
    return sum(each["orderType"] == "NEW" for each in selling.orders)


def test_a_year_that_was_bought_before_adobe_had_an_anniversary_is_not_cut_short(
    selling, settle, run_jobs
):
    customer = seller_customer(selling)
    first = ordered(selling, customer, **{LICENCE: 3})
    second = ordered(selling, customer, **{ACROBAT: 4})
    assert {x.coterm for order in (first, second) for x in order.lines.all()} == {None}

    settle()

    # Both went out on the same day: for both it is a year from then.
    assert bought_at_adobe(selling) == 2
    assert {x.state for order in (first, second) for x in order.lines.all()} == {"delivered"}


def test_in_the_shop_a_commitment_and_the_end_are_told_at_once_and_once(selling, shop, run_jobs):
    seller = person_of_account(known_reseller(selling, name="Techsolutions"), shop)
    buyer = Browser(seller.client)
    basket(selling, seller, shop, 10)
    details(buyer, adobe_commitment="ask", adobe_licenses="10")
    run_jobs()
    [customer] = selling.customers
    selling.service.act(customer["customerId"], "accept", term="request")
    ends_on = anniversary(selling, LEFT)

    items = details(buyer)

    assert items.url.endswith("/basket/")
    assert "has accepted Adobe&#x27;s three-year commitment" in items.html
    assert "renews everything of Fairmont Textiles on one day" in items.html
    whole = days_of_term(ends_on)
    assert f"{LEFT} of {whole} days are charged" in items.html
    total = (Decimal(800) * LEFT / whole).quantize(Decimal("0.01"))
    assert f"€{total}" in items.html
    assert "€80.00" in items.html
    assert "A whole term" in items.html
    assert "€800.00" in items.html
    order = placed(buyer, items)
    line = order.lines.get()
    assert (order.total, line.ends_at.date()) == (total, ends_on)
    assert line.ends_at == datetime.combine(ends_on, datetime.min.time(), line.ends_at.tzinfo)
    run_jobs()
    shown = buyer.see(f"/orders/{order.public_id}/").html
    assert f"{LEFT} of {whole} days are charged" in shown


def test_a_basket_says_when_it_ends_as_soon_as_its_customer_is_chosen(selling, known, shop):
    customer_record_now(selling, known)
    seller = person_of_account(known.parent, shop)
    other = AccountFactory(parent=known.parent, name="Oakline Papers", **ADDRESS)
    said = Exchange.objects.count()
    with scope.activate(seller.account.scope):
        mine = basket_with(seller, shop, selling.products[LICENCE], 1)
        assert ends(mine) == [None]

        basket_choose_customer(basket=mine, customer=known, actor=seller.actor)
        basket_with(seller, shop, selling.products[CONSUMABLE], 100)

        day = clock.now().date() + timedelta(days=LEFT)
        assert ends(mine) == [day, day]
        assert [x.quote["is_prorated"] for x in mine.lines.order_by("pk")] == [True, False]
        shown = Browser(seller.client).see("/basket/").html
        assert f"{LEFT} of {days_of_term(day)} days are charged" in shown
        basket_choose_customer(basket=mine, customer=other, actor=seller.actor)
        assert ends(mine) == [None, None]
    # Nobody was asked anything.
    assert Exchange.objects.count() == said


def ends(basket) -> list[date | None]:
    """When the first terms of a basket's items end, as they are kept."""
    quotes = basket.lines.order_by("pk").values_list("quote", flat=True)
    return [datetime.fromisoformat(x["ends_at"]).date() if x else None for x in quotes]


def test_what_was_known_before_is_not_told_as_news(selling, known, shop):
    customer_record_now(selling, known)
    seller = person_of_account(known.parent, shop)
    with scope.activate(seller.account.scope):
        mine = basket_with(seller, shop, selling.products[ACROBAT], 1)
        mine = basket_choose_customer(basket=mine, customer=known, actor=seller.actor)

        told = basket_review(basket=mine, step="items", actor=seller.actor)

    assert "renews everything" not in str(told)


def customer_record_now(selling, customer) -> None:
    """The mirror as the daily look would leave it."""
    mirror = mirror_of(customer, selling.instance)
    with adobe(instance_context(selling.instance)) as client:
        customer_record(customer=mirror, found=client.customer(mirror.adobe_id))
