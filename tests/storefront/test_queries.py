"""What the shop asks of the database: the same for one line as for many, and no more than was promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bss.accounts.models import Account, Storefront
from bss.catalog.models import PriceList
from bss.core import scope
from bss.orders.models import BasketLine, Order
from bss.orders.services import basket_add, basket_choose_customer, basket_open_for
from tests.conftest import Person, person_of_account
from tests.factories.accounts import AccountFactory
from tests.factories.billing import make_rate
from tests.factories.catalog import PriceListFactory, PriceListItemFactory
from tests.factories.orders import (
    make_add_on,
    make_order_field,
    make_product,
    offer_plan,
)
from tests.factories.resellers import order_plan, plans_on_sale
from tests.storefront.test_checkout import form_of, main_of

A_STEP, PLACING = 12, 25


def statements(queries: Any) -> list[str]:
    """What was asked of the database, its transactions' own marks left out."""
    marks = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    return [each["sql"] for each in queries.captured_queries if not each["sql"].startswith(marks)]


@dataclass
class Counter:
    """Asks, and remembers what each request asked of the database."""

    asked: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, name: str, request: Callable[[], Any], expected: int) -> Any:
        with CaptureQueriesContext(connection) as queries:
            answer = request()
        self.asked[name] = statements(queries)
        assert answer.status_code == expected, main_of(answer)
        return answer

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(found) for name, found in self.asked.items()}

    def told(self, name: str) -> str:
        return "\n".join(sql[:300] for sql in self.asked[name])


@pytest.fixture
def on_standard(distributor, reseller, staff, run_jobs):
    """The reseller sells under its own alias, on Standard, at prices of its own."""
    plans_on_sale(distributor)
    order_plan(reseller.account, "standard", alias="techsolutions", actor=staff.actor)
    run_jobs()
    return Storefront.everywhere.get(owner=reseller.account)


@pytest.fixture
def products(distributor, reseller, on_standard):
    """Eight products by the year, each offered in installments and priced on by the reseller."""
    make_rate(distributor)
    make_order_field(distributor)
    own = PriceListFactory(organization=distributor, owner=reseller.account, name="Ours")
    found = []
    for n in range(8):
        product = make_product(distributor, name=f"Mailbox {n}", units=("P1M", "P1Y"))
        offer_plan(product, reseller.account)
        PriceListItemFactory(price_list=own, product=product, rule="markup", percent=Decimal(20))
        found.append(product)
    return found


@pytest.fixture
def add_ons(products):
    return [make_add_on(product, name=f"Archive {n}", units=("P1M", "P1Y"))
            for n, product in enumerate(products)]  # fmt: skip


@pytest.fixture(params=["for itself", "for its customer", "by its customer"])
def buyer(request, reseller, customer_account, shop, on_standard):
    """Who buys, where, and for whom: the payer has a limit, so that its credit is asked for."""
    Account.everywhere.filter(pk=reseller.account.pk).update(credit_limit=1_000_000)
    reseller.account.refresh_from_db()
    if request.param == "by its customer":
        return person_of_account(customer_account, on_standard), on_standard, None
    return reseller, shop, customer_account if request.param == "for its customer" else None


def fill(
    person: Person, shop: Storefront, customer: Account | None, products: list[Any],
    add_ons: list[Any], plan: Any,
) -> None:  # fmt: skip
    """A basket of yearly products, each with its add-on, everything in installments."""
    assert person.account is not None
    with scope.activate(person.account.scope):
        basket = basket_open_for(user_id=person.user.pk, storefront=shop, account=person.account)
        if customer is not None:
            basket_choose_customer(basket=basket, customer=customer, actor=person.actor)
        for product, add_on in zip(products, add_ons, strict=True):
            line = basket_add(
                basket=basket, product=product, unit="P1Y", quantity=1, actor=person.actor,
                payment_plan=plan,
            )  # fmt: skip
            basket_add(
                basket=basket,
                product=add_on,
                unit="P1Y",
                quantity=1,
                actor=person.actor,
                parent=line,
            )


