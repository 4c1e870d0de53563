"""Reads of subscriptions."""

from bss.subscriptions.selectors.changes import (
    changes_due,
    changes_of,
    is_offered,
    open_change,
    switch_targets,
    terms_due,
)
from bss.subscriptions.selectors.subscriptions import (
    SubscriptionAmounts,
    SubscriptionOwnership,
    add_ons_of,
    amounts_of,
    may_read_reasons,
    subscriptions_needing_staff,
    subscriptions_of,
    subscriptions_visible,
    terms_of,
)

__all__ = [
    "SubscriptionAmounts",
    "SubscriptionOwnership",
    "add_ons_of",
    "amounts_of",
    "changes_due",
    "changes_of",
    "is_offered",
    "may_read_reasons",
    "open_change",
    "subscriptions_needing_staff",
    "subscriptions_of",
    "subscriptions_visible",
    "switch_targets",
    "terms_due",
    "terms_of",
]
