"""What can be put into a draft order: products on sale to its payer, with every term on offer."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from bss.catalog import selectors as catalog
from bss.catalog.choices import Unit
from bss.catalog.models import AddOn, Product
from bss.installments.contracts import PlanTerms
from bss.installments.selectors import plans_for
from bss.orders.models import Order, OrderLine
from bss.pricing.contracts import UnitPrice
from bss.pricing.selectors import offers_for

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A product on offer, and for an add-on the line it would hang below."""

    product: Product
    offers: tuple[tuple[str, str, UnitPrice], ...]
    parent: OrderLine | None = None
    maximum: int | None = None

    @property
    def key(self) -> str:
        """Stands for this choice on a page that may offer one add-on below several lines."""
        below = f"-{self.parent.public_id}" if self.parent else ""
        return f"{self.product.public_id}{below}"


def products_to_add(order: Order, text: str = "") -> list[Choice]:
    """Up to SHOWN products this order's payer can buy for its customer, found by name, code or vendor."""
    payer, customer = order.account, order.customer
    on = catalog.local_date(payer.organization)
    found = catalog.visible_products(
        catalog.price_list_for(payer, on), audience=catalog.audience_of(payer, customer)
    ).order_by("name")
    if text:
        found = found.filter(
            Q(name__icontains=text) | Q(code__icontains=text) | Q(vendor__icontains=text)
        )
    products = list(found[:SHOWN])
    offers = _offers(order, products)
    return [Choice(p, offers[p.pk]) for p in products if offers.get(p.pk)]


def add_ons_to_add(order: Order, lines: list[OrderLine]) -> list[Choice]:
    """The add-ons offered with what is in the order already, line by line."""
    parents = [line for line in lines if line.parent_id is None]
    links = AddOn.objects.filter(
        product_id__in=[line.product_id for line in parents], is_active=True
    ).select_related("add_on__type")
    by_product: dict[int, list[AddOn]] = {}
    for link in links:
        by_product.setdefault(link.product_id, []).append(link)
    offers = _offers(order, [link.add_on for link in links])
    return [
        Choice(link.add_on, offers[link.add_on_id], line, link.max_quantity)
        for line in parents
        for link in by_product.get(line.product_id, ())
        if offers.get(link.add_on_id)
    ]


def units_of(order: Order, product: Product) -> list[UnitPrice]:
    """Every term of one product on offer to this order's payer."""
    customer = None if order.customer_id == order.account_id else order.customer
    found = offers_for(payer=order.account, product_ids=[product.pk], customer=customer)
    return found.get(product.pk, [])


def plans_of(order: Order, product: Product) -> list[PlanTerms]:
    """The payment plans this order's payer may choose for a product at any of its terms, fewest installments first."""
    found = plans_for(order.account, [product.pk])
    plans = {plan.code: plan for each in found.values() for plan in each}
    return sorted(plans.values(), key=lambda plan: (plan.count, plan.code))


def _offers(
    order: Order, products: list[Product]
) -> dict[int, tuple[tuple[str, str, UnitPrice], ...]]:
    customer = None if order.customer_id == order.account_id else order.customer
    ids = [product.pk for product in products]
    found = offers_for(payer=order.account, product_ids=ids, customer=customer)
    return {
        pk: tuple((price.unit, str(Unit(price.unit).label), price) for price in prices)
        for pk, prices in found.items()
    }
