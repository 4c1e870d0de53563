"""Writes of the catalogue: each in one transaction, with its history."""

from bss.catalog.services.categories import category_create, category_edit
from bss.catalog.services.definitions import definition_apply
from bss.catalog.services.industries import industry_create, industry_edit
from bss.catalog.services.listings import listing_set
from bss.catalog.services.price_lists import (
    price_list_assign,
    price_list_create,
    price_list_edit,
    price_list_item_remove,
    price_list_item_set,
    price_list_items_add,
    price_list_rule_for_all,
)
from bss.catalog.services.prices import ListPriceRow, list_price_set, list_prices_set
from bss.catalog.services.products import (
    add_on_remove,
    add_on_set,
    product_create,
    product_edit,
    product_picture_remove,
    product_picture_set,
)
from bss.catalog.services.standing import popularity_set, search_language_follow
from bss.catalog.services.types import (
    product_type_characteristics_set,
    product_type_create,
    product_type_edit,
)

__all__ = [
    "ListPriceRow",
    "add_on_remove",
    "add_on_set",
    "category_create",
    "category_edit",
    "definition_apply",
    "industry_create",
    "industry_edit",
    "list_price_set",
    "list_prices_set",
    "listing_set",
    "popularity_set",
    "price_list_assign",
    "price_list_create",
    "price_list_edit",
    "price_list_item_remove",
    "price_list_item_set",
    "price_list_items_add",
    "price_list_rule_for_all",
    "product_create",
    "product_edit",
    "product_picture_remove",
    "product_picture_set",
    "product_type_characteristics_set",
    "product_type_create",
    "product_type_edit",
    "search_language_follow",
]
