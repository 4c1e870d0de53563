"""What a preview showed is what billing writes: every cent, on the same document."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.billing.choices import CreditState, InstallmentState
from bss.billing.models import Credit, CreditNote, CreditNoteLine, Installment, Invoice
from bss.billing.services import billing_run_start, lot_settle
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.installments.models import PaymentPlan
from bss.orders.choices import OrderSource
from bss.orders.errors import Repriced
from bss.orders.models import Order
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import basket_add, basket_open_for, basket_review
from bss.pricing.contracts import Preview
from bss.pricing.models import TaxRate
from bss.pricing.stored import from_stored
from bss.subscriptions.choices import ChangeKind, ChangeState
from bss.subscriptions.models import SeatLot, Subscription, Term
from bss.subscriptions.services import (
    change_apply,
    change_preview,
    change_request,
    subscription_activate,
)
from tests.factories.billing import make_rate
from tests.factories.coterm import Ending
from tests.factories.installments import allow, make_offered, terms_of
from tests.factories.orders import make_add_on, make_product, make_subscription, make_type
from tests.factories.ports import filled
from tests.storefront.test_checkout import form_of

START = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
# What is done one after the other, each some days after the one before.
HISTORY = (
    (0, ChangeKind.QUANTITY, {"quantity": 8}),
    (0, ChangeKind.QUANTITY, {"quantity": 9}),
    (3, ChangeKind.QUANTITY, {"quantity": 6}),
    (40, ChangeKind.QUANTITY, {"quantity": 12}),
    (2, ChangeKind.ADD_ON, {"quantity": 4}),
    (1, ChangeKind.QUANTITY, {"quantity": 10}),
    (29, ChangeKind.PRODUCT, {}),
    (5, ChangeKind.QUANTITY, {"quantity": 7}),
    (30, ChangeKind.QUANTITY, {"quantity": 20}),
    (1, ChangeKind.CANCEL, {}),
)


@pytest.fixture
def world(at_distributor, reseller):
    """Mail, a bigger one, an add-on for both, and their rate of tax."""
    with clock.travel(START - clock.now()):
        make_rate(at_distributor)
        Account.everywhere.filter(pk=reseller.account.pk).update(billing_day=1)
        reseller.account.refresh_from_db()
        kind = make_type(at_distributor)
        mail = make_product(at_distributor, price="99.99", units=("P1Y",), type=kind)
        plus = make_product(at_distributor, price="149.5", units=("P1Y",), type=kind)
        add_on = make_add_on(mail, price="12.34", units=("P1Y",))
        yield reseller.account, mail, plus, add_on


def charged():
    """What is charged at once and on each billing day, and what is given back, as billing has it now."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in Installment.everywhere.exclude(state=InstallmentState.VOID):
        found["at once" if row.order_id else str(row.bills_on)] += row.price
    for credit in Credit.everywhere.all():
        found["back"] -= credit.price
    return found


def told(preview: Preview):
    found: dict[str, Decimal] = defaultdict(Decimal)
    for document in preview.documents:
        where = "at once" if document.is_at_once else str(document.bills_on)
        found["back" if document.is_credit_note else where] += document.net.amount
    return {where: amount for where, amount in found.items() if amount}


def difference(before, after):
    days = {*before, *after}
    return {day: gap for day in days if (gap := after[day] - before[day])}


@pytest.mark.parametrize("count", [None, 12])
def test_every_preview_of_a_history_is_billed_to_the_cent(world, run_jobs, travel, count):
    payer, mail, plus, add_on = world
    plan = terms_of(make_offered(mail, plus, add_on, count=count)) if count else None
    subscription = make_subscription(payer, mail, quantity=5, unit="P1Y", plan=plan)
    run_jobs()
    products = {ChangeKind.ADD_ON: add_on, ChangeKind.PRODUCT: plus}
    for position, (wait, kind, wish) in enumerate(HISTORY):
        travel(timedelta(days=wait, minutes=7))
        tax_moves(payer, position)
        billing_run_start(organization=payer.organization, actor=SYSTEM)
        run_jobs()
        subscription.refresh_from_db()
        asked = {**wish, "product": products.get(kind)}
        preview = change_preview(subscription=subscription, kind=kind, actor=SYSTEM, **asked)
        before = charged()
        change = change_request(
            subscription=subscription, kind=kind, actor=SYSTEM, source=OrderSource.PORTAL,
            token=preview.token, **asked,
        )  # fmt: skip
        assert change.state == ChangeState.IN_PROGRESS
        travel(timedelta(minutes=4))
        change_apply(change=change, actor=SYSTEM)
        run_jobs()
        assert difference(before, charged()) == told(preview.invoices), (kind, asked)
        assert_documents(change.order_line.order_id, preview.invoices)


