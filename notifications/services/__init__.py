"""Writes of notifications: what is said to whom, and the life of each e-mail."""

from notifications.services.billing import (
    card_declined_tell,
    credit_note_issued_tell,
    invoice_issued_tell,
    invoice_overdue_tell,
    services_resumed_tell,
)
from notifications.services.deliveries import (
    delivery_give_up,
    delivery_hurry,
    delivery_resend,
    delivery_send,
    delivery_take_up,
)
from notifications.services.logins import (
    membership_invited_tell,
    password_reset_tell,
    security_notice_tell,
)
from notifications.services.notify import SEND, notify
from notifications.services.orders import (
    order_approval_asked_tell,
    order_cancelled_tell,
    order_failed_tell,
    order_line_failed_tell,
    order_line_needs_input_tell,
    order_placed_tell,
    order_rejected_tell,
    order_withdrawn_tell,
)
from notifications.services.subscriptions import (
    subscription_activated_tell,
    subscription_cancel_scheduled_tell,
    subscription_cancelled_tell,
)

__all__ = [
    "SEND",
    "card_declined_tell",
    "credit_note_issued_tell",
    "delivery_give_up",
    "delivery_hurry",
    "delivery_resend",
    "delivery_send",
    "delivery_take_up",
    "invoice_issued_tell",
    "invoice_overdue_tell",
    "membership_invited_tell",
    "notify",
    "order_approval_asked_tell",
    "order_cancelled_tell",
    "order_failed_tell",
    "order_line_failed_tell",
    "order_line_needs_input_tell",
    "order_placed_tell",
    "order_rejected_tell",
    "order_withdrawn_tell",
    "password_reset_tell",
    "security_notice_tell",
    "services_resumed_tell",
    "subscription_activated_tell",
    "subscription_cancel_scheduled_tell",
    "subscription_cancelled_tell",
]
