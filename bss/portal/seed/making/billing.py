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
from bss.pricing.models import TaxRate, TaxRegistration

# The standard rates of the countries in which the story's organizations are.
RATES = {"GR": Decimal(24), "SE": Decimal(25)}
# Where one is registered beside its own country, with its number and the rate there: (country, number, per cent).
ABROAD = {"GR": ("CY", "CY10456789X", Decimal(19))}


def rate_make(organization: Organization) -> None:
    """The rate at home of an organization that has none yet: without one nobody could be billed."""
    percent = RATES.get(organization.country)
    if percent is None or TaxRate.everywhere.filter(organization=organization).exists():
        return
    since = date(clock.now().year - 2, 1, 1)
    TaxRate.everywhere.create(
        organization=organization, country=organization.country, percent=percent, valid_from=since
    )
    if abroad := ABROAD.get(organization.country):
        _registered_abroad(organization, *abroad, since)


def _registered_abroad(
    organization: Organization, country: str, number: str, percent: Decimal, since: date
) -> None:
    """Nobody of the story buys there yet; who does is charged that country's tax under this number."""
    TaxRegistration.everywhere.create(
        organization=organization, country=country, number=number, valid_from=since
    )
    TaxRate.everywhere.create(
        organization=organization, country=country, percent=percent, valid_from=since
    )


def evening_play(stage: Stage, organization: str) -> None:
    """What the schedule does at nine in the evening: bill, if anything is due."""
    found = stage.organizations[organization]
    day = clock.today(found.time_zone)
    if due_by_payer(found.pk, day):
        billing_run_start(organization=found, actor=SYSTEM)
