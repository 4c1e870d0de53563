"""Writes to subscriptions and their changes. Each is one transaction with its history and events."""

from bss.subscriptions.services.changes import (
    change_apply,
    change_ask,
    change_fail,
    change_request,
    change_restart,
    change_start,
    change_withdraw,
)
from bss.subscriptions.services.confirming import change_confirm, change_held
from bss.subscriptions.services.lives import (
    subscription_activate,
    subscription_ask,
    subscription_create,
    subscription_fail,
    subscription_reprovision,
    subscription_retry,
    subscription_withdraw,
    sync_status_set,
)
from bss.subscriptions.services.previews import change_preview
from bss.subscriptions.services.rules import is_possible
from bss.subscriptions.services.terms import term_renew

__all__ = [
    "change_apply",
    "change_ask",
    "change_confirm",
    "change_fail",
    "change_held",
    "change_preview",
    "change_request",
    "change_restart",
    "change_start",
    "change_withdraw",
    "is_possible",
    "subscription_activate",
    "subscription_ask",
    "subscription_create",
    "subscription_fail",
    "subscription_reprovision",
    "subscription_retry",
    "subscription_withdraw",
    "sync_status_set",
    "term_renew",
]
