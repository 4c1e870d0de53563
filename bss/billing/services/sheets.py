"""From what is due to documents: whose, in which currency, with which tax. Pure: no rows, no reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from bss.accounts.models import Account
from bss.billing.contracts import Item, Sheet
from bss.pricing.contracts import TaxableAmount, TaxLine, TaxRegime
from bss.pricing.tax import tax_lines

# What would need hundreds of pages goes on several invoices.
MOST_LINES = 10_000


def sheets_of(
    items: Sequence[Item],
    payers: Mapping[int, Account],
    regime: Callable[[Item], TaxRegime],
    held: Mapping[int, str],
    *,
    by_order: bool,
) -> Iterator[Sheet]:
    """The documents that `items` go on, by payer, customer (where the payer wants one for each), order and currency.

    `held` gives by subscription id why its items are to wait: they stand on a sheet of their own.
    """
    groups: dict[tuple[object, ...], list[Item]] = defaultdict(list)
    regimes: dict[tuple[object, ...], TaxRegime] = {}
    for item in items:
        taxed = regime(item)
        key: tuple[object, ...] = (
            *_whose(item, payers, by_order=by_order),
            item.currency,
            _identity(taxed),
            held.get(item.subscription_id, ""),
        )
        groups[key].append(item)
        regimes[key] = taxed
    for key, found in groups.items():
        first = found[0]
        payer_id, customer_id, order_id = _whose(first, payers, by_order=by_order)
        for start in range(0, len(found), MOST_LINES):
            yield Sheet(
                payer_id,
                customer_id,
                order_id,
                first.currency,
                tuple(found[start : start + MOST_LINES]),
                regimes[key],
                held.get(first.subscription_id, ""),
            )


def _whose(
    item: Item, payers: Mapping[int, Account], *, by_order: bool
) -> tuple[int, int | None, int | None]:
    customer = item.customer_id if payers[item.payer_id].separate_invoices else None
    return item.payer_id, customer, item.order_id if by_order else None


def _identity(regime: TaxRegime) -> tuple[object, ...]:
    return (
        regime.treatment,
        regime.country,
        regime.registration,
        tuple(sorted(regime.rates.items())),
        regime.text,
    )


def taxes_of(sheet: Sheet) -> tuple[TaxLine, ...]:
    """The tax of a document, one line for each rate. Raises RateMissing."""
    amounts = [TaxableAmount(each.price, each.tax_class, each.is_taxable) for each in sheet.items]
    return tax_lines(amounts, sheet.regime, sheet.currency)


def without_class(sheet: Sheet, tax_class: str) -> Sheet:
    """The same without what is taxed as of a class."""
    kept = (each for each in sheet.items if not each.is_taxable or each.tax_class != tax_class)
    return replace(sheet, items=tuple(kept))
