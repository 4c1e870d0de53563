"""Billing while somebody changes what is billed: real threads on real transactions, and nobody waits for the other."""

from __future__ import annotations

from threading import Event

import pytest
from django.db import transaction

from bss.billing.models import Installment, Invoice
from bss.billing.services import lot_settle
from bss.billing.services.issuing import documents_issue
from bss.core.actor import SYSTEM
from bss.subscriptions.choices import ChangeKind
from bss.subscriptions.models import SeatLot
from bss.subscriptions.services import change_apply, change_request
from tests.bss.orders.test_races import at_once
from tests.factories.billing import make_rate
from tests.factories.orders import make_product, make_subscription

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_invoice_is_written_while_a_change_holds_what_it_bills(reseller, at_distributor):
    """Its rows point to payer and subscription, which the change holds until it ends: in another order than they
    are pointed to, so that whoever waited here could be waited for.
    """
    make_rate(at_distributor)
    subscription = make_subscription(reseller.account, make_product(at_distributor), quantity=5)
    lot_settle(lot_id=SeatLot.objects.get().pk, actor=SYSTEM)
    due = list(Installment.objects.values_list("pk", flat=True))
    changed, billed = Event(), Event()

    def change():
        with transaction.atomic():
            fewer = change_request(
                subscription=subscription,
                kind=ChangeKind.QUANTITY,
                quantity=3,
                actor=SYSTEM,
                source="portal",
            )
            change_apply(change=fewer, actor=SYSTEM)
            changed.set()
            return billed.wait(timeout=10)

    def bill():
        assert changed.wait(timeout=10)
        with transaction.atomic():
            outcome = documents_issue(
                organization=at_distributor, installments=due, credits=[], actor=SYSTEM
            )
        billed.set()
        return outcome

    was_billed_meanwhile, outcome = at_once(at_distributor.scope, change, bill)

    assert was_billed_meanwhile
    assert (outcome.invoices, outcome.items, outcome.refused) == (1, 1, {})
    assert Invoice.objects.get().lines.get().quantity == 5
    assert SeatLot.objects.get().quantity == 3
