"""The whole target of an operation: what a subscription is to be, and how that is kept on its job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bss.accounts.models import Account
from bss.catalog.models import Product
from bss.core.fields import specs_from_json
from bss.core.secrets import MASK
from bss.subscriptions.choices import ChangeKind, SubscriptionState
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.selectors import add_ons_of
from bss.subscriptions.services.outcomes import add_ons_left_behind
from servicemanager.choices import Operation
from servicemanager.contracts import (
    AccountTarget,
    AddOnTarget,
    SubscriptionTarget,
    TargetStatus,
)

OPERATION_OF: dict[str, Operation] = {
    ChangeKind.QUANTITY: Operation.CHANGE,
    ChangeKind.PRODUCT: Operation.CHANGE,
    ChangeKind.ADD_ON: Operation.CHANGE,
    ChangeKind.SUSPEND: Operation.SUSPEND,
    ChangeKind.RESUME: Operation.RESUME,
    ChangeKind.CANCEL: Operation.CANCEL,
}


def target_for(
    subscription: Subscription, operation: str, change: ScheduledChange | None
) -> SubscriptionTarget:
    """What the subscription is to be after `operation`, with its account, answers and add-ons."""
    product, quantity = subscription.product, subscription.quantity
    if change is not None and change.kind == ChangeKind.PRODUCT:
        product = change.product or product
    if change is not None and change.kind == ChangeKind.QUANTITY:
        quantity = change.quantity or quantity
    changes = operation == Operation.CHANGE
    return SubscriptionTarget(
        public_id=subscription.public_id,
        subscription_id=subscription.pk,
        number=subscription.number,
        account=account_target(subscription.customer),
        product_type=product.type.external_id or product.type.code,
        sku=sku_of(product),
        quantity=quantity,
        unit=subscription.unit,
        status=_status(subscription, operation),
        attributes=_attributes(subscription, product),
        add_ons=_add_ons(subscription, change),
        external_id=subscription.external_id,
        previous_sku=sku_of(subscription.product) if changes else "",
        previous_quantity=subscription.quantity if changes else None,
    )


def _add_ons(subscription: Subscription, change: ScheduledChange | None) -> list[AddOnTarget]:
    """All add-ons as they are to be: those there are, the one that changes, without those that a new product ends."""
    present = {
        each.pk: AddOnTarget(each.public_id, sku_of(each.product), each.quantity)
        for each in add_ons_of(subscription)
    }
    if change is None:
        return list(present.values())
    if change.kind == ChangeKind.PRODUCT and change.product is not None:
        for ended in add_ons_left_behind(subscription, change.product):
            present.pop(ended.pk)
    if change.kind == ChangeKind.ADD_ON:
        quantity = change.quantity or 0
        if change.add_on is None:
            assert change.product is not None  # noqa: S101 -- it names the new add-on
            new = AddOnTarget(change.public_id, sku_of(change.product), quantity)
            return [*present.values(), new]
        changed = present.pop(change.add_on_id or 0)
        if quantity:
            return [*present.values(), replace(changed, quantity=quantity)]
    return list(present.values())


def account_target(account: Account) -> AccountTarget:
    """Who uses the service, and through which reseller."""
    parent = account.parent
    return AccountTarget(
        public_id=account.public_id,
        account_id=account.pk,
        kind=account.kind,
        name=account.name,
        email=account.corporate_email or "",
        country=account.country,
        language=account.language,
        reseller_public_id=parent.public_id if parent else "",
    )


def sku_of(product: Product) -> str:
    return product.external_id or product.code


def secret_values(target: SubscriptionTarget, subscription: Subscription) -> list[str]:
    """The answers that must never be kept in clear, as text."""
    codes = _secret_codes(subscription.product)
    return [str(v) for k, v in target.attributes.items() if k in codes and v]


def to_json(target: SubscriptionTarget, subscription: Subscription) -> dict[str, Any]:
    """The target as its job keeps it: secret answers masked."""
    data = asdict(target)
    secret = _secret_codes(subscription.product)
    data["attributes"] = {k: MASK if k in secret else v for k, v in target.attributes.items()}
    return data


def from_json(data: Mapping[str, Any], subscription: Subscription) -> SubscriptionTarget:
    """The target as it is sent: secret answers back from the subscription."""
    values = dict(data)
    attributes = {
        k: subscription.parameters.get(k, "") if v == MASK else v
        for k, v in data["attributes"].items()
    }
    values["attributes"] = attributes
    values["account"] = AccountTarget(**data["account"])
    values["add_ons"] = [AddOnTarget(**a) for a in data["add_ons"]]
    return SubscriptionTarget(**values)


def with_account(target: SubscriptionTarget, external_id: str) -> SubscriptionTarget:
    """The target with the vendor's id of its account."""
    return replace(target, account=replace(target.account, external_id=external_id))


def _attributes(subscription: Subscription, product: Product) -> dict[str, Any]:
    """What the product fixes, and what the buyer answered; empty answers are left out."""
    merged = {**subscription.parameters, **product.characteristics}
    return {k: v for k, v in merged.items() if v not in {None, ""}}


def _status(subscription: Subscription, operation: str) -> TargetStatus:
    if operation == Operation.CANCEL:
        return "cancelled"
    if operation == Operation.SUSPEND:
        return "suspended"
    is_suspended = subscription.state == SubscriptionState.SUSPENDED
    return "suspended" if is_suspended and operation == Operation.CHANGE else "active"


def _secret_codes(product: Product) -> set[str]:
    return {s.code for s in specs_from_json(product.type.characteristics) if s.type == "secret"}
