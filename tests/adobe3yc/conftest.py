"""A client of VIP Marketplace that speaks to the sandbox over real HTTP, and what it said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.contracts import Address, CompanyProfile, Contact, LineBody
from adobe3yc.vipmp.tokens import Credentials, TokenCache
from bss.core.http import Client
from servicemanager.transport import Transport

ALL_APPS = "65304479CA01A12"


@dataclass
class Adobe:
    """The client, with the exchanges that were noted and a clock that a test moves."""

    service: object
    client: VipClient
    notes: list = field(default_factory=list)
    ahead: timedelta = timedelta()
    keys: count = field(default_factory=lambda: count(1))

    def key(self) -> str:
        return f"key-{next(self.keys)}"

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def travel(self, **by) -> None:
        """Move this clock and the service's."""
        self.ahead += timedelta(**by)
        self.service.move_clock(self.ahead.total_seconds())

    def customer(self, minimums=(), **changes):
        reseller = self.client.reseller_create(
            self.service.distributor, profile("Northwind Cloud"), key=self.key()
        )
        made = self.client.customer_create(
            reseller.id, profile(**changes), key=self.key(), minimums=minimums
        )
        return self.client.customer(made.id)

    def buy(self, customer, quantity, offer=ALL_APPS):
        [line] = self.client.order_preview(customer.id, [LineBody(1, offer, quantity)], "EUR").lines
        placed = self.client.order_create(
            customer.id, [LineBody(1, line.offer_id, quantity)], "EUR", key=self.key()
        )
        return self.client.order(customer.id, placed.id)


def profile(name="Fairmont Textiles", email="donna@fairmont.example", segments=("COM",)):
    return CompanyProfile(
        name=name,
        language="en-US",
        address=Address("DE", "BE", "Berlin", "Unter den Linden 1", "10117"),
        contacts=(Contact("Donna", "Weber", email),),
        segments=segments,
    )


def adobe_at(service, *, url="", secret="", read=5.0) -> Adobe:
    """A client of a running service; `url` and `secret` replace the right ones."""
    found = Adobe(service, None)
    credentials = Credentials(service.client_id, secret or service.client_secret)
    ways = [
        Transport(Client(url or service.url, read=read), found.notes.append, [credentials.client_secret])
        for _ in range(2)
    ]  # fmt: skip
    found.client = VipClient(*ways, credentials, now=found.now, tokens=TokenCache())
    return found


@pytest.fixture(autouse=True)
def _may_call_here(settings):
    settings.OUTBOUND_ALLOW_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def adobe(vip_marketplace) -> Adobe:
    return adobe_at(vip_marketplace)
