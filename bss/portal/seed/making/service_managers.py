"""Switches the service managers on: the plans for resellers, Echo, and Manual fulfilment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bss.catalog.models import Category, Product
from bss.catalog.services import product_edit, product_picture_set
from bss.core import history
from bss.core.actor import Actor
from bss.core.http import Client, OutboundError
from bss.portal.seed.making.catalogue import on_lists_put
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.pictures import product_picture
from bss.portal.seed.plans import PLAN_LOOKS, PlanLook
from bss.portal.seed.price_lists import MERIDIAN_LISTS
from resellers.choices import MANAGER_CODE
from resellers.models import Plan
from servicemanager.models import Instance
from servicemanager.services import (
    definition_start,
    instance_activate,
    instance_create,
    manual_instance,
)

ECHO_KEY = "echo-key"
# Where bin/demo runs Echo; only shown, and wrong until somebody starts it there.
ECHO_USUAL_URL = "http://127.0.0.1:8003"


def plans_make(stage: Stage, actor: Actor) -> None:
    """ "Tradewind for Resellers": active, defined, white-labelled, on the price lists of resellers."""
    organization = stage.organizations["meridian"]
    instance = instance_create(
        organization=organization,
        manager=MANAGER_CODE,
        name="Reseller plans",
        settings={"currency": "EUR", "standard_monthly": "49.00", "standard_yearly": "490.00"},
        actor=actor,
    )
    stage.instances["plans"] = instance_activate(instance=instance, actor=actor)
    stage.drain()
    definition_start(instance=instance, actor=actor)
    stage.drain()
    plans = Plan.objects.select_related("product").exclude(product=None)
    sold = {plan.code: plan.product for plan in plans if plan.product}
    for look in PLAN_LOOKS:
        _white_label(sold[look.code], look, actor)
    lists = [row.name for row in MERIDIAN_LISTS if row.for_resellers]
    on_lists_put(stage, lists, list(sold.values()), actor)
    stage.say(f"  plans: {', '.join(look.name for look in PLAN_LOOKS)}")


def manual_make(stage: Stage) -> None:
    """Manual fulfilment for both organizations, as it comes by itself with the first order."""
    for key, organization in stage.organizations.items():
        stage.instances[f"manual:{key}"] = manual_instance(organization.pk)


def echo_make(stage: Stage, actor: Actor) -> None:
    """Echo at ECHO_URL, defined and on every price list; only shown, inactive, when it does not answer there."""
    url = os.environ.get("ECHO_URL", "")
    if not url or not answers(url):
        stage.instances["echo"] = _silent_echo(stage, url or ECHO_USUAL_URL, actor)
        stage.say("  Echo does not answer: its instance stays inactive")
        return
    instance = instance_create(
        organization=stage.organizations["meridian"],
        manager="echo",
        name="Echo Desk",
        settings={"base_url": url, "api_key": ECHO_KEY},
        actor=actor,
    )
    stage.instances["echo"] = instance_activate(instance=instance, actor=actor)
    stage.drain()
    definition_start(instance=instance, actor=actor)
    stage.drain()
    products = list(Product.objects.filter(type__managed_by=instance.public_id))
    for product in products:
        picture = product_picture(product.external_id, product.name, "communication")
        _shelve(product, "communication", actor)
        product_picture_set(product=product, upload=picture, actor=actor)
        stage.products[product.external_id] = product
    lists = [row.name for row in MERIDIAN_LISTS if row.currency == "EUR"]
    on_lists_put(stage, lists, products, actor)
    stage.say(f"  Echo at {url}: {len(products)} products")


@contextmanager
def echo_misbehaving(mode: str) -> Iterator[None]:
    """Have Echo answer every request in this way ("refuse") inside the block."""
    _behave(mode)
    try:
        yield
    finally:
        _behave("ok")


def _behave(mode: str) -> None:
    with Client(os.environ["ECHO_URL"]) as echo:
        echo.send("PUT", "/admin/behaviour", json={"mode": mode})


def answers(url: str) -> bool:
    """Whether a sandbox is there."""
    try:
        with Client(url, connect=1.0, read=2.0) as echo:
            return echo.send("GET", "/healthz").status == 200
    except OutboundError:
        return False


def _silent_echo(stage: Stage, url: str, actor: Actor) -> Instance:
    # Its service manager refuses an address where nobody answers, so the row is written as it is.
    instance = Instance(
        organization=stage.organizations["meridian"],
        manager="echo",
        name="Echo Desk",
        settings={"base_url": url, "timeout": 30},
    )
    instance.sealed = instance.sealed_with({"api_key": ECHO_KEY})
    instance.save(force_insert=True)
    history.record(instance, actor=actor, action="instance.created", to_state=instance.state)
    return instance


def _white_label(product: Product, look: PlanLook, actor: Actor) -> None:
    product_edit(
        product=product,
        version=None,
        name=look.name,
        summary=look.summary,
        description=look.description,
        actor=actor,
    )
    _shelve(product, "plans", actor)
    picture = product_picture(look.code, look.name, "plans")
    product_picture_set(product=product, upload=picture, actor=actor)


def _shelve(product: Product, slug: str, actor: Actor) -> None:
    category = Category.objects.get(slug=slug)
    product_edit(product=product, version=None, category=category, actor=actor)
