"""The reseller's own storefront: what its plan lets it change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from bss.accounts.models import Account, Storefront
from bss.accounts.services import storefront_edit
from bss.catalog import selectors as catalog
from bss.catalog.choices import PriceRule
from bss.catalog.models import PriceList, PriceListItem
from bss.catalog.services import (
    listing_set,
    price_list_create,
    price_list_item_remove,
    price_list_item_set,
)
from bss.core.actor import Actor
from bss.core.errors import Invalid, NotFound, PermissionDenied
from bss.core.fields import parse
from bss.orders.models import TermsVersion
from bss.orders.services import terms_publish
from resellers.choices import Capability
from resellers.contracts import MARKUP
from resellers.selectors import capabilities_of, own_price_list, own_price_rows, own_products


def storefront_save(
    *, account: Account, storefront: Storefront, version: int, actor: Actor, **changes: Any
) -> Storefront:
    """Save settings of a reseller's own storefront. Raises PermissionDenied where the plan lacks `branding`."""
    require(account, Capability.BRANDING)
    return storefront_edit(storefront=storefront, version=version, actor=actor, **changes)


def terms_save(*, account: Account, version: str, text: str, actor: Actor) -> TermsVersion:
    """Publish the reseller's own terms: its customers accept them when they order from it from now on.

    Raises PermissionDenied where the plan lacks `self_service_ordering`, Invalid for a version that exists.
    """
    require(account, Capability.SELF_SERVICE_ORDERING)
    return terms_publish(
        organization_id=account.organization_id,
        seller=account,
        version=version,
        text=text,
        actor=actor,
    )


def listing_save(*, account: Account, listed: Collection[int], actor: Actor) -> None:
    """Show exactly the products in `listed` (ids) of those the reseller may sell; ids of others are ignored."""
    require(account, Capability.CATALOG_LISTING)
    rows = {row.product_id: row for row in own_price_rows(account)}
    with transaction.atomic():
        for product in own_products(account):
            row = rows.get(product.pk)
            if row is not None and row.is_listed != (product.pk in listed):
                listing_set(
                    reseller=account, product=product, is_listed=product.pk in listed, actor=actor
                )


def prices_save(*, account: Account, typed: Mapping[str, str], actor: Actor) -> None:
    """Save mark-ups in percent ("markup-<product id>" to what was typed); an empty one removes the rule.

    Raises PermissionDenied where the plan lacks `own_prices`, Invalid naming each field at fault; then nothing is
    saved.
    """
    require(account, Capability.OWN_PRICES)
    percents = _parsed(typed)
    products = {product.pk: product for product in own_products(account)}
    with transaction.atomic():
        price_list = own_price_list(account) or _own_list(account, actor)
        existing = {
            item.product_id: item
            for item in PriceListItem.objects.filter(price_list=price_list, unit="")
        }
        for product_id, percent in percents.items():
            product, item = products.get(product_id), existing.get(product_id)
            if product is None:
                continue
            if percent is None:
                if item is not None:
                    price_list_item_remove(item=item, actor=actor)
            elif item is None or item.rule != PriceRule.MARKUP or item.percent != percent:
                price_list_item_set(
                    price_list=price_list,
                    product=product,
                    rule=PriceRule.MARKUP,
                    percent=percent,
                    actor=actor,
                )


def _parsed(typed: Mapping[str, str]) -> dict[int, Decimal | None]:
    percents: dict[int, Decimal | None] = {}
    errors: dict[str, list[Any]] = {}
    for name, raw in typed.items():
        product_id = name.removeprefix("markup-")
        if not product_id.isdigit():
            continue
        try:
            value = parse(MARKUP, raw)
        except Invalid as problem:
            errors[name] = [problem.message]
        else:
            percents[int(product_id)] = None if value is None else Decimal(value)
    if errors:
        raise Invalid(errors=errors)
    return percents


def _own_list(account: Account, actor: Actor) -> PriceList:
    base = catalog.price_list_for(account, catalog.local_date(account.organization))
    if base is None:
        raise NotFound
    return price_list_create(
        organization=account.organization,
        owner=account,
        name=f"{account.name}",
        currency=base.currency,
        valid_from=catalog.local_date(account.organization),
        is_default=True,
        actor=actor,
    )


def require(account: Account, capability: str) -> None:
    """Raises PermissionDenied when the account's plan does not grant `capability`."""
    if capability not in capabilities_of(account.pk):
        raise PermissionDenied(
            "Your plan does not include this.", code="NOT_IN_PLAN", extra={"capability": capability}
        )
