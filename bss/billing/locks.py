"""Row locks, always taken in this order: the lot, its installments, then the numbers of documents."""

from __future__ import annotations

from collections.abc import Collection

from bss.billing.choices import CreditState, InstallmentState
from bss.billing.models import Credit, Installment, Invoice
from bss.subscriptions.models import SeatLot


def lot_locked(pk: int) -> SeatLot:
    """The lot as it is now with its term and who pays for it, held until the transaction ends."""
    return (
        SeatLot.everywhere.select_for_update(of=("self",))
        .select_related("term", "order_line", "subscription__payer__organization")
        .get(pk=pk)
    )


def installments_locked(lot: SeatLot) -> list[Installment]:
    """Every installment of a lot, void ones too, in order; waits for a billing run that is at one of them."""
    return list(
        Installment.everywhere.filter(lot=lot)
        .select_for_update(of=("self",))
        .order_by("number", "pk")
    )


def installments_taken(pks: Collection[int]) -> list[int]:
    """Those of them that are still scheduled and that nobody else holds, held until the transaction ends."""
    return list(
        Installment.everywhere.filter(pk__in=pks, state=InstallmentState.SCHEDULED)
        .select_for_update(skip_locked=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def credits_taken(pks: Collection[int]) -> list[int]:
    """Those of the credits that are still scheduled and that nobody else holds, held until the transaction ends."""
    return list(
        Credit.everywhere.filter(pk__in=pks, state=CreditState.SCHEDULED)
        .select_for_update(skip_locked=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def invoice_held(pk: int) -> Invoice:
    """The invoice as it is now, held until the transaction ends."""
    return Invoice.objects.select_for_update(of=("self",)).get(pk=pk)
