"""From an id in a URL to a registration or rate of the actor's organization."""

from __future__ import annotations

from bss.accounts.permissions import Permission
from bss.core.actor import Actor
from bss.core.errors import NotFound
from bss.pricing import selectors
from bss.pricing.models import TaxRate, TaxRegistration


def access_tax_registration(
    actor: Actor, public_id: str, permission: str = Permission.ORGANIZATION_EDIT
) -> TaxRegistration:
    """Raises NotFound and PermissionDenied."""
    rows = selectors.tax_registrations().select_related("organization")
    row = rows.filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    actor.require(permission)
    return row


def access_tax_rate(
    actor: Actor, public_id: str, permission: str = Permission.ORGANIZATION_EDIT
) -> TaxRate:
    """Raises NotFound and PermissionDenied."""
    row = selectors.tax_rates().select_related("organization").filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    actor.require(permission)
    return row
