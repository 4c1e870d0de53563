"""Statements: what a reseller charges its customers, month by month, read from what was billed. No tax document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from bss.accounts.models import Account
from bss.billing.models import Credit, Installment
from bss.core.actor import Actor
from bss.core.money import Money

MOST_MONTHS = 60
MOST_CUSTOMERS = 1000


@dataclass(frozen=True, slots=True)
class Statement:
    """What one customer is charged for one month, in one currency: net, credits taken off."""

    customer_id: int
    customer_key: str
    customer: str
    month: date
    currency: str
    total: Decimal

    @property
    def money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def month_key(self) -> str:
        """ "2026-11": how a URL names the month."""
        return f"{self.month:%Y-%m}"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One charge, or (negative) one credit, of a statement. `on` is the day it was billed.

    `product`, `starts_at` and `ends_at` are as its document says, whatever the subscription became since; `name` is the
    subscription's own, or the product where it has none.
    """

    on: date
    subscription: str
    name: str
    product: str
    quantity: int
    number: int
    count: int
    starts_at: datetime
    ends_at: datetime | None
    currency: str
    amount: Decimal

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def own_name(self) -> str:
        """What somebody called the subscription; "" where nobody did."""
        return "" if self.name == self.product else self.name


def statements(
    actor: Actor, *, month: date | None = None, customer: Account | None = None
) -> list[Statement]:
    """The statements that an account sees: a reseller those of its customers, a customer its own. Newest first."""
    totals: dict[Any, Decimal] = {}
    for sign, rows in ((1, _charged(actor)), (-1, _given_back(actor))):
        if month is not None:
            rows = rows.filter(month=month)  # noqa: PLW2901 -- narrowed
        if customer is not None:
            rows = rows.filter(customer=customer)  # noqa: PLW2901
        found: Any = (
            rows.order_by()
            .values_list(
                "customer_id", "customer__public_id", "customer__name", "month", "currency"
            )
            .annotate(total=Sum("resale"))[: MOST_MONTHS * MOST_CUSTOMERS]
        )
        for *key, total in found:
            totals[tuple(key)] = totals.get(tuple(key), Decimal(0)) + sign * total
    made: Any = Statement
    listed: list[Statement] = [made(*key, total) for key, total in totals.items()]
    return sorted(listed, key=lambda each: (-each.month.toordinal(), each.customer, each.currency))


def statement_months(actor: Actor) -> list[date]:
    """The months for which there is any statement, newest first."""
    charged = _charged(actor).order_by().values_list("month", flat=True).distinct()
    back = _given_back(actor).order_by().values_list("month", flat=True).distinct()
    return sorted({*charged, *back}, reverse=True)[:MOST_MONTHS]


def statement_lines(actor: Actor, *, customer: Account, month: date) -> list[StatementLine]:
    """What a statement is made of, by day."""
    charged = _charged(actor).filter(customer=customer, month=month)
    back = _given_back(actor).filter(customer=customer, month=month)
    lines = [*_lines(charged, "invoice_line"), *_lines(back, "credit_note_line", sign=-1)]
    return sorted(lines, key=lambda line: (line.on, line.subscription, line.number))


def _lines(rows: QuerySet[Any], printed: str, *, sign: int = 1) -> Iterator[StatementLine]:
    """Rows as their documents' lines (`printed` leads to them) told them when they were billed."""
    parts = ("number", "count") if sign > 0 else (Value(1), Value(1))
    values: Any = rows.values_list(
        "on", "subscription__number", _own_name(printed), f"{printed}__text", "quantity", *parts,
        f"{printed}__starts_at", f"{printed}__ends_at", "currency", "resale",
    )  # fmt: skip
    for *told, amount in values:
        yield StatementLine(*(*told, sign * amount))


def _own_name(printed: str) -> Case:
    """A subscription without a name of its own is called as its product of today: then what was billed counts."""
    return Case(
        When(subscription__name=F("subscription__product__name"), then=F(f"{printed}__text")),
        default=F("subscription__name"),
    )


def totals_of(lines: Sequence[StatementLine]) -> list[Money]:
    """The sum of a statement in each of its currencies."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.amount
    return [Money(total, currency) for currency, total in sorted(sums.items())]


def _charged(actor: Actor) -> QuerySet[Any]:
    """What customers below the actor's account were billed for: the day is that of the invoice to its payer."""
    rows = Installment.objects.filter(
        resale__isnull=False, invoice_line__invoice__issued_on__isnull=False
    )
    return _below(rows, actor).annotate(
        on=F("invoice_line__invoice__issued_on"),
        month=TruncMonth("invoice_line__invoice__issued_on"),
    )


def _given_back(actor: Actor) -> QuerySet[Any]:
    rows = Credit.objects.filter(
        resale__isnull=False, credit_note_line__credit_note__issued_on__isnull=False
    )
    return _below(rows, actor).annotate(
        on=F("credit_note_line__credit_note__issued_on"),
        month=TruncMonth("credit_note_line__credit_note__issued_on"),
    )


def _below(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """An account's own statements and those of its customers; the scope narrows it to them already."""
    return rows.exclude(customer=F("payer")) if actor.account_id is not None else rows
