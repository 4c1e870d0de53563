"""The closed lists of payment plans."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Frequency(models.TextChoices):
    """The time between two installments."""

    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    SEMI_ANNUAL = "semi_annual", _("Every six months")
    ANNUAL = "annual", _("Yearly")

    @property
    def months(self) -> int:
        return _MONTHS[self.value]

    def installments(self, count: int) -> str:
        """ "12 monthly installments": a plan in words."""
        return str(_WORDS[self.value]) % {"count": count}


_MONTHS = {"monthly": 1, "quarterly": 3, "semi_annual": 6, "annual": 12}
_WORDS = {
    "monthly": _("%(count)d monthly installments"),
    "quarterly": _("%(count)d quarterly installments"),
    "semi_annual": _("%(count)d half-yearly installments"),
    "annual": _("%(count)d yearly installments"),
}

# A term shorter than this is paid at once.
SHORTEST_TERM_MONTHS = 12
