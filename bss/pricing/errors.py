"""What pricing refuses, with its cause."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.accounts.countries import country_name
from bss.core.errors import Conflict


class RateMissing(Conflict):
    """The country whose tax applies has no rate for a class on that day."""

    code = "TAX_RATE_MISSING"
    message = _("No tax rate of %(country)s is known for products of the class %(tax_class)s.")

    def __init__(self, country: str, tax_class: str) -> None:
        super().__init__(
            self.message % {"country": country_name(country), "tax_class": tax_class},
            remedy=_("Add it under Setup, Taxes."),
            extra={"country": country, "tax_class": tax_class},
        )
        self.country, self.tax_class = country, tax_class


class ValidityOverlaps(Conflict):
    """Two rows would hold for the same thing on one day."""

    code = "VALIDITY_OVERLAPS"
