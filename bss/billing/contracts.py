"""What documents are made of before they are rows: frozen values, no queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bss.pricing.contracts import InvoicedTax, TaxRegime


@dataclass(frozen=True, slots=True)
class Item:
    """An installment or a credit with the words of its line: amounts net, in its own currency.

    `unit_price` is for a whole term, ten decimals; `unit` is how long that is. `starts_at` to `ends_at` is the stretch
    it pays for or gives back. `billed_by` is the number of the invoice that a credit corrects, `taxed` how that invoice
    taxed it.
    """

    pk: int
    payer_id: int
    customer_id: int
    subscription_id: int
    order_id: int | None
    lot_id: int
    currency: str
    quantity: int
    number: int
    count: int
    cost: Decimal
    price: Decimal
    resale: Decimal | None
    starts_at: datetime
    ends_at: datetime
    unit_price: Decimal
    unit: str
    tax_class: str
    is_taxable: bool
    product: str
    subscription: str
    name: str
    customer: str
    billed_by: str = ""
    taxed: InvoicedTax | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """How much one payer has due: installments and credits."""

    payer_id: int
    count: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document to be: whose, what is on it, and how it is taxed. `held` says why it is not to be issued."""

    payer_id: int
    customer_id: int | None
    order_id: int | None
    currency: str
    items: tuple[Item, ...]
    regime: TaxRegime
    held: str = ""


@dataclass(slots=True)
class Outcome:
    """What billing did: counts, and who was left out with the cause, by payer id."""

    invoices: int = 0
    credit_notes: int = 0
    items: int = 0
    held: list[tuple[int, str]] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        """Take over what another part of the work did."""
        self.invoices += other.invoices
        self.credit_notes += other.credit_notes
        self.items += other.items
        self.held += other.held
        self.refused |= other.refused

    def counts(self) -> Mapping[str, int]:
        """For a run's result."""
        return {
            "invoices": self.invoices,
            "credit_notes": self.credit_notes,
            "items": self.items,
            "held": len(self.held),
            "refused": len(self.refused),
        }


# What is owed ---------------------------------------------------------------------------------------------------


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
