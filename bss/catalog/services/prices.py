"""Writes of list prices: what a unit costs the organization and sells for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.catalog.choices import Unit
from bss.catalog.models import ListPrice, Product
from bss.catalog.services import editing
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid

# 24 digits, 10 of them decimals.
_TOO_LARGE = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class ListPriceRow:
    """One row of the price table. `cost` None leaves the cost as it is (0 for a new row)."""

    unit: str
    currency: str
    price: Decimal
    cost: Decimal | None = None
    is_active: bool = True


@transaction.atomic
def list_price_set(
    *,
    product: Product,
    unit: str,
    currency: str,
    price: Decimal,
    actor: Actor,
    cost: Decimal | None = None,
    is_active: bool = True,
) -> ListPrice:
    """Set what one `unit` of a product sells for and costs, net, in `currency`.

    On a managed product the row is noted as staff's, so that its owner leaves it alone. Raises Invalid.
    """
    editing.locked(product, None)
    row = ListPriceRow(unit, currency.strip().upper(), price, cost, is_active)
    return _set(product, row, _existing(product), actor)


@transaction.atomic
def list_prices_set(
    *, product: Product, version: int | None, rows: Sequence[ListPriceRow], actor: Actor
) -> None:
    """Set several rows at once; rows not named stay. Raises Invalid keyed "row-<index>", StaleState."""
    found = editing.locked(product, version)
    existing = _existing(found)
    errors: dict[str, Sequence[Any]] = {}
    seen: set[tuple[str, str]] = set()
    for index, row in enumerate(rows):
        if (row.unit, row.currency) in seen:
            errors[f"row-{index}"] = [_("This unit and currency occur twice.")]
            continue
        seen.add((row.unit, row.currency))
        try:
            _set(found, row, existing, actor)
        except Invalid as problem:
            errors[f"row-{index}"] = [m for texts in problem.errors.values() for m in texts]
    if errors:
        raise Invalid(errors=errors)
    found.version += 1
    found.save(update_fields=["version"])


def _existing(product: Product) -> dict[tuple[str, str], ListPrice]:
    rows = ListPrice.objects.filter(product=product).select_for_update(of=("self",), no_key=True)
    return {(row.unit, row.currency): row for row in rows}


def _set(
    product: Product, row: ListPriceRow, existing: dict[tuple[str, str], ListPrice], actor: Actor
) -> ListPrice:
    _check(row)
    found = existing.get((row.unit, row.currency))
    if found is None:
        found = ListPrice(
            organization_id=product.organization_id,
            product=product,
            unit=row.unit,
            currency=row.currency,
            price=row.price,
            cost=row.cost or Decimal(0),
            is_active=row.is_active,
            overridden=bool(product.type.managed_by),
        )
        editing.checked(found)
        with editing.saving():
            found.save(force_insert=True)
        _tell(product, row, ["", row.price], actor)
        return found
    before = (found.price, found.cost, found.is_active)
    found.price = row.price
    found.cost = found.cost if row.cost is None else row.cost
    found.is_active = row.is_active
    if (found.price, found.cost, found.is_active) != before:
        found.overridden = bool(product.type.managed_by)
        with editing.saving():
            found.save(update_fields=["price", "cost", "is_active", "overridden"])
        _tell(product, row, [before[0], row.price], actor)
    return found


def _tell(product: Product, row: ListPriceRow, change: list[Any], actor: Actor) -> None:
    """The cost stays out of the history: not everybody who reads it may see costs."""
    name = f"{row.unit} {row.currency}"
    changes = {name: [str(value) for value in change]}
    history.record(product, actor=actor, action="product.price_set", changes=changes)


def _check(row: ListPriceRow) -> None:
    if row.unit not in Unit.values:
        raise Invalid(_("Choose one of the units."), field="unit", code="UNIT_UNKNOWN")
    for name, amount in (("price", row.price), ("cost", row.cost)):
        if amount is not None and not 0 <= amount < _TOO_LARGE:
            raise Invalid(
                _("A price is not negative and has at most 14 digits before the point."),
                field=name,
                code="PRICE_OUT_OF_RANGE",
            )
