"""Applying what a service manager defines: types and products exist afterwards as it says, except what staff changed.

Nothing is deleted: what vanished from the definition goes off sale. Applying the same definition twice changes
nothing the second time, and one that was interrupted is completed by the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Organization
from bss.catalog.choices import SearchLanguage, Unit
from bss.catalog.contracts import (
    DefinitionProgress,
    DefinitionResult,
    PriceDefinition,
    ProductDefinition,
    TypeDefinition,
)
from bss.catalog.models import AddOn, ListPrice, Product, ProductType
from bss.catalog.services import editing
from bss.catalog.services.types import as_json, no_secrets, stored
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid
from bss.core.money import known_currencies

BATCH = 50


class _Silent:
    """Nobody watches."""

    def step(self, text: str, *, total: int | None = None) -> None: ...
    def advance(self, by: int = 1) -> None: ...
    def info(self, text: str) -> None: ...
    def warn(self, text: str) -> None: ...


@dataclass(slots=True)
class _Application:
    """One definition being applied: for whom, by whom, watched by whom, and what it did so far."""

    organization: Organization
    managed_by: str
    actor: Actor
    progress: DefinitionProgress
    result: DefinitionResult = field(default_factory=DefinitionResult)
    products: dict[str, Product] = field(default_factory=dict)


def definition_apply(
    *,
    organization: Organization,
    managed_by: str,
    types: Sequence[TypeDefinition],
    actor: Actor,
    progress: DefinitionProgress | None = None,
) -> DefinitionResult:
    """Create and update the types, products, prices and add-ons that `managed_by` owns, and report the counts.

    Columns and prices in `overridden` keep staff's values; what is no longer defined goes off sale. Each type and
    each batch of products is a transaction of its own, so that progress shows and a restart goes on. Raises Invalid
    on a definition that contradicts itself (the same id twice, an unknown unit or currency) or asks for a secret,
    before anything is written.
    """
    if not managed_by:
        raise Invalid(_("A definition needs an owner."), code="DEFINITION_OWNER")
    _check(types)
    run = _Application(organization, managed_by, actor, progress or _Silent())
    existing = {
        found.external_id: found
        for found in ProductType.objects.filter(organization=organization, managed_by=managed_by)
    }
    for definition in types:
        run.progress.step(definition.name, total=len(definition.products))
        product_type = _apply_type(run, definition, existing.get(definition.external_id))
        _apply_products(run, product_type, definition.products)
    _apply_add_ons(run, types)
    defined = {definition.external_id for definition in types}
    for external_id, product_type in existing.items():
        if external_id not in defined:
            run.progress.warn(_("%(name)s is no longer defined.") % {"name": product_type.name})
            _deactivate(run, product_type, keep=())
    return run.result


def _check(types: Sequence[TypeDefinition]) -> None:
    _once([definition.external_id for definition in types], _("product type"))
    _once([product.sku for t in types for product in t.products], _("product"))
    for definition in types:
        if not definition.external_id:
            raise Invalid(_("A product type has no id."), code="DEFINITION_INVALID")
        for spec in definition.characteristics:
            if spec.type == "secret":
                raise Invalid(no_secrets(spec), code="DEFINITION_INVALID")
        for product in definition.products:
            for price in product.prices:
                if price.unit not in Unit.values or price.currency not in known_currencies():
                    raise Invalid(
                        _(
                            "%(product)s has a price per %(unit)s in %(currency)s, which do not exist."
                        )
                        % {"product": product.sku, "unit": price.unit, "currency": price.currency},
                        code="DEFINITION_INVALID",
                    )


def _once(ids: Sequence[str], what: str) -> None:
    twice = sorted(one for one, count in Counter(ids).items() if count > 1)
    if twice:
        raise Invalid(
            _("The same %(what)s is defined twice: %(ids)s.")
            % {"what": what, "ids": ", ".join(twice[:5])},
            code="DEFINITION_INVALID",
        )


# Types -------------------------------------------------------------------------------------------------------


@transaction.atomic
def _apply_type(
    run: _Application, definition: TypeDefinition, found: ProductType | None
) -> ProductType:
    wanted = {
        "name": definition.name,
        "description": definition.description,
        "vendor": definition.vendor,
        "characteristics": stored(definition.characteristics),
        "audience": definition.audience,
        "automatic": definition.automatic,
        "max_quantity": definition.max_quantity,
        "one_per_account": definition.one_per_account,
        "cancellable": definition.cancellable,
        "switchable": definition.switchable,
        "refund": definition.refund,
        "refund_days": definition.refund_days,
    }
    if found is None:
        created = ProductType(
            organization=run.organization,
            managed_by=run.managed_by,
            external_id=definition.external_id,
            code=_free_code(ProductType, run, definition.external_id),
            **wanted,
        )
        run.result.types_created += 1
        return editing.added(created, actor=run.actor, action="product_type.defined")
    locked = editing.locked(found, None)
    if editing.store(
        locked, _allowed(run, locked, wanted), actor=run.actor, action="product_type.redefined"
    ):
        run.result.types_updated += 1
    else:
        run.result.unchanged += 1
    return locked


def _allowed(
    run: _Application, found: ProductType | Product, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """What of `wanted` is not staff's by now."""
    kept = [n for n in wanted if n in found.overridden and getattr(found, n) != wanted[n]]
    run.result.kept += len(kept)
    return {name: value for name, value in wanted.items() if name not in found.overridden}


