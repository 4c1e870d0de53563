"""Stories: somebody at a browser, plans on sale, and the way through the checkout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from bss.orders.models import Order
from bss.portal.walk import Page
from resellers.models import Plan
from tests.conftest import person_of_account
from tests.factories.resellers import plans_on_sale

ALIAS = "techsolutions"


@dataclass
class Browser:
    """What somebody does: look at a page, press a button of it."""

    client: Client

    def see(self, path: str) -> Page:
        answer = self.client.get(path, follow=True)
        url = answer.redirect_chain[-1][0] if answer.redirect_chain else path
        return Page(url, answer.status_code, answer.content.decode())

    def press(self, page: Page, part: str, values: Mapping[str, Any] | None = None) -> Page:
        """Send the page's form whose address or text has `part`, and follow."""
        form = page.form(part)
        target = form.action or page.url
        answer = self.client.post(target, {**form.values, **(values or {})}, follow=True)
        url = answer.redirect_chain[-1][0] if answer.redirect_chain else target
        return Page(url, answer.status_code, answer.content.decode())

    def to_review(self, code: str, alias: str = ALIAS) -> Page:
        """Choose a plan, answer what is asked, and look at the order once more."""
        page = self.press(self.see("/plans/"), f"/plans/{code}/choose/").expect()
        page = self.to_details()
        names = [n for n in page.form("alias").values if "storefront_alias" in n]
        return self.press(page, "alias", {names[0]: alias} if alias else {}).expect("Place order")

    def to_details(self) -> Page:
        """From the basket past Billing information, as it stands."""
        return self.press(self.see("/checkout/").expect(), "/checkout/billing/").expect()

    def buy(self, code: str, alias: str = ALIAS) -> Order:
        """The whole way, up to an order that is placed. No job has run."""
        self.press(self.to_review(code, alias), "Place order", {"terms": "on"}).expect()
        return Order.everywhere.latest("pk")

    def change(self, path: str) -> Page:
        """Confirm a switch or a cancellation of a plan on its own page."""
        return self.confirm(self.see(path).expect())

    def confirm(self, page: Page) -> Page:
        """Press the one button of a page about a change of plan."""
        leaves = "cancel" in page.url or page.url.endswith("/basic/")
        return self.press(page, "Cancel the plan" if leaves else "Switch to")


@pytest.fixture
def plans(distributor):
    """The distributor's plans by code, on sale."""
    plans_on_sale(distributor)
    return {plan.code: plan for plan in Plan.everywhere.select_related("product")}


@pytest.fixture
def buyer(reseller, plans) -> Browser:
    return Browser(reseller.client)


@pytest.fixture
def clerk(staff, plans) -> Browser:
    return Browser(staff.client)


@pytest.fixture
def customer_at(customer_account):
    """`customer_at(storefront)`: a login of the reseller's customer there."""
    return lambda storefront: person_of_account(customer_account, storefront)
