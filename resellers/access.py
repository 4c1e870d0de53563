"""From a request to what its actor may do with plans."""

from __future__ import annotations

from bss.accounts.access import access_account
from bss.accounts.models import Account, Storefront
from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.core.errors import NotFound, PermissionDenied
from bss.orders.access import access_order
from bss.orders.choices import OrderState
from bss.orders.models import Order
from resellers.choices import Capability, PlanCode
from resellers.errors import NoStorefront, NotAReseller
from resellers.models import Plan
from resellers.selectors import capabilities_of, profile_of

# An order that waits, or that nobody can approve any more: whoever looked at it meanwhile is told so.
_ASKED = frozenset({OrderState.PENDING_APPROVAL, OrderState.REJECTED, OrderState.CANCELLED})


def access_own_account(actor: Actor, permission: str = Permission.PLAN_VIEW) -> Account:
    """The reseller account the actor belongs to. Raises NotFound for staff and strangers, NotAReseller otherwise."""
    if actor.account_id is None:
        raise NotFound
    actor.require(permission)
    account = (
        Account.objects.filter(pk=actor.account_id)
        .select_related("organization", "tenant_organization")
        .first()
    )
    if account is None:
        raise NotFound
    if not account.is_reseller:
        raise NotAReseller
    return account


def access_seller(actor: Actor, permission: str) -> Account:
    """As `access_own_account`; for whoever does not resell nothing is there."""
    try:
        return access_own_account(actor, permission)
    except NotAReseller as problem:
        raise NotFound from problem


def access_reseller(actor: Actor, public_id: str, permission: str) -> Account:
    """A reseller in the actor's scope. Raises NotFound and PermissionDenied, NotAReseller for another account."""
    account = access_account(actor, public_id, permission)
    if not account.is_reseller:
        raise NotAReseller
    return account


def access_waiting_order(actor: Actor, public_id: str) -> Order:
    """An order of one of the actor's customers that waits for approval, or waited until somebody ended that.

    NotFound for any other, and for whoever is no reseller.
    """
    own = access_seller(actor, Permission.ORDER_APPROVE)
    order = access_order(actor, public_id, Permission.ORDER_APPROVE)
    was_asked = order.state in _ASKED or order.approved_at is not None
    if order.account_id != own.pk or order.customer_id == own.pk or not was_asked:
        raise NotFound
    return order


def access_plan(actor: Actor, code: str) -> Plan:
    """A plan of the actor's organization by its code."""
    if code not in PlanCode.values or actor.organization_id is None:
        raise NotFound
    plan = Plan.objects.select_related("product").filter(code=code).first()
    if plan is None:
        raise NotFound
    return plan


def access_own_storefront(actor: Actor, capability: str = Capability.BRANDING) -> Storefront:
    """The reseller's own storefront, when its plan grants `capability`. NoStorefront (a NotFound) without one."""
    account = access_own_account(actor, Permission.STOREFRONT_MANAGE)
    profile = profile_of(account)
    if profile is None or profile.storefront is None or profile.subscription is None:
        raise NoStorefront(remedy=NoStorefront.TO_DO)
    if capability not in capabilities_of(account.pk):
        raise PermissionDenied(
            "Your plan does not include this.", code="NOT_IN_PLAN", extra={"capability": capability}
        )
    return profile.storefront


def access_plan_record(actor: Actor, public_id: str) -> Plan:
    """A plan of the organization staff work in. Raises NotFound elsewhere."""
    actor.require(Permission.PLAN_VIEW)
    plan = Plan.objects.select_related("product").filter(public_id=public_id).first()
    if plan is None or actor.kind != "staff":
        raise NotFound
    return plan
