"""What nobody should send over the API or write as staff, and what may happen to a draft meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bss.accounts.models import Account
from bss.catalog.models import PriceList, Product
from bss.core.api import IDEMPOTENCY_HEADER
from bss.core.errors import Invalid
from bss.core.models import IdempotencyRecord
from bss.orders.choices import OrderState
from bss.orders.errors import QuantityNotPossible
from bss.orders.models import Order, OrderLine
from bss.orders.ports import CREDIT_EXPOSURE
from bss.orders.services import order_execute, order_line_add, order_line_edit
from bss.subscriptions.models import ScheduledChange
from tests.bss.orders.test_api import SALES, client_of, post, wanted
from tests.factories.accounts import AccountFactory
from tests.factories.orders import make_draft, make_product, make_subscription, make_type
from tests.factories.ports import granted
from tests.pages import api, portal

pytestmark = pytest.mark.usefixtures("at_distributor")
LARGEST = 5
# A reason as a form sends it, by content type.
FORMS = {
    "multipart/form-data; boundary=x": (
        '--x\r\nContent-Disposition: form-data; name="reason"\r\n\r\nNo.\r\n--x--\r\n'
    ),
    "application/x-www-form-urlencoded": "reason=No.",
}


@pytest.fixture
def mail(distributor) -> Product:
    kind = make_type(distributor, max_quantity=LARGEST)
    return make_product(distributor, name="Mail", price="10", type=kind)


@pytest.fixture
def token(reseller):
    with granted(reseller.account, "api"):
        yield client_of(reseller, *SALES[:2], *SALES[3:], account=reseller.account)


# Quantities ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [0, -1, 1.5, LARGEST + 1, 10**12, "many", None, True])
def test_no_impossible_quantity_is_ordered_over_the_api(token, mail, quantity):
    refused = post(token, "orders-api:orders", data=wanted(mail, quantity=quantity))

    assert refused.status_code == 400
    assert "quantity" in str(refused.json())
    assert (Order.objects.count(), OrderLine.objects.count()) == (0, 0)


@pytest.mark.parametrize("quantity", [0, -1, 1.5, LARGEST + 1, 10**12, "many"])
def test_no_subscription_gets_an_impossible_quantity_over_the_api(token, reseller, mail, quantity):
    subscription = make_subscription(reseller.account, mail, quantity=2)

    path = "subscriptions-api:subscription-quantity", subscription.public_id
    refused = post(token, *path, data={"quantity": quantity})

    assert refused.status_code == 400
    assert ScheduledChange.objects.count() == 0
    subscription.refresh_from_db()
    assert subscription.quantity == 2


@pytest.mark.parametrize("quantity", [0, -1, LARGEST + 1, 10**12])
def test_staff_write_no_impossible_quantity_either(staff, reseller, mail, quantity):
    order = make_draft(reseller.account, mail, actor=staff.actor)
    line = order.lines.get()

    with pytest.raises(QuantityNotPossible):
        order_line_add(order=order, product=mail, unit="P1M", quantity=quantity, actor=staff.actor)
    with pytest.raises(QuantityNotPossible):
        order_line_edit(line=line, quantity=quantity, actor=staff.actor)

    assert [each.quantity for each in OrderLine.objects.all()] == [1]


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "many", ""])
def test_staffs_form_names_the_quantity_at_fault(staff, reseller, mail, quantity):
    line = make_draft(reseller.account, mail, actor=staff.actor).lines.get()

    refused = staff.client.post(
        portal("orders:line-edit", line.public_id), {"quantity": quantity, "unit": "P1M"}
    )

    assert refused.status_code == 400
    assert 'aria-invalid="true"' in refused.content.decode()
    line.refresh_from_db()
    assert line.quantity == 1


# Whom it is for --------------------------------------------------------------------------------------------------


def test_another_resellers_customer_is_not_ordered_for_over_the_api(token, rival, mail):
    foreign = AccountFactory(parent=rival.account)

    refused = post(token, "orders-api:orders", data=wanted(mail, foreign))

    assert (refused.status_code, refused.json()["code"]) == (400, "CUSTOMER_UNKNOWN")
    assert Order.objects.count() == 0


# Meanwhile -------------------------------------------------------------------------------------------------------


def list_expires(order: Order) -> None:
    PriceList.everywhere.update(valid_until=date(2020, 12, 31))


def product_is_withdrawn(order: Order) -> None:
    Product.everywhere.update(is_active=False)


def currency_has_no_price(order: Order) -> None:
    Account.everywhere.filter(pk=order.account_id).update(currency="JPY")


MEANWHILE = pytest.mark.parametrize(
    "happens", [list_expires, product_is_withdrawn, currency_has_no_price]
)


@MEANWHILE
def test_a_draft_that_cannot_be_had_any_more_is_not_executed(
    staff, reseller, mail, happens: Callable[[Order], None]
):
    order = make_draft(reseller.account, mail, actor=staff.actor)
    happens(order)
    order = Order.objects.select_related("account", "customer").get(pk=order.pk)

    with pytest.raises(Invalid) as refusal:
        order_execute(order=order, actor=staff.actor, accept_reprice=True)

    assert refusal.value.code == "NOT_FOR_SALE"
    assert list(refusal.value.errors) == [OrderLine.objects.get().public_id]
    order.refresh_from_db()
    assert (order.state, order.total) == (OrderState.DRAFT, Decimal(10))


@MEANWHILE
def test_nor_placed_over_the_api(token, mail, happens: Callable[[Order], None]):
    found = post(token, "orders-api:orders", data=wanted(mail)).json()
    happens(Order.objects.get())

    refused = post(token, "orders-api:order-place", found["id"])

    assert (refused.status_code, refused.json()["code"]) == (400, "NOT_FOR_SALE")
    assert Order.objects.get().state == OrderState.DRAFT


# Credit ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "expected"), [("0.00", 200), ("-0.01", 409)])
def test_a_cent_too_much_is_not_placed_over_the_api(token, reseller, mail, more, expected):
    found: dict[str, Any] = post(token, "orders-api:orders", data=wanted(mail)).json()
    owed = CREDIT_EXPOSURE.get().exposure(reseller.account.pk, "EUR")
    limit = owed + Decimal(20) + Decimal(more)
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=limit)

    answer = post(token, "orders-api:order-place", found["id"])

    assert answer.status_code == expected
    assert Order.objects.get().state == (OrderState.PLACED if expected == 200 else OrderState.DRAFT)


# Forms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "one"])
@pytest.mark.parametrize("kind", FORMS)
def test_the_api_reads_no_forms(staff, reseller, mail, kind, key):
    """Nor does it take one for a body that leaves everything out."""
    order = make_draft(reseller.account, mail)
    headers = {IDEMPOTENCY_HEADER: key} if key else {}

    refused = client_of(staff, *SALES).post(
        api("orders-api:order-cancel", order.public_id), FORMS[kind], content_type=kind,
        headers=headers,
    )  # fmt: skip

    assert (refused.status_code, refused.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT
    assert IdempotencyRecord.objects.count() == 0
