"""From an id in a URL to a payment plan that the actor may use."""

from __future__ import annotations

from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.core.errors import NotFound
from bss.installments import selectors
from bss.installments.models import PaymentPlan


def access_payment_plan(
    actor: Actor, public_id: str, permission: str = Permission.CATALOG_VIEW
) -> PaymentPlan:
    """Raises NotFound outside the actor's organization, PermissionDenied without the permission."""
    found = selectors.payment_plans().filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    actor.require(permission)
    return found
