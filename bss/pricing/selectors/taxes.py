"""How payers are taxed on a day: the table of docs/architecture/payments-and-tax.md, in two queries for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import DecimalField, Q, QuerySet, Value, prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from bss.accounts.models import Account, Organization
from bss.accounts.vat_ids import EU
from bss.core.prepared import Prepared
from bss.pricing.contracts import TaxRegime
from bss.pricing.models import TaxRate, TaxRegistration


@dataclass(frozen=True, slots=True)
class _Rules:
    """What holds on one day, by country: the organization's numbers, and its per cent by class."""

    numbers: Mapping[str, str]
    rates: Mapping[str, Mapping[str, Decimal]]


def regime_for(payer: Account, on: date) -> TaxRegime:
    """How `payer` is taxed by its organization on the (invoice's) day `on`.

    A missing rate is told by `tax_lines`, for the class that lacks it: RateMissing.
    """
    return regimes_for([payer], on)[payer.pk]


def regimes_for(payers: Collection[Account], on: date) -> dict[int, TaxRegime]:
    """The regime of each payer of the active organization, by its id: two queries, three where it was not read."""
    if not payers:
        return {}
    prefetch_related_objects(list(payers), "organization")
    rules = _rules(payers, on)
    return {payer.pk: _regime(payer, rules) for payer in payers}


def regimes_on(payer: Account, days: Collection[date]) -> dict[date, TaxRegime]:
    """The regime of one payer on each of the days: one query for any number of them."""
    rows = _held_ever(tax_country_of(payer), payer.organization.country)
    found = {}
    for day in days:
        numbers: dict[str, str] = {}
        rates: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        for row in rows:
            if row.percent is None and row.holds_on(day):
                numbers[row.country] = row.text
            elif row.percent is not None and row.holds_on(day):
                rates[row.country][row.text] = row.percent
        found[day] = _regime(payer, _Rules(numbers, rates))
    return found


@dataclass(frozen=True, slots=True)
class _Held:
    """A registration with its number, or a rate (`percent`) with its class, from a day until a day, both included."""

    country: str
    text: str
    percent: Decimal | None
    valid_from: date
    valid_until: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def _held_ever(country: str, home: str) -> list[_Held]:
    """The organization's registrations and rates in two countries, of every day: rows of one shape in one query."""
    return [_Held(*row) for row in _HELD.all(country=country, home=home)]


_NO_PERCENT: Any = Value(None, output_field=DecimalField())


def _held(country: str, home: str) -> QuerySet[Any, Any]:
    days, places = ("valid_from", "valid_until"), (country, home)
    numbers = TaxRegistration.objects.filter(country__in=places).order_by()
    rates = TaxRate.objects.filter(country__in=places).order_by()
    return numbers.values_list("country", "number", _NO_PERCENT, *days).union(
        rates.values_list("country", "tax_class", "percent", *days), all=True
    )


_HELD = Prepared(_held, country=str, home=str)


def tax_registrations() -> QuerySet[TaxRegistration]:
    """The organization's registrations, by country, newest first."""
    return TaxRegistration.objects.order_by("country", "-valid_from")


def tax_rates() -> QuerySet[TaxRate]:
    """The organization's rates, by country and class, newest first."""
    return TaxRate.objects.order_by("country", "tax_class", "-valid_from")


def valid_on(day: date) -> Q:
    """What holds on a day: both ends of a validity are within it."""
    return Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gte=day))


def tax_country_of(payer: Account) -> str:
    """The country that decides; without a tax country the address counts."""
    return payer.tax_country or payer.country


def _rules(payers: Collection[Account], on: date) -> _Rules:
    countries = {tax_country_of(p) for p in payers} | {p.organization.country for p in payers}
    registered = TaxRegistration.objects.filter(valid_on(on), country__in=countries)
    rates: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in TaxRate.objects.filter(valid_on(on), country__in=countries):
        rates[row.country][row.tax_class] = row.percent
    return _Rules({row.country: row.number for row in registered}, rates)


def _regime(payer: Account, rules: _Rules) -> TaxRegime:
    home, country = payer.organization.country, tax_country_of(payer)
    if not payer.taxable:
        return _untaxed("exempt", payer, home, rules)
    if country == home or country in rules.numbers:
        return _taxed(payer, country, rules)
    if not payer.vat_id:
        return _taxed(payer, home, rules)
    # From a member state, the other's customer is named by the directive, and a third country's lies outside of it.
    outside = home in EU and country not in EU
    return _untaxed("outside" if outside else "reverse_charge", payer, country, rules)


def _taxed(payer: Account, country: str, rules: _Rules) -> TaxRegime:
    organization = payer.organization
    return TaxRegime(
        treatment="standard",
        country=country,
        registration=_number(organization, country, rules),
        rates=rules.rates.get(country, {}),
        # For lines whose product is not taxed.
        text=_words("exempt", payer, country),
    )


def _untaxed(
    treatment: Literal["exempt", "reverse_charge", "outside"],
    payer: Account,
    country: str,
    rules: _Rules,
) -> TaxRegime:
    return TaxRegime(
        treatment=treatment,
        country=country,
        registration=_number(payer.organization, payer.organization.country, rules),
        rates={},
        text=_words(treatment, payer, country),
    )


def _number(organization: Organization, country: str, rules: _Rules) -> str:
    """The organization's number in that country; at home the one of its own record does."""
    found = rules.numbers.get(country, "")
    return found or (organization.vat_id if country == organization.country else "")


def _words(treatment: str, payer: Account, country: str) -> str:
    """Why no tax is taken, in the payer's language."""
    with translation.override(payer.language):
        if treatment == "outside":
            return _(
                "Outside the scope of EU VAT: taxed where the customer is established"
                " (Article 44 of Directive 2006/112/EC)."
            )
        if treatment == "exempt":
            return _("Exempt from tax.")
        if {country, payer.organization.country} <= EU:
            return _(
                "Reverse charge: the customer accounts for the VAT"
                " (Articles 44 and 196 of Directive 2006/112/EC)."
            )
        return _("Reverse charge: the customer accounts for the tax.")
