"""One plain row of each model that has a life, for the tests that walk every table of transitions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.db.models import Model

from adobe3yc.models import PriceFile
from bss.accounts.models import Account, Organization, Storefront
from bss.billing.models import CardPayment, CardToken, Credit, CreditNote, Installment, Invoice
from bss.core import clock
from bss.orders.models import Basket, Order, OrderLine
from bss.subscriptions.models import (
    ScheduledChange,
    SeatLot,
    SeatReduction,
    Subscription,
    Term,
)
from notifications.models import Delivery
from servicemanager.models import Instance, ProvisioningJob
from tests.factories.accounts import (
    AccountFactory,
    OrganizationFactory,
    StorefrontFactory,
    UserFactory,
)
from tests.factories.catalog import ProductFactory
from tests.factories.notifications import make_delivery

_number = count(1)
SOME_DAY = date(2026, 1, 1)


def _owned(model: type[Model], account: Account, /, **values: Any) -> Any:
    return model.everywhere.create(organization=account.organization, scope=account.scope, **values)


def _storefront() -> Storefront:
    return StorefrontFactory(host=f"life-{next(_number)}.localhost")


def _basket() -> Basket:
    account = AccountFactory()
    shop = StorefrontFactory(
        organization=account.organization, host=f"life-{next(_number)}.localhost"
    )
    return _owned(
        Basket, account, storefront=shop, user=UserFactory(), account=account, customer=account,
        currency="EUR",
    )  # fmt: skip


def _order(account: Account | None = None) -> Order:
    account = account or AccountFactory()
    return _owned(
        Order, account, account=account, customer=account, source="portal", currency="EUR"
    )


def _line() -> OrderLine:
    order = _order()
    product = ProductFactory(organization=order.organization)
    return _owned(
        OrderLine, order.account, order=order, product=product, product_name=product.name, unit="P1M",
        currency="EUR",
    )  # fmt: skip


def _subscription() -> Subscription:
    line = _line()
    account = line.order.account
    return _owned(
        Subscription, account, number=f"SUB-{next(_number):06d}", customer=account, payer=account,
        order_line=line, product=line.product, name=line.product_name, unit="P1M", currency="EUR",
        started_at=clock.now(), ends_at=clock.now(),
    )  # fmt: skip


def _change() -> ScheduledChange:
    subscription, line = _subscription(), _line()
    return _owned(
        ScheduledChange, subscription.customer, subscription=subscription, order_line=line,
        kind="quantity", quantity=2,
    )  # fmt: skip


def _delivery() -> Delivery:
    return make_delivery(OrganizationFactory())


def _instance(organization: Organization | None = None) -> Instance:
    return Instance.everywhere.create(
        organization=organization or OrganizationFactory(), manager="manual", name=f"Life {next(_number)}"
    )  # fmt: skip


def _provisioning() -> ProvisioningJob:
    subscription = _subscription()
    return _owned(
        ProvisioningJob, subscription.customer, instance=_instance(subscription.organization),
        subscription=subscription, operation="create", idempotency_key=f"life-{next(_number)}",
    )  # fmt: skip


def _charge(subscription: Subscription) -> dict[str, Any]:
    start = clock.now()
    term = _owned(
        Term, subscription.customer, subscription=subscription, number=1, starts_at=start,
        ends_at=start + timedelta(days=30), product=subscription.product, unit="P1M", quantity=1,
        currency="EUR",
    )  # fmt: skip
    lot = _owned(
        SeatLot, subscription.customer, subscription=subscription, term=term,
        product=subscription.product, bought=1, quantity=1, charged_quantity=1, starts_at=start,
        currency="EUR",
    )  # fmt: skip
    return {
        "payer": subscription.payer, "customer": subscription.customer, "subscription": subscription,
        "lot": lot, "currency": "EUR", "bills_on": SOME_DAY, "quantity": 1,
    }  # fmt: skip


def _installment() -> Installment:
    subscription = _subscription()
    now = clock.now()
    return _owned(
        Installment, subscription.customer, due_at=now, ends_at=now, **_charge(subscription)
    )


def _credit() -> Credit:
    subscription = _subscription()
    charge = _charge(subscription)
    reduction = _owned(
        SeatReduction, subscription.customer, lot=charge["lot"], order_line=_line(), quantity=1,
        charged_quantity=0, at=clock.now(), refund="full",
    )  # fmt: skip
    return _owned(Credit, subscription.customer, reduction=reduction, **charge)


def _document(model: type[Model]) -> Any:
    account = AccountFactory()
    return _owned(model, account, payer=account, currency="EUR", number=f"D-{next(_number):06d}")


def _card_payment() -> CardPayment:
    account = AccountFactory()
    n = next(_number)
    card = _owned(
        CardToken, account, account=account, token=f"tok-{n}", brand="Visa", last_digits="1008",
        expires_on=SOME_DAY,
    )  # fmt: skip
    return _owned(
        CardPayment, account, account=account, card=card, purpose="order", reference="basket",
        currency="EUR", amount=10, key=f"key-{n}",
    )  # fmt: skip


def _price_file() -> PriceFile:
    instance = _instance()
    return PriceFile.everywhere.create(
        organization=instance.organization, instance=instance, kind="3YC", name="prices.xlsx"
    )


MAKERS: dict[type[Model], Callable[[], Model]] = {
    Storefront: _storefront,
    Basket: _basket,
    Order: _order,
    OrderLine: _line,
    Installment: _installment,
    Credit: _credit,
    Invoice: lambda: _document(Invoice),
    CreditNote: lambda: _document(CreditNote),
    CardPayment: _card_payment,
    Subscription: _subscription,
    ScheduledChange: _change,
    Delivery: _delivery,
    Instance: _instance,
    PriceFile: _price_file,
    ProvisioningJob: _provisioning,
}
