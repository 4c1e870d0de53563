"""Reads of subscriptions."""

from bss.subscriptions.selectors.changes import (
    changes_due,
    open_change,
    switch_targets,
    terms_due,
)
from bss.subscriptions.selectors.subscriptions import (
    SubscriptionAmounts,
    SubscriptionOwnership,
    amounts_of,
    subscriptions_visible,
)

__all__ = [
    "SubscriptionAmounts",
    "SubscriptionOwnership",
    "amounts_of",
    "changes_due",
    "open_change",
    "subscriptions_visible",
    "switch_targets",
    "terms_due",
]
