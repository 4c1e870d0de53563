"""What a payer owes: read in one statement, whole, so that no part is counted twice or missed between two reads.

The payer's rows lie above the scope of the end customer who orders: by the payer's key, without a scope.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Least

from bss.accounts.models import Account
from bss.billing.choices import (
    CardState,
    CreditNoteState,
    CreditState,
    InstallmentState,
    InvoiceState,
)
from bss.billing.contracts import Owed
from bss.billing.models import CardPayment, Credit, CreditNote, Installment, Invoice, Payment
from bss.billing.selectors.cards import GIVEN_UP
from bss.core import clock
from bss.core.prepared import Prepared
from bss.orders.choices import IN_FLIGHT, LineState, OrderState
from bss.orders.models import Order, OrderLine

# Orders whose lines somebody still has to deliver, or delivered lately.
_COMMITTED = (
    OrderState.PLACED, OrderState.EXECUTING, OrderState.PARTLY_EXECUTED, OrderState.EXECUTED,
)  # fmt: skip
# How long a delivered line may wait for its installments. They are written within seconds; work that died is told to
# staff, and what was delivered before installments existed is not looked for again.
_WRITTEN_WITHIN = timedelta(days=7)
_AMOUNT = DecimalField(max_digits=24, decimal_places=4)


class BillingExposure:
    """Fills the port of orders."""

    def exposure(self, account_id: int, currency: str) -> Decimal:
        return owed_by(account_id, currency).exposure


def owed_by(account_id: int, currency: str) -> Owed:
    """Every part of what a payer owes in `currency`: one query."""
    written_since = clock.now() - _WRITTEN_WITHIN
    row = _OWED.get(account_id=account_id, currency=currency, written_since=written_since)
    return Owed(currency=currency, **row)


def _owed(account_id: int, currency: str, written_since: datetime) -> QuerySet[Account, Any]:
    unsettled = F("total") - F("settled")
    invoices = Invoice.everywhere.filter(
        payer_id=account_id, currency=currency, state=InvoiceState.ISSUED
    )
    scheduled = Installment.everywhere.filter(
        payer_id=account_id, currency=currency, state=InstallmentState.SCHEDULED
    )
    credits_due = Credit.everywhere.filter(
        payer_id=account_id, currency=currency, state=CreditState.SCHEDULED
    )
    credit_notes = CreditNote.everywhere.filter(
        payer_id=account_id, currency=currency, state=CreditNoteState.ISSUED
    )
    payments = Payment.everywhere.filter(
        payer_id=account_id, currency=currency, allocated__lt=F("amount")
    )
    orders = _committed(account_id, currency, written_since)
    held = Least(F("amount"), _left_of_its_order(written_since), output_field=_AMOUNT)
    return Account.everywhere.filter(pk=account_id).values(
        invoices=_sum(invoices, "payer", unsettled),
        scheduled=_sum(scheduled, "payer", F("price")),
        ordered=_sum(orders, "account", _not_yet_scheduled("pk", written_since)),
        credits_due=_sum(credits_due, "payer", F("price")),
        credit_notes=_sum(credit_notes, "payer", unsettled),
        payments=_sum(payments, "payer", F("amount") - F("allocated")),
        held=_sum(_held(account_id, currency), "account", held),
    )


_OWED = Prepared(_owed, account_id=int, currency=str, written_since=datetime)


def held_on_cards(account_id: int, currency: str) -> Decimal:
    """What is authorised for orders and not yet captured."""
    return _held(account_id, currency).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def _held(account_id: int, currency: str) -> QuerySet[CardPayment]:
    """Money that pays for an order. What is held for a basket secures nothing but that basket's order."""
    return CardPayment.everywhere.filter(
        account_id=account_id,
        currency=currency,
        state=CardState.AUTHORISED,
        order__isnull=False,
    ).exclude(order__state__in=GIVEN_UP)


def _left_of_its_order(written_since: datetime) -> Combinable:
    """What of the order that a card holds for is not paid yet: net while it is not on an invoice, with tax once it is.

    What is held is asked for with tax. Of an order that is not invoiced the tax would be credit for others, and what it
    gives back as well.
    """
    order = OuterRef("order")
    invoices = Invoice.everywhere.filter(order=order, state=InvoiceState.ISSUED)
    scheduled = Installment.everywhere.filter(order=order, state=InstallmentState.SCHEDULED)
    back = Credit.everywhere.filter(reduction__order_line__order=order, state=CreditState.SCHEDULED)
    left = (
        _sum(invoices, "order", F("total") - F("settled"))
        + _sum(scheduled, "order", F("price"))
        - _sum(back, "reduction__order_line__order", F("price"))
        + _not_yet_scheduled("order", written_since)
    )
    return Greatest(left, Decimal(0), output_field=_AMOUNT)


def _committed(account_id: int, currency: str, written_since: datetime) -> QuerySet[Order]:
    """Orders of which a line may be in flight or may wait for its installments. Whatever an order that is executed
    delivered, it did before it was finished.
    """
    orders = Order.everywhere.filter(account_id=account_id, currency=currency, state__in=_COMMITTED)
    return orders.exclude(state=OrderState.EXECUTED, finished_at__lt=written_since)


def _not_yet_scheduled(order: str, written_since: datetime) -> Coalesce:
    """The sum of the lines in flight of the order that the column `order` names, and of delivered ones whose lot has no
    installments yet, which is so for moments. Asked order by order, so that PostgreSQL goes from a payer's orders to
    their lines: joined, it would read the lines of everybody.
    """
    written = Installment.everywhere.filter(lot__order_line=OuterRef("pk"))
    waiting = Q(
        state=LineState.DELIVERED,
        delivered_at__gte=written_since,
        lot__isnull=False,
    )
    lines = OrderLine.everywhere.filter(
        Q(state__in=IN_FLIGHT) | waiting, ~Exists(written), order=OuterRef(order)
    )
    return _sum(lines, "order", F("total"))


def _sum(rows: QuerySet[Any], whose: str, amount: Combinable) -> Coalesce:
    """The sum over rows of one payer or order, as a scalar: grouped by it, since a subquery groups by something."""
    summed = rows.order_by().values(whose).annotate(sum=Sum(amount)).values("sum")
    return Coalesce(Subquery(summed, output_field=_AMOUNT), Decimal(0), output_field=_AMOUNT)
