"""Adobe Services on sale at a distributor: the sandbox behind it, price files in force, a reseller that sells."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from adobe3yc.pricefiles.contracts import FileKind
from adobe3yc.pricefiles.reading import Expected
from adobe3yc.services import price_file_enforce, price_file_take, reseller_sync
from bss.accounts.models import Account
from bss.catalog.models import PriceListItem, Product
from bss.core.actor import SYSTEM
from bss.orders.models import Basket, Order
from bss.orders.services import (
    basket_add,
    basket_open_for,
    customer_draft_save,
    order_create,
    order_execute,
    order_line_add,
)
from servicemanager.models import Instance
from servicemanager.services import definition_start, instance_activate, instance_create
from tests.adobe3yc.workbooks import workbook
from tests.factories.accounts import AccountFactory, ResellerFactory
from tests.factories.orders import default_list

HEADER = ["Part Number", "Product Family", "Partner Price", "First Order Date", "Last Order Date"]
LICENCE, CONSUMABLE = "65304479CA01A12", "65300041CAT1A12"
ALWAYS = (date(2020, 1, 1), date(2039, 12, 31))
STANDARD = {
    "65304479CA01A12": "100", "65304479CA02A12": "95", "65304479CA03A12": "90", "65304479CA12A12": "88",
    "65300011CA01A12": "50", "65300011CA02A12": "48", "65300011CA12A12": "45",
    "65300041CAT1A12": "2", "65300041CAT2A12": "1.90", "65300041CATBA12": "1.70",
    "65304479CB01A12": "40", "65304479CB02A12": "38",
}  # fmt: skip
COMMITTED = {
    "65304479CA12A12": "80", "65304479CA13A12": "75", "65304479CA14A12": "70",
    "65300011CA12A12": "40", "65300041CATBA12": "1.50", "65300041CATCA12": "1.40",
    "65304479CB02A12": "30",
}  # fmt: skip
ADDRESS: dict[str, Any] = {
    "country": "DE", "region": "BE", "city": "Berlin", "address_1": "Unter den Linden 1", "postcode": "10117",
}  # fmt: skip
PERSON: dict[str, Any] = {
    "contact_first_name": "Donna", "contact_last_name": "Weber", "contact_email": "donna@fairmont.example",
}  # fmt: skip
NOBODY = dict.fromkeys(
    (
        "corporate_email", "phone", "address_1", "address_2", "city", "postcode", "region", "country", "vat_id",
        "contact_first_name", "contact_last_name", "contact_email", "contact_phone",
    ),
    "",
)  # fmt: skip


@dataclass
class Selling:
    """The instance, the service behind it, and who sells."""

    instance: Instance
    service: Any
    products: dict[str, Product] = field(default_factory=dict)

    @property
    def customers(self) -> list[dict[str, Any]]:
        return self.service.state()["customers"]

    @property
    def orders(self) -> list[dict[str, Any]]:
        return self.service.state()["orders"]

    def enforce(
        self,
        kind: FileKind,
        prices: dict[str, str],
        windows: tuple[date, date] = ALWAYS,
    ) -> None:
        rows = [
            [offer, "All Apps" if "4479" in offer else "Other", Decimal(price), *windows]
            for offer, price in prices.items()
        ]
        if kind != FileKind.COMMITTED:
            rows = [[*row[:3], None, None] for row in rows]
        taken = price_file_take(
            instance=self.instance,
            name=f"{kind}.xlsx",
            file=io.BytesIO(workbook([HEADER, *rows])),
            expected=Expected(kind, "EUR", frozenset({"EUR"})),
            actor=SYSTEM,
        )
        price_file_enforce(file=taken, actor=SYSTEM)

    def draft(self, basket: Basket, name: str = "Fairmont Textiles", **changes: Any) -> None:
        """The basket is for a new customer."""
        values = {**NOBODY, **ADDRESS, **PERSON, **changes}
        customer_draft_save(basket=basket, actor=SYSTEM, name=name, **values)


def on_sale(organization: Any, service: Any, run_jobs: Any, *, committed: bool = True) -> Selling:
    """An active instance with its files in force and its products in the default price list."""
    instance = instance_create(
        organization=organization, manager="adobe", name="Adobe Services", actor=SYSTEM,
        settings={
            "api_url": service.url, "sign_in_url": service.url, "client_id": service.client_id,
            "client_secret": service.client_secret, "distributor_id": service.distributor, "currency": "EUR",
        },
    )  # fmt: skip
    instance_activate(instance=instance, actor=SYSTEM)
    selling = Selling(instance, service)
    commercial = {k: v for k, v in STANDARD.items() if "CA" in k}
    selling.enforce(FileKind.COM, commercial)
    selling.enforce(FileKind.EDU, {k: v for k, v in STANDARD.items() if "CB" in k})
    if committed:
        selling.enforce(FileKind.COMMITTED, COMMITTED)
    definition_start(instance=instance, actor=SYSTEM)
    run_jobs()
    for product in Product.objects.filter(type__managed_by=instance.public_id):
        selling.products[product.external_id] = product
        PriceListItem.everywhere.create(
            organization=organization, price_list=default_list(organization), product=product
        )
    return selling


def known_reseller(selling: Selling, **values: Any) -> Account:
    """A reseller that Adobe knows."""
    account = ResellerFactory(
        organization=selling.instance.organization, corporate_email="it@techsolutions.example",
        **{**ADDRESS, **values},
    )  # fmt: skip
    account.contacts.create(
        organization=account.organization, scope=account.scope, first_name="Ann", last_name="Fox",
        email=f"ann{account.pk}@techsolutions.example", is_primary=True,
    )  # fmt: skip
    reseller_sync(instance=selling.instance, account=account, actor=SYSTEM)
    return account


def seller_customer(selling: Selling) -> Account:
    """A customer of a reseller that Adobe knows, with all that Adobe wants to know of it."""
    account = AccountFactory(
        parent=known_reseller(selling), name="Fairmont Textiles",
        corporate_email="donna@fairmont.example", **ADDRESS,
    )  # fmt: skip
    account.contacts.create(
        organization=account.organization, scope=account.scope, first_name="Donna",
        last_name="Weber", email="donna@fairmont.example",
    )  # fmt: skip
    return account


def ordered(selling: Selling, customer: Account, **quantities: int) -> Order:
    """An executed order of staff, its prices as the review quoted them; no job has run."""
    order = order_create(account=customer.parent, customer=customer, actor=SYSTEM)
    for sku, quantity in quantities.items():
        order_line_add(
            order=order, product=selling.products[sku], unit="P1Y", quantity=quantity, actor=SYSTEM
        )
        order.refresh_from_db()
    order_execute(order=order, actor=SYSTEM, accept_reprice=True)
    return Order.everywhere.get(pk=order.pk)


def basket_with(person: Any, shop: Any, product: Product, quantity: int) -> Basket:
    """A reseller's basket with one product."""
    basket = basket_open_for(user_id=person.user.pk, storefront=shop, account=person.account)
    basket_add(basket=basket, product=product, unit="P1Y", quantity=quantity, actor=person.actor)
    return basket
