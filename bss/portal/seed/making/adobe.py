"""Switches Adobe Services on: its price files in force, its products on sale, who may sell them, and who committed."""

from __future__ import annotations

import os
from contextlib import suppress
from io import BytesIO

from adobe3yc.models import AdobeCustomer
from adobe3yc.pricefiles.contracts import FileKind
from adobe3yc.pricefiles.reading import Expected
from adobe3yc.services import price_file_enforce, price_file_take, reseller_sync
from bss.accounts.models import Account
from bss.accounts.services import account_edit
from bss.catalog.models import Category, Product
from bss.catalog.services import product_edit, product_picture_set
from bss.core.actor import Actor
from bss.core.http import Client
from bss.orders.errors import AnswerAwaited, Repriced
from bss.orders.models import Basket
from bss.orders.selectors import basket_lines, basket_view
from bss.orders.services import basket_answer, basket_review, basket_see
from bss.portal.seed.adobe import LOOKS, CommitmentRow
from bss.portal.seed.making.catalogue import on_lists_put
from bss.portal.seed.making.service_managers import answers
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.making.trade import Shelf, basket_filled, basket_placed
from bss.portal.seed.orders import Item
from bss.portal.seed.pictures import product_picture
from bss.portal.seed.price_lists import MERIDIAN_LISTS
from servicemanager.models import Instance
from servicemanager.services import definition_start, instance_activate, instance_create

# As bin/demo starts the sandbox of VIP Marketplace.
CREDENTIALS = {
    "client_id": "vip-client",
    "client_secret": "vip-secret",
    "distributor_id": "1000000001",
}
FILES = ((FileKind.COM, "COM-STANDARD-EUR.csv"), (FileKind.COMMITTED, "COM-3YC-EUR.csv"))
# The resellers that sell Adobe, with the state or region that Adobe wants of an address.
SELLERS = {"techsolutions": "B", "lumenhaus": "SN"}
SHELF = "design"


def adobe_make(stage: Stage, actor: Actor) -> None:
    """Adobe Services at VIP_MARKETPLACE_URL, its products on price lists in euros; nothing when it does not answer."""
    url = os.environ.get("VIP_MARKETPLACE_URL", "")
    if not url or not answers(url):
        stage.say("  VIP Marketplace does not answer: no Adobe products")
        return
    instance = instance_create(
        organization=stage.organizations["meridian"],
        manager="adobe",
        name="Adobe Services",
        settings={"api_url": url, "sign_in_url": url, "currency": "EUR", **CREDENTIALS},
        actor=actor,
    )
    stage.instances["adobe"] = instance_activate(instance=instance, actor=actor)
    with Client(url) as adobe:
        for kind, name in FILES:
            content = adobe.send("GET", f"/pricefiles/{name}").body
            _put_into_force(instance, kind, name, content, actor)
    definition_start(instance=instance, actor=actor)
    stage.drain()
    products = _shelved(instance, actor)
    stage.products |= {product.external_id: product for product in products}
    lists = [row.name for row in MERIDIAN_LISTS if row.currency == "EUR"]
    on_lists_put(stage, lists, products, actor)
    stage.say(f"  Adobe at {url}: {len(products)} products")


def sellers_set_up(stage: Stage, actor: Actor) -> None:
    """Resellers that Adobe knows from here on, so that they may sell its products."""
    instance = stage.instances.get("adobe")
    if instance is None:
        return
    for key, region in SELLERS.items():
        account = stage.account(key)
        account = account_edit(account=account, version=None, region=region, actor=actor)
        reseller_sync(instance=instance, account=account, actor=actor)
    stage.say(f"  {len(SELLERS)} resellers that sell Adobe")


def commitment_buy(stage: Stage, row: CommitmentRow) -> None:
    """A customer accepts the three-year commitment within its reseller's checkout; nothing without Adobe.

    To be played on the last day: the vendor lives in the present, and dates what it is told.
    """
    if "adobe" not in stage.instances:
        return
    actor = stage.actor(row.by)
    customer = stage.account(row.customer)
    items = (Item(row.offer, row.licences),)
    basket = basket_filled(stage, row.by, items, Shelf(stage), customer=customer)
    minimum = {"adobe_commitment": "ask", "adobe_licenses": str(row.licences)}
    answers = {line.public_id: {**row.answers, **minimum} for line in basket_lines(basket)}
    basket_answer(basket=basket, answers=answers, actor=actor)
    _look(basket, actor)
    stage.drain()
    _accepted_at_adobe(stage, customer)
    _look(basket, actor)
    told = Basket.objects.get(pk=basket.pk)
    basket_see(basket=told, seen_total=basket_view(told).total.amount)
    order = basket_placed(told, actor)
    stage.say(f"  {customer.name} is committed to Adobe for three years: {order.number}")


def _look(basket: Basket, actor: Actor) -> None:
    """What *Continue* does in Service Details: asks for the commitment at first, then tells its prices."""
    with suppress(AnswerAwaited, Repriced):
        basket_review(basket=Basket.objects.get(pk=basket.pk), step="service_details", actor=actor)


def _accepted_at_adobe(stage: Stage, customer: Account) -> None:
    """In the customer's place, as in its Admin Console."""
    mirror = AdobeCustomer.everywhere.get(account=customer)
    with Client(stage.instances["adobe"].settings["api_url"]) as adobe:
        path = f"/admin/customers/{mirror.adobe_id}/accept"
        adobe.send("POST", path, json={"term": "request"})


def _put_into_force(
    instance: Instance, kind: FileKind, name: str, content: bytes, actor: Actor
) -> None:
    taken = price_file_take(
        instance=instance,
        name=name,
        file=BytesIO(content),
        expected=Expected(kind, "EUR", frozenset({"EUR"})),
        actor=actor,
    )
    price_file_enforce(file=taken, actor=actor)


def _shelved(instance: Instance, actor: Actor) -> list[Product]:
    """What came with the definition, in its category and with a picture."""
    category = Category.objects.get(slug=SHELF)
    products = list(Product.objects.filter(type__managed_by=instance.public_id))
    for product in products:
        look = LOOKS[product.external_id[:8]]
        product_edit(
            product=product,
            version=None,
            category=category,
            summary=look.summary,
            description=look.description,
            actor=actor,
        )
        picture = product_picture(product.external_id, product.name, SHELF)
        product_picture_set(product=product, upload=picture, actor=actor)
    return products
