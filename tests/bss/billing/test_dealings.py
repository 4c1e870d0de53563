"""A payer keeps its currency while something that it pays for is live or open in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.accounts.services import account_edit
from bss.billing.choices import CardPurpose, CardState
from bss.billing.models import CardPayment, CardToken, Credit, Installment, Invoice
from bss.billing.services import lot_settle, order_bill, payment_record
from bss.core.actor import SYSTEM
from bss.core.errors import Invalid
from bss.subscriptions.choices import SubscriptionState
from bss.subscriptions.models import Subscription
from tests.factories.billing import make_bought, make_order, make_rate, take_seats
from tests.factories.orders import make_product, make_subscription
from tests.factories.settling import make_credit_note, make_invoice

DAY = date(2026, 11, 10)


def subscribed(payer, customer):
    make_bought(payer, make_product(payer.organization), customer=customer)


def being_set_up(payer, customer):
    make_subscription(payer, make_product(payer.organization), active=False)


def ordered(payer, customer):
    make_order(payer, state="pending_approval")


def scheduled(payer, customer):
    lot = make_bought(payer, make_product(payer.organization))
    lot_settle(lot_id=lot.pk, actor=SYSTEM)
    Subscription.everywhere.update(state=SubscriptionState.CANCELLED)
    assert Installment.everywhere.filter(state="scheduled").count() == 1


def to_be_given_back(payer, customer):
    make_rate(payer.organization)
    lot = make_bought(payer, make_product(payer.organization))
    order_bill(order_id=lot.order_line.order_id, actor=SYSTEM)
    payment_record(payer=payer, amount=Invoice.objects.get().total, received_on=DAY, actor=SYSTEM)
    Subscription.everywhere.update(state=SubscriptionState.CANCELLED)
    take_seats(lot, 5)
    lot_settle(lot_id=lot.pk, actor=SYSTEM)
    assert Credit.everywhere.filter(state="scheduled").count() == 1


def invoiced(payer, customer):
    make_invoice(payer)


def credited(payer, customer):
    make_credit_note(payer)


def paid(payer, customer):
    payment_record(payer=payer, amount=Decimal(5), received_on=DAY, actor=SYSTEM)


def held(payer, customer):
    whose = {"organization": payer.organization, "scope": payer.scope, "account": payer}
    card = CardToken.objects.create(**whose, token="t", expires_on=DAY)
    CardPayment.objects.create(
        **whose, card=card, purpose=CardPurpose.ORDER, reference="x", key="x", currency="EUR",
        amount=5, state=CardState.AUTHORISED,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("had", "what"),
    [
        (subscribed, "subscriptions"),
        (being_set_up, "subscriptions"),
        (ordered, "orders"),
        (scheduled, "amounts to be invoiced"),
        (to_be_given_back, "amounts to be invoiced"),
        (invoiced, "open invoices"),
        (credited, "unused credit"),
        (paid, "unused credit"),
        (held, "money held on cards"),
    ],
)
def test_what_is_live_or_open_keeps_its_payer_in_its_currency(payer, customer, staff, had, what):
    had(payer, customer)
    before = Account.objects.filter(pk=payer.pk).values().get()

    with pytest.raises(Invalid) as refusal:
        account_edit(account=payer, version=None, actor=staff.actor, currency="usd", city="Patras")

    assert (refusal.value.field, refusal.value.code) == ("currency", "CURRENCY_IN_USE")
    assert what in str(refusal.value.message)
    assert Account.objects.filter(pk=payer.pk).values().get() == before
    # Anything else is edited as ever, also where a form names the currency that it has.
    account_edit(account=payer, version=None, actor=staff.actor, currency="EUR", city="Patras")


def test_what_ended_and_is_settled_keeps_nobody(payer, customer, staff):
    make_bought(payer, make_product(payer.organization), customer=customer)
    Subscription.everywhere.update(state=SubscriptionState.CANCELLED)
    make_order(payer, state="draft")
    make_invoice(payer, "5.00")
    payment_record(payer=payer, amount=Decimal(5), received_on=DAY, actor=SYSTEM)

    account_edit(account=payer, version=None, actor=staff.actor, currency="USD")

    assert Account.objects.get(pk=payer.pk).currency == "USD"


def test_an_end_customer_is_kept_by_nothing_that_its_reseller_pays(payer, customer, staff):
    make_bought(payer, make_product(payer.organization), customer=customer)

    account_edit(account=customer, version=None, actor=staff.actor, currency="USD")

    assert Account.objects.get(pk=customer.pk).currency == "USD"
