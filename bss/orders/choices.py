"""The closed lists of baskets and orders."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BasketState(models.TextChoices):
    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting for an answer")
    PLACED = "placed", _("Placed")
    ABANDONED = "abandoned", _("Abandoned")


class OrderState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PENDING_APPROVAL = "pending_approval", _("Pending approval")
    PLACED = "placed", _("Placed")
    EXECUTING = "executing", _("Executing")
    EXECUTED = "executed", _("Executed")
    PARTLY_EXECUTED = "partly_executed", _("Partly executed")
    FAILED = "failed", _("Failed")
    REJECTED = "rejected", _("Rejected")
    CANCELLED = "cancelled", _("Cancelled")


class LineState(models.TextChoices):
    PENDING = "pending", _("Pending")
    PROVISIONING = "provisioning", _("In progress")
    NEEDS_INPUT = "needs_input", _("Needs input")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class LineKind(models.TextChoices):
    """What a line asks for: a new subscription, or an action on one."""

    NEW = "new", _("New subscription")
    QUANTITY = "quantity", _("Change of quantity")
    PRODUCT = "product", _("Change of product")
    SUSPEND = "suspend", _("Suspension")
    RESUME = "resume", _("Resumption")
    CANCEL = "cancel", _("Cancellation")
    ADD_ON = "add_on", _("Add-ons")
    RENEWAL = "renewal", _("Renewal")


class OrderSource(models.TextChoices):
    STOREFRONT = "storefront", _("Storefront")
    PORTAL = "portal", _("Portal")
    API = "api", _("API")


# A basket that is neither placed nor left.
NOT_OVER = (BasketState.OPEN, BasketState.WAITING)

SENDING = frozenset({LineState.PENDING, LineState.PROVISIONING})
IN_FLIGHT = SENDING | {LineState.NEEDS_INPUT}

# Under which key of a session the basket is named that somebody works at: one of several, by its public id. Without it
# that is the open one.
PICKED_BASKET = "basket-picked"
