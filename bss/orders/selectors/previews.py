"""What a purchase will put on which invoice and when, told before it is placed and kept with its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bss.accounts.models import Account
from bss.catalog.choices import Unit
from bss.catalog.models import Product
from bss.installments.splitting import months_after
from bss.orders.contracts import Bought
from bss.orders.models import Order, OrderLine
from bss.orders.selectors.basket_shown import BasketView
from bss.orders.selectors.baskets import customer_of
from bss.pricing.contracts import Preview, Track, UnitPrice
from bss.pricing.forecasts import forecasts
from bss.pricing.previews import Item, Words, first_items
from bss.pricing.schedule import LotPrice


def purchase_previews(
    lines: Iterable[tuple[Product, int, Bought]],
    *,
    payer: Account,
    customer: Account,
    at: datetime,
) -> dict[Track, Preview]:
    """The documents that (product, quantity, bought) lines go on when they are bought at `at`, by track.

    They are in the currency of the lines' prices. "resale" is there only where a reseller charges on.
    """
    bought = list(lines)
    return forecasts(
        [
            item
            for product, quantity, each in bought
            for item in _items(product, quantity, each, at)
        ],
        payer=payer,
        customer=customer,
        currency=next((each.price.currency for _p, _q, each in bought), payer.currency),
        has_resale=any(each.price.resale is not None for _product, _quantity, each in bought),
    )


def basket_previews(view: BasketView, *, at: datetime) -> dict[Track, Preview]:
    """What a basket puts on which documents, by track; nothing while one of its lines cannot be had as it is."""
    if not view.is_orderable:
        return {}
    return purchase_previews(
        (
            (item.line.product, item.line.quantity, item.bought)
            for item in view.every
            if item.bought is not None
        ),
        payer=view.basket.account,
        customer=customer_of(view.basket),
        at=at,
    )


def order_previews(
    order: Order, lines: Sequence[OrderLine], *, at: datetime
) -> dict[Track, Preview]:
    """What a draft puts on which documents, by track, at the prices and plans that are frozen on its lines."""
    return purchase_previews(
        ((line.product, line.quantity, frozen_of(line)) for line in lines),
        payer=order.account,
        customer=order.customer,
        at=at,
    )


def frozen_of(line: OrderLine) -> Bought:
    """What a line was bought at: the price, the plan and the first term that are frozen on it."""
    price = UnitPrice(
        product_id=line.product_id,
        unit=line.unit,
        currency=line.currency,
        list_price=line.unit_price,
        cost=line.unit_cost,
        price=line.unit_price,
        resale=line.unit_resale,
        source="",
        price_list_id=None,
    )
    return Bought(price, line.plan, line.coterm)


def _items(product: Product, quantity: int, bought: Bought, at: datetime) -> list[Item]:
    """The parts of a line's lot. Its price holds the plan's extra charge already."""
    price, coterm = bought.price, bought.coterm
    lot = LotPrice(
        currency=price.currency,
        quantity=quantity,
        unit_cost=price.cost,
        unit_price=price.price,
        unit_resale=price.resale,
        starts_at=coterm.starts_at if coterm else at,
        term_starts_at=coterm.priced_from if coterm else at,
        term_ends_at=coterm.ends_at if coterm else months_after(at, Unit(price.unit).months),
        plan=bought.plan,
    )
    words = Words(product.name, product.tax_class, product.taxable)
    return first_items(lot, words, at=at)
