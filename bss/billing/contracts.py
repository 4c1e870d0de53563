"""Values of billing: what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Owed:
    """What a payer owes and has ordered, in one currency, part by part; see docs/architecture/payments-and-tax.md.

    `invoices` with tax, the others net. `held` is authorised on cards.
    """

    currency: str
    invoices: Decimal
    scheduled: Decimal
    ordered: Decimal
    credits_due: Decimal
    credit_notes: Decimal
    payments: Decimal
    held: Decimal

    @property
    def credit(self) -> Decimal:
        """What the payer has to its credit and no invoice has used yet."""
        return self.credits_due + self.credit_notes + self.payments + self.held

    @property
    def exposure(self) -> Decimal:
        return self.invoices + self.scheduled + self.ordered - self.credit
