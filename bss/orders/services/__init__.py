"""Writes to baskets and orders. Each is one transaction with its history and events."""

from bss.orders.services.actions import action_order_create
from bss.orders.services.approval import (
    approval_previews,
    approval_prices,
    needs_approval,
    order_approve,
    order_reject,
)
from bss.orders.services.baskets import (
    basket_abandon,
    basket_add,
    basket_answer,
    basket_choose_customer,
    basket_line_remove,
    basket_note,
    basket_open_for,
    basket_resume,
    basket_see,
    basket_wait,
)
from bss.orders.services.cards import (
    card_authorise,
    due_at_once,
    let_go_when_refused,
    pays_by_card,
)
from bss.orders.services.customers import customer_draft_choose, customer_draft_save
from bss.orders.services.drafts import (
    draft_answer,
    order_create,
    order_edit,
    order_line_add,
    order_line_edit,
    order_line_remove,
    parameters_read,
)
from bss.orders.services.editing import basket_edit
from bss.orders.services.ends import NewEnd, line_end_check, lines_end_move
from bss.orders.services.executing import (
    is_due,
    is_executable,
    order_cancel,
    order_execute,
    order_execute_reviewed,
    order_give_up,
    order_held,
    order_place,
    order_place_check,
    order_place_reviewed,
    order_release,
    order_review,
    order_withdraw,
    orders_give_up_waiting,
)
from bss.orders.services.fields import FIELD_TYPES, order_field_create, order_field_edit
from bss.orders.services.lines import (
    line_ask,
    line_cancel,
    line_correct,
    line_deliver,
    line_fail,
    order_settle,
)
from bss.orders.services.numbering import order_number
from bss.orders.services.placing import basket_place, basket_review
from bss.orders.services.retrying import line_retry, order_retry, retry_held
from bss.orders.services.terms import terms_publish, terms_to_accept
from bss.orders.services.waiting import order_answer

__all__ = [
    "FIELD_TYPES",
    "NewEnd",
    "action_order_create",
    "approval_previews",
    "approval_prices",
    "basket_abandon",
    "basket_add",
    "basket_answer",
    "basket_choose_customer",
    "basket_edit",
    "basket_line_remove",
    "basket_note",
    "basket_open_for",
    "basket_place",
    "basket_resume",
    "basket_review",
    "basket_see",
    "basket_wait",
    "card_authorise",
    "customer_draft_choose",
    "customer_draft_save",
    "draft_answer",
    "due_at_once",
    "is_due",
    "is_executable",
    "let_go_when_refused",
    "line_ask",
    "line_cancel",
    "line_correct",
    "line_deliver",
    "line_end_check",
    "line_fail",
    "line_retry",
    "lines_end_move",
    "needs_approval",
    "order_answer",
    "order_approve",
    "order_cancel",
    "order_create",
    "order_edit",
    "order_execute",
    "order_execute_reviewed",
    "order_field_create",
    "order_field_edit",
    "order_give_up",
    "order_held",
    "order_line_add",
    "order_line_edit",
    "order_line_remove",
    "order_number",
    "order_place",
    "order_place_check",
    "order_place_reviewed",
    "order_reject",
    "order_release",
    "order_retry",
    "order_review",
    "order_settle",
    "order_withdraw",
    "orders_give_up_waiting",
    "parameters_read",
    "pays_by_card",
    "retry_held",
    "terms_publish",
    "terms_to_accept",
]
