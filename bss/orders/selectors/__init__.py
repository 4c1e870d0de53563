"""Reads of baskets and orders."""

from bss.orders.selectors.baskets import (
    BasketItem,
    BasketView,
    basket_count,
    basket_lines,
    basket_of,
    basket_prices,
    basket_track,
    basket_view,
)
from bss.orders.selectors.orders import (
    OrderAmounts,
    amounts_of,
    count_needing_staff,
    order_lines,
    orders_needing_staff,
    orders_of,
    orders_visible,
    terms_current,
    terms_version,
    terms_versions,
    track_for,
    with_needs,
)
from bss.orders.selectors.prices import unit_prices
from bss.orders.selectors.reviews import (
    Question,
    basket_subject,
    correction_specs,
    order_subject,
    questions_for,
)

__all__ = [
    "BasketItem",
    "BasketView",
    "OrderAmounts",
    "Question",
    "amounts_of",
    "basket_count",
    "basket_lines",
    "basket_of",
    "basket_prices",
    "basket_subject",
    "basket_track",
    "basket_view",
    "correction_specs",
    "count_needing_staff",
    "order_lines",
    "order_subject",
    "orders_needing_staff",
    "orders_of",
    "orders_visible",
    "questions_for",
    "terms_current",
    "terms_version",
    "terms_versions",
    "track_for",
    "unit_prices",
    "with_needs",
]
