"""What is charged already: behind the ports of pricing and of subscriptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from bss.billing.choices import InstallmentState
from bss.billing.models import Installment
from bss.pricing.contracts import TaxableAmount
from bss.pricing.schedule import Amounts, Charged, Part

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
        rows = Installment.everywhere.filter(lot_id__in=lot_ids).exclude(
            state=InstallmentState.VOID
        )
        found: dict[int, list[Charged]] = defaultdict(list)
        for lot_id, number, count, due_at, ends_at, cost, price, resale, state in rows.order_by(
            "number"
        ).values_list(
            "lot_id", "number", "count", "due_at", "ends_at", "cost", "price", "resale", "state"
        ):
            part = Part(number, count, due_at, ends_at, Amounts(cost, price, resale))
            found[lot_id].append(Charged(part, state in ON_AN_INVOICE))
        return dict(found)
