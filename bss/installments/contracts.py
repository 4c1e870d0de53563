"""What the split of a price takes and gives: frozen values, no queries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from bss.core.money import Money
from bss.installments.choices import Frequency


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """A payment plan as a price is bought with it, frozen: what staff change later touches nobody.

    `extra_charge` is the percentage that the payer's account adds to the price-list selling price, 5 is five per cent.
    """

    frequency: str
    count: int
    extra_charge: Decimal = Decimal(0)
    plan_id: int | None = None

    @property
    def months(self) -> int:
        """From one installment to the next."""
        return Frequency(self.frequency).months

    @property
    def adverb(self) -> str:
        """ "monthly": how often, behind an amount."""
        return Frequency(self.frequency).adverb

    @property
    def code(self) -> str:
        """ "monthly-12": names the plan in forms and over the API; an organization has each once."""
        return f"{self.frequency}-{self.count}"

    def __str__(self) -> str:
        """ "12 monthly installments" in the active language."""
        return Frequency(self.frequency).installments(self.count)


class Split(NamedTuple):
    """A total in equal installments: `parts - 1` of `regular`, then `last`, which takes what rounding down left.

    100.00 in 12 is 11 of 8.33 and one of 8.37. A tuple, because lists make thousands.
    """

    total: Decimal
    parts: int
    regular: Decimal
    last: Decimal
    currency: str

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """Each installment, in order."""
        return (self.regular,) * (self.parts - 1) + (self.last,)

    @property
    def is_even(self) -> bool:
        return self.regular == self.last

    @property
    def first_money(self) -> Money:
        """What is paid first."""
        return Money(self.last if self.parts == 1 else self.regular, self.currency)

    @property
    def regular_money(self) -> Money:
        return Money(self.regular, self.currency)

    @property
    def last_money(self) -> Money:
        return Money(self.last, self.currency)

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)