def test_what_its_order_did_not_bill_yet_becomes_less_there_and_is_no_money_of_a_later_day(
    world, run_jobs, travel, at_distributor
):
    payer, *_others = world
    kind = make_type(at_distributor)
    dear, cheap = (
        make_product(at_distributor, price=price, units=("P1M",), type=kind)
        for price in ("50", "10")
    )
    subscription = make_subscription(payer, dear, quantity=1, unit="P1M")
    lot_settle(lot_id=SeatLot.objects.get().pk, actor=SYSTEM)
    travel(timedelta(minutes=5))
    asked = {"kind": ChangeKind.PRODUCT, "product": cheap, "actor": SYSTEM}

    preview = change_preview(subscription=subscription, **asked)
    before = charged()
    change = change_request(
        subscription=subscription, source=OrderSource.PORTAL, token=preview.token, **asked
    )
    change_apply(change=change, actor=SYSTEM)
    run_jobs()

    assert told(preview.invoices) == {"at once": Decimal("-39.99")}
    assert difference(before, charged()) == told(preview.invoices)
    new, less = preview.invoices.documents
    assert (less.is_less, less.is_credit_note, less.net.amount) == (True, False, Decimal("-49.99"))
    assert preview.invoices.first == new
    assert new.net.amount == 10


def tax_moves(payer, position):
    """In the middle of it all the rate rises, later the payer has a VAT id of another country."""
    if position == 5:
        yesterday = clock.today() - timedelta(days=1)
        TaxRate.everywhere.update(valid_until=yesterday)
        make_rate(payer.organization, "25.5", valid_from=clock.today())
    if position == 8:
        Account.everywhere.filter(pk=payer.pk).update(tax_country="DE", vat_id="DE123456789")


@pytest.mark.parametrize("count", [None, 12])
def test_what_the_review_shows_is_stored_and_billed_to_the_cent(
    world, reseller, shop, run_jobs, travel, count
):
    payer, mail, plus, add_on = world
    if count:
        allow(payer, "2.5")
        make_offered(mail, add_on, count=count)
    basket = yearly_basket(reseller, shop, (mail, 7), (plus, 3), add_on=(add_on, 2), count=count)
    page = reseller.client.get("/checkout/review/").content.decode()
    assert reseller.client.post("/checkout/review/", form_of(page)).status_code == 302

    order = Order.everywhere.get(basket=basket)
    stored = from_stored(order.preview, "price")
    assert amounts_in(page) == amounts_of(stored)
    before = charged()
    # A vendor that takes a while moves later invoices and no amount.
    run_jobs()
    travel(timedelta(hours=5))
    for subscription in Subscription.everywhere.filter(order_line__order=order):
        subscription_activate(subscription=subscription, external_id="ext", actor=SYSTEM)
    run_jobs()
    assert difference(before, charged()) == told(stored)
    assert_documents(order.pk, stored)
    assert len(stored.documents) == (count or 1)


