"""Payment plans, what they are offered for, who may use them, and a plan as a price is bought with it."""

from __future__ import annotations

from decimal import Decimal

from bss.accounts.models import Account, Organization
from bss.catalog.models import Product
from bss.installments.contracts import PlanTerms
from bss.installments.models import PaymentPlan, PaymentPlanAccess, PaymentPlanOffer


def make_plan(
    organization: Organization, count: int = 12, frequency: str = "monthly", **values: object
) -> PaymentPlan:
    """A payment plan, 12 monthly installments by default."""
    return PaymentPlan.everywhere.create(
        organization=organization, frequency=frequency, count=count, **values
    )


def offer(plan: PaymentPlan, *products: Product, unit: str = "P1Y") -> None:
    """Offer a plan for products at one term."""
    for product in products:
        PaymentPlanOffer.everywhere.create(
            organization=plan.organization, product=product, unit=unit, plan=plan
        )


def allow(
    account: Account, extra_charge: str = "0", *, is_enabled: bool = True
) -> PaymentPlanAccess:
    """Let an account pay by installments."""
    return PaymentPlanAccess.everywhere.create(
        organization=account.organization,
        scope=account.scope,
        account=account,
        is_enabled=is_enabled,
        extra_charge=Decimal(extra_charge),
    )


def make_offered(
    *products: Product, count: int = 12, frequency: str = "monthly", unit: str = "P1Y"
) -> PaymentPlan:
    """The products' organization's plan of that rhythm, made if need be, offered for each of them."""
    organization = products[0].organization
    known = PaymentPlan.everywhere.filter(
        organization=organization, frequency=frequency, count=count
    ).first()
    plan = known or make_plan(organization, count, frequency)
    offer(plan, *products, unit=unit)
    return plan


def terms_of(plan: PaymentPlan, charge: str = "0") -> PlanTerms:
    """The plan as a price is bought with it."""
    return PlanTerms(plan.frequency, plan.count, Decimal(charge), plan.pk)
