"""From an id in a URL to a payment plan that the actor may use."""

from __future__ import annotations

from bss.accounts.permissions import Permission
from bss.core.access import found
from bss.core.actor import Actor
from bss.installments import selectors
from bss.installments.models import PaymentPlan


def access_payment_plan(
    actor: Actor, public_id: str, permission: str = Permission.CATALOG_VIEW
) -> PaymentPlan:
    """Raises NotFound outside the actor's organization, PermissionDenied without the permission."""
    return found(selectors.payment_plans(), actor, permission, public_id=public_id)
