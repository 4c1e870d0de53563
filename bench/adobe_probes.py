"""What the benchmark of Adobe asks of the product from the inside; bench.probes runs it with the product's settings."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import connection

from adobe3yc.choices import MANAGER, PriceFileKind
from adobe3yc.models import AdobeCustomer, PriceFile
from adobe3yc.rules.offers import OfferType, read_offer
from adobe3yc.selectors import price_book
from adobe3yc.services import price_file_enforce, price_upload_start
from bench.pricefiles import offer_of
from bss.accounts.choices import AccountKind, UserType
from bss.accounts.models import Account, Membership, Storefront
from bss.catalog.models import Product
from bss.core import clock, scope
from bss.core.actor import SYSTEM
from bss.core.http import Client
from bss.orders.errors import AnswerAwaited, Repriced
from bss.orders.models import Basket
from bss.orders.services import (
    basket_add,
    basket_answer,
    basket_open_for,
    basket_review,
    customer_draft_save,
)
from servicemanager import registry
from servicemanager.models import AccountLink, Instance
from servicemanager.selectors import instance_context

QUANTITY = {OfferType.LICENSE: 10, OfferType.CONSUMABLES: 1_000}
STEP = "service_details"
NEW_CUSTOMER = {
    "name": "Bench Print Works", "country": "DE", "region": "BE", "city": "Berlin", "postcode": "10117",
    "address_1": "Unter den Linden 1", "contact_first_name": "Donna", "contact_last_name": "Weber",
    "contact_email": "donna@bench.example", "corporate_email": "", "phone": "", "address_2": "", "vat_id": "",
    "contact_phone": "",
}  # fmt: skip
Call = tuple[str, float]


def adobe_reviews(runs: int) -> dict[str, Any]:
    """Verdicts of Service Details on a basket for a customer that accepted a commitment: milliseconds of each without
    the time that Adobe took, that time, and how often Adobe was asked for what.
    """
    instance = _instance()
    sellers = AccountLink.everywhere.filter(instance=instance, account__kind=AccountKind.RESELLER)
    seller = sellers.select_related("account").order_by("pk")[0].account
    with scope.activate(seller.scope):
        basket = _accepted(instance, seller)
        _review(basket)
        samples = [_reviewed(basket) for _ in range(runs)]
        lines = basket.lines.count()
    return {
        "lines": lines,
        "own": [own for own, _asked in samples],
        "waited": [1000 * sum(seconds for _, seconds in asked) for _own, asked in samples],
        "calls": [Counter(what for what, _ in asked) for _own, asked in samples],
    }


def adobe_upload(path: str) -> str:
    """Upload a 3YC file, which the worker then reads. The public id of its run."""
    instance, file = _instance(), Path(path)
    with scope.activate(instance.organization.scope):
        run = price_upload_start(
            instance=instance, kind=PriceFileKind.COMMITTED, name=file.name, content=file.read_bytes(), month=None,
            currency="EUR", dates="", actor=SYSTEM,
        )  # fmt: skip
    return run.public_id


def adobe_prices(lines: int, rows: int, runs: int) -> dict[str, Any]:
    """Put the last file of so many rows into force, then price baskets of `lines` different offers of it: milliseconds
    of each, and how many queries.
    """
    instance, today = _instance(), clock.now().date()
    with scope.activate(instance.organization.scope):
        file = PriceFile.objects.filter(instance=instance, row_count=rows).latest("pk")
        price_file_enforce(file=file, actor=SYSTEM)
        samples, queries = [], []
        for _ in range(runs):
            offers = [offer_of(number) for number in random.sample(range(rows), lines)]
            with _counted() as asked:
                began = time.perf_counter()
                book = price_book(instance, offers, "EUR")
                for offer in offers:
                    book.price(offer, accepted_on=today, ordered_on=today)
                samples.append((time.perf_counter() - began) * 1000)
            queries.append(len(asked))
    return {"samples": samples, "queries": queries}


def _instance() -> Instance:
    return Instance.everywhere.select_related("organization").get(manager=MANAGER)


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The queries of this thread inside the block."""
    seen: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen


# A basket whose customer has accepted --------------------------------------------------------------------


def _accepted(instance: Instance, seller: Account) -> Basket:
    """A reseller's basket of Adobe products for a new customer, which was asked for a commitment and accepts it."""
    basket = _basket(instance, seller)
    customer_draft_save(basket=basket, actor=SYSTEM, **NEW_CUSTOMER)
    first = basket.lines.order_by("pk")[0]
    answers = {"adobe_commitment": "ask", "adobe_licenses": "10"}
    basket_answer(basket=basket, answers={first.public_id: answers}, actor=SYSTEM)
    _review(basket)
    [request] = Basket.everywhere.get(pk=basket.pk).requests
    registry.get(MANAGER).prepare(instance_context(instance), request, basket.public_id)
    customer = AdobeCustomer.everywhere.latest("pk")
    with Client(instance.settings["api_url"]) as console:
        console.send("POST", f"/admin/customers/{customer.adobe_id}/accept", json={"term": "request"})  # fmt: skip
    return basket


def _basket(instance: Instance, seller: Account) -> Basket:
    shop = Storefront.everywhere.get(organization=instance.organization, owner=None, host="")
    person = Membership.everywhere.filter(contact__account=seller, user_type=UserType.ADMIN)[0]
    basket = basket_open_for(user_id=person.user_id, storefront=shop, account=seller)
    basket.lines.all().delete()
    for product in _products(instance):
        quantity = QUANTITY[read_offer(product.external_id).type]
        basket_add(basket=basket, product=product, unit="P1Y", quantity=quantity, actor=SYSTEM)
    return basket


def _products(instance: Instance) -> Sequence[Product]:
    return Product.everywhere.filter(type__managed_by=instance.public_id).order_by("pk")


def _review(basket: Basket) -> None:
    """Once; what stands in the way is told."""
    fresh = Basket.everywhere.get(pk=basket.pk)
    try:
        basket_review(basket=fresh, step=STEP, actor=SYSTEM)
    except (AnswerAwaited, Repriced) as news:
        print(f"  {news.message}", file=sys.stderr)


def _reviewed(basket: Basket) -> tuple[float, list[Call]]:
    """(milliseconds without Adobe's, what Adobe was asked and the seconds it took)"""
    with _watched() as asked:
        began = time.perf_counter()
        basket_review(basket=Basket.everywhere.get(pk=basket.pk), step=STEP, actor=SYSTEM)
        spent = time.perf_counter() - began
    return 1000 * (spent - sum(seconds for _, seconds in asked)), asked


@contextmanager
def _watched() -> Iterator[list[Call]]:
    """Each call that leaves inside the block: from the moment it is sent until its answer is read."""
    asked: list[Call] = []
    send = Client.send

    def watch(self: Client, method: str, path: str, **more: Any) -> Any:
        answer = send(self, method, path, **more)
        kind = "PREVIEW" if (more.get("json") or {}).get("orderType") == "PREVIEW" else method
        asked.append((kind, answer.seconds))
        return answer

    with patch.object(Client, "send", watch):
        yield asked
