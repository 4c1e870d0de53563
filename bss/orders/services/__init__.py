"""Writes to baskets and orders. Each is one transaction with its history and events."""

from bss.orders.services.actions import action_order_create
from bss.orders.services.baskets import (
    KEEP,
    Keep,
    basket_abandon,
    basket_accept_prices,
    basket_add,
    basket_answer,
    basket_choose_customer,
    basket_line_edit,
    basket_line_remove,
    basket_open_for,
    basket_wait,
)
from bss.orders.services.drafts import (
    order_create,
    order_edit,
    order_line_add,
    order_line_edit,
    order_line_remove,
)
from bss.orders.services.executing import (
    is_executable,
    order_cancel,
    order_execute,
    order_execute_reviewed,
    order_place,
    order_place_check,
    order_place_reviewed,
    order_release,
    order_retry,
    order_review,
)
from bss.orders.services.lines import (
    line_ask,
    line_cancel,
    line_correct,
    line_deliver,
    line_fail,
    order_settle,
)
from bss.orders.services.placing import basket_place, basket_review
from bss.orders.services.terms import terms_publish

__all__ = [
    "KEEP",
    "Keep",
    "action_order_create",
    "basket_abandon",
    "basket_accept_prices",
    "basket_add",
    "basket_answer",
    "basket_choose_customer",
    "basket_line_edit",
    "basket_line_remove",
    "basket_open_for",
    "basket_place",
    "basket_review",
    "basket_wait",
    "is_executable",
    "line_ask",
    "line_cancel",
    "line_correct",
    "line_deliver",
    "line_fail",
    "order_cancel",
    "order_create",
    "order_edit",
    "order_execute",
    "order_execute_reviewed",
    "order_line_add",
    "order_line_edit",
    "order_line_remove",
    "order_place",
    "order_place_check",
    "order_place_reviewed",
    "order_release",
    "order_retry",
    "order_review",
    "order_settle",
    "terms_publish",
]
