"""What a shop's pages do to a basket in one go: all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.orders.models import Basket, BasketLine
from bss.orders.services import basket_add, basket_line_edit


@dataclass(frozen=True, slots=True)
class LineEdit:
    """What a basket's form says about one line; None stays as it is."""

    line: BasketLine
    quantity: int | None = None
    unit: str | None = None
    friendly_name: str | None = None


def basket_fill(
    *,
    basket: Basket,
    product: Product,
    unit: str,
    quantity: int,
    add_ons: Mapping[Product, int],
    actor: Actor,
) -> BasketLine:
    """Put a product and its add-ons (add-on to a quantity above 0) into the basket, together or not at all.

    What can be had only once takes the place of another product of its type. Raises what `basket_add` raises.
    """
    with transaction.atomic():
        line = basket_add(
            basket=basket,
            product=product,
            unit=unit,
            quantity=quantity,
            actor=actor,
            replace_same_type=product.type.one_per_account,
        )
        for add_on, count in add_ons.items():
            basket_add(
                basket=basket, product=add_on, unit=unit, quantity=count, actor=actor, parent=line
            )
    return line


def basket_edit(*, basket: Basket, edits: Sequence[LineEdit], actor: Actor) -> None:
    """Change several lines together. Raises one Invalid keyed "<line>.<field>"; then no line changed."""
    errors: dict[str, Sequence[Any]] = {}
    with transaction.atomic():
        for edit in edits:
            try:
                basket_line_edit(
                    line=edit.line,
                    quantity=edit.quantity,
                    unit=edit.unit,
                    friendly_name=edit.friendly_name,
                    actor=actor,
                )
            except Invalid as problem:
                errors[f"{edit.line.public_id}.{problem.field}"] = [problem.message]
        if errors:
            raise Invalid(errors=errors)
