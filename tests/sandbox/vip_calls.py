"""Calls to VIP Marketplace as a partner's program makes them, and the bodies they carry."""

from __future__ import annotations

from itertools import count

from tests.sandbox.services import VipMarketplace

ALL_APPS = "65304479CA01A12"
SIGN = "65300041CAT1A12"
_numbers = count(1)


class Partner:
    """A partner's program: one token, a new correlation id for each call unless it is given one."""

    def __init__(self, service: VipMarketplace) -> None:
        self.service = service
        self.token = service.token()

    def headers(self, key: str = "", **more: str) -> dict[str, str]:
        return {
            "X-Api-Key": self.service.client_id,
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "X-Correlation-Id": key or f"call-{next(_numbers)}",
            **more,
        }

    def call(self, method, path, body=None, *, key="", **options):
        return self.service.http.request(
            method, path, json=body, headers=self.headers(key), **options
        )

    def reseller(self, **changes):
        made = self.call("POST", "/v3/resellers", reseller_body(self.service, **changes))
        assert made.status_code == 201, made.text
        return made.json()["resellerId"]

    def customer(self, reseller_id, minimums=None, **changes):
        body = customer_body(reseller_id, minimums, **changes)
        made = self.call("POST", "/v3/customers", body)
        assert made.status_code == 201, made.text
        return made.json()["customerId"]

    def read(self, customer_id):
        return self.call("GET", f"/v3/customers/{customer_id}").json()

    def ask(self, customer_id, minimums, kind="commitmentRequest"):
        profile = {**self.read(customer_id)["companyProfile"], "contacts": []}
        body = {"companyProfile": profile, "benefits": benefits(minimums, kind)}
        return self.call("PATCH", f"/v3/customers/{customer_id}", body)

    def order(self, customer_id, lines, kind="NEW", key="", **more):
        body = {**order_body(lines, kind), **more}
        return self.call("POST", f"/v3/customers/{customer_id}/orders", body, key=key)

    def preview(self, customer_id, *lines, query=""):
        """The offer ids that a preview answers with, or its code."""
        path = f"/v3/customers/{customer_id}/orders{query}"
        answer = self.call("POST", path, order_body(lines, "PREVIEW"))
        found = answer.json()
        return found.get("code") or [line["offerId"] for line in found["lineItems"]]

    def buy(self, customer_id, *lines):
        """Order at the offers that a preview names; return the order when it has settled."""
        offers = self.preview(customer_id, *lines)
        placed = self.order(
            customer_id, [(offer, n) for offer, (_, n) in zip(offers, lines, strict=True)]
        )
        assert placed.status_code == 201, placed.text
        return self.call(
            "GET", f"/v3/customers/{customer_id}/orders/{placed.json()['orderId']}"
        ).json()


def profile(name="Fairmont Textiles", email="donna@fairmont.example", **changes):
    return {
        "companyName": name,
        "preferredLanguage": "en-US",
        "address": {
            "country": "DE",
            "region": "BE",
            "city": "Berlin",
            "addressLine1": "Unter den Linden 1",
            "postalCode": "10117",
        },
        "contacts": [{"firstName": "Donna", "lastName": "Weber", "email": email}],
        **changes,
    }


def reseller_body(service, **changes):
    body = {
        "distributorId": service.distributor,
        "companyProfile": profile("Northwind Cloud", "office@northwind.example"),
    }
    return {**body, **changes}


def customer_body(reseller_id, minimums=None, **changes):
    body = {"resellerId": reseller_id, "companyProfile": profile(), **changes}
    return {**body, "benefits": benefits(minimums)} if minimums else body


def benefits(minimums, kind="commitmentRequest"):
    entries = [{"offerType": offer, "quantity": n} for offer, n in minimums.items()]
    return [{"type": "THREE_YEAR_COMMIT", kind: {"minimumQuantities": entries}}]


def order_body(lines, kind="NEW"):
    return {
        "orderType": kind,
        "currencyCode": "EUR",
        "lineItems": [
            {"extLineItemNumber": number, "offerId": offer, "quantity": quantity}
            for number, (offer, quantity) in enumerate(lines, start=1)
        ],
    }
