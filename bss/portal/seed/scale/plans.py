"""Reseller plans in number: four of ten resellers are on one, with their storefront."""

from __future__ import annotations

import random

from bss.accounts.models import Storefront
from bss.catalog.choices import Unit
from bss.catalog.models import ListPrice
from bss.portal.seed.scale.accounts import People
from bss.portal.seed.scale.billing import Bills
from bss.portal.seed.scale.copying import Table, ids_take
from bss.portal.seed.scale.ground import Ground, Offer
from bss.portal.seed.scale.trade import FATES, Work
from resellers.models import Plan, ResellerProfile
from servicemanager.models import Instance

# Of ten resellers: three on Free, one on Standard.
_PLANS_OF_TEN = ("free", "free", "free", "standard")


def plans_make(ground: Ground, people: People, chance: random.Random, bills: Bills) -> int:
    """Subscriptions to plans, open storefronts and profiles. Returns how many; 0 where plans are not sold."""
    offers = _plan_offers(ground)
    if not offers:
        return 0
    chosen = [r for i, r in enumerate(people.resellers) if i % 10 < len(_PLANS_OF_TEN)]
    work = Work(ground, chance, bills)
    storefronts, profiles = Table(Storefront), Table(ResellerProfile)
    ids = zip(
        ids_take(Storefront, len(chosen)), ids_take(ResellerProfile, len(chosen)), strict=True
    )
    for i, (reseller, (storefront_id, profile_id)) in enumerate(zip(chosen, ids, strict=True)):
        plan, offer = offers[_PLANS_OF_TEN[i % len(_PLANS_OF_TEN)]]
        subscription_id = work.order_add(reseller, [offer], FATES[0])[0]
        alias = f"partner-{reseller.pk}"
        storefronts.add(
            id=storefront_id,
            organization_id=ground.organization.pk,
            owner_id=reseller.pk,
            alias=alias,
            name=reseller.name,
        )
        profiles.add(
            id=profile_id,
            organization_id=ground.organization.pk,
            scope=reseller.scope,
            account_id=reseller.pk,
            plan_id=plan.pk,
            subscription_id=subscription_id,
            storefront_id=storefront_id,
            alias=alias,
        )
    work.write()
    for table in (storefronts, profiles):
        table.write()
    return len(chosen)


def _plan_offers(ground: Ground) -> dict[str, tuple[Plan, Offer]]:
    """The plans on sale by month, by code."""
    plans = Plan.everywhere.filter(organization=ground.organization, product__isnull=False)
    found: dict[str, tuple[Plan, Offer]] = {}
    for plan in plans.select_related("product__type"):
        assert plan.product is not None  # noqa: S101 -- filtered above
        managed_by = plan.product.type.managed_by
        instance = Instance.everywhere.get(public_id=managed_by)
        price = ListPrice.everywhere.filter(product=plan.product, unit=Unit.P1M).first()
        if price is not None:
            offer = Offer(
                plan.product.pk,
                plan.product.name,
                Unit.P1M,
                price.cost,
                price.price,
                instance.pk,
                managed_by,
            )
            found[plan.code] = (plan, offer)
    return found if set(_PLANS_OF_TEN) <= found.keys() else {}
