"""The columns of registrations and rates."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.countries import country_name
from bss.core import clock
from bss.pricing.models import TaxRate, TaxRegistration
from bss.ui.components import Badge
from bss.ui.tables import Column, Table


def validity_badge(row: TaxRate | TaxRegistration) -> Badge:
    """Whether it holds today."""
    today = clock.today(row.organization.time_zone)
    if row.valid_from > today:
        return Badge(_("Not yet"), "info")
    if row.valid_until is not None and row.valid_until < today:
        return Badge(_("Ended"), "neutral")
    return Badge(_("Valid"), "success")


class TaxRateTable(Table):
    default_order = "country"
    country = Column(
        lambda r: country_name(r.country), gettext_lazy("Country"), link=True, sortable="country",
        export=lambda r: r.country,
    )  # fmt: skip
    tax_class = Column("tax_class", gettext_lazy("Tax class"), sortable=True)
    percent = Column("percent", gettext_lazy("Per cent"), kind="number", sortable=True)
    valid_from = Column("valid_from", gettext_lazy("Valid from"), kind="date", sortable=True)
    valid_until = Column("valid_until", gettext_lazy("Valid until"), kind="date")
    state = Column(validity_badge, gettext_lazy("State"), kind="badge")

    def row_url(self, row: TaxRate) -> str:
        return reverse("pricing:tax_rate", args=[row.public_id])


class TaxRegistrationTable(Table):
    default_order = "country"
    country = Column(
        lambda r: country_name(r.country), gettext_lazy("Country"), link=True, sortable="country",
        export=lambda r: r.country,
    )  # fmt: skip
    number = Column("number", gettext_lazy("Tax number"))
    valid_from = Column("valid_from", gettext_lazy("Valid from"), kind="date", sortable=True)
    valid_until = Column("valid_until", gettext_lazy("Valid until"), kind="date")
    state = Column(validity_badge, gettext_lazy("State"), kind="badge")

    def row_url(self, row: TaxRegistration) -> str:
        return reverse("pricing:tax_registration", args=[row.public_id])
