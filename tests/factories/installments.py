"""Payment plans, what they are offered for, and who may use them."""

from __future__ import annotations

from decimal import Decimal

from bss.accounts.models import Account, Organization
from bss.catalog.models import Product
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
