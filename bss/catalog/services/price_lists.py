"""Writes of price lists: the organization's for its payers, a reseller's for its customers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bss.accounts.models import Account, Organization
from bss.catalog.choices import PriceRule, Unit
from bss.catalog.models import PriceList, PriceListAssignment, PriceListItem, Product
from bss.catalog.services import editing
from bss.core import history
from bss.core.actor import Actor
from bss.core.errors import Invalid

EDITABLE = ("name", "valid_from", "valid_until", "is_active", "is_default")


@transaction.atomic
def price_list_create(
    *,
    organization: Organization,
    name: str,
    currency: str,
    valid_from: date,
    actor: Actor,
    owner: Account | None = None,
    valid_until: date | None = None,
    is_active: bool = True,
    is_default: bool = False,
) -> PriceList:
    """A price list of the organization, or of the reseller `owner` for its own customers. Raises Invalid."""
    if owner is not None and (owner.organization_id != organization.pk or not owner.is_reseller):
        raise Invalid(
            _("Only a reseller of this organization has price lists of its own."),
            field="owner",
            code="PRICE_LIST_OWNER",
        )
    price_list = PriceList(
        organization=organization,
        owner=owner,
        name=name.strip(),
        currency=currency.strip().upper(),
        valid_from=valid_from,
        valid_until=valid_until,
        is_active=is_active,
        is_default=is_default,
    )
    return editing.added(price_list, actor=actor, action="price_list.created")


@transaction.atomic
def price_list_edit(
    *, price_list: PriceList, version: int | None, actor: Actor, **changes: Any
) -> PriceList:
    """Change name, validity or whether it is active or the default; the currency is for life.

    Raises StaleState when `version` is not the present one (None asks not), Invalid naming the fields at fault.
    """
    unknown = changes.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"a price list has no editable {', '.join(sorted(unknown))}")
    found = editing.locked(price_list, version)
    editing.store(found, changes, actor=actor, action="price_list.edited")
    return found


@transaction.atomic
def price_list_item_set(
    *,
    price_list: PriceList,
    product: Product,
    actor: Actor,
    rule: str = PriceRule.LIST,
    percent: Decimal = Decimal(0),
    unit: str = "",
) -> PriceListItem:
    """Put a product on a price list, or change how its price is made there.

    `unit` "" is for every unit; an item with a unit goes before it. `percent` is a percentage (10 is ten per
    cent) and 0 for the list price. Raises Invalid naming the field at fault.
    """
    _check_rule(rule, percent, unit)
    if product.organization_id != price_list.organization_id:
        raise Invalid(
            _("This belongs to another organization."), field="product", code="OTHER_ORGANIZATION"
        )
    percent = Decimal(0) if rule == PriceRule.LIST else percent
    editing.locked(price_list, None)
    before = PriceListItem.objects.filter(price_list=price_list, product=product, unit=unit).first()
    with editing.saving():
        item, _created = PriceListItem.objects.update_or_create(
            price_list=price_list,
            product=product,
            unit=unit,
            defaults={"rule": rule, "percent": percent},
            create_defaults={
                "organization": price_list.organization,
                "rule": rule,
                "percent": percent,
            },
        )
    item.price_list, item.product = price_list, product
    old, new = _described(before), _described(item)
    if old != new:
        history.record(
            price_list,
            actor=actor,
            action="price_list.item_set",
            changes={f"{product.name} {unit}".strip(): [old, new]},
        )
    return item


@transaction.atomic
def price_list_items_add(
    *,
    price_list: PriceList,
    products: Iterable[Product],
    actor: Actor,
    rule: str = PriceRule.LIST,
    percent: Decimal = Decimal(0),
) -> int:
    """Put many products on a price list with one rule; what is on it already stays as it is. Returns how many."""
    _check_rule(rule, percent, "")
    editing.locked(price_list, None)
    wanted = [p for p in products if p.organization_id == price_list.organization_id]
    there = set(
        PriceListItem.objects.filter(price_list=price_list, product__in=wanted).values_list(
            "product_id", flat=True
        )
    )
    new = [
        PriceListItem(
            organization_id=price_list.organization_id,
            price_list=price_list,
            product=product,
            rule=rule,
            percent=Decimal(0) if rule == PriceRule.LIST else percent,
        )
        for product in wanted
        if product.pk not in there
    ]
    PriceListItem.objects.bulk_create(new, batch_size=500)
    if new:
        history.record(
            price_list,
            actor=actor,
            action="price_list.items_added",
            reason=", ".join(item.product.name for item in new[:20]),
        )
    return len(new)


@transaction.atomic
def price_list_rule_for_all(
    *, price_list: PriceList, rule: str, percent: Decimal, actor: Actor
) -> int:
    """Make every price of a list by one rule; items for a single unit too. Returns how many changed."""
    _check_rule(rule, percent, "")
    percent = Decimal(0) if rule == PriceRule.LIST else percent
    editing.locked(price_list, None)
    changed = (
        PriceListItem.objects.filter(price_list=price_list)
        .exclude(rule=rule, percent=percent)
        .update(rule=rule, percent=percent)
    )
    if changed:
        words = _described(PriceListItem(rule=rule, percent=percent))
        history.record(
            price_list, actor=actor, action="price_list.rule_set", changes={"rule": ["", words]}
        )
    return changed


@transaction.atomic
def price_list_item_remove(*, item: PriceListItem, actor: Actor) -> None:
    """Take a product off a price list: its buyers no longer see it; what they have stays."""
    described = _described(item)
    PriceListItem.objects.filter(pk=item.pk).delete()
    history.record(
        item.price_list,
        actor=actor,
        action="price_list.item_removed",
        changes={f"{item.product.name} {item.unit}".strip(): [described, ""]},
    )


@transaction.atomic
def price_list_assign(*, account: Account, price_list: PriceList | None, actor: Actor) -> None:
    """Have an account buy from `price_list`; None for its seller's default.

    A payer gets one of its organization's lists, an end customer one of its reseller's, in its currency.
    Raises Invalid on the field price_list.
    """
    before = (
        PriceListAssignment.objects.filter(account=account).select_related("price_list").first()
    )
    if price_list is None:
        PriceListAssignment.objects.filter(account=account).delete()
    else:
        _check_assignable(account, price_list)
        PriceListAssignment.objects.update_or_create(
            account=account,
            defaults={"price_list": price_list},
            create_defaults={
                "organization": account.organization,
                "scope": account.scope,
                "price_list": price_list,
            },
        )
    old, new = (before.price_list.name if before else ""), (price_list.name if price_list else "")
    if old != new:
        history.record(
            account,
            actor=actor,
            action="account.price_list_assigned",
            changes={"price_list": [old, new]},
        )


def _check_assignable(account: Account, price_list: PriceList) -> None:
    currency = account.parent.currency if account.parent else account.currency
    if price_list.organization_id != account.organization_id:
        why = _("This price list belongs to another organization.")
    elif price_list.owner_id != account.parent_id:
        why = _("This price list is somebody else's: choose one of the account's own seller.")
    elif price_list.currency != currency:
        why = _("This price list is in %(currency)s, the account is invoiced in %(own)s.") % {
            "currency": price_list.currency,
            "own": currency,
        }
    elif not price_list.is_active:
        why = _("This price list is not active.")
    else:
        return
    raise Invalid(why, field="price_list", code="PRICE_LIST_NOT_ASSIGNABLE")


def _check_rule(rule: str, percent: Decimal, unit: str) -> None:
    if rule not in PriceRule.values:
        raise Invalid(_("Choose one of the rules."), field="rule", code="RULE_UNKNOWN")
    if unit and unit not in Unit.values:
        raise Invalid(_("Choose one of the units."), field="unit", code="UNIT_UNKNOWN")
    limit = {PriceRule.DISCOUNT: Decimal(100), PriceRule.MARGIN: Decimal("99.9999")}.get(
        PriceRule(rule), Decimal(99999)
    )
    if not 0 <= percent <= limit:
        raise Invalid(
            _("Enter a percentage from 0 to %(limit)s.") % {"limit": limit},
            field="percent",
            code="PERCENT_OUT_OF_RANGE",
        )


def _described(item: PriceListItem | None) -> str:
    return "" if item is None else item.rule_words
