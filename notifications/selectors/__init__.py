"""Reads of notifications: who is written to, in whose brand, what was sent."""

from notifications.selectors.brands import (
    brand_for,
)
from notifications.selectors.deliveries import (
    deliveries_about,
    deliveries_to,
    deliveries_visible,
    delivery_by_id,
    words_shown,
)
from notifications.selectors.facts import (
    again_facts,
    approval_facts,
    document_facts,
    failed_facts,
    line_facts,
    order_facts,
    rejected_facts,
    services_facts,
    subscription_facts,
    waiting_facts,
    withdrawn_facts,
)
from notifications.selectors.pages import (
    approval_page,
    document_page,
    order_page,
    storefront_of,
    subscription_page,
)
from notifications.selectors.recipients import (
    recipient_of_account,
    recipient_of_membership,
    recipient_of_order,
    recipients_of_bills,
    recipients_who_approve,
    staff_of,
)
from notifications.selectors.subjects import (
    credit_note_for_mail,
    ended_by,
    invoice_for_mail,
    line_for_mail,
    membership_for_mail,
    order_for_mail,
    subscription_for_mail,
    times,
)

__all__ = [
    "again_facts",
    "approval_facts",
    "approval_page",
    "brand_for",
    "credit_note_for_mail",
    "deliveries_about",
    "deliveries_to",
    "deliveries_visible",
    "delivery_by_id",
    "document_facts",
    "document_page",
    "ended_by",
    "failed_facts",
    "invoice_for_mail",
    "line_facts",
    "line_for_mail",
    "membership_for_mail",
    "order_facts",
    "order_for_mail",
    "order_page",
    "recipient_of_account",
    "recipient_of_membership",
    "recipient_of_order",
    "recipients_of_bills",
    "recipients_who_approve",
    "rejected_facts",
    "services_facts",
    "staff_of",
    "storefront_of",
    "subscription_facts",
    "subscription_for_mail",
    "subscription_page",
    "times",
    "waiting_facts",
    "withdrawn_facts",
    "words_shown",
]
