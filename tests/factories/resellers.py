"""Reseller plans on sale, as after activation, Get Services Definition and a default price list."""

from __future__ import annotations

from datetime import date

from bss.accounts.models import Account, Organization
from bss.catalog.choices import PriceRule
from bss.catalog.models import PriceList, PriceListItem, Product
from bss.core import jobs, scope
from bss.core.actor import SYSTEM, Actor
from bss.orders.models import Order, TermsVersion
from bss.orders.services import order_execute
from resellers.choices import MANAGER_CODE
from resellers.models import Plan
from resellers.services import upgrade_draft
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


def order_plan(
    account: Account, code: str, *, unit: str = "P1M", alias: str = "", actor: Actor = SYSTEM
) -> Order:
    """The order of a plan as staff write and execute it. Runs no jobs."""
    with scope.activate(account.organization.scope):
        plan = Plan.objects.select_related("product").get(code=code)
        draft = upgrade_draft(account=account, plan=plan, unit=unit, alias=alias, actor=actor)
        return order_execute(order=draft, actor=actor)


def drain() -> None:
    """Do everything that is due."""
    while ids := jobs.due_ids():
        with scope.activate(None):
            if not jobs.run(ids):
                break
