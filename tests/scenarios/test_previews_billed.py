"""What a preview showed is what billing writes: every cent, on the same document."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.billing.choices import CreditState, InstallmentState
from bss.billing.models import Credit, CreditNote, Installment, Invoice
from bss.billing.services import billing_run_start
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.orders.choices import OrderSource
from bss.pricing.contracts import Preview
from bss.pricing.models import TaxRate
from bss.subscriptions.choices import ChangeKind, ChangeState
from bss.subscriptions.services import change_apply, change_preview, change_request
from tests.factories.billing import make_rate
from tests.factories.orders import make_add_on, make_product, make_subscription, make_type
from tests.factories.plans import make_plan, terms_of

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
    plan = terms_of(make_plan(mail, plus, add_on, count=count)) if count else None
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


def tax_moves(payer, position):
    """In the middle of it all the rate rises, later the payer has a VAT id of another country."""
    if position == 5:
        yesterday = clock.today() - timedelta(days=1)
        TaxRate.everywhere.update(valid_until=yesterday)
        make_rate(payer.organization, "25.5", valid_from=clock.today())
    if position == 8:
        Account.everywhere.filter(pk=payer.pk).update(tax_country="DE", vat_id="DE123456789")


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
    assert not Credit.everywhere.filter(order_id=order_id, state=CreditState.SCHEDULED).exists()
