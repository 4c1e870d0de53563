"""Reads of subscriptions."""

from bss.subscriptions.selectors.changes import (
    add_ons_possible,
    changes_due,
    changes_of,
    has_add_ons,
    is_offered,
    may_withdraw,
    open_change,
    possible_for,
    switch_targets,
    terms_due,
)
from bss.subscriptions.selectors.lots import (
    lots_of,
    lots_shown,
    newest_plans,
    reductions_of,
    term_of,
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
    "add_ons_possible",
    "amounts_of",
    "changes_due",
    "changes_of",
    "has_add_ons",
    "is_offered",
    "lots_of",
    "lots_shown",
    "may_read_reasons",
    "may_withdraw",
    "newest_plans",
    "open_change",
    "possible_for",
    "reductions_of",
    "subscriptions_needing_staff",
    "subscriptions_of",
    "subscriptions_visible",
    "switch_targets",
    "term_of",
    "terms_due",
    "terms_of",
]
