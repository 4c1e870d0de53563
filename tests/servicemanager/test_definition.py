"""Get Services Definition as a run: watched, restarted, and careful with what staff changed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bss.catalog.models import ListPrice, Product, ProductType
from bss.catalog.services import product_edit
from bss.core.errors import Conflict
from bss.core.http import OutboundError
from bss.core.models import Run, RunState
from servicemanager.contracts import (
    CatalogueDefinition,
    PriceDefinition,
    ProductDefinition,
    ProductTypeDefinition,
)
from servicemanager.services import definition_start, instance_deactivate
from tests.servicemanager.conftest import make_instance


def offer(name: str = "Desk Team", price: str = "10") -> CatalogueDefinition:
    prices = [PriceDefinition("P1M", "EUR", Decimal(price), Decimal(7))]
    product = ProductDefinition(sku="team", name=name, prices=prices)
    return CatalogueDefinition(
        [ProductTypeDefinition(external_id="desk", name="Desk", products=[product])]
    )


def last_run() -> Run:
    return Run.objects.latest("id")


def test_the_offer_becomes_types_products_and_prices(instance, scripted, staff, run_jobs):
    scripted.script = {"catalogue": [offer()]}
    definition_start(instance=instance, actor=staff.actor)
    run_jobs()

    run = last_run()
    assert (run.state, run.actor_label) == (RunState.SUCCEEDED, staff.actor.label)
    assert run.result["products_created"] == 1
    assert run.lines.count() >= 1
    product = Product.objects.get(external_id="team")
    assert product.type.managed_by == instance.public_id
    assert ListPrice.everywhere.get(product=product).price == Decimal(10)


def test_again_changes_nothing_and_keeps_what_staff_changed(instance, scripted, staff, run_jobs):
    scripted.script = {"catalogue": [offer(), offer(name="Desk Team 2", price="12")]}
    definition_start(instance=instance, actor=staff.actor)
    run_jobs()
    product = Product.objects.get(external_id="team")
    product_edit(product=product, version=product.version, actor=staff.actor, name="Our Desk")

    definition_start(instance=instance, actor=staff.actor)
    run_jobs()

    product.refresh_from_db()
    assert product.name == "Our Desk"
    assert ListPrice.everywhere.get(product=product).price == Decimal(12)
    assert ProductType.objects.filter(managed_by=instance.public_id).count() == 1


def test_a_second_click_returns_the_run_under_way(instance, staff):
    first = definition_start(instance=instance, actor=staff.actor)
    second = definition_start(instance=instance, actor=staff.actor)

    assert first.pk == second.pk
    assert Run.objects.count() == 1


def test_a_vendor_that_cannot_be_asked_fails_the_run_with_its_cause(
    instance, scripted, staff, run_jobs
):
    scripted.script = {"catalogue": [OutboundError("unreachable", "no connection", sent=False)]}
    definition_start(instance=instance, actor=staff.actor)
    run_jobs()

    assert last_run().state == RunState.FAILED
    assert "connection" in last_run().error
    assert Product.objects.count() == 0


def test_an_inactive_instance_or_one_without_catalogue_is_not_asked(
    instance, at_distributor, staff
):
    instance_deactivate(instance=instance, actor=staff.actor, reason="Contract ended.")
    instance.refresh_from_db()
    with pytest.raises(Conflict):
        definition_start(instance=instance, actor=staff.actor)
    manual = make_instance(at_distributor, "manual")
    with pytest.raises(Conflict):
        definition_start(instance=manual, actor=staff.actor)
    assert Run.objects.count() == 0
