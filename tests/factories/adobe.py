"""Instances of Adobe Services, and price files for them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from adobe3yc.choices import MANAGER, PRODUCT_TYPE
from adobe3yc.models import PriceFile
from adobe3yc.pricefiles.contracts import FileKind
from adobe3yc.pricefiles.reading import Expected
from adobe3yc.services import price_file_enforce, price_file_take
from bss.accounts.models import Organization
from bss.catalog.models import ProductType
from bss.core.actor import SYSTEM
from bss.subscriptions.models import Subscription
from servicemanager.choices import InstanceState
from servicemanager.models import Instance

TITLES = "Part Number,Product Family,Partner Price,First Order Date,Last Order Date"
ALL_APPS, PHOTOSHOP, SIGN = "65304479CA01A12", "65304479CA02A12", "65300000CA01A12"


def make_adobe(organization: Organization, name: str = "Adobe Services") -> Instance:
    """An active instance, as far as pages need it: nobody answers at its address."""
    nowhere = "http://127.0.0.1:9"
    instance = Instance(
        organization=organization, manager=MANAGER, name=name, state=InstanceState.ACTIVE,
        settings={"api_url": nowhere, "sign_in_url": nowhere, "client_id": "nobody", "currency": "EUR"},
    )  # fmt: skip
    instance.sealed = instance.sealed_with({"client_secret": "nothing-opens"})
    instance.save(force_insert=True)
    return instance


def connected_to(instance: Instance, service: Any) -> Instance:
    """The instance with the settings that open a sandbox (tests.sandbox.services.VipMarketplace)."""
    instance.settings = {
        "api_url": service.url,
        "sign_in_url": service.url,
        "client_id": service.client_id,
        "distributor_id": service.distributor,
        "currency": "EUR",
    }
    instance.sealed = instance.sealed_with({"client_secret": service.client_secret})
    instance.save()
    return instance


def of_adobe(subscription: Subscription, instance: Instance) -> Subscription:
    """The subscription as one of Adobe's, provisioned by the instance; its product needs a type of its own."""
    types = ProductType.objects.filter(pk=subscription.product.type_id)
    types.update(external_id=PRODUCT_TYPE, managed_by=instance.public_id)
    Subscription.objects.filter(pk=subscription.pk).update(managed_by=instance.public_id)
    return Subscription.objects.get(pk=subscription.pk)


def price_csv(*rows: Iterable[Any]) -> bytes:
    """A csv of rows of (part number, product, price, first order date, last order date)."""
    lines = (",".join(str(value) for value in row) for row in rows)
    return "\n".join([TITLES, *lines, ""]).encode()


def make_price_file(
    instance: Instance, *rows: Iterable[Any], kind: str = "COM", name: str = "prices.csv"
) -> PriceFile:
    """A price file in EUR, checked and not in force."""
    return price_file_take(
        instance=instance,
        name=name,
        file=io.BytesIO(price_csv(*rows)),
        expected=Expected(FileKind(kind), "EUR", frozenset({"EUR"})),
        actor=SYSTEM,
    )


def make_price_file_in_force(instance: Instance, *rows: Iterable[Any], **said: Any) -> PriceFile:
    """A price file in force."""
    return price_file_enforce(file=make_price_file(instance, *rows, **said), actor=SYSTEM)
