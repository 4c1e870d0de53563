"""What the portal's home shows: what needs somebody, and how business goes. Each figure is one query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek

from bss.accounts.choices import AccountKind
from bss.accounts.models import Account
from bss.billing.choices import InvoiceState
from bss.billing.models import Invoice
from bss.catalog.choices import Unit
from bss.core import clock, scope
from bss.core.cache import kept
from bss.core.models import Job, JobState
from bss.core.money import round_half_up
from bss.orders.choices import OrderState
from bss.orders.models import Order
from bss.orders.selectors import count_needing_staff, with_needs
from bss.subscriptions.choices import LIVE, ChangeState
from bss.subscriptions.models import ScheduledChange, Subscription, SubscriptionAddOn
from bss.subscriptions.selectors import subscriptions_needing_staff
from servicemanager.selectors import needing_staff

WEEKS = 12
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NeedsYou:
    """How many rows of each list need somebody of the staff: as many as its view *Needs you* shows."""

    orders: int
    provisioning: int
    subscriptions: int
    background_work: int
    overdue_invoices: int
    # What customers asked for and what waits for its day: nobody has to do anything.
    pending_requests: int

    @property
    def total(self) -> int:
        return (
            self.orders
            + self.provisioning
            + self.subscriptions
            + self.background_work
            + self.overdue_invoices
        )


@dataclass(frozen=True, slots=True)
class Business:
    """The organization at a glance."""

    resellers: int
    customers: int
    subscriptions: int
    orders_this_month: int


def needs_you() -> NeedsYou:
    return NeedsYou(
        orders=count_needing_staff(),
        provisioning=needing_staff().count(),
        subscriptions=subscriptions_needing_staff().count(),
        background_work=dead_jobs().count(),
        overdue_invoices=Invoice.objects.filter(
            state=InvoiceState.ISSUED, due_on__lt=clock.today()
        ).count(),
        pending_requests=ScheduledChange.objects.filter(
            state__in=(ChangeState.SCHEDULED, ChangeState.IN_PROGRESS)
        ).count(),
    )


def dead_jobs() -> QuerySet[Job]:
    """Background work of this scope that gave up."""
    return Job.objects.filter(state=JobState.DEAD, scope__startswith=scope.active().path).order_by(
        "-id"
    )


def jobs_waiting() -> QuerySet[Job]:
    """Background work of this scope that is not finished."""
    return Job.objects.filter(
        state__in=[JobState.READY, JobState.RUNNING, JobState.DEAD],
        scope__startswith=scope.active().path,
    )


def _of_this_minute(figure: str, read: Callable[[], T]) -> T:
    """A figure of the active scope that may be a minute old: to count 100,000 subscriptions takes longer than the
    rest of the page."""
    return kept(f"portal.{figure}:{scope.active().path}", 60, read)


def business() -> Business:
    """How large the organization is; up to a minute old."""
    return _of_this_minute("business", _business)


def _business() -> Business:
    kinds = dict(
        Account.objects.filter(is_active=True)
        .values_list("kind")
        .annotate(n=Count("pk"))
        .order_by()
    )
    month = clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Business(
        resellers=kinds.get(AccountKind.RESELLER, 0),
        customers=kinds.get(AccountKind.CUSTOMER, 0) + kinds.get(AccountKind.DIRECT, 0),
        subscriptions=Subscription.objects.filter(state__in=LIVE).count(),
        orders_this_month=Order.objects.filter(placed_at__gte=month).count(),
    )


def orders_by_week() -> list[tuple[date, int]]:
    """Orders placed in each of the last twelve weeks, oldest first, weeks without any included; up to a minute old."""
    return _of_this_minute("orders_by_week", _orders_by_week)


def _orders_by_week() -> list[tuple[date, int]]:
    first = _monday(clock.today()) - timedelta(weeks=WEEKS - 1)
    rows = (
        Order.objects.filter(placed_at__gte=datetime.combine(first, time(), UTC))
        .annotate(week=TruncWeek("placed_at"))
        .values_list("week")
        .annotate(n=Count("pk"))
        .order_by()
    )
    counted = {week.date(): n for week, n in rows}
    weeks = [first + timedelta(weeks=i) for i in range(WEEKS)]
    return [(week, counted.get(week, 0)) for week in weeks]


def subscriptions_by_product(limit: int = 8) -> list[tuple[str, int]]:
    """The products most subscribed to, by live subscriptions; up to a minute old."""
    return _of_this_minute(f"by_product_{limit}", lambda: _subscriptions_by_product(limit))


def _subscriptions_by_product(limit: int) -> list[tuple[str, int]]:
    rows: Any = (
        Subscription.objects.filter(state__in=LIVE)
        .values_list(F("product__name"))
        .annotate(n=Count("pk"))
        .order_by("-n")[:limit]
    )
    return [(name, n) for name, n in rows]


def recurring(currency: str) -> Decimal:
    """What live subscriptions bring per month in a currency, add-ons included: the price of a term by its months, net.
    Up to a minute old.
    """
    return _of_this_minute(f"recurring_{currency}", lambda: _recurring(currency))


def _recurring(currency: str) -> Decimal:
    seats = (
        Subscription.objects.filter(state__in=LIVE, currency=currency)
        .values_list("unit")
        .annotate(total=Sum(F("unit_price") * F("quantity")))
        .order_by()
    )
    add_ons = (
        SubscriptionAddOn.objects.filter(
            subscription__state__in=LIVE, subscription__currency=currency, cancelled_at=None
        )
        .values_list("subscription__unit")
        .annotate(total=Sum(F("unit_price") * F("quantity")))
        .order_by()
    )
    months = [total / Unit(unit).months for unit, total in (*seats, *add_ons)]
    return round_half_up(sum(months, Decimal(0)), currency)


def owed_by_age(currency: str, today: date) -> list[Decimal]:
    """What of issued invoices is open in a currency, tax included: not due yet, then overdue for up to 30, 60, 90 and
    for more days. Up to a minute old.
    """
    return _of_this_minute(f"owed_{currency}", lambda: _owed_by_age(currency, today))


def _owed_by_age(currency: str, today: date) -> list[Decimal]:
    limits = [today - timedelta(days=days) for days in (0, 30, 60, 90)]
    since = [Q(due_on__gte=limits[0]) | Q(due_on__isnull=True)]
    since += [Q(due_on__lt=later, due_on__gte=earlier) for later, earlier in pairwise(limits)]
    since.append(Q(due_on__lt=limits[-1]))
    found = Invoice.objects.filter(state=InvoiceState.ISSUED, currency=currency).aggregate(
        **{f"age_{n}": Sum(F("total") - F("settled"), filter=q) for n, q in enumerate(since)}
    )
    return [found[f"age_{n}"] or Decimal(0) for n in range(len(since))]


def recent_orders(limit: int = 8) -> list[Order]:
    """The newest orders, with whether they need input."""
    return list(
        with_needs(Order.objects.exclude(state=OrderState.DRAFT))
        .select_related("account", "customer")
        .order_by("-id")[:limit]
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
