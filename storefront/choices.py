"""The closed lists of the Storefront."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bss.orders.choices import OrderState


class HomeSection(models.TextChoices):
    """What a home page can show, in the order a storefront chose; without a choice all of them, in this order."""

    HERO = "hero", _("Welcome")
    FEATURED = "featured", _("Featured products")
    CATEGORIES = "categories", _("Categories")
    ABOUT = "about", _("About us")
    CONTACT = "contact", _("Contact")


class Sorting(models.TextChoices):
    """How a catalogue page is ordered; the value is what the address says."""

    BEST = "best", _("Best match")
    NAME = "name", _("Name")
    POPULAR = "popular", _("Most popular")
    NEWEST = "newest", _("Newest")
    VENDOR = "vendor", _("Vendor")

    @property
    def order(self) -> str:
        """The ORM path it sorts by."""
        return _ORDERS[self.value]


_ORDERS = {
    "best": "relevance",
    "name": "name",
    "popular": "-popularity",
    "newest": "-created_at",
    "vendor": "vendor",
}


class Group(models.TextChoices):
    """What a shop puts forward, in this order; the value is what the address says."""

    FEATURED = "featured", _("Featured")
    PROMOTED = "promoted", _("On promotion")
    POPULAR = "popular", _("Popular")
    NEW = "new", _("New")

    @property
    def sorting(self) -> Sorting:
        """How it is ordered unless somebody says otherwise."""
        return {"popular": Sorting.POPULAR, "new": Sorting.NEWEST}.get(self.value, Sorting.NAME)


class CustomerOrderState(models.TextChoices):
    """How far an order is, in the four words that a reseller's customer reads."""

    PENDING_APPROVAL = "pending_approval", _("Pending reseller approval")
    IN_PROGRESS = "in_progress", _("In progress")
    EXECUTED = "executed", _("Executed")
    CANCELLED = "cancelled", _("Cancelled")

    @classmethod
    def of(cls, state: str) -> CustomerOrderState:
        """The word for an order's state."""
        return next(word for word, states in _ORDER_STATES.items() if state in states)

    @property
    def states(self) -> frozenset[OrderState]:
        """The states that it stands for."""
        return _ORDER_STATES[self]


# What is not automatic, or failed, is in its reseller's or the distributor's hands.
_ORDER_STATES = {
    CustomerOrderState.PENDING_APPROVAL: frozenset({OrderState.PENDING_APPROVAL}),
    CustomerOrderState.IN_PROGRESS: frozenset(
        {OrderState.DRAFT, OrderState.PLACED, OrderState.EXECUTING, OrderState.FAILED}
    ),
    CustomerOrderState.EXECUTED: frozenset({OrderState.EXECUTED, OrderState.PARTLY_EXECUTED}),
    CustomerOrderState.CANCELLED: frozenset({OrderState.REJECTED, OrderState.CANCELLED}),
}

# Under which name a view that has read the basket leaves its count on the request, for the header.
BASKET_COUNT = "_storefront_basket_count"

# What stands for the customer that is only drafted yet.
NEW_CUSTOMER = "new"
