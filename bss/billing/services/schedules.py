"""From seats bought and given back to what is charged for them, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from bss.accounts.models import Account
from bss.billing.choices import InstallmentState
from bss.billing.locks import installments_locked, lot_locked
from bss.billing.models import Credit, Installment, InvoiceLine
from bss.billing.selectors import ON_AN_INVOICE, charged_of, with_corrections
from bss.billing.states import CREDIT, INSTALLMENT
from bss.core.actor import Actor
from bss.pricing.schedule import (
    Amounts,
    Correction,
    Part,
    billing_date,
    nothing,
    parts_of,
    reduction_of,
)
from bss.subscriptions.models import SeatLot, SeatReduction


def lot_settle(*, lot_id: int, actor: Actor) -> None:
    """Write what a lot costs, once, then what each of its reductions does to that, in their order, each once.

    Whichever of its events is handled first, and however often, the outcome is the same.
    """
    with transaction.atomic():
        lot = lot_locked(lot_id)
        known = installments_locked(lot)
        if not known:
            known = _write(lot, parts_of(replace(lot.price, quantity=lot.bought)), lot.bought)
        charged = lot.bought
        settled = set(Credit.everywhere.filter(lot=lot).values_list("reduction_id", flat=True))
        for reduction in lot.reductions.select_related("order_line").order_by("pk"):
            if reduction.pk not in settled and _gives_back(reduction, charged):
                known = _reduce(lot, known, reduction, charged, actor)
            charged = reduction.charged_quantity


def _gives_back(reduction: SeatReduction, charged: int) -> bool:
    """Whether seats went within their days: otherwise what was sold stays due."""
    return bool(reduction.refund) and reduction.charged_quantity < charged


def _write(lot: SeatLot, parts: Sequence[Part], quantity: int) -> list[Installment]:
    """The parts of a lot as rows. What costs nothing in any track needs none."""
    if not any(part.amounts for part in parts):
        return []
    return Installment.everywhere.bulk_create(
        Installment(
            number=part.number,
            count=part.count,
            quantity=quantity,
            due_at=part.due_at,
            ends_at=part.ends_at,
            **_tracks(part.amounts),
            **_bill(lot, part),
            **_whose(lot),
        )
        for part in parts
    )


def _bill(lot: SeatLot, part: Part) -> dict[str, Any]:
    """On which document a part belongs: the order's that bought it, or the one of a billing day."""
    payer = lot.subscription.payer
    if lot.order_line is not None and part.number == 1:
        return {"order_id": lot.order_line.order_id, "bills_on": local_day(part.due_at, payer)}
    zone = payer.organization.time_zone
    return {"order_id": None, "bills_on": billing_date(part.due_at, payer.billing_day, zone)}


def _whose(lot: SeatLot) -> dict[str, Any]:
    subscription = lot.subscription
    return {
        "organization_id": lot.organization_id,
        "scope": subscription.scope,
        "payer_id": subscription.payer_id,
        "customer_id": subscription.customer_id,
        "subscription_id": subscription.pk,
        "lot_id": lot.pk,
        "currency": lot.currency,
    }


def _reduce(
    lot: SeatLot, known: Sequence[Installment], reduction: SeatReduction, charged: int, actor: Actor
) -> list[Installment]:
    """Drop the share of what is due, credit the share of what was invoiced. Returns the installments as they stand.

    Of what costs nothing there is nothing to give back.
    """
    standing = [row for row in known if row.state != InstallmentState.VOID]
    if not standing:
        return list(known)
    rows = with_corrections(Installment.everywhere.filter(pk__in=[row.pk for row in standing]))
    found = reduction_of(
        replace(lot.price, quantity=charged),
        [charged_of(row) for row in rows.order_by("number")],
        keep=reduction.charged_quantity,
        at=reduction.at,
        policy=reduction.policy,
    )
    due = [row.pk for row in standing if row.state not in ON_AN_INVOICE]
    INSTALLMENT.fire_many(Installment.everywhere.filter(pk__in=due), "void", actor=actor)
    # What was used before it was invoiced stays due, also when no seat is left.
    written = _write(lot, found.parts, reduction.charged_quantity or charged)
    billed = [row for row in standing if row.state in ON_AN_INVOICE]
    _credit(lot, reduction, found.corrections, charged, actor)
    if reduction.charged_quantity == 0:
        _close(lot, billed, actor)
    return [*billed, *written]


def _credit(
    lot: SeatLot,
    reduction: SeatReduction,
    corrections: Sequence[Correction],
    charged: int,
    actor: Actor,
) -> None:
    """What is given back of each invoice goes onto a credit note of the order that asked.

    Nothing is settled as it is written.
    """
    whose = {
        "reduction": reduction,
        "quantity": charged - reduction.charged_quantity,
        "order_id": reduction.order_line.order_id,
        "bills_on": local_day(reduction.at, lot.subscription.payer),
        **_whose(lot),
    }
    if not corrections:
        zero = nothing(resale=lot.unit_resale is not None)
        CREDIT.fire(Credit.everywhere.create(**_tracks(zero), **whose), "issue", actor=actor)
    lines = InvoiceLine.everywhere.filter(
        installment__lot=lot, installment__state__in=ON_AN_INVOICE
    )
    line_of = dict(lines.values_list("installment__number", "pk"))
    Credit.everywhere.bulk_create(
        Credit(corrects_id=line_of[each.charged.part.number], **_tracks(each.amounts), **whose)
        for each in corrections
    )


def _tracks(amounts: Amounts) -> dict[str, Decimal | None]:
    return {"cost": amounts.cost, "price": amounts.price, "resale": amounts.resale}


def _close(lot: SeatLot, billed: Sequence[Installment], actor: Actor) -> None:
    """Mark what was invoiced for a lot as credited once all of it has been given back."""
    zero = nothing(resale=lot.unit_resale is not None)
    given_back = sum((row.amounts for row in Credit.everywhere.filter(lot=lot)), zero)
    if billed and sum((row.amounts for row in billed), zero) == given_back:
        rows = Installment.everywhere.filter(pk__in=[row.pk for row in billed])
        INSTALLMENT.fire_many(rows, "credit", actor=actor)


def local_day(at: datetime, payer: Account) -> date:
    """The day of an instant where the payer's organization is."""
    return at.astimezone(ZoneInfo(payer.organization.time_zone)).date()
