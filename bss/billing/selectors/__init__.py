"""Reads of billing."""

from bss.billing.selectors.cards import (
    HELD_FOR_NOBODY,
    OPEN,
    card_in_use,
    card_payments_to_tend,
    cards_configured,
    cards_of,
    charge_under_way,
    hold_for,
    latest_hold,
    pays_by_card,
)
from bss.billing.selectors.exposure import BillingExposure, held_on_cards, owed_by
from bss.billing.selectors.overdue import (
    dunning_policies,
    dunning_policy,
    is_still_overdue,
    is_suspended_by,
    overdue_invoices,
    steps_reached,
    subscriptions_billed,
    suspensions_of,
)
from bss.billing.selectors.payments import (
    allocations_of,
    open_invoices,
    payments,
    payments_with_credit,
)

__all__ = [
    "HELD_FOR_NOBODY",
    "OPEN",
    "BillingExposure",
    "allocations_of",
    "card_in_use",
    "card_payments_to_tend",
    "cards_configured",
    "cards_of",
    "charge_under_way",
    "dunning_policies",
    "dunning_policy",
    "held_on_cards",
    "hold_for",
    "is_still_overdue",
    "is_suspended_by",
    "latest_hold",
    "open_invoices",
    "overdue_invoices",
    "owed_by",
    "payments",
    "payments_with_credit",
    "pays_by_card",
    "steps_reached",
    "subscriptions_billed",
    "suspensions_of",
]
