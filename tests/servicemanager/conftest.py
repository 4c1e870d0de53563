"""Vendors, instances of them, and subscriptions on their way to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bss.accounts.models import Account, Organization
from bss.catalog.models import Product
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.subscriptions.models import Subscription
from servicemanager import registry
from servicemanager.models import Instance, ProvisioningJob
from servicemanager.services import instance_activate, instance_create
from tests.factories.accounts import AccountFactory
from tests.factories.orders import make_product, make_subscription, make_type
from tests.servicemanager.managers import Scripted, ScriptedAccounts, ScriptedRemote


@pytest.fixture
def scripted() -> Iterator[type[Scripted]]:
    """A vendor that does what the test says."""
    yield from _registered(Scripted)


@pytest.fixture
def scripted_remote() -> Iterator[type[ScriptedRemote]]:
    yield from _registered(ScriptedRemote)


@pytest.fixture
def scripted_accounts() -> Iterator[type[ScriptedAccounts]]:
    yield from _registered(ScriptedAccounts)


def _registered(manager: type[Scripted]) -> Iterator[Any]:
    manager.script, manager.heard, manager.meanwhile = {}, [], None
    registry.register(manager)
    yield manager
    registry.unregister(manager.code)


@pytest.fixture
def account(distributor: Organization) -> Account:
    return AccountFactory(organization=distributor, name="Aegean Foods")


@pytest.fixture
def instance(at_distributor: Organization, scripted: type[Scripted]) -> Instance:
    made = make_instance(at_distributor, "scripted")
    scripted.heard.clear()
    return made


@pytest.fixture
def product(instance: Instance) -> Product:
    return make_managed(instance)


@pytest.fixture
def pending(account: Account, product: Product, scripted: type[Scripted]) -> Subscription:
    """A subscription that was ordered; nobody has worked on it."""
    made = make_subscription(account, product, active=False)
    scripted.heard.clear()
    return made


@pytest.fixture
def active(account: Account, product: Product, run_jobs: Any, scripted: Any) -> Subscription:
    """A subscription that the vendor created."""
    subscription = make_subscription(account, product, active=False)
    run_jobs()
    subscription.refresh_from_db()
    scripted.heard.clear()
    return subscription


def make_instance(organization: Organization, manager: str, **settings: Any) -> Instance:
    values = {"address": "https://vendor.example", "key": "sesame-opens", **settings}
    instance = instance_create(
        organization=organization, manager=manager, name="Vendor", settings=values, actor=SYSTEM
    )
    return instance_activate(instance=instance, actor=SYSTEM)


def make_managed(instance: Instance, *, external_id: str = "desk", **values: Any) -> Product:
    """A product that an instance looks after."""
    organization = instance.organization
    with scope.activate(organization.scope):
        owned = make_type(
            organization,
            managed_by=instance.public_id,
            external_id=external_id,
            **values.pop("type_values", {}),
        )
        return make_product(
            organization, type=owned, **{"external_id": f"{external_id}-1", **values}
        )


def job_of(subscription: Subscription) -> ProvisioningJob:
    """Its last provisioning job, as it is now."""
    return ProvisioningJob.everywhere.filter(subscription=subscription).latest("id")
