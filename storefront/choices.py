"""The closed lists of the Storefront."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class HomeSection(models.TextChoices):
    """What a home page can show, in the order a storefront chose; without a choice all of them, in this order."""

    HERO = "hero", _("Welcome")
    FEATURED = "featured", _("Featured products")
    CATEGORIES = "categories", _("Categories")
    ABOUT = "about", _("About us")
    CONTACT = "contact", _("Contact")


class Sorting(models.TextChoices):
    """How a catalogue page is ordered; the value is what the address says."""

    NAME = "name", _("Name")
    NEWEST = "newest", _("Newest")
    VENDOR = "vendor", _("Vendor")

    @property
    def order(self) -> str:
        """The ORM path it sorts by."""
        return {"name": "name", "newest": "-created_at", "vendor": "vendor"}[self.value]
