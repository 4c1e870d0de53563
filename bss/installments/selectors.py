"""Which payment plans somebody may use for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from bss.accounts.models import Account
from bss.catalog.choices import Unit
from bss.installments.choices import SHORTEST_TERM_MONTHS
from bss.installments.contracts import PlanTerms
from bss.installments.models import PaymentPlan, PaymentPlanAccess, PaymentPlanOffer

OfferKey = tuple[int, str]


def extra_charge_of(payer: Account) -> Decimal | None:
    """The per cent that plans add to what this payer pays; None when it may not use any. One query, two for a tenant."""
    access = PaymentPlanAccess.everywhere.filter(account=payer, is_enabled=True).first()
    if access is None or not _is_granted(payer):
        return None
    return access.extra_charge


def plans_for(payer: Account, product_ids: Collection[int]) -> dict[OfferKey, list[PlanTerms]]:
    """The plans of each (product id, unit) that `payer` may choose, fewest installments first.

    At most three queries, whatever the number of products. Whether a total is large enough to be split is asked of
    `splitting.is_splittable`, with the quantity.
    """
    charge = extra_charge_of(payer) if product_ids else None
    if charge is None:
        return {}
    offers = (
        PaymentPlanOffer.everywhere.filter(
            organization_id=payer.organization_id,
            product_id__in=product_ids,
            is_active=True,
            plan__is_active=True,
        )
        .select_related("plan")
        .order_by("plan__count", "plan_id")
    )
    found: dict[OfferKey, list[PlanTerms]] = defaultdict(list)
    for offer in offers:
        if SHORTEST_TERM_MONTHS <= Unit(offer.unit).months >= offer.plan.months:
            found[offer.product_id, offer.unit].append(
                PlanTerms(offer.plan.frequency, offer.plan.count, charge, offer.plan_id)
            )
    return dict(found)


def plan_for(payer: Account, product_id: int, unit: str, plan_id: int) -> PlanTerms | None:
    """The terms of one plan as `payer` would buy by it today; None when it may not."""
    offered = plans_for(payer, [product_id]).get((product_id, unit), [])
    return next((plan for plan in offered if plan.plan_id == plan_id), None)


def plan_coded(organization_id: int, code: str) -> PaymentPlan | None:
    """An organization's plan by its code ("monthly-12", as in PlanTerms); None when it has none of that code."""
    frequency, _dash, count = code.rpartition("-")
    if not (count.isascii() and count.isdecimal() and len(count) <= 3):
        return None
    return PaymentPlan.everywhere.filter(
        organization_id=organization_id, frequency=frequency, count=int(count)
    ).first()


def _is_granted(payer: Account) -> bool:
    """A tenant reseller gives plans only while its parent gives it some."""
    organization = payer.organization
    if organization.is_root:
        return True
    return PaymentPlanAccess.everywhere.filter(
        account_id=organization.billing_account_id, is_enabled=True
    ).exists()
