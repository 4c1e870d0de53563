"""What a shop's pages do to a basket in one go: all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.installments.models import PaymentPlan
from bss.orders.contracts import Wanted
from bss.orders.models import Basket, BasketLine
from bss.orders.selectors import basket_prices
from bss.orders.services import KEEP, Keep, basket_add, basket_line_edit


@dataclass(frozen=True, slots=True)
class LineEdit:
    """What a basket's form says about one line; None stays as it is."""

    line: BasketLine
    quantity: int | None = None
    unit: str | None = None
    friendly_name: str | None = None
    payment_plan: PaymentPlan | Keep | None = KEEP


def basket_fill(
    *,
    basket: Basket,
    product: Product,
    unit: str,
    quantity: int,
    add_ons: Mapping[Product, int],
    actor: Actor,
    payment_plan: PaymentPlan | None = None,
) -> BasketLine:
    """Put a product and its add-ons (add-on to a quantity above 0) into the basket, together or not at all.

    What can be had only once takes the place of another product of its type. Add-ons are paid as their product is where
    they can be, otherwise at once. Raises what `basket_add` raises.
    """
    with transaction.atomic():
        line = basket_add(
            basket=basket,
            product=product,
            unit=unit,
            quantity=quantity,
            actor=actor,
            replace_same_type=product.type.one_per_account,
            payment_plan=payment_plan,
        )
        for add_on, count in add_ons.items():
            wanted = Wanted("", add_on, unit, count, payment_plan.pk if payment_plan else None)
            basket_add(
                basket=basket,
                product=add_on,
                unit=unit,
                quantity=count,
                actor=actor,
                parent=line,
                payment_plan=payment_plan if _is_payable(basket, wanted) else None,
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
                    payment_plan=_plan_of(edit),
                    actor=actor,
                )
            except Invalid as problem:
                errors[f"{edit.line.public_id}.{problem.field}"] = [problem.message]
        if errors:
            raise Invalid(errors=errors)


def _plan_of(edit: LineEdit) -> PaymentPlan | Keep | None:
    """The plan a form says. One that stayed while the term moved is given up quietly where the new term has none; an
    add-on is paid as its product is where it can be, otherwise at once.
    """
    line, plan = edit.line, edit.payment_plan
    if isinstance(plan, Keep) or plan is None:
        return plan
    unit, quantity = edit.unit or line.unit, edit.quantity or line.quantity
    if line.parent_id is not None:
        wanted = Wanted("", line.product, unit, quantity, plan.pk)
        return plan if _is_payable(line.basket, wanted) else None
    return KEEP if plan.pk == line.payment_plan_id else plan


def _is_payable(basket: Basket, wanted: Wanted) -> bool:
    return wanted.plan_id is not None and not basket_prices(basket, [wanted])[0].is_plan_lost
