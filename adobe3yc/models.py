"""Adobe's price files as they were uploaded, and their rows."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from adobe3yc.choices import PriceFileKind, PriceFileState
from bss.core import clock
from bss.core.db import CodeField, CurrencyField, PublicIdField, StateField, UnitPriceField, one_of
from bss.core.tenancy import Shared
from servicemanager.models import Instance


class PriceFile(Shared):
    """A month's prices of one market segment, or of commitments. One of a kind is in force; the others are history."""

    public_id = PublicIdField()
    instance = models.ForeignKey(Instance, models.PROTECT, related_name="price_files")
    kind = CodeField(_("Kind"), enum=PriceFileKind)
    name = models.CharField(_("File"), max_length=200)
    state = StateField(enum=PriceFileState, default=PriceFileState.CHECKED)
    row_count = models.PositiveIntegerField(_("Rows"), default=0)
    # Gaps between windows: told before the file takes effect, no reason to refuse it.
    warnings: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    in_force_at = models.DateTimeField(_("In force since"), null=True)
    created_at = models.DateTimeField(_("Uploaded"), default=clock.now)

    class Meta(Shared.Meta):
        constraints = [
            one_of("state", PriceFileState, "price_file_state_known"),
            one_of("kind", PriceFileKind, "price_file_kind_known"),
            models.UniqueConstraint(
                fields=["instance", "kind"],
                condition=Q(state="in_force"),
                name="price_file_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PriceRow(models.Model):
    """The price of one offer in one currency, for one and a year, on the days of its window."""

    file = models.ForeignKey(PriceFile, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    offer_id = models.CharField(max_length=20)
    family = models.CharField(max_length=200, blank=True)
    currency = CurrencyField()
    price = UnitPriceField()
    street_price = UnitPriceField(null=True)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    code = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="price_row_not_negative"),
            models.CheckConstraint(
                condition=Q(first_on__isnull=True)
                | Q(last_on__gte=F("first_on"))
                | Q(last_on__isnull=True),
                name="price_row_begins_before_it_ends",
            ),
        ]
        indexes = [models.Index(fields=["file", "offer_id", "currency"], name="price_row_lookup")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.currency}"
