"""The pure tax of a document: by rate, rounded once. No rows, no reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import cast

from bss.catalog.choices import HUNDRED
from bss.core.money import round_half_up
from bss.pricing.contracts import (
    InvoicedTax,
    TaxableAmount,
    TaxLine,
    TaxRegime,
    TaxTreatment,
)
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


def frozen_tax(
    taxes: Sequence[Mapping[str, str]], registration: str, tax_class: str, percent: Decimal
) -> InvoicedTax:
    """How a line of `tax_class`, taxed by `percent`, stands on an issued document with the frozen tax lines `taxes`."""
    standard = {
        (each["tax_class"], Decimal(each["percent"]))
        for each in taxes
        if each["treatment"] == "standard"
    }
    without = next((each for each in taxes if each["treatment"] != "standard"), None)
    is_taxable = (tax_class, percent) in standard
    treatment = without["treatment"] if without and not standard else "standard"
    regime = TaxRegime(
        treatment=cast("TaxTreatment", treatment),
        country="",
        registration=registration,
        rates={tax_class: percent} if is_taxable else {},
        text=without["text"] if without and not is_taxable else "",
    )
    return InvoicedTax(regime, tax_class, is_taxable)


def on_one_document(regimes: Sequence[TaxRegime]) -> list[TaxRegime]:
    """For each regime that of the document it goes on: together are those that do not contradict each other.

    Alike in treatment, registration and words, and with no class at two rates.
    """
    documents: list[TaxRegime] = []
    places = [_document_for(regime, documents) for regime in regimes]
    return [documents[place] for place in places]


def _document_for(regime: TaxRegime, documents: list[TaxRegime]) -> int:
    for place, other in enumerate(documents):
        if _agree(regime, other):
            rates = {**other.rates, **regime.rates}
            documents[place] = replace(other, rates=rates, text=other.text or regime.text)
            return place
    documents.append(regime)
    return len(documents) - 1


def _agree(one: TaxRegime, other: TaxRegime) -> bool:
    return (
        (one.treatment, one.country, one.registration)
        == (other.treatment, other.country, other.registration)
        and (one.text == other.text or not one.text or not other.text)
        and all(other.rates.get(name, percent) == percent for name, percent in one.rates.items())
    )


def _rate(amount: TaxableAmount, regime: TaxRegime) -> tuple[TaxTreatment, str, Decimal]:
    if regime.treatment != "standard":
        return regime.treatment, "", Decimal(0)
    if not amount.is_taxable:
        return "exempt", "", Decimal(0)
    if amount.tax_class not in regime.rates:
        raise RateMissing(regime.country, amount.tax_class)
    return "standard", amount.tax_class, regime.rates[amount.tax_class]
