"""What is still to be charged: of a subscription, lot by lot, and of an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from bss.accounts.models import Account
from bss.billing.choices import CreditState, InstallmentState
from bss.billing.models import Credit, Installment, Invoice
from bss.core.actor import Actor
from bss.core.money import Money
from bss.core.prepared import Prepared
from bss.orders.selectors import track_for
from bss.subscriptions.models import SeatLot, Subscription

# A payment plan has sixty installments at most, and a subscription few lots in a term.
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One installment for one reader: its amount at that reader's level, and the invoice it is on, if it may see it."""

    row: Installment
    amount: Money | None
    invoice: Invoice | None


@dataclass(frozen=True, slots=True)
class LotSchedule:
    """Seats that were bought together, and what is charged for them; what of it is still due."""

    lot: SeatLot
    rows: Sequence[ScheduleRow]
    due: Money


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A credit for one reader."""

    credit: Credit
    amount: Money | None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What an account will be billed on a day, and of how many items."""

    bills_on: date
    currency: str
    count: int
    net: Decimal


def schedule_of(subscription: Subscription, actor: Actor) -> list[LotSchedule]:
    """The lots of a subscription with their installments, newest lot first. Never the cost, never a level above."""
    track = track_for(actor, subscription.payer_id)
    found: dict[int, list[Installment]] = {}
    for row in _INSTALLMENTS.all(subscription_id=subscription.pk):
        found.setdefault(row.lot_id, []).append(row)
    return [_lot_schedule(each, track) for each in found.values()]


_INSTALLMENTS = Prepared(
    lambda subscription_id: (
        Installment.objects.filter(subscription_id=subscription_id)
        .exclude(state=InstallmentState.VOID)
        .select_related("lot__product", "invoice_line__invoice")
        .order_by("-lot_id", "number")[:MOST_SHOWN]
    ),
    subscription_id=int,
)


def _lot_schedule(rows: Sequence[Installment], track: str) -> LotSchedule:
    shown = [ScheduleRow(row, _at(row, track), _invoice(row, track)) for row in rows]
    due = [
        each.amount
        for each in shown
        if each.amount is not None and each.row.state == InstallmentState.SCHEDULED
    ]
    return LotSchedule(rows[0].lot, shown, Money.total(due, rows[0].currency))


def credits_of(subscription: Subscription, actor: Actor) -> list[GivenBack]:
    """What was given back for seats of a subscription, newest first."""
    track = track_for(actor, subscription.payer_id)
    rows = Credit.objects.filter(subscription=subscription).exclude(
        price=0, cost=0, state=CreditState.ISSUED
    )
    return [GivenBack(row, _at(row, track)) for row in rows.order_by("-id")[:MOST_SHOWN]]


def _at(row: Installment | Credit, track: str) -> Money | None:
    amount = row.resale if track == "resale" else row.price
    return None if amount is None else Money(amount, row.currency)


def _invoice(row: Installment, track: str) -> Invoice | None:
    """The invoice is the payer's: whoever stands below it learns nothing of it."""
    line = getattr(row, "invoice_line", None)
    return line.invoice if line is not None and line.invoice.number and track == "price" else None


def upcoming_of(account: Account, limit: int = 24) -> list[Upcoming]:
    """What a payer will be billed, day by day."""
    rows = (
        Installment.objects.filter(payer=account, state=InstallmentState.SCHEDULED)
        .values("bills_on", "currency")
        .annotate(count=Count("pk"), net=Sum("price"))
        .order_by("bills_on", "currency")[:limit]
    )
    return [Upcoming(**row) for row in rows]


def credits_waiting(account: Account) -> QuerySet[Credit]:
    """What a payer is to be given back with the next credit note."""
    return Credit.objects.filter(payer=account, state=CreditState.SCHEDULED).order_by("id")


def has_schedule(subscription: Subscription) -> bool:
    """Whether anything was ever charged for it."""
    return Installment.objects.filter(subscription=subscription).exists()
