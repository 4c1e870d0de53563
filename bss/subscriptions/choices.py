"""The closed lists of subscriptions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SubscriptionState(models.TextChoices):
    PENDING = "pending", _("Pending")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    PENDING_CANCEL = "pending_cancel", _("Pending cancel")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Failed")


class SyncStatus(models.TextChoices):
    """How far the vendor's side is. A mirror: set by what provisioning reports."""

    NOT_SYNCHRONIZED = "not_synchronized", _("Not synchronized")
    PENDING = "pending", _("Pending")
    IN_PROGRESS = "in_progress", _("In progress")
    SYNCHRONIZED = "synchronized", _("Synchronized")
    FAILED = "failed", _("Failed")


class ChangeKind(models.TextChoices):
    QUANTITY = "quantity", _("Quantity")
    PRODUCT = "product", _("Product")
    SUSPEND = "suspend", _("Suspend")
    RESUME = "resume", _("Resume")
    CANCEL = "cancel", _("Cancel")
    ADD_ON = "add_on", _("Add-ons")
    RENEWAL = "renewal", _("Renewal")


class ChangeState(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    IN_PROGRESS = "in_progress", _("In progress")
    APPLIED = "applied", _("Applied")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


LIVE = frozenset(
    {SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED, SubscriptionState.PENDING_CANCEL}
)
# What still runs, or may come to: what "only one per account" counts.
NOT_ENDED = frozenset({*LIVE, SubscriptionState.PENDING, SubscriptionState.FAILED})
# What goes on term after term: while it is suspended the vendor keeps it, and it is charged.
RENEWING = frozenset({SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED})
OPEN_CHANGE = frozenset({ChangeState.SCHEDULED, ChangeState.IN_PROGRESS, ChangeState.FAILED})
