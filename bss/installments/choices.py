"""The closed lists of payment plans."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bss.catalog.choices import Unit


class Frequency(models.TextChoices):
    """The time between two installments."""

    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    SEMI_ANNUAL = "semi_annual", _("Every six months")
    ANNUAL = "annual", _("Yearly")

    @property
    def months(self) -> int:
        return _MONTHS[self.value]

    @property
    def adverb(self) -> str:
        """ "monthly": how often, behind an amount."""
        return str(_ADVERBS[self.value])

    def installments(self, count: int) -> str:
        """ "12 monthly installments": a plan in words."""
        return str(_WORDS[self.value]) % {"count": count}


_MONTHS = {"monthly": 1, "quarterly": 3, "semi_annual": 6, "annual": 12}
_ADVERBS = {
    "monthly": _("monthly"),
    "quarterly": _("quarterly"),
    "semi_annual": _("every six months"),
    "annual": _("yearly"),
}
_WORDS = {
    "monthly": _("%(count)d monthly installments"),
    "quarterly": _("%(count)d quarterly installments"),
    "semi_annual": _("%(count)d half-yearly installments"),
    "annual": _("%(count)d yearly installments"),
}

# A term shorter than this is paid at once.
SHORTEST_TERM_MONTHS = 12
# The terms that can be paid by installments, shortest first.
PLANNED_UNITS = tuple(unit for unit in Unit if unit.months >= SHORTEST_TERM_MONTHS)