# Products ----------------------------------------------------------------------------------------------------


def _apply_products(
    run: _Application, product_type: ProductType, definitions: Sequence[ProductDefinition]
) -> None:
    remaining = iter(definitions)
    while batch := list(islice(remaining, BATCH)):
        _apply_batch(run, product_type, batch)
        run.progress.advance(len(batch))
    _deactivate(run, product_type, keep=[definition.sku for definition in definitions])


@transaction.atomic
def _apply_batch(
    run: _Application, product_type: ProductType, batch: Sequence[ProductDefinition]
) -> None:
    skus = [definition.sku for definition in batch]
    existing = {
        product.external_id: product
        for product in Product.objects.filter(type=product_type, external_id__in=skus)
        .select_for_update(of=("self",), no_key=True)
        .select_related("type")
    }
    for definition in batch:
        found = existing.get(definition.sku)
        run.products[definition.sku] = _apply_product(run, product_type, definition, found)
    _apply_prices(run, batch)


def _apply_product(
    run: _Application,
    product_type: ProductType,
    definition: ProductDefinition,
    found: Product | None,
) -> Product:
    wanted = {
        "name": definition.name,
        "kind": definition.kind,
        "summary": definition.summary,
        "description": definition.description,
        "vendor": product_type.vendor,
        "characteristics": as_json(dict(definition.characteristics)),
        "is_active": True,
    }
    if found is None:
        created = Product(
            organization=run.organization,
            type=product_type,
            code=_free_code(Product, run, definition.sku),
            external_id=definition.sku,
            search_language=SearchLanguage.of(run.organization.language),
            **wanted,
        )
        run.result.products_created += 1
        return editing.added(created, actor=run.actor, action="product.defined")
    if editing.store(
        found, _allowed(run, found, wanted), actor=run.actor, action="product.redefined"
    ):
        run.result.products_updated += 1
    else:
        run.result.unchanged += 1
    return found


@transaction.atomic
def _deactivate(run: _Application, product_type: ProductType, *, keep: Iterable[str]) -> None:
    """Take off sale what the definition no longer has, unless staff decided about that themselves."""
    vanished = (
        Product.objects.filter(type=product_type, is_active=True)
        .exclude(external_id__in=keep)
        .select_for_update(of=("self",), no_key=True)
    )
    for product in vanished:
        if "is_active" in product.overridden:
            run.result.kept += 1
            continue
        editing.store(product, {"is_active": False}, actor=run.actor, action="product.withdrawn")
        run.result.products_deactivated += 1


