"""The distributor's side: which plans exist, what they include, which product sells them."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from bss.accounts.models import Organization
from bss.catalog.models import Product
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import StaleState
from resellers.choices import DEFAULT_CAPABILITIES, Capability, PlanCode
from resellers.locks import profiles_for_update
from resellers.models import Plan
from resellers.services.provisioning import storefront_follow_plan


def plans_ensure(*, organization: Organization) -> list[Plan]:
    """The organization's three plans, made with their default flags where they are missing."""
    plans = []
    for position, code in enumerate(PlanCode.values):
        plan, _made = Plan.everywhere.get_or_create(
            organization=organization,
            code=code,
            defaults={
                "position": position,
                "capabilities": [str(c) for c in DEFAULT_CAPABILITIES[code]],
            },
        )
        plans.append(plan)
    return plans


def plans_link(*, organization: Organization, managed_by: str) -> None:
    """Tie each plan to the product that sells it, after Get Services Definition made the products."""
    plans_ensure(organization=organization)
    products = Product.everywhere.filter(
        organization=organization, type__managed_by=managed_by, external_id__in=PlanCode.values
    )
    for product in products:
        Plan.everywhere.filter(organization=organization, code=product.external_id).exclude(
            product=product
        ).update(product=product)


def plan_edit(*, plan: Plan, version: int, capabilities: Collection[str], actor: Actor) -> Plan:
    """Switch flags. Storefronts of resellers on the plan open or close with `own_storefront`.

    Raises StaleState when somebody else edited the plan meanwhile.
    """
    flags = [str(flag) for flag in Capability if flag in capabilities]
    with transaction.atomic():
        moved = Plan.everywhere.filter(pk=plan.pk, version=version).update(
            capabilities=flags, version=version + 1
        )
        if moved != 1:
            raise StaleState
        before, plan.capabilities, plan.version = plan.capabilities, flags, version + 1
        history.record(
            plan, actor=actor, action="plan.edited", changes={"capabilities": [before, flags]}
        )
        for profile in profiles_for_update().filter(plan=plan, subscription__isnull=False):
            storefront_follow_plan(profile, actor)
    return plan
