"""Baskets, with their prices of this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from bss.accounts.models import Storefront
from bss.core.money import Money, round_half_up
from bss.orders.choices import BasketState
from bss.orders.contracts import Track, Wanted, seen_by
from bss.orders.models import Basket, BasketLine
from bss.orders.selectors.prices import unit_prices
from bss.pricing.contracts import UnitPrice
from bss.pricing.selectors import offers_for


@dataclass(frozen=True)
class BasketItem:
    """A line and what its buyer pays for it now. `unit_price` and `total` are None when it is no longer on sale.

    `old_price` is the unit price last seen, when it differs.
    """

    line: BasketLine
    currency: str
    unit_price: Money | None
    total: Money | None
    old_price: Money | None
    add_ons: tuple[BasketItem, ...] = ()


@dataclass(frozen=True)
class BasketView:
    """A basket as its buyer sees it: the lines with their add-ons below, and the total in one currency."""

    basket: Basket
    items: tuple[BasketItem, ...]
    total: Money
    track: Track

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def is_empty(self) -> bool:
        return not self.items

    @property
    def is_orderable(self) -> bool:
        """Whether every line is still on sale."""
        every = [i for item in self.items for i in (item, *item.add_ons)]
        return bool(every) and all(i.total is not None for i in every)

    @property
    def has_changed_prices(self) -> bool:
        return any(i.old_price for item in self.items for i in (item, *item.add_ons))


def basket_of(*, user_id: int, storefront: Storefront) -> Basket | None:
    """The user's open basket here, or the one that waits; None when nothing was ever put in."""
    return (
        Basket.objects.filter(
            user_id=user_id,
            storefront=storefront,
            state__in=[BasketState.OPEN, BasketState.WAITING],
        )
        .select_related("account__organization", "customer", "storefront", "organization")
        .order_by("state")
        .first()
    )


def basket_count(*, user_id: int, storefront: Storefront) -> int:
    """How many units lie in the open basket, for its figure in the header (one query)."""
    found = BasketLine.objects.filter(
        basket__user_id=user_id,
        basket__storefront=storefront,
        basket__state=BasketState.OPEN,
        parent=None,
    ).aggregate(count=Sum("quantity"))
    return int(found["count"] or 0)


def basket_track(basket: Basket) -> Track:
    """Whose price the basket shows: a reseller's customer sees what its reseller charges, everybody else what it pays.

    The basket's scope is that of the account whose user fills it; it equals an end customer's only when that
    customer orders by itself.
    """
    by_itself = basket.customer_id != basket.account_id and basket.scope == basket.customer.scope
    return "resale" if by_itself else "price"


def basket_lines(basket: Basket) -> list[BasketLine]:
    """Every line with its product and type, parents before their add-ons (one query)."""
    rows = basket.lines.select_related("product__type").order_by("id")
    return sorted(rows, key=lambda line: (line.parent_id or line.pk, line.pk))


def basket_prices(basket: Basket, wanted: Sequence[Wanted]) -> list[UnitPrice | None]:
    """What each wanted thing costs this basket's buyer, in order; None where it is not on sale to it.

    A reseller that has not said whom its basket is for also gets the price of what is for customers only.
    """
    payer = basket.account
    if basket.customer_id != payer.pk or not payer.is_reseller:
        return unit_prices(wanted, payer=payer, customer=basket.customer)
    offers = offers_for(payer=payer, product_ids={w.product.pk for w in wanted})
    found = {(p.product_id, p.unit): p for prices in offers.values() for p in prices}
    return [found.get((w.product.pk, w.unit)) for w in wanted]


def wanted_of(lines: list[BasketLine]) -> list[Wanted]:
    return [Wanted(x.public_id, x.product, x.unit, x.quantity) for x in lines]


def basket_view(basket: Basket) -> BasketView:
    """The basket with today's prices: a constant number of queries, however many lines."""
    lines = basket_lines(basket)
    track = basket_track(basket)
    prices = basket_prices(basket, wanted_of(lines))
    # Prices are in the payer's currency of today, which an old basket does not know yet.
    currency = next((price.currency for price in prices if price), basket.currency)
    items = [
        _item(line, price, currency, track, seen_in=basket.currency)
        for line, price in zip(lines, prices, strict=True)
    ]
    children: dict[int, list[BasketItem]] = {}
    for item in items:
        if item.line.parent_id:
            children.setdefault(item.line.parent_id, []).append(item)
    total = Money.total((i.total for i in items if i.total), currency)
    tops = tuple(
        BasketItem(
            i.line,
            i.currency,
            i.unit_price,
            i.total,
            i.old_price,
            tuple(children.get(i.line.pk, ())),
        )
        for i in items
        if i.line.parent_id is None
    )
    return BasketView(basket, tops, total, track)


def _item(
    line: BasketLine, price: UnitPrice | None, currency: str, track: Track, *, seen_in: str
) -> BasketItem:
    if price is None:
        return BasketItem(line, currency, None, None, None)
    unit: Decimal = seen_by(track, price)
    old = line.seen_price
    return BasketItem(
        line,
        currency,
        Money(unit, currency),
        Money(round_half_up(unit * line.quantity, currency), currency),
        Money(old, seen_in) if old is not None and (old, seen_in) != (unit, currency) else None,
    )
