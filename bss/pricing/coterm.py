"""Co-terming: a first term that ends when everything else of its customer does. No rows, no reads.

It is charged by whole days, the day on which it is bought included. A day is 24 hours that end when the term does, so
that what somebody reads holds for as long as that day lasts, wherever they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bss.catalog.choices import Unit
from bss.installments.contracts import PlanTerms, Split
from bss.installments.splitting import months_after
from bss.pricing.schedule import due_days
from bss.ui import formats

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CoTerm:
    """A co-termed first term: charged from `starts_at` to `ends_at` (excluded).

    From `priced_from` to the end is what a unit's price is for. The two starts are equal where less time costs no less.
    """

    starts_at: datetime
    ends_at: datetime
    priced_from: datetime

    @property
    def days(self) -> int:
        """How many days are charged."""
        return (self.ends_at - self.starts_at) // DAY

    @property
    def whole_days(self) -> int:
        """Of how many days the unit's price is."""
        return (self.ends_at - self.priced_from) // DAY

    @property
    def share(self) -> Fraction:
        """What part of the unit's price is charged."""
        return Fraction(self.days, self.whole_days)

    @property
    def is_prorated(self) -> bool:
        """Whether less time costs less."""
        return self.starts_at != self.priced_from

    def __str__(self) -> str:
        """Until when it runs and why, and how many of its days are charged, in the active language."""
        until = _("Until %(day)s, with everything else of this customer") % {
            "day": formats.day(self.ends_at.date())
        }
        if not self.is_prorated:
            return _("%(until)s: the whole price is charged") % {"until": until}
        charged = ngettext(
            "%(until)s: %(days)s of %(whole)s days is charged",
            "%(until)s: %(days)s of %(whole)s days are charged",
            self.days,
        )
        days, whole = formats.number(self.days), formats.number(self.whole_days)
        return charged % {"until": until, "days": days, "whole": whole}


def coterm_of(
    ends_at: datetime, unit: str, *, at: datetime, is_prorated: bool = True
) -> CoTerm | None:
    """The first term of what is bought at `at` for `unit` ("P1Y") and ends at `ends_at`.

    None where that is over, or no earlier than a whole unit would end: then the first term is one as any other.
    """
    days = -((at - ends_at) // DAY)
    starts_at = ends_at - days * DAY
    priced_from = months_after(ends_at, -Unit(unit).months)
    if at >= ends_at or starts_at <= priced_from:
        return None
    return CoTerm(starts_at, ends_at, priced_from if is_prorated else starts_at)


def installments_of(plan: PlanTerms | None, coterm: CoTerm | None) -> int:
    """In how many parts a first term is paid by a plan (None: at once).

    Of a co-termed one the first is due at once, the others in the rhythm that ends with it.
    """
    if plan is None or coterm is None:
        return plan.count if plan else 1
    days = due_days(
        plan,
        starts_at=coterm.starts_at,
        term_starts_at=coterm.priced_from,
        term_ends_at=coterm.ends_at,
    )
    return len(days)


def payment_words(plan: PlanTerms | None, coterm: CoTerm | None) -> str:
    """ "12 monthly installments", as many as a first term has; "" for what is paid at once."""
    if plan is None:
        return ""
    count = installments_of(plan, coterm)
    return _("one installment") if count == 1 else str(replace(plan, count=count))


def split_words(payment: Any, parts: Split) -> str:
    """ "12 monthly installments of 8.33, the last 8.37", `payment` being how many of what."""
    words = {
        "plan": payment,
        "amount": formats.amount(parts.regular, parts.currency),
        "last": formats.amount(parts.last, parts.currency),
    }
    if parts.is_even:
        return _("%(plan)s of %(amount)s") % words
    return _("%(plan)s of %(amount)s, the last %(last)s") % words
