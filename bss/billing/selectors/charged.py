"""What is charged already: behind the ports of pricing and of subscriptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from bss.billing.choices import InstallmentState
from bss.billing.models import Installment
from bss.pricing.contracts import TaxableAmount
from bss.pricing.schedule import Amounts, Charged, Part
from bss.pricing.tax import frozen_tax

_TRACKS = ("cost", "price", "resale")
ON_AN_INVOICE = frozenset({InstallmentState.INVOICED, InstallmentState.CREDITED})


class BillingChargesDue:
    """Fills `CHARGES_DUE`: what a payer's next documents hold already."""

    def due(
        self, *, payer_id: int, customer_id: int | None, currency: str, days: Collection[date]
    ) -> Mapping[date, Sequence[TaxableAmount]]:
        """The net amounts scheduled for each of the days, without what an order bills at once. One query."""
        rows = Installment.everywhere.filter(
            payer_id=payer_id,
            currency=currency,
            bills_on__in=days,
            order__isnull=True,
            state=InstallmentState.SCHEDULED,
        )
        if customer_id is not None:
            rows = rows.filter(customer_id=customer_id)
        found: dict[date, list[TaxableAmount]] = defaultdict(list)
        for day, net, tax_class, is_taxable in rows.order_by("pk").values_list(
            "bills_on", "price", "lot__product__tax_class", "lot__product__taxable"
        ):
            found[day].append(TaxableAmount(net, tax_class, is_taxable))
        return dict(found)


class BillingLotCharges:
    """Fills `LOT_CHARGES`: how far the parts of lots were billed."""

    def charged(self, lot_ids: Collection[int]) -> Mapping[int, Sequence[Charged]]:
        """The parts of each lot by number, void ones left out. One query."""
        rows = with_corrections(
            Installment.everywhere.filter(lot_id__in=lot_ids).exclude(state=InstallmentState.VOID)
        )
        found: dict[int, list[Charged]] = defaultdict(list)
        for row in rows.order_by("number"):
            found[row.lot_id].append(charged_of(row))
        return dict(found)


def with_corrections(rows: QuerySet[Installment]) -> QuerySet[Installment]:
    """The same, each with its line and invoice and with what of it was credited: what `charged_of` needs."""
    return rows.select_related("invoice_line__invoice").annotate(
        **{f"{track}_back": Sum(f"invoice_line__credits__{track}") for track in _TRACKS}
    )


def charged_of(row: Any) -> Charged:
    """An installment, read `with_corrections`, as the engine takes it."""
    part = Part(row.number, row.count, row.due_at, row.ends_at, row.amounts)
    if row.state not in ON_AN_INVOICE:
        return Charged(part, is_invoiced=False)
    line = row.invoice_line
    invoice = line.invoice
    return Charged(
        part,
        is_invoiced=True,
        credited=Amounts(
            row.cost_back or Decimal(0),
            row.price_back or Decimal(0),
            None if row.resale is None else row.resale_back or Decimal(0),
        ),
        taxed=frozen_tax(
            invoice.taxes, invoice.seller.get("vat_id", ""), line.tax_class, line.tax_percent
        ),
    )
