"""The rates of tax, and the evenings on which what is due is billed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bss.accounts.models import Organization
from bss.billing.selectors import due_by_payer
from bss.billing.services import billing_run_start
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.portal.seed.making.stage import Stage
from bss.pricing.models import TaxRate

# The standard rates of the countries in which the story's organizations are.
RATES = {"GR": Decimal(24), "SE": Decimal(25)}


def rate_make(organization: Organization) -> None:
    """The rate at home of an organization that has none yet: without one nobody could be billed."""
    percent = RATES.get(organization.country)
    if percent is None or TaxRate.everywhere.filter(organization=organization).exists():
        return
    TaxRate.everywhere.create(
        organization=organization,
        country=organization.country,
        percent=percent,
        valid_from=date(clock.now().year - 2, 1, 1),
    )


def evening_play(stage: Stage, organization: str) -> None:
    """What the schedule does at nine in the evening: bill, if anything is due."""
    found = stage.organizations[organization]
    day = clock.today(found.time_zone)
    if due_by_payer(found.pk, day):
        billing_run_start(organization=found, actor=SYSTEM)
