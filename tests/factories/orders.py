"""Things to sell, baskets, orders and subscriptions for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from bss.accounts.models import Account, Organization, Storefront
from bss.catalog.choices import ProductKind
from bss.catalog.models import AddOn, ListPrice, PriceList, PriceListItem, Product, ProductType
from bss.core.actor import SYSTEM, Actor
from bss.core.fields import FieldSpec
from bss.installments.contracts import PlanTerms
from bss.installments.models import PaymentPlan, PaymentPlanAccess
from bss.orders.models import Order, OrderField, OrderLine, TermsVersion, plan_columns
from bss.orders.services import (
    basket_add,
    basket_open_for,
    basket_place,
    order_create,
    order_execute,
    order_line_add,
)
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import subscription_activate, subscription_create
from tests.factories.installments import allow, make_plan, offer

_number = count(1)


def make_type(organization: Organization, **values: Any) -> ProductType:
    """A product type without a service manager."""
    n = next(_number)
    return ProductType.everywhere.create(
        organization=organization, **{"code": f"type-{n}", "name": f"Service {n}", **values}
    )


def default_list(organization: Organization) -> PriceList:
    """The list that whoever has none of its own buys from."""
    found, _created = PriceList.everywhere.get_or_create(
        organization=organization,
        owner=None,
        is_default=True,
        currency="EUR",
        defaults={"name": "Standard", "valid_from": date(2020, 1, 1)},
    )
    return found


def make_product(
    organization: Organization,
    *,
    price: str = "10",
    cost: str = "7",
    units: tuple[str, ...] = ("P1M",),
    type: ProductType | None = None,
    **values: Any,
) -> Product:
    """A product on sale at a list price in euro, the same for each of `units`."""
    n = next(_number)
    product = Product.everywhere.create(
        organization=organization,
        type=type or make_type(organization),
        **{"code": f"product-{n}", "name": f"Product {n}", **values},
    )
    PriceListItem.everywhere.create(
        organization=organization, price_list=default_list(organization), product=product
    )
    for unit in units:
        ListPrice.everywhere.create(
            organization=organization,
            product=product,
            unit=unit,
            currency="EUR",
            price=Decimal(price),
            cost=Decimal(cost),
        )
    return product


def make_add_on(product: Product, *, maximum: int | None = None, **values: Any) -> Product:
    """A product that can be bought only with `product`."""
    add_on = make_product(
        product.organization, type=product.type, kind=ProductKind.ADD_ON, **values
    )
    AddOn.everywhere.create(
        organization=product.organization, product=product, add_on=add_on, max_quantity=maximum
    )
    return add_on


def set_price(product: Product, price: str, unit: str = "P1M") -> None:
    ListPrice.everywhere.filter(product=product, unit=unit).update(price=Decimal(price))


def make_terms(
    organization: Organization,
    version: str = "2026-01",
    *,
    seller: Account | None = None,
    text: str = "The service is billed in advance.",
) -> TermsVersion:
    """The organization's own, or those of a reseller (`seller`)."""
    return TermsVersion.everywhere.create(
        organization=organization, seller=seller, version=version, text=text
    )


def make_order_field(organization: Organization, **spec: Any) -> OrderField:
    """A question of the organization's own: the columns of a FieldSpec."""
    field = FieldSpec(**{"code": "centre", "label": "Cost centre", **spec})
    return OrderField.everywhere.create(
        organization=organization, code=field.code, spec=field.to_json()
    )


def offer_plan(product: Product, payer: Account, *, charge: str = "0") -> PaymentPlan:
    """12 monthly installments are offered for the product by the year, and `payer` may use them."""
    organization = product.organization
    plan = PaymentPlan.everywhere.filter(organization=organization).first() or make_plan(
        organization
    )
    offer(plan, product)
    if not PaymentPlanAccess.everywhere.filter(account=payer).exists():
        allow(payer, charge)
    return plan


def make_basket(person: Any, storefront: Storefront, *products: Product, quantity: int = 1) -> Any:
    """The person's open basket with one line per product."""
    basket = basket_open_for(user_id=person.user.pk, storefront=storefront, account=person.account)
    for product in products:
        basket_add(
            basket=basket, product=product, unit="P1M", quantity=quantity, actor=person.actor
        )
    basket.refresh_from_db()
    return basket


def make_draft(
    account: Account, *products: Product, actor: Actor = SYSTEM, customer: Account | None = None,
    quantity: int = 1,
) -> Order:  # fmt: skip
    """A draft order with one line per product."""
    order = order_create(account=account, customer=customer or account, actor=actor)
    for product in products:
        order_line_add(order=order, product=product, unit="P1M", quantity=quantity, actor=actor)
    order.refresh_from_db()
    return order


def place(
    person: Any, storefront: Storefront, *products: Product, terms: TermsVersion | None = None
) -> Order:
    """An order the person placed in the shop."""
    basket = make_basket(person, storefront, *products)
    return basket_place(basket=basket, actor=person.actor, terms=terms)


def make_subscription(
    account: Account, product: Product, *, quantity: int = 5, customer: Account | None = None,
    active: bool = True, unit: str = "P1M", plan: PlanTerms | None = None,
    add_ons: Sequence[tuple[Product, int]] = (),
) -> Subscription:  # fmt: skip
    """A subscription as a delivered order leaves it (or pending, when not `active`). Runs no jobs.

    With a `plan` its lines are as one that was bought by it: the extra charge is in their prices.
    """
    order = order_create(account=account, customer=customer or account, actor=SYSTEM)
    head = order_line_add(order=order, product=product, unit=unit, quantity=quantity, actor=SYSTEM)
    for add_on, several in add_ons:
        order_line_add(
            order=order, product=add_on, unit=unit, quantity=several, parent=head, actor=SYSTEM
        )
    order.refresh_from_db()
    order_execute(order=order, actor=SYSTEM)
    if plan is not None:
        _paid_by(order, plan)
    line = OrderLine.everywhere.select_related("order").get(order=order, parent=None)
    subscription = subscription_create(line=line, actor=SYSTEM)
    if active:
        subscription = subscription_activate(
            subscription=subscription, external_id=f"ext-{line.pk}", actor=SYSTEM
        )
    return subscription


def _paid_by(order: Order, plan: PlanTerms) -> None:
    """Give an order's lines the columns of a plan."""
    share = 1 + plan.extra_charge / 100
    for line in OrderLine.everywhere.filter(order=order):
        resale = None if line.unit_resale is None else line.unit_resale * share
        OrderLine.everywhere.filter(pk=line.pk).update(
            unit_price=line.unit_price * share, unit_resale=resale, **plan_columns(plan)
        )
