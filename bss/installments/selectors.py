"""Which payment plans somebody may use for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from bss.accounts.models import Account
from bss.catalog.choices import Unit
from bss.catalog.models import ListPrice, Product
from bss.core.prepared import Prepared
from bss.installments.choices import PLANNED_UNITS, SHORTEST_TERM_MONTHS
from bss.installments.contracts import PlanTerms
from bss.installments.models import PaymentPlan, PaymentPlanAccess, PaymentPlanOffer

OfferKey = tuple[int, str]


def plans_for(payer: Account, product_ids: Collection[int]) -> dict[OfferKey, list[PlanTerms]]:
    """The plans of each (product id, unit) that `payer` may choose, fewest installments first.

    One query, whatever the number of products. Whether a total is large enough to be split is asked of
    `splitting.is_splittable`, with the quantity.
    """
    if not product_ids:
        return {}
    found: dict[OfferKey, list[PlanTerms]] = defaultdict(list)
    offers = _OFFERS.all(
        payer_id=payer.pk, organization_id=payer.organization_id, product_ids=list(product_ids)
    )
    for offer in offers:
        if fits(offer.unit, offer.plan):
            found[offer.product_id, offer.unit].append(
                PlanTerms(offer.plan.frequency, offer.plan.count, offer.charge, offer.plan_id)
            )
    return dict(found)


def fits(unit: str, plan: PaymentPlan) -> bool:
    """Whether a term is long enough to be paid by installments at all, and by this plan."""
    return SHORTEST_TERM_MONTHS <= Unit(unit).months >= plan.months


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


def _offers(payer_id: int, organization_id: int, product_ids: list[int]) -> QuerySet[Any, Any]:
    enabled = PaymentPlanAccess.everywhere.filter(is_enabled=True)
    charge = enabled.filter(account_id=payer_id).values("extra_charge")
    return (
        PaymentPlanOffer.everywhere.filter(
            _is_granted_by(enabled),
            organization_id=organization_id,
            product_id__any=product_ids,
            is_active=True,
            plan__is_active=True,
        )
        .annotate(charge=Subquery(charge))
        .filter(charge__isnull=False)
        .select_related("plan")
        .order_by("plan__count", "plan_id")
    )


_OFFERS = Prepared(_offers, payer_id=int, organization_id=int, product_ids=list)


def _is_granted_by(enabled: QuerySet[PaymentPlanAccess]) -> Q:
    """A tenant reseller gives plans only while its parent gives it some."""
    own = enabled.filter(account_id=OuterRef("organization__billing_account_id"))
    return Q(organization__parent__isnull=True) | Q(Exists(own))


# Staff's screens ---------------------------------------------------------------------------------------------


def payment_plans() -> QuerySet[PaymentPlan]:
    """Every plan of the active organization with `offer_count`, the offers that count, shortest first."""
    offered = Count("offers", filter=Q(offers__is_active=True))
    return PaymentPlan.objects.annotate(offer_count=offered).order_by("count", "pk")


def plan_choices() -> list[PaymentPlan]:
    """The plans that can be offered."""
    return list(PaymentPlan.objects.filter(is_active=True).order_by("count", "pk"))


def offers_of(plan: PaymentPlan) -> QuerySet[PaymentPlanOffer]:
    """For what a plan is offered, by product and term."""
    return (
        PaymentPlanOffer.objects.filter(plan=plan, is_active=True)
        .select_related("product", "plan")
        .order_by("product__name", "product_id", "unit")
    )


def offers_on(product: Product) -> list[PaymentPlanOffer]:
    """The plans a product is offered with, shortest term and fewest installments first."""
    rows = PaymentPlanOffer.objects.filter(product=product, is_active=True).select_related("plan")
    return sorted(rows, key=lambda row: (Unit(row.unit).months, row.plan.count, row.plan_id))


def long_terms(product: Product) -> list[Unit]:
    """The terms of a product that are long enough to be paid by installments, shortest first.

    Those it has a list price for; every one where a service manager may quote.
    """
    listed = set(ListPrice.objects.filter(product=product).values_list("unit", flat=True))
    return [unit for unit in PLANNED_UNITS if unit in listed or product.type.managed_by]


def access_of(account: Account) -> PaymentPlanAccess | None:
    """Whether an account may pay by installments, and at which extra charge; None where nobody decided."""
    return PaymentPlanAccess.objects.filter(account=account).first()


def payer_of(account: Account) -> Account:
    """Whose access decides for an account: its reseller's for an end customer, its own for everybody else."""
    return account.parent or account


def is_withheld(account: Account) -> bool:
    """Whether the account's organization is a tenant whose parent gives it no plans: then nobody below has any."""
    organization = account.organization
    if organization.is_root or organization.billing_account_id is None:
        return not organization.is_root
    given = PaymentPlanAccess.everywhere.filter(
        account_id=organization.billing_account_id, is_enabled=True
    )
    return not given.exists()
