"""The pure tax of a document: by rate, rounded once. No rows, no reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from bss.catalog.choices import HUNDRED
from bss.core.money import round_half_up
from bss.pricing.contracts import TaxableAmount, TaxLine, TaxRegime, TaxTreatment
from bss.pricing.errors import RateMissing


def tax_lines(
    amounts: Sequence[TaxableAmount], regime: TaxRegime, currency: str
) -> tuple[TaxLine, ...]:
    """The tax of one document's net amounts: one line for each rate, highest first, then what is not taxed.

    The net amounts of a rate are added before its tax is rounded half-up to the minor unit. Raises RateMissing.
    """
    groups: dict[tuple[TaxTreatment, str, Decimal], Decimal] = defaultdict(Decimal)
    for amount in amounts:
        groups[_rate(amount, regime)] += amount.net
    return tuple(
        TaxLine(
            treatment=treatment,
            tax_class=tax_class,
            percent=percent,
            net=net,
            tax=round_half_up(net * percent / HUNDRED, currency),
            text="" if treatment == "standard" else regime.text,
        )
        for (treatment, tax_class, percent), net in sorted(
            groups.items(), key=lambda group: (-group[0][2], group[0][:2])
        )
    )


def tax_total(amounts: Sequence[TaxableAmount], regime: TaxRegime, currency: str) -> Decimal:
    """The tax of all of them together on one document."""
    return sum((line.tax for line in tax_lines(amounts, regime, currency)), Decimal(0))


def _rate(amount: TaxableAmount, regime: TaxRegime) -> tuple[TaxTreatment, str, Decimal]:
    if regime.treatment != "standard":
        return regime.treatment, "", Decimal(0)
    if not amount.is_taxable:
        return "exempt", "", Decimal(0)
    if amount.tax_class not in regime.rates:
        raise RateMissing(regime.country, amount.tax_class)
    return "standard", amount.tax_class, regime.rates[amount.tax_class]
