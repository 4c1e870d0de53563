"""Reseller plans on sale, as after activation, Get Services Definition and a default price list."""

from __future__ import annotations

from datetime import date

from bss.accounts.models import Organization
from bss.catalog.choices import PriceRule
from bss.catalog.models import PriceList, PriceListItem, Product
from bss.core import jobs, scope
from bss.core.actor import SYSTEM
from bss.orders.models import TermsVersion
from resellers.choices import MANAGER_CODE
from servicemanager.models import Instance
from servicemanager.services import definition_start, instance_activate, instance_create


def plans_on_sale(organization: Organization) -> Instance:
    """Activate the service manager, run Get Services Definition, and put both plans on the default price list."""
    with scope.activate(organization.scope):
        instance = instance_create(
            organization=organization,
            manager=MANAGER_CODE,
            name="Tradewind for Resellers",
            settings={"currency": "EUR", "standard_monthly": "49.00", "standard_yearly": "490.00"},
            actor=SYSTEM,
        )
        instance_activate(instance=instance, actor=SYSTEM)
        definition_start(instance=instance, actor=SYSTEM)
        drain()
        price_list = PriceList.objects.create(
            organization=organization,
            name="Standard",
            currency="EUR",
            valid_from=date(2020, 1, 1),
            is_default=True,
        )
        for product in Product.objects.filter(type__managed_by=instance.public_id):
            PriceListItem.objects.create(
                organization=organization,
                price_list=price_list,
                product=product,
                rule=PriceRule.LIST,
            )
        TermsVersion.objects.create(organization=organization, version="2026-01", text="The terms.")
    return instance


def drain() -> None:
    """Do everything that is due."""
    while ids := jobs.due_ids():
        with scope.activate(None):
            if not jobs.run(ids):
                break
