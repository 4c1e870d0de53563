"""Payment plans, where they are offered, and who may use them."""

from __future__ import annotations

from decimal import Decimal

from bss.accounts.models import Account
from bss.catalog.models import Product
from bss.installments.choices import Frequency
from bss.installments.contracts import PlanTerms
from bss.installments.models import PaymentPlan, PaymentPlanAccess, PaymentPlanOffer


def make_plan(
    *products: Product, count: int = 12, frequency: str = Frequency.MONTHLY, unit: str = "P1Y"
) -> PaymentPlan:
    """A plan of the products' organization, offered for each of them for a term of `unit`."""
    organization = products[0].organization
    plan, _created = PaymentPlan.everywhere.get_or_create(
        organization=organization, frequency=frequency, count=count
    )
    for product in products:
        PaymentPlanOffer.everywhere.create(
            organization=organization, product=product, unit=unit, plan=plan
        )
    return plan


def grant_plans(account: Account, charge: str = "0") -> PaymentPlanAccess:
    """`account` may pay by installments, for `charge` per cent more."""
    access, _created = PaymentPlanAccess.everywhere.update_or_create(
        organization=account.organization,
        scope=account.scope,
        account=account,
        defaults={"is_enabled": True, "extra_charge": Decimal(charge)},
    )
    return access


def terms_of(plan: PaymentPlan, charge: str = "0") -> PlanTerms:
    """The plan as a price is bought with it."""
    return PlanTerms(plan.frequency, plan.count, Decimal(charge), plan.pk)
