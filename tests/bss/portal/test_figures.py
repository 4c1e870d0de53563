"""The figures of money on the portal's first page, from real rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bss.core import clock
from bss.portal import selectors
from bss.subscriptions.models import Subscription
from tests.factories.accounts import AccountFactory
from tests.factories.orders import make_product, make_subscription
from tests.factories.settling import make_invoice


def test_recurring_revenue_is_each_terms_price_by_its_months(at_distributor):
    payer = AccountFactory(organization=at_distributor)
    product = make_product(at_distributor, price="12")
    for unit in ("P1M", "P1Y", "P1M"):
        one = make_subscription(payer, product, quantity=5)
        Subscription.objects.filter(pk=one.pk).update(unit=unit)
    Subscription.objects.filter(pk=one.pk).update(state="cancelled")

    # 5 x 12 a month, and 5 x 12 a year.
    assert selectors.recurring("EUR") == Decimal("65.00")
    assert selectors.recurring("USD") == 0


def test_what_is_open_is_told_by_its_age(at_distributor, staff):
    payer = AccountFactory(organization=at_distributor)
    today = clock.today()
    for days, total in (
        (0, "1.00"),
        (-5, "2.00"),
        (1, "4.00"),
        (30, "8.00"),
        (31, "16.00"),
        (91, "32.00"),
    ):
        make_invoice(payer, total, due_on=today - timedelta(days=days))
    make_invoice(payer, "64.00", currency="USD", due_on=today - timedelta(days=1))

    assert selectors.owed_by_age("EUR", today) == [3, 12, 16, 0, 32]
    page = staff.client.get("/portal/").content.decode()
    assert "€60.00" in page
    assert "Open invoices by days overdue" in page
    assert selectors.needs_you().overdue_invoices == 5
