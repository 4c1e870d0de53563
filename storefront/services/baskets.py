"""What a shop's pages do to a basket in one go: all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from bss.catalog.models import Product
from bss.core.actor import Actor
from bss.installments.models import PaymentPlan
from bss.orders.contracts import Wanted
from bss.orders.models import Basket, BasketLine
from bss.orders.selectors import basket_prices
from bss.orders.services import basket_add


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


def _is_payable(basket: Basket, wanted: Wanted) -> bool:
    return wanted.plan_id is not None and not basket_prices(basket, [wanted])[0].is_plan_lost