@pytest.mark.parametrize("copies", [1, 8])
def test_a_step_asks_at_most_twelve_times_and_placing_twenty_five(copies, buyer, products, add_ons):
    person, shop, customer = buyer
    plan = offer_plan(make_product(shop.organization, units=("P1Y",)), person.account)
    fill(person, shop, customer, products[:copies], add_ons[:copies], plan)
    client, count, at = person.client, Counter(), shop.prefix

    for url in ("basket", "checkout/billing", "checkout/details", "checkout/review"):
        client.get(f"{at}/{url}/")
        count(f"GET {url}", lambda url=url: client.get(f"{at}/{url}/"), 200)

    page = client.get(f"{at}/basket/").content.decode()
    lines: dict[str, str] = {}
    for each in BasketLine.objects.all():
        values = {"quantity": "2", "unit": "P1Y", "friendly_name": "Ours", "payment_plan": ""}
        if each.parent_id is None:
            values["payment_plan"] = "monthly-12"
        lines |= {f"{each.public_id}-{name}": text for name, text in values.items()}
    whom = {"customer": customer.public_id if customer else ""} if at == "" else {}
    going = form_of(page) | lines | whom
    count("POST changed items", lambda: client.post(f"{at}/basket/", going), 302)
    going |= form_of(client.get(f"{at}/basket/").content.decode()) | {"do": "continue"}
    count("POST items", lambda: client.post(f"{at}/basket/", going), 302)
    assert set(BasketLine.objects.values_list("quantity", flat=True)) == {2}

    billing = form_of(client.get(f"{at}/checkout/billing/").content.decode())
    billing |= {"purchase_order": "PO-1", "address_1": "Ermou 12", "city": "Athens"}
    billing |= {"do": "continue"}
    count("POST billing", lambda: client.post(f"{at}/checkout/billing/", billing), 302)
    details = form_of(client.get(f"{at}/checkout/details/").content.decode())
    details |= {"order-centre": "Sales", "do": "continue"}
    count("POST details", lambda: client.post(f"{at}/checkout/details/", details), 302)
    review = form_of(client.get(f"{at}/checkout/review/").content.decode()) | {"terms": "on"}
    placed = count("place", lambda: client.post(f"{at}/checkout/review/", review), 302)

    assert placed.url.endswith("/progress/")
    order = Order.everywhere.get(basket__user=person.user)
    assert len(order.preview["resale" if customer or at else "price"]["documents"]) == 12
    assert all(each["basket"] == going["basket"] for each in (billing, details, review))
    counts = count.counts
    assert counts.pop("place") <= PLACING, count.told("place")
    assert max(counts.values()) <= A_STEP, (counts, count.told(max(counts, key=counts.__getitem__)))


@pytest.mark.parametrize("path", ["/catalog/", "/search/?q=mailbox"])
def test_fifty_cards_cost_every_kind_of_buyer_at_most_twelve_queries(
    path, reseller, customer_account, shop, on_standard, products, distributor, client
):
    own = PriceList.everywhere.get(owner=reseller.account)
    for n in range(52):
        product = make_product(distributor, name=f"Mailbox, size {n}", units=("P1Y",))
        offer_plan(product, reseller.account)
        PriceListItemFactory(price_list=own, product=product)
    direct = AccountFactory(organization=distributor)
    at = on_standard.prefix
    buyers = {
        "a visitor": (client, ""),
        "the reseller": (reseller.client, ""),
        "a direct customer": (person_of_account(direct, shop).client, ""),
        "its customer": (person_of_account(customer_account, on_standard).client, at),
        "a visitor of its shop": (client, at),
    }
    count = Counter()
    for name, (browser, prefix) in buyers.items():
        browser.get(f"{prefix}{path}")
        page = count(name, lambda browser=browser, prefix=prefix: browser.get(prefix + path), 200)
        assert main_of(page).count('<article class="product">') == 50, name

    assert max(count.counts.values()) <= A_STEP, count.counts
