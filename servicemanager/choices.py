"""The closed lists of service managers and provisioning."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Capability(models.TextChoices):
    """What a service manager can do; the rest of the product asks for these, never for a vendor."""

    CATALOGUE = "catalogue", _("Get Services Definition")
    ACCOUNTS = "accounts", _("Account synchronisation")
    SUBSCRIPTIONS = "subscriptions", _("Subscriptions")
    SUSPEND = "suspend", _("Suspend and resume")
    UPGRADE = "upgrade", _("Exchange of products")
    ADD_ONS = "add_ons", _("Add-ons")
    PRE_CHECK = "pre_check", _("Check before ordering")
    MANUAL = "manual", _("Delivered by staff")


class InstanceState(models.TextChoices):
    INACTIVE = "inactive", _("Not active")
    ACTIVE = "active", _("Active")


class Operation(models.TextChoices):
    """One thing done at a vendor. Each carries the full target state."""

    CREATE = "create", _("Create")
    CHANGE = "change", _("Change")
    SUSPEND = "suspend", _("Suspend")
    RESUME = "resume", _("Resume")
    CANCEL = "cancel", _("Cancel")


class ProvisioningState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    CALLING = "calling", _("Calling")
    IN_PROGRESS = "in_progress", _("In progress")
    UNKNOWN = "unknown", _("Outcome unknown")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    ABANDONED = "abandoned", _("Abandoned")


OPEN = frozenset(
    {
        ProvisioningState.QUEUED,
        ProvisioningState.CALLING,
        ProvisioningState.IN_PROGRESS,
        ProvisioningState.UNKNOWN,
    }
)
