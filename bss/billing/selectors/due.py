"""What is to be billed: by payer, and each item with the words of its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bss.billing.choices import CreditState, InstallmentState
from bss.billing.contracts import Due, Item
from bss.billing.models import Credit, CreditNoteLine, Installment, InvoiceLine
from bss.orders.choices import IN_FLIGHT
from bss.orders.models import OrderLine
from bss.pricing.schedule import time_given_back
from bss.pricing.tax import frozen_tax
from bss.subscriptions.models import policy_of

_SHARED = (
    "pk", "payer_id", "customer_id", "subscription_id", "order_id", "lot_id", "currency", "quantity",
)  # fmt: skip
_WORDS = (
    "lot__unit_price", "subscription__unit", "lot__product__tax_class", "lot__product__taxable",
    "lot__product__name", "subscription__number", "subscription__name", "customer__name",
)  # fmt: skip
_INSTALLMENT = (
    *_SHARED, "number", "count", "cost", "price", "resale", "due_at", "ends_at", *_WORDS,
)  # fmt: skip
_CREDIT = (*_SHARED, "cost", "price", "resale", *_WORDS)
_GIVEN_BACK = (
    "corrects__installment__due_at", "corrects__installment__ends_at", "reduction__refund",
    "reduction__at", "reaches_back", "lot__term__ends_at",
)  # fmt: skip
_CORRECTED = (
    "corrects__invoice__number", "corrects__invoice__taxes", "corrects__invoice__seller__vat_id",
    "corrects__tax_class", "corrects__tax_percent",
)  # fmt: skip


def due_by_payer(
    organization_id: int, day: date, *, account_id: int | None = None, now: datetime | None = None
) -> list[Due]:
    """The payers with something to bill on `day`, by id. `account_id` narrows to one; with `now`, what is due at that
    moment counts although its billing day has not come.
    """
    found: Counter[int] = Counter()
    mine = Q() if account_id is None else Q(payer_id=account_id)
    for rows in (
        installments_due(organization_id, day, now=now).filter(mine),
        credits_due(organization_id, day).filter(mine),
    ):
        found.update(dict(rows.values_list("payer_id").annotate(n=Count("pk")).order_by()))
    return [Due(payer_id, count) for payer_id, count in sorted(found.items())]


def installments_due(
    organization_id: int, day: date, *, now: datetime | None = None
) -> QuerySet[Installment]:
    """Scheduled installments that belong on a document of `day` or earlier, or (with `now`) that are due by then.

    Left out are those of an order that is still under way, and those that wait on a draft for staff.
    """
    when = Q(bills_on__lte=day) | Q(due_at__lte=now) if now else Q(bills_on__lte=day)
    return Installment.everywhere.filter(
        when, ~_under_way(), ~Exists(InvoiceLine.everywhere.filter(installment=OuterRef("pk"))),
        organization_id=organization_id, state=InstallmentState.SCHEDULED,
    )  # fmt: skip


def credits_due(organization_id: int, day: date) -> QuerySet[Credit]:
    """Scheduled credits of `day` or earlier, without those of an order that is still under way."""
    return Credit.everywhere.filter(
        ~_under_way(), organization_id=organization_id, state=CreditState.SCHEDULED,
        bills_on__lte=day,
    )  # fmt: skip


def _under_way() -> Q:
    lines = OrderLine.everywhere.filter(order=OuterRef("order_id"), state__in=IN_FLIGHT)
    return Q(order__isnull=False) & Q(Exists(lines))


def order_is_under_way(order_id: int) -> bool:
    """Whether a line of the order is still to be delivered."""
    return OrderLine.everywhere.filter(order_id=order_id, state__in=IN_FLIGHT).exists()


def lots_of_order(order_id: int) -> list[int]:
    """The lots that an order bought or took seats from."""
    lines = OrderLine.everywhere.filter(order_id=order_id)
    bought = lines.filter(lot__isnull=False).values_list("lot__pk", flat=True)
    reduced = lines.filter(seat_reductions__isnull=False).values_list(
        "seat_reductions__lot_id", flat=True
    )
    return sorted({*bought, *reduced})


def installment_items(pks: Collection[int]) -> list[Item]:
    """Installments as items, by customer and subscription, the order in which they stand on a document."""
    rows = Installment.everywhere.filter(pk__in=pks).order_by(
        "payer_id", "customer_id", "subscription_id", "due_at", "pk"
    )
    values: Any = rows.values_list(*_INSTALLMENT)
    return [Item(*row) for row in values]


def credit_items(pks: Collection[int]) -> list[Item]:
    """Credits as items, each with the time that it gives back, the invoice that it corrects and how that one taxed it,
    whatever holds today.
    """
    over = Credit.everywhere.filter(
        reduction=OuterRef("reduction"),
        corrects__installment__ends_at__lte=OuterRef("reduction__at"),
    )
    rows = (
        Credit.everywhere.filter(pk__in=pks)
        .annotate(reaches_back=Exists(over))
        .order_by("payer_id", "customer_id", "subscription_id", "pk")
    )
    values: Any = rows.values_list(*_CREDIT, *_GIVEN_BACK, *_CORRECTED)
    first, second = len(_CREDIT), len(_CREDIT) + len(_GIVEN_BACK)
    return [
        _credit_item(row[:first], _stretch(*row[first:second]), *row[second:]) for row in values
    ]


def _stretch(
    due_at: datetime,
    ends_at: datetime,
    refund: str,
    at: datetime,
    reaches_back: bool,
    term_ends_at: datetime,
) -> tuple[datetime, datetime]:
    start, end = time_given_back(
        due_at, ends_at, refund=policy_of(refund).kind, at=at, reaches_back=reaches_back
    )
    return start, end or term_ends_at


def _credit_item(
    row: Sequence[Any],
    stretch: tuple[datetime, datetime],
    number: str,
    taxes: Any,
    registration: str | None,
    tax_class: str,
    percent: Decimal,
) -> Item:
    taxed = frozen_tax(taxes, registration or "", tax_class, percent)
    item = Item(*(*row[:8], 1, 1, *row[8:11], *stretch, *row[11:]))
    return replace(
        item, billed_by=number, taxed=taxed, tax_class=tax_class, is_taxable=taxed.is_taxable
    )


def items_on(day: date, subscription_ids: Collection[int]) -> dict[int, int]:
    """How many items each of the subscriptions has on invoices of `day` already."""
    rows = (
        InvoiceLine.everywhere.filter(subscription_id__in=subscription_ids, invoice__issued_on=day)
        .values_list("subscription_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return dict(rows)


def installments_on_invoices(pks: Collection[int]) -> set[int]:
    """Those of the installments that are on an invoice already, be it a draft."""
    rows = InvoiceLine.everywhere.filter(installment_id__in=pks)
    return set(rows.values_list("installment_id", flat=True))


def credits_on_notes(pks: Collection[int]) -> set[int]:
    """Those of the credits that are on a credit note already."""
    rows = CreditNoteLine.everywhere.filter(credit_id__in=pks)
    return set(rows.values_list("credit_id", flat=True))


# A lot that begins a term pays for all of it; what is added within a term runs beside it.
_BILLED_TWICE = """
    SELECT DISTINCT mine.id
    FROM billing_installment mine
    JOIN subscriptions_seatlot lot ON lot.id = mine.lot_id
    JOIN subscriptions_term term ON term.id = lot.term_id
    JOIN billing_installment other ON other.subscription_id = mine.subscription_id
        AND other.id <> mine.id AND (other.state = 'invoiced' OR other.id = ANY(%(ids)s))
        AND other.state <> 'void' AND other.due_at < mine.ends_at AND other.ends_at > mine.due_at
    JOIN subscriptions_seatlot of ON of.id = other.lot_id
    JOIN subscriptions_term at ON at.id = of.term_id
    WHERE mine.id = ANY(%(ids)s)
      AND (of.id = lot.id
           OR (of.term_id <> lot.term_id AND of.add_on_id IS NOT DISTINCT FROM lot.add_on_id
               AND of.charged_quantity > 0
               AND lot.starts_at = term.starts_at AND of.starts_at = at.starts_at))
"""


def billed_twice(pks: Sequence[int]) -> set[int]:
    """Those of the installments whose stretch of time is paid for by another one already."""
    with connection.cursor() as cursor:
        cursor.execute(_BILLED_TWICE, {"ids": list(pks)})
        return {row[0] for row in cursor.fetchall()}


def batches(due: Sequence[Due], size: int) -> Iterator[list[Due]]:
    """Payers together until they have `size` items; one with more than that alone."""
    batch: list[Due] = []
    for payer in due:
        if batch and sum(each.count for each in batch) + payer.count > size:
            yield batch
            batch = []
        batch.append(payer)
    if batch:
        yield batch


def keys_of(rows: QuerySet[Installment] | QuerySet[Credit], payers: Sequence[Due]) -> list[int]:
    """The ids of what these payers have due."""
    return list(
        rows.filter(payer_id__in=[each.payer_id for each in payers]).values_list("pk", flat=True)
    )