@pytest.mark.parametrize("count", [None, 12])
@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (START, datetime(2027, 3, 12, tzinfo=UTC)),
        (START, datetime(2026, 11, 14, tzinfo=UTC)),
        (START, datetime(2026, 11, 11, tzinfo=UTC)),
        (datetime(2027, 11, 10, 23, 50, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
    ],
    ids=["in four months", "within days", "tomorrow", "on a leap day"],
)
def test_what_ends_with_everything_else_of_its_customer_is_billed_to_the_cent(
    world, reseller, shop, run_jobs, travel, count, starts, ends
):
    payer, mail, plus, add_on = world
    travel(starts - clock.now())
    if count:
        allow(payer, "2.5")
        make_offered(mail, add_on, count=count)
    basket = yearly_basket(reseller, shop, (mail, 7), (plus, 3), add_on=(add_on, 2), count=count)
    with filled(CHECKOUT_REVIEW, Ending(ends)):
        with pytest.raises(Repriced):
            basket_review(basket=basket, step="items", actor=reseller.actor)
        page = reseller.client.get("/checkout/review/").content.decode()
        assert reseller.client.post("/checkout/review/", form_of(page)).status_code == 302

    order = Order.everywhere.get(basket=basket)
    stored = from_stored(order.preview, "price")
    assert amounts_in(page) == amounts_of(stored)
    assert stored.net.amount == order.total
    days = (ends.date() - starts.date()).days
    assert f"{days} of {366 if ends.year == 2028 else 365} days" in page
    before = charged()
    # A vendor that takes until the next day is paid for the days that were shown.
    run_jobs()
    travel(timedelta(hours=5))
    for subscription in Subscription.everywhere.filter(order_line__order=order):
        subscription_activate(subscription=subscription, external_id="ext", actor=SYSTEM)
    run_jobs()
    assert difference(before, charged()) == told(stored)
    assert_documents(order.pk, stored)
    assert {each.ends_at for each in Subscription.everywhere.all()} == {ends}
    assert sum(each.total for each in Term.everywhere.all()) == sum(
        line.total for line in order.lines.filter(parent=None)
    )


def yearly_basket(person, shop, *products, add_on, count):
    """A basket of (product, quantity) by the year, an add-on below the first, by installments where there is a plan."""
    plan = PaymentPlan.everywhere.first() if count else None
    basket = basket_open_for(user_id=person.user.pk, storefront=shop, account=person.account)
    lines = [
        basket_add(
            basket=basket, product=product, unit="P1Y", quantity=quantity, actor=person.actor,
            payment_plan=plan if position == 0 else None,
        )
        for position, (product, quantity) in enumerate(products)
    ]  # fmt: skip
    basket_add(
        basket=basket, product=add_on[0], unit="P1Y", quantity=add_on[1], parent=lines[0],
        payment_plan=plan, actor=person.actor,
    )  # fmt: skip
    return basket


def amounts_in(page):
    """Net, tax and total of every document that the page tells, in its order."""
    section = page.split('id="bills-title"')[1].split("</section>")[0]
    found = re.findall(r'class="end" data-label="[^"]+">(?:<strong>)?<[^>]*>€([0-9,.]+)<', section)
    return [Decimal(text.replace(",", "")) for text in found]


def amounts_of(preview):
    return [
        money.amount
        for each in preview.documents
        for money in (each.net, each.tax, each.total)
        if money is not None
    ]


def assert_documents(order_id: int, preview: Preview) -> None:
    """The order's own invoice and credit notes have the net, the tax and the total that were shown."""
    invoice = Invoice.everywhere.filter(order_id=order_id).first()
    shown = preview.first
    assert (invoice is None) == (shown is None)
    if invoice is not None and shown is not None:
        assert (invoice.net, invoice.tax, invoice.total) == (
            shown.net.amount, shown.tax.amount, shown.total.amount,
        )  # fmt: skip
    notes = CreditNote.everywhere.filter(lines__credit__order_id=order_id).distinct()
    assert sorted((note.net, note.tax, note.total) for note in notes) == sorted(
        (-back.net.amount, -back.tax.amount, -back.total.amount)
        for back in preview.documents
        if back.is_credit_note
    )
    given_back = [line for back in preview.documents if back.is_credit_note for line in back.lines]
    lines = CreditNoteLine.everywhere.filter(credit__order_id=order_id)
    assert sorted((line.net, line.ends_at) for line in lines) == sorted(
        (-line.net.amount, line.ends_at) for line in given_back
    )
    # Where it is less than a whole term.
    assert {line.starts_at for line in given_back} - {None} <= {line.starts_at for line in lines}
    assert not Credit.everywhere.filter(order_id=order_id, state=CreditState.SCHEDULED).exists()