# Prices ------------------------------------------------------------------------------------------------------


def _apply_prices(run: _Application, batch: Sequence[ProductDefinition]) -> None:
    products = [run.products[definition.sku] for definition in batch]
    existing: dict[int, dict[tuple[str, str], ListPrice]] = {product.pk: {} for product in products}
    for row in ListPrice.objects.filter(product__in=products).select_for_update(
        of=("self",), no_key=True
    ):
        existing[row.product_id][row.unit, row.currency] = row
    for definition, product in zip(batch, products, strict=True):
        before = existing[product.pk]
        for price in definition.prices:
            _apply_price(run, product, price, before.pop((price.unit, price.currency), None))
        _withdraw_prices(run, product, before.values())


def _apply_price(
    run: _Application, product: Product, price: PriceDefinition, found: ListPrice | None
) -> None:
    if found is None:
        row = ListPrice(
            organization=run.organization,
            product=product,
            unit=price.unit,
            currency=price.currency,
            price=price.price,
            cost=price.cost,
        )
        editing.checked(row)
        with editing.saving():
            row.save(force_insert=True)
        run.result.prices_created += 1
        return
    if (found.price, found.cost, found.is_active) == (price.price, price.cost, True):
        run.result.unchanged += 1
    elif found.overridden:
        run.result.kept += 1
    else:
        _tell_price(run, product, found, [str(found.price), str(price.price)])
        found.price, found.cost, found.is_active = price.price, price.cost, True
        editing.checked(found)
        with editing.saving():
            found.save(update_fields=["price", "cost", "is_active"])
        run.result.prices_updated += 1


def _withdraw_prices(run: _Application, product: Product, rows: Iterable[ListPrice]) -> None:
    for row in rows:
        if row.overridden:
            run.result.kept += 1
        elif row.is_active:
            row.is_active = False
            row.save(update_fields=["is_active"])
            _tell_price(run, product, row, [str(row.price), ""])
            run.result.prices_deactivated += 1


def _tell_price(run: _Application, product: Product, row: ListPrice, change: list[str]) -> None:
    history.record(
        product,
        actor=run.actor,
        action="product.price_set",
        changes={f"{row.unit} {row.currency}": change},
    )


# Add-ons -----------------------------------------------------------------------------------------------------


@transaction.atomic
def _apply_add_ons(run: _Application, types: Sequence[TypeDefinition]) -> None:
    wanted = {
        (run.products[sku].pk, run.products[definition.sku].pk)
        for product_type in types
        for definition in product_type.products
        for sku in definition.add_on_of
        if sku in run.products and sku != definition.sku
    }
    existing = {
        (link.product_id, link.add_on_id): link
        for link in AddOn.objects.filter(
            product__type__managed_by=run.managed_by, add_on__type__managed_by=run.managed_by
        ).select_for_update(of=("self",), no_key=True)
    }
    new = [
        AddOn(organization=run.organization, product_id=product, add_on_id=add_on)
        for product, add_on in sorted(wanted - existing.keys())
    ]
    AddOn.objects.bulk_create(new, batch_size=500)
    run.result.add_ons_created += len(new)
    for pair, link in existing.items():
        if link.is_active == (pair in wanted):
            continue
        if link.overridden:
            run.result.kept += 1
            continue
        AddOn.objects.filter(pk=link.pk).update(is_active=pair in wanted)
        if pair in wanted:
            run.result.add_ons_created += 1
        else:
            run.result.add_ons_deactivated += 1


def _free_code(model: type[ProductType | Product], run: _Application, wished: str) -> str:
    """The owner's id as our code; with a number behind it where another owner's row has that code already."""
    base = wished[:74]
    taken = {
        code.lower()
        for code in model.objects.filter(
            organization=run.organization, code__istartswith=base
        ).values_list("code", flat=True)
    }
    candidates = (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
    return next(code for code in candidates if code.lower() not in taken)
