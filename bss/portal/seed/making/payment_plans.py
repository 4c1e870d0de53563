"""Makes payment plans, offers them, lets accounts use them; and industries and promotions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import Count

from bss.accounts.models import Organization
from bss.catalog.models import Product
from bss.catalog.services import industry_create, popularity_set, product_edit
from bss.core.actor import Actor
from bss.installments.services import access_set, offers_add_for, plan_create
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.payment_plans import INDUSTRIES, PROMOTED, PlanRow
from bss.subscriptions.choices import LIVE
from bss.subscriptions.models import Subscription


def payment_plans_make(
    stage: Stage, organization: Organization, rows: Iterable[PlanRow], actor: Actor
) -> None:
    """Each plan, offered for everything that is sold for its terms."""
    products = list(Product.objects.values_list("pk", flat=True))
    for row in rows:
        plan = plan_create(
            organization=organization, frequency=row.frequency, count=row.count, actor=actor
        )
        offers_add_for(
            plan=plan, products=products, units=row.units, actor=actor, words="Every product"
        )


def access_give(stage: Stage, charges: Mapping[str, str], actor: Actor) -> None:
    """Let accounts pay by installments, each at its extra charge."""
    for key, charge in charges.items():
        access_set(
            account=stage.account(key), is_enabled=True, extra_charge=Decimal(charge), actor=actor
        )


def industries_make(stage: Stage, organization: Organization, actor: Actor) -> None:
    """Trades, what is made for them, and what is on promotion."""
    made: dict[str, list[str]] = {}
    trades = {}
    for position, (name, codes) in enumerate(INDUSTRIES.items()):
        trades[name] = industry_create(
            organization=organization, name=name, position=position, actor=actor
        )
        for code in codes:
            made.setdefault(code, []).append(name)
    for code, names in made.items():
        product_edit(
            product=stage.products[code],
            version=None,
            industries=[trades[name] for name in names],
            actor=actor,
        )
    for code in PROMOTED:
        product_edit(product=stage.products[code], version=None, is_promoted=True, actor=actor)


def popularity_count(organization: Organization) -> None:
    """Count the live subscriptions of each product, as the shop does once a day."""
    live = Subscription.everywhere.filter(organization=organization, state__in=LIVE)
    counts = live.order_by().values_list("product_id").annotate(number=Count("pk"))
    popularity_set(organization=organization, counts=dict(counts))
