"""What tax depends on: where an organization is registered, and the rates of each country by class and day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bss.core.db import PublicIdField
from bss.core.tenancy import Shared


class TaxRegistration(Shared):
    """That an organization charges the tax of a country, under a number of its own there."""

    public_id = PublicIdField()
    country = models.CharField(_("Country"), max_length=2)
    number = models.CharField(_("Tax number"), max_length=30)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "country", "valid_from"], name="tax_registration_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="tax_registration_validity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.number}"


class TaxRate(Shared):
    """What a country takes of one class of products, in per cent, from one day on."""

    public_id = PublicIdField()
    country = models.CharField(_("Country"), max_length=2)
    tax_class = models.CharField(_("Tax class"), max_length=30, default="standard")
    percent = models.DecimalField(_("Per cent"), max_digits=7, decimal_places=4)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)

    class Meta(Shared.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "country", "tax_class", "valid_from"], name="tax_rate_once"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="tax_rate_percent"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="tax_rate_validity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.tax_class} {self.percent}"
