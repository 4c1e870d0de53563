"""What a service manager is tried out with: an instance of it, something it sells, somebody who buys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bss.accounts.models import Account
from bss.catalog.models import PriceListItem, Product
from bss.core.actor import SYSTEM
from bss.orders.services import order_create, order_execute, order_line_add
from bss.subscriptions.models import Subscription
from bss.subscriptions.services import subscription_create
from resellers.choices import ALIAS_FIELD, MANAGER_CODE
from servicemanager.models import Instance
from servicemanager.services import (
    definition_start,
    instance_activate,
    instance_create,
    manual_instance,
)
from tests.adobe3yc.selling import ADDRESS, LICENCE, known_reseller, on_sale
from tests.factories.accounts import AccountFactory, ResellerFactory
from tests.factories.orders import default_list, make_product
from tests.factories.resellers import plans_on_sale


@dataclass
class Rig:
    """`product` is what is bought, with `answers` to what is asked."""

    instance: Instance
    product: Product
    account: Account
    answers: dict[str, str] = field(default_factory=dict)
    quantity: int = 1
    unit: str = "P1M"
    # Who uses it, where that is not the account that pays.
    customer: Account | None = None

    @property
    def user(self) -> Account:
        return self.customer or self.account

    def order(self) -> Subscription:
        """A subscription as an executed order leaves it; no job has run."""
        order = order_create(account=self.account, customer=self.user, actor=SYSTEM)
        order_line_add(
            order=order, product=self.product, unit=self.unit, quantity=self.quantity, actor=SYSTEM,
            parameters=self.answers,
        )  # fmt: skip
        order.refresh_from_db()
        order_execute(order=order, actor=SYSTEM)
        return subscription_create(line=order.lines.select_related("order").get(), actor=SYSTEM)


def manual(request: Any) -> Rig:
    organization = request.getfixturevalue("distributor")
    return Rig(
        manual_instance(organization.pk),
        make_product(organization),
        ResellerFactory(organization=organization),
    )


def echo(request: Any) -> Rig:
    organization = request.getfixturevalue("distributor")
    vendor = request.getfixturevalue("echo")
    request.getfixturevalue("settings").OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    instance = instance_create(
        organization=organization, manager="echo", name="Echo", actor=SYSTEM,
        settings={"base_url": vendor.url, "api_key": vendor.key},
    )  # fmt: skip
    instance_activate(instance=instance, actor=SYSTEM)
    definition_start(instance=instance, actor=SYSTEM)
    request.getfixturevalue("run_jobs")()
    product = Product.objects.get(external_id="echo-desk-team")
    PriceListItem.everywhere.create(
        organization=organization, price_list=default_list(organization), product=product
    )
    account = ResellerFactory(organization=organization)
    return Rig(instance, product, account, {"workspace": "aegean", "region": "eu-west"}, 3)


def reseller_plans(request: Any) -> Rig:
    organization = request.getfixturevalue("distributor")
    instance = plans_on_sale(organization)
    product = Product.objects.filter(type__managed_by=instance.public_id).order_by("pk").first()
    assert product is not None
    return Rig(
        instance, product, ResellerFactory(organization=organization), {ALIAS_FIELD: "aegean"}
    )


def adobe(request: Any) -> Rig:
    organization = request.getfixturevalue("distributor")
    vendor = request.getfixturevalue("vip_marketplace")
    request.getfixturevalue("settings").OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]
    selling = on_sale(organization, vendor, request.getfixturevalue("run_jobs"))
    reseller = known_reseller(selling)
    customer = AccountFactory(
        parent=reseller,
        name="Fairmont Textiles",
        corporate_email="donna@fairmont.example",
        **ADDRESS,
    )
    customer.contacts.create(
        organization=organization, scope=customer.scope, first_name="Donna", last_name="Weber",
        email="donna@fairmont.example",
    )  # fmt: skip
    return Rig(
        selling.instance,
        selling.products[LICENCE],
        reseller,
        quantity=3,
        unit="P1Y",
        customer=customer,
    )


# Their reviews read rows, in the thread in which they are asked: it sees what is committed alone.
READING = frozenset({"adobe"})

RIGS: dict[str, Callable[[Any], Rig]] = {
    "manual": manual,
    "adobe": adobe,
    "echo": echo,
    MANAGER_CODE: reseller_plans,
}
